#include <map>

#include "dsl/test.h"

namespace k6::dsl {
namespace {

Error mismatch(std::string_view function, const std::type_info* wanted, const Setup& setup) {
    std::string message = "function '" + std::string(function) + "' takes setup data";
    message += setup.data == nullptr
                   ? ", but the test has no setup"
                   : std::string(" of type ") + wanted->name() + ", but setup returns " + setup.data->name();
    return Error{ErrorClass::invalid_config, std::move(message)};
}

Result<void> check_data(const Entry& entry, const Setup& setup) {
    if (entry.data == nullptr || (setup.data != nullptr && *entry.data == *setup.data)) return {};
    return mismatch(entry.name, entry.data, setup);
}

}  // namespace

Result<Options> to_options(const Test& test) {
    Options options = test.options;
    if (options.scenarios || options.thresholds) {
        return Error{ErrorClass::invalid_config,
                     "a Test's scenarios and thresholds stand beside its options, not in them"};
    }
    for (const Entry& entry : {test.main, test.teardown}) {
        if (auto checked = check_data(entry, test.setup); !checked) return checked.error();
    }
    if (!test.scenarios.empty()) {
        ScenarioMap scenarios;
        for (const Scenario& scenario : test.scenarios) {
            if (scenario.exec.run == nullptr) {
                return Error{ErrorClass::invalid_config, "scenario '" + scenario.name + "' has no exec function"};
            }
            if (auto checked = check_data(scenario.exec, test.setup); !checked) return checked.error();
            ScenarioOptions one{
                .executor = scenario.executor,
                .start_time = scenario.start_time,
                .graceful_stop = scenario.graceful_stop,
                .env = scenario.env,
                .exec = std::string(scenario.exec.name),
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
