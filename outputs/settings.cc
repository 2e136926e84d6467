#include "outputs/settings.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace k6::outputs {
namespace {

template <class T>
Result<void> assign(std::string_view source, Result<T> parsed, T& field) {
    if (!parsed) return with_context(parsed.error(), source);
    field = *std::move(parsed);
    return {};
}

/// nullopt for what no setting is made of.
std::optional<std::string> as_text(const boost::json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    if (value.is_number()) return boost::json::serialize(value);
    if (value.is_array()) {
        std::string joined;
        for (const auto& item : value.get_array()) {
            if (!item.is_string()) return std::nullopt;
            if (!joined.empty()) joined += ',';
            joined += std::string_view(item.get_string());
        }
        return joined;
    }
    return std::nullopt;
}

}  // namespace

Result<Duration> parse_period(std::string_view text) {
    auto period = parse_duration(text);
    if (period && *period <= Duration(0)) {
        return Error{ErrorClass::generic, "metric flush period should be positive but was " + std::string(text)};
    }
    return period;
}

Result<bool> parse_switch(std::string_view text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return Error{ErrorClass::generic, "'" + std::string(text) + "' is neither true nor false"};
}

Result<std::int64_t> parse_count(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) return value;
    return Error{ErrorClass::generic, "'" + std::string(text) + "' is no whole number"};
}

std::vector<std::string> parse_list(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Result<Settings> Settings::of(std::string_view type, const OutputContext& context) {
    Settings settings(context);
    if (!context.configuration) return settings;
    const std::optional<std::string> text = context.configuration(type);
    if (!text) return settings;
    const std::string where = "collectors." + std::string(type);
    const auto wrong = [&where](const std::string& what) { return Error{ErrorClass::invalid_config, where + what}; };
    boost::json::error_code failed;
    const boost::json::value json = boost::json::parse(*text, failed);
    if (failed || !json.is_object()) return wrong(" of the configuration file is no JSON object");
    for (const auto& [key, value] : json.get_object()) {
        const std::string name(key);
        if (value.is_null()) continue;
        if (value.is_object()) {
            for (const auto& [member, inner] : value.get_object()) {
                auto inner_text = as_text(inner);
                if (!inner_text) return wrong("." + name + "." + std::string(member) + " is no text or number");
                settings.file_.insert_or_assign(name + "." + std::string(member), *std::move(inner_text));
            }
            continue;
        }
        auto value_text = as_text(value);
        if (!value_text) return wrong("." + name + " is no text, number, switch or list of texts");
        settings.file_.insert_or_assign(name, *std::move(value_text));
    }
    return settings;
}

std::optional<std::string> Settings::variable(std::string_view name) const {
    if (!environment_ || name.empty()) return std::nullopt;
    auto value = environment_(name);
    return value && !value->empty() ? value : std::nullopt;
}

std::optional<std::pair<std::string, std::string>> Settings::look_up(std::string_view key,
                                                                     std::string_view name) const {
    if (auto value = variable(name)) return std::pair(*std::move(value), std::string(name));
    if (const auto found = file_.find(key); found != file_.end() && !found->second.empty()) {
        return std::pair(found->second, std::string(key));
    }
    return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> Settings::members(std::string_view key) const {
    std::vector<std::pair<std::string, std::string>> found;
    const std::string prefix = std::string(key) + ".";
    for (const auto& [name, value] : file_) {
        if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), value);
    }
    return found;
}

std::vector<std::pair<std::string, std::string>> Settings::variables(std::string_view prefix) const {
    std::vector<std::pair<std::string, std::string>> found;
    if (!environment_names_) return found;
    for (const std::string& name : environment_names_()) {
        if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
        if (auto value = variable(name)) found.emplace_back(name.substr(prefix.size()), *std::move(value));
    }
    std::ranges::sort(found);
    return found;
}

void Settings::text(std::string_view key, std::string_view variable, std::string& field) const {
    if (auto value = look_up(key, variable)) field = std::move(value->first);
}

Result<void> Settings::period(std::string_view key, std::string_view variable, Duration& field) const {
    const auto value = look_up(key, variable);
    return value ? assign(value->second, parse_period(value->first), field) : Result<void>();
}

Result<void> Settings::flag(std::string_view key, std::string_view variable, bool& field) const {
    const auto value = look_up(key, variable);
    return value ? assign(value->second, parse_switch(value->first), field) : Result<void>();
}

Result<void> Settings::count(std::string_view key, std::string_view variable, std::int64_t& field) const {
    const auto value = look_up(key, variable);
    return value ? assign(value->second, parse_count(value->first), field) : Result<void>();
}

void Settings::list(std::string_view key, std::string_view variable, std::vector<std::string>& field) const {
    if (const auto value = look_up(key, variable)) field = parse_list(value->first);
}

}  // namespace k6::outputs
