#include "tools/run/layers.h"

#include <string>
#include <string_view>

#include "tools/run/config_file.h"

extern char** environ;  // NOLINT: POSIX gives the environment no other way

namespace k6::run {

StringMap script_variables(const CommandLine& line, const Features& features) {
    StringMap variables;
    if (line.include_system_environment) {
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string_view text = *entry;
            const std::size_t equals = text.find('=');
            if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    for (const auto& [name, value] : line.environment) variables[name] = value;
    if (!features.names.empty()) {
        std::string& list = variables["K6_FEATURES"];
        list.clear();
        for (const std::string& name : features.names) list += (list.empty() ? "" : ",") + name;
    }
    return variables;
}

Result<Options> consolidated_options(const CommandLine& line, const Options& own, const Features& features,
                                     Logger& logger) {
    auto environment = options_from_environment(process_environment);
    if (!environment) return environment.error();
    ConsolidatedOptions all =
        consolidate({{"config", line.config_options}, {"script", own}, {"env", *environment}, {"cli", line.options}},
                    features.has("merge-run-tags") ? RunTags::merge : RunTags::replace);
    for (const std::string& warning : all.warnings) logger.warn(warning);
    for (const std::string& name : features.names) {
        std::string tag = "k6_feature_" + name;
        for (char& c : tag) c = c == '-' ? '_' : c;
        if (!all.options.tags) all.options.tags.emplace();
        (*all.options.tags)[tag] = "true";
    }
    return std::move(all.options);
}

}  // namespace k6::run
