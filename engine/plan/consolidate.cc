// Layers of options over each other, and scenarios out of shortcuts.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan/option_table.h"
#include "engine/plan/options.h"

namespace k6 {
namespace {

bool says_how_to_execute(const Options& options) {
    return options.duration || options.iterations || options.stages || options.scenarios;
}

DnsOptions merged(const DnsOptions& base, const DnsOptions& over) {
    return {.ttl = over.ttl ? over.ttl : base.ttl,
            .select = over.select ? over.select : base.select,
            .policy = over.policy ? over.policy : base.policy};
}

Error conflict(const char* first, const char* second) {
    return {ErrorClass::invalid_config,
            std::string("using `") + first + "` and `" + second + "` options simultaneously is not allowed"};
}

template <class List>
bool has_items(const Setting<List>& list) {
    return list && !list->empty();
}

ScenarioMap default_scenario(ExecutorOptions executor) {
    ScenarioMap scenarios;
    scenarios["default"].executor = std::move(executor);
    return scenarios;
}

}  // namespace

ConsolidatedOptions consolidate(const std::vector<OptionsLayer>& layers, RunTags tags) {
    ConsolidatedOptions result;
    Options& base = result.options;
    for (const OptionsLayer& layer : layers) {
        Options over = layer.options;
        if (says_how_to_execute(over)) {
            if (base.scenarios) {
                result.warnings.push_back("\"" + layer.name +
                                          "\" level configuration overrode scenarios configuration entirely");
            }
            base.duration.reset();
            base.iterations.reset();
            base.stages.reset();
            base.scenarios.reset();
        }
        if (over.stages) std::erase_if(*over.stages, [](const Stage& stage) { return !stage.duration; });
        if (over.tags && over.tags->empty()) over.tags.reset();
        if (tags == RunTags::merge && over.tags && base.tags) over.tags->insert(base.tags->begin(), base.tags->end());
        if (over.dns && base.dns) over.dns = merged(*base.dns, *over.dns);
        for (const OptionSpec& option : option_table()) {
            if (is_set(option, over)) copy_option(option, over, base);
        }
    }
    return result;
}

Result<ConsolidatedOptions> derive_scenarios(Options options) {
    std::vector<std::string> warnings;
    if (options.iterations) {
        if (has_items(options.stages)) return conflict("iterations", "stages");
        if (has_items(options.scenarios)) return conflict("iterations", "scenarios");
        options.scenarios = default_scenario(
            SharedIterations{.vus = options.vus, .iterations = options.iterations, .max_duration = options.duration});
    } else if (options.duration) {
        if (has_items(options.stages)) return conflict("duration", "stages");
        if (has_items(options.scenarios)) return conflict("duration", "scenarios");
        if (*options.duration < Duration(0)) {
            return Error{ErrorClass::invalid_config,
                         "`duration` can't be negative, for an infinite duration use the externally-controlled "
                         "executor"};
        }
        if (*options.duration == Duration(0) || options.vus_max) {
            const std::int64_t vus = options.vus.value_or(1);
            const std::int64_t max_vus = std::max(vus, options.vus_max.value_or(0));
            warnings.push_back(std::string(options.vus_max ? "`vusMax` (--max)" : "`duration` 0") +
                               " is an old form: the test runs the externally-controlled executor with " +
                               std::to_string(vus) + " of at most " + std::to_string(max_vus) + " VUs");
            options.scenarios =
                default_scenario(ExternallyControlled{.vus = vus, .duration = options.duration, .max_vus = max_vus});
            options.vus_max.reset();
            return ConsolidatedOptions{std::move(options), std::move(warnings)};
        }
        options.scenarios = default_scenario(ConstantVus{.vus = options.vus, .duration = options.duration});
    } else if (has_items(options.stages)) {
        if (has_items(options.scenarios)) return conflict("stages", "scenarios");
        options.scenarios = default_scenario(RampingVus{.start_vus = options.vus, .stages = options.stages});
    } else if (options.vus && !options.stages) {
        if (has_items(options.scenarios)) {
            warnings.push_back("`vus=" + std::to_string(*options.vus) + "` overrides scenarios configuration");
        }
        options.scenarios = default_scenario(SharedIterations{.vus = options.vus, .iterations = options.vus});
    } else if (!has_items(options.scenarios)) {
        const char* const empty = options.stages ? "stages" : (options.scenarios ? "scenarios" : nullptr);
        if (empty != nullptr) {
            warnings.push_back(std::string("`") + empty +
                               "` was explicitly set to an empty value, running the script with 1 iteration in 1 VU");
        }
        options.scenarios = default_scenario(PerVuIterations{});
    }
    if (options.vus_max) {
        warnings.emplace_back(
            "`vusMax` (--max) has no effect here: it belongs to the externally-controlled executor, which has maxVUs");
        options.vus_max.reset();
    }
    return ConsolidatedOptions{std::move(options), std::move(warnings)};
}

}  // namespace k6
