// Option values from the environment and from flags.
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "engine/plan/option_codec.h"

namespace k6 {
namespace {

Error invalid(std::string message) { return {ErrorClass::invalid_config, std::move(message)}; }

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    if (text.empty()) return parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::vector<std::string> split_all(const FlagValues& values) {
    std::vector<std::string> parts;
    for (const std::string& value : values) {
        for (std::string& part : split(value, ',')) parts.push_back(std::move(part));
    }
    return parts;
}

/// "DURATION:TARGET", where either half may be missing.
Result<Stage> parse_stage(std::string_view text) {
    Stage stage;
    const std::size_t colon = text.find(':');
    const std::string_view duration = text.substr(0, colon);
    if (!duration.empty()) {
        auto parsed = parse_go_duration(duration);
        if (!parsed) return parsed.error();
        stage.duration = *parsed;
    }
    if (colon != std::string_view::npos && colon + 1 < text.size()) {
        const auto target = parse_integer(text.substr(colon + 1));
        if (!target) return invalid("the target '" + std::string(text.substr(colon + 1)) + "' is no integer");
        stage.target = *target;
    }
    return stage;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "ttl=…,select=…,policy=…".
Result<DnsOptions> parse_dns(std::string_view text) {
    DnsOptions dns;
    for (const std::string& part : split(text, ',')) {
        const std::size_t equals = part.find('=');
        const std::string key = part.substr(0, equals);
        if (equals == std::string::npos || equals + 1 == part.size()) return invalid("no value for key " + key);
        std::string value = part.substr(equals + 1);
        if (key == "ttl") {
            dns.ttl = std::move(value);
        } else if (key == "select") {
            dns.select = std::move(value);
        } else if (key == "policy") {
            dns.policy = std::move(value);
        } else {
            return invalid("unknown DNS configuration field: " + key);
        }
    }
    return dns;
}

template <>
Result<bool> from_environment(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return invalid("converting '" + std::string(text) + "' to type bool: it must be true or false");
}

template <>
Result<std::int64_t> from_environment(std::string_view text) {
    const auto value = parse_integer(text);
    if (!value) return invalid("converting '" + std::string(text) + "' to type int: it must be a whole number");
    return *value;
}

template <>
Result<Duration> from_environment(std::string_view text) {
    auto duration = parse_duration(text);
    if (!duration) return with_context(duration.error(), "converting '" + std::string(text) + "' to type duration");
    return duration;
}

template <>
Result<std::string> from_environment(std::string_view text) {
    return std::string(text);
}

template <>
Result<StringList> from_environment(std::string_view text) {
    return split(text, ',');
}

template <>
Result<StringMap> from_environment(std::string_view text) {
    StringMap map;
    for (const std::string& part : split(text, ',')) {
        const std::size_t colon = part.find(':');
        if (colon == std::string::npos) return invalid("converting '" + part + "' to type map: it must be KEY:VALUE");
        map[part.substr(0, colon)] = part.substr(colon + 1);
    }
    return map;
}

template <>
Result<StageList> from_environment(std::string_view text) {
    StageList stages;
    for (const std::string& part : split(text, ',')) {
        auto stage = parse_stage(part);
        if (!stage) return with_context(stage.error(), "converting '" + part + "' to type stage");
        stages.push_back(*stage);
    }
    return stages;
}

template <>
Result<DnsOptions> from_environment(std::string_view text) {
    return parse_dns(text);
}

template <>
Result<bool> from_flag(const FlagValues& values) {
    const std::string& text = values.back();
    for (const char* yes : {"true", "1", "t", "T", "TRUE", "True"}) {
        if (text == yes) return true;
    }
    for (const char* no : {"false", "0", "f", "F", "FALSE", "False"}) {
        if (text == no) return false;
    }
    return invalid("it must be true or false");
}

template <>
Result<std::int64_t> from_flag(const FlagValues& values) {
    const auto value = parse_integer(values.back());
    if (!value) return invalid("it must be a whole number");
    return *value;
}

template <>
Result<Duration> from_flag(const FlagValues& values) {
    return parse_go_duration(values.back());
}

template <>
Result<std::string> from_flag(const FlagValues& values) {
    return values.back();
}

template <>
Result<StringList> from_flag(const FlagValues& values) {
    return split_all(values);
}

template <>
Result<StringMap> from_flag(const FlagValues& values) {
    StringMap map;
    if (values.size() == 1 && values.front().empty()) return map;
    for (const std::string& value : values) {
        const std::size_t equals = value.find('=');
        const auto fail = [&value](const char* reason) {
            return invalid("error parsing tag '" + value + "': invalid tag, " + reason);
        };
        if (value.empty()) return fail("empty string");
        if (equals == 0) return fail("empty name");
        if (equals == std::string::npos || equals + 1 == value.size()) return fail("empty value");
        map[value.substr(0, equals)] = value.substr(equals + 1);
    }
    return map;
}

template <>
Result<StageList> from_flag(const FlagValues& values) {
    StageList stages;
    for (const std::string& part : split_all(values)) {
        const std::string context = "error for stage " + std::to_string(stages.size());
        auto stage = parse_stage(part);
        if (!stage) return with_context(stage.error(), context);
        if (!stage->duration) return invalid("stage " + std::to_string(stages.size()) + " has no duration");
        stages.push_back(*stage);
    }
    return stages;
}

template <>
Result<Segment> from_flag(const FlagValues& values) {
    return parse_segment(values.back());
}

template <>
Result<SegmentSequence> from_flag(const FlagValues& values) {
    return parse_segment_sequence(values.back());
}

template <>
Result<DnsOptions> from_flag(const FlagValues& values) {
    return parse_dns(values.back());
}

}  // namespace k6
