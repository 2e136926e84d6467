#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "dsl/test.h"

namespace k6::dsl {
namespace {

Error invalid(std::string message) { return {ErrorClass::invalid_config, std::move(message)}; }

/// The type's name as the source has it.
std::string shown(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                      std::free);
    return status == 0 ? name.get() : type.name();
}

Result<void> check_data(std::string_view function, const std::type_info* wanted, const Setup& setup) {
    if (wanted == nullptr || (setup.data != nullptr && *wanted == *setup.data)) return {};
    std::string message = "function '" + std::string(function) + "' takes setup data of type " + shown(*wanted);
    message += setup.data == nullptr ? ", but the test has no setup" : ", but setup returns " + shown(*setup.data);
    return invalid(std::move(message));
}

/// All functions with per-VU state want the same type, and somebody makes it.
class StateCheck {
public:
    explicit StateCheck(const VuSetup& setup) : type_(setup.state) {
        if (setup.state != nullptr) maker_ = "vu_setup returns ";
    }

    Result<void> check(const Entry& entry) {
        if (entry.state == nullptr) return {};
        if (type_ == nullptr) {
            if (entry.make_state == nullptr) {
                return invalid("function '" + std::string(entry.name) + "' takes per-VU state of type " +
                               shown(*entry.state) + ", which needs a vu_setup: it has no default constructor");
            }
            type_ = entry.state;
            maker_ = "'" + std::string(entry.name) + "' takes ";
        }
        if (*type_ == *entry.state) return {};
        return invalid("function '" + std::string(entry.name) + "' takes per-VU state of type " + shown(*entry.state) +
                       ", but " + maker_ + shown(*type_));
    }

private:
    const std::type_info* type_;
    std::string maker_;
};

}  // namespace

Result<Options> to_options(const Test& test) {
    Options options = test.options;
    if (options.scenarios || options.thresholds) {
        return Error{ErrorClass::invalid_config,
                     "a Test's scenarios and thresholds stand beside its options, not in them"};
    }
    StateCheck states(test.vu_setup);
    const auto check = [&](const Entry& entry) -> Result<void> {
        if (auto checked = check_data(entry.name, entry.data, test.setup); !checked) return checked;
        return states.check(entry);
    };
    if (auto checked = check_data("vu_setup", test.vu_setup.data, test.setup); !checked) return checked.error();
    for (const Entry& entry : {test.main, test.vu_teardown}) {
        if (auto checked = check(entry); !checked) return checked.error();
    }
    if (auto checked = check_data(test.teardown.name, test.teardown.data, test.setup); !checked) return checked.error();
    if (test.teardown.state != nullptr) {
        return invalid("function '" + std::string(test.teardown.name) +
                       "' takes per-VU state, which teardown does not have: it runs once for the test");
    }
    if (!test.scenarios.empty()) {
        ScenarioMap scenarios;
        for (const Scenario& scenario : test.scenarios) {
            const bool runs_main = scenario.exec.run == nullptr;
            if (runs_main && test.main.run == nullptr) {
                return invalid("scenario '" + scenario.name + "' has no exec function, and the test no main");
            }
            if (auto checked = check(scenario.exec); !checked) return checked.error();
            ScenarioOptions one{
                .executor = scenario.executor,
                .start_time = scenario.start_time,
                .graceful_stop = scenario.graceful_stop,
                .env = scenario.env,
                .exec = runs_main ? std::nullopt : std::optional(std::string(scenario.exec.name)),
                .tags = scenario.tags,
            };
            if (!scenarios.emplace(scenario.name, std::move(one)).second) {
                return Error{ErrorClass::invalid_config, "two scenarios are named '" + scenario.name + "'"};
            }
        }
        options.scenarios = std::move(scenarios);
    }
    if (!test.thresholds.empty()) {
        ThresholdMap thresholds;
        for (const Threshold& threshold : test.thresholds) thresholds[threshold.metric].push_back(threshold.item);
        options.thresholds = std::move(thresholds);
    }
    return options;
}

}  // namespace k6::dsl
