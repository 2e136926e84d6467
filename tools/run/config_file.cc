#include "tools/run/config_file.h"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace k6::run {
namespace {

namespace json = boost::json;

std::optional<std::string> content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return {};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

struct Found {
    std::string path;
    std::string text;
};

/// Nothing: there is none, and none is needed.
Result<std::optional<Found>> find_file(CommandLine& line, const EnvironmentLookup& environment) {
    if (line.config_file && !line.config_file->empty()) {
        auto text = content_of(*line.config_file);
        if (!text) {
            return Error{ErrorClass::invalid_config, "could not read the configuration file " + *line.config_file};
        }
        return std::optional<Found>({*line.config_file, *std::move(text)});
    }
    const std::string home = environment("HOME").value_or("");
    const std::string xdg = environment("XDG_CONFIG_HOME").value_or("");
    if (xdg.empty() && home.empty()) return std::optional<Found>();
    const std::string folder = xdg.empty() ? home + "/.config" : xdg;
    if (auto text = content_of(folder + "/k6/config.json")) {
        return std::optional<Found>({folder + "/k6/config.json", *std::move(text)});
    }
    const std::string old_path = folder + "/loadimpact/k6/config.json";
    if (auto text = content_of(old_path)) {
        line.warnings.push_back("the configuration file " + old_path + " is in the folder of former days; move it to " +
                                folder + "/k6/config.json");
        return std::optional<Found>({old_path, *std::move(text)});
    }
    return std::optional<Found>();
}

Error wrong_type(std::string_view key, std::string_view expected) {
    return {ErrorClass::invalid_config, "option \"" + std::string(key) + "\" must be " + std::string(expected)};
}

/// Null and missing are the same.
const json::value* member(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::optional<bool>> flag_in(const json::object& object, std::string_view key) {
    const json::value* value = member(object, key);
    if (value == nullptr) return std::optional<bool>();
    if (!value->is_bool()) return wrong_type(key, "true or false");
    return std::optional<bool>(value->get_bool());
}

Result<std::optional<std::vector<std::string>>> list_in(const json::object& object, std::string_view key) {
    const json::value* value = member(object, key);
    if (value == nullptr) return std::optional<std::vector<std::string>>();
    const json::array* array = value->if_array();
    if (array == nullptr) return wrong_type(key, "an array of strings");
    std::vector<std::string> list;
    for (const json::value& item : *array) {
        if (!item.is_string()) return wrong_type(key, "an array of strings");
        list.emplace_back(item.get_string());
    }
    return std::optional<std::vector<std::string>>(std::move(list));
}

Result<void> apply(const json::object& object, CommandLine& line) {
    auto outputs = list_in(object, "out");
    if (!outputs) return outputs.error();
    if (*outputs && line.outputs.empty()) line.outputs = **outputs;
    auto features = list_in(object, "features");
    if (!features) return features.error();
    if (*features && !line.features) line.features = **features;
    auto linger = flag_in(object, "linger");
    if (!linger) return linger.error();
    if (!line.linger) line.linger = *linger;
    auto no_thresholds = flag_in(object, "noThresholds");
    if (!no_thresholds) return no_thresholds.error();
    if (!line.no_thresholds) line.no_thresholds = *no_thresholds;
    auto no_summary = flag_in(object, "noSummary");
    if (!no_summary) return no_summary.error();
    if (*no_summary && **no_summary && !line.summary_mode) line.summary_mode = SummaryMode::disabled;
    if (auto no_report = flag_in(object, "noUsageReport"); !no_report) return no_report.error();
    if (const json::value* collectors = member(object, "collectors")) {
        if (!collectors->is_object()) return wrong_type("collectors", "an object");
        for (const auto& [type, settings] : collectors->get_object()) {
            line.collectors.insert_or_assign(std::string(type), json::serialize(settings));
        }
    }
    if (const json::value* path = member(object, "summaryExport")) {
        if (!path->is_string()) return wrong_type("summaryExport", "a string");
        if (!line.summary_export) line.summary_export = std::string(path->get_string());
    }
    return {};
}

}  // namespace

Result<CommandLine> with_config_file(CommandLine line, const EnvironmentLookup& environment) {
    auto found = find_file(line, environment);
    if (!found) return found.error();
    if (!*found) return line;
    const auto& [path, text] = **found;
    auto options = parse_options_json(text);
    if (!options) return with_context(options.error(), path);
    line.config_options = std::move(options->options);
    const json::value whole = json::parse(text);  // parse_options_json has accepted it
    if (const json::object* object = whole.if_object()) {
        if (auto applied = apply(*object, line); !applied) return with_context(applied.error(), path);
    }
    return line;
}

std::optional<std::string> process_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());  // NOLINT: no thread changes it
    if (value == nullptr) return {};
    return value;
}

std::vector<std::string> process_environment_names() {
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

}  // namespace k6::run
