#include "outputs/settings.h"

#include <algorithm>
#include <charconv>

namespace k6::outputs {
namespace {

Error wrong(std::string_view variable, const Error& error) { return with_context(error, variable); }

template <class T>
Result<void> assign(std::string_view variable, Result<T> parsed, T& field) {
    if (!parsed) return wrong(variable, parsed.error());
    field = *std::move(parsed);
    return {};
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

std::optional<std::string> Settings::look_up(std::string_view variable) const {
    if (!environment_) return std::nullopt;
    auto value = environment_(variable);
    return value && !value->empty() ? value : std::nullopt;
}

void Settings::text(std::string_view variable, std::string& field) {
    if (auto value = look_up(variable)) field = *std::move(value);
}

Result<void> Settings::period(std::string_view variable, Duration& field) {
    const auto value = look_up(variable);
    return value ? assign(variable, parse_period(*value), field) : Result<void>();
}

Result<void> Settings::flag(std::string_view variable, bool& field) {
    const auto value = look_up(variable);
    return value ? assign(variable, parse_switch(*value), field) : Result<void>();
}

Result<void> Settings::count(std::string_view variable, std::int64_t& field) {
    const auto value = look_up(variable);
    return value ? assign(variable, parse_count(*value), field) : Result<void>();
}

void Settings::list(std::string_view variable, std::vector<std::string>& field) {
    if (const auto value = look_up(variable)) field = parse_list(*value);
}

}  // namespace k6::outputs
