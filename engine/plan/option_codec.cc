#include "engine/plan/option_codec.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace k6 {
namespace {

namespace json = boost::json;

Error invalid(std::string message) { return {ErrorClass::invalid_config, std::move(message)}; }

/// A value as messages show it.
std::string shown(const json::value& value) {
    std::string text = json::serialize(value);
    if (const double* number = value.if_double()) {
        std::array<char, 32> digits{};
        text.assign(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr);
    }
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

Error wrong_type(const std::string& path, std::string_view expected, const json::value& value) {
    return invalid("option \"" + path + "\" must be " + std::string(expected) + ", not " + shown(value));
}

/// Reads one field of an object into `field` unless it is missing or null.
template <class Field>
Result<void> read_field(const json::object& object, std::string_view key, const std::string& path, Field& field) {
    using T = typename Field::value_type;
    const json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    Result<T> read = from_json<T>(*value, path + "." + std::string(key));
    if (!read) return read.error();
    field = std::move(*read);
    return {};
}

/// A struct's field with its key, so that reading, writing and the check for unknown keys share one list.
template <class Struct, class Field>
struct FieldSpec {
    std::string_view key;
    Field Struct::*member;
};
template <class Struct, class Field>
FieldSpec(const char*, Field Struct::*) -> FieldSpec<Struct, Field>;

constexpr std::tuple scenario_fields{FieldSpec{"startTime", &ScenarioOptions::start_time},
                                     FieldSpec{"gracefulStop", &ScenarioOptions::graceful_stop},
                                     FieldSpec{"env", &ScenarioOptions::env},
                                     FieldSpec{"exec", &ScenarioOptions::exec},
                                     FieldSpec{"tags", &ScenarioOptions::tags},
                                     FieldSpec{"options", &ScenarioOptions::options}};

template <class Executor>
struct ExecutorSpec;

template <>
struct ExecutorSpec<ConstantVus> {
    static constexpr std::string_view name = "constant-vus";
    static constexpr std::tuple fields{FieldSpec{"vus", &ConstantVus::vus},
                                       FieldSpec{"duration", &ConstantVus::duration}};
};
template <>
struct ExecutorSpec<RampingVus> {
    static constexpr std::string_view name = "ramping-vus";
    static constexpr std::tuple fields{FieldSpec{"startVUs", &RampingVus::start_vus},
                                       FieldSpec{"stages", &RampingVus::stages},
                                       FieldSpec{"gracefulRampDown", &RampingVus::graceful_ramp_down}};
};
template <>
struct ExecutorSpec<SharedIterations> {
    static constexpr std::string_view name = "shared-iterations";
    static constexpr std::tuple fields{FieldSpec{"vus", &SharedIterations::vus},
                                       FieldSpec{"iterations", &SharedIterations::iterations},
                                       FieldSpec{"maxDuration", &SharedIterations::max_duration}};
};
template <>
struct ExecutorSpec<PerVuIterations> {
    static constexpr std::string_view name = "per-vu-iterations";
    static constexpr std::tuple fields{FieldSpec{"vus", &PerVuIterations::vus},
                                       FieldSpec{"iterations", &PerVuIterations::iterations},
                                       FieldSpec{"maxDuration", &PerVuIterations::max_duration}};
};
template <>
struct ExecutorSpec<ConstantArrivalRate> {
    static constexpr std::string_view name = "constant-arrival-rate";
    static constexpr std::tuple fields{FieldSpec{"rate", &ConstantArrivalRate::rate},
                                       FieldSpec{"timeUnit", &ConstantArrivalRate::time_unit},
                                       FieldSpec{"duration", &ConstantArrivalRate::duration},
                                       FieldSpec{"preAllocatedVUs", &ConstantArrivalRate::pre_allocated_vus},
                                       FieldSpec{"maxVUs", &ConstantArrivalRate::max_vus}};
};
template <>
struct ExecutorSpec<RampingArrivalRate> {
    static constexpr std::string_view name = "ramping-arrival-rate";
    static constexpr std::tuple fields{FieldSpec{"startRate", &RampingArrivalRate::start_rate},
                                       FieldSpec{"timeUnit", &RampingArrivalRate::time_unit},
                                       FieldSpec{"stages", &RampingArrivalRate::stages},
                                       FieldSpec{"preAllocatedVUs", &RampingArrivalRate::pre_allocated_vus},
                                       FieldSpec{"maxVUs", &RampingArrivalRate::max_vus}};
};
template <>
struct ExecutorSpec<ExternallyControlled> {
    static constexpr std::string_view name = "externally-controlled";
    static constexpr std::tuple fields{FieldSpec{"vus", &ExternallyControlled::vus},
                                       FieldSpec{"duration", &ExternallyControlled::duration},
                                       FieldSpec{"maxVUs", &ExternallyControlled::max_vus}};
};

template <class Struct, class... Fields>
Result<void> read_fields(const json::object& object, const std::string& path,
                         const std::tuple<FieldSpec<Struct, Fields>...>& fields, Struct& target) {
    Result<void> result;
    std::apply(
        [&](const auto&... field) {
            const auto read = [&](const auto& one) {
                result = read_field(object, one.key, path, target.*(one.member));
                return result.has_value();
            };
            (void)(read(field) && ...);
        },
        fields);
    return result;
}

template <class Fields>
bool names_field(const Fields& fields, std::string_view key) {
    return std::apply([key](const auto&... field) { return ((field.key == key) || ...); }, fields);
}

template <class Executor>
Result<ScenarioOptions> read_scenario_as(const json::object& object, const std::string& name, const std::string& path) {
    for (const auto& [key, value] : object) {
        if (key != "executor" && !names_field(scenario_fields, key) &&
            !names_field(ExecutorSpec<Executor>::fields, key)) {
            return invalid("scenario '" + name + "': json: unknown field " + shown(json::value(key)));
        }
    }
    ScenarioOptions scenario;
    Executor executor;
    if (auto read = read_fields(object, path, scenario_fields, scenario); !read) return read.error();
    if (auto read = read_fields(object, path, ExecutorSpec<Executor>::fields, executor); !read) return read.error();
    scenario.executor = std::move(executor);
    return scenario;
}

Result<ScenarioOptions> read_scenario(const json::value& value, const std::string& name, const std::string& path) {
    const json::object* object = value.if_object();
    if (object == nullptr) return wrong_type(path, "an object", value);
    const json::value* executor = object->if_contains("executor");
    if (executor == nullptr || executor->is_null() || (executor->is_string() && executor->get_string().empty())) {
        return invalid("scenario '" + name + "' doesn't have a specified executor type");
    }
    if (!executor->is_string()) return wrong_type(path + ".executor", "a string", *executor);
    const std::string_view type = executor->get_string();
    std::optional<Result<ScenarioOptions>> read;
    const auto read_if_named = [&]<class Executor>(const Executor*) {
        if constexpr (!std::is_same_v<Executor, std::monostate>) {
            if (type == ExecutorSpec<Executor>::name) read = read_scenario_as<Executor>(*object, name, path);
        }
    };
    [&]<class... Executors>(const std::variant<Executors...>*) {
        (read_if_named(static_cast<const Executors*>(nullptr)), ...);
    }(static_cast<const ExecutorOptions*>(nullptr));
    if (read) return std::move(*read);
    return invalid("scenario '" + name + "': unknown executor type '" + std::string(type) + "'");
}

template <class Field>
json::value field_to_json(const Field& field) {
    if (!field.has_value()) return nullptr;
    return to_json(*field);
}

json::value scenario_to_json(const ScenarioOptions& scenario) {
    json::object object;
    object["executor"] = nullptr;
    object["startTime"] = field_to_json(scenario.start_time);
    object["gracefulStop"] = field_to_json(scenario.graceful_stop);
    object["env"] = field_to_json(scenario.env);
    object["exec"] = field_to_json(scenario.exec);
    object["tags"] = field_to_json(scenario.tags);
    if (scenario.options) object["options"] = to_json(*scenario.options);
    std::visit(
        [&object]<class Executor>(const Executor& executor) {
            if constexpr (!std::is_same_v<Executor, std::monostate>) {
                object["executor"] = ExecutorSpec<Executor>::name;
                std::apply(
                    [&](const auto&... field) { ((object[field.key] = field_to_json(executor.*(field.member))), ...); },
                    ExecutorSpec<Executor>::fields);
            }
        },
        scenario.executor);
    return object;
}

Result<metrics::ThresholdItem> read_threshold(const json::value& value, const std::string& path) {
    metrics::ThresholdItem item;
    if (const json::string* source = value.if_string()) {
        item.source = std::string(*source);
        return item;
    }
    const json::object* object = value.if_object();
    if (object == nullptr) return wrong_type(path, "a string or an object", value);
    std::optional<std::string> source;
    std::optional<bool> abort_on_fail;
    if (auto read = read_field(*object, "threshold", path, source); !read) return read.error();
    if (auto read = read_field(*object, "abortOnFail", path, abort_on_fail); !read) return read.error();
    if (auto read = read_field(*object, "delayAbortEval", path, item.delay_abort_eval); !read) return read.error();
    if (!source) return invalid("option \"" + path + "\" lacks the key \"threshold\"");
    item.source = std::move(*source);
    item.abort_on_fail = abort_on_fail.value_or(false);
    return item;
}

constexpr std::array<std::string_view, 3> dns_selects{"first", "random", "roundRobin"};
constexpr std::array<std::string_view, 5> dns_policies{"preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& values, const std::string& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

json::value sorted(const json::value& value) {
    if (const json::object* object = value.if_object()) {
        std::map<std::string_view, const json::value*> by_key;
        for (const auto& [key, member] : *object) by_key[std::string_view(key)] = &member;
        json::object result;
        for (const auto& [key, member] : by_key) result[key] = sorted(*member);
        return result;
    }
    if (const json::array* array = value.if_array()) {
        json::array result;
        for (const json::value& item : *array) result.push_back(sorted(item));
        return result;
    }
    return value;
}

void write_indented(const json::value& value, std::size_t depth, std::string& text) {
    const auto write_items = [&](char open, char close, const auto& items, const auto& write_item) {
        text += open;
        bool first = true;
        for (const auto& item : items) {
            text += first ? "\n" : ",\n";
            first = false;
            text.append(2 * (depth + 1), ' ');
            write_item(item);
        }
        if (!first) {
            text += '\n';
            text.append(2 * depth, ' ');
        }
        text += close;
    };
    if (const json::object* object = value.if_object()) {
        write_items('{', '}', *object, [&](const auto& member) {
            text += json::serialize(json::value(member.key())) + ": ";
            write_indented(member.value(), depth + 1, text);
        });
    } else if (const json::array* array = value.if_array()) {
        write_items('[', ']', *array, [&](const json::value& item) { write_indented(item, depth + 1, text); });
    } else {
        text += json::serialize(value);
    }
}

}  // namespace

template <>
Result<bool> from_json(const json::value& value, const std::string& path) {
    if (!value.is_bool()) return wrong_type(path, "true or false", value);
    return value.get_bool();
}

template <>
Result<std::int64_t> from_json(const json::value& value, const std::string& path) {
    std::optional<std::int64_t> integer;
    if (value.is_int64()) {
        integer = value.get_int64();
    } else if (value.is_string()) {
        integer = parse_integer(value.get_string());
    } else if (value.is_double()) {
        // 1e3 is an integer, too. Doubles below 2^63 convert.
        const double number = value.get_double();
        if (number == std::trunc(number) && std::fabs(number) < 9.2e18) integer = static_cast<std::int64_t>(number);
    }
    if (!integer) return wrong_type(path, "an integer", value);
    return *integer;
}

template <>
Result<Duration> from_json(const json::value& value, const std::string& path) {
    std::optional<Result<Duration>> duration;
    if (value.is_string()) {
        duration = parse_duration(std::string_view(value.get_string()));
    } else if (value.is_int64()) {
        duration = duration_from_milliseconds(static_cast<double>(value.get_int64()));
    } else if (value.is_double()) {
        duration = duration_from_milliseconds(value.get_double());
    }
    if (!duration) return wrong_type(path, "a duration (\"10s\", or a number of milliseconds)", value);
    if (!*duration) return with_context(duration->error(), "option \"" + path + "\"");
    return std::move(*duration);
}

template <>
Result<std::string> from_json(const json::value& value, const std::string& path) {
    if (!value.is_string()) return wrong_type(path, "a string", value);
    return std::string(value.get_string());
}

template <>
Result<StringList> from_json(const json::value& value, const std::string& path) {
    const json::array* array = value.if_array();
    if (array == nullptr) return wrong_type(path, "an array of strings", value);
    StringList list;
    for (const json::value& item : *array) {
        auto text = from_json<std::string>(item, path + "[" + std::to_string(list.size()) + "]");
        if (!text) return text.error();
        list.push_back(std::move(*text));
    }
    return list;
}

template <>
Result<StringMap> from_json(const json::value& value, const std::string& path) {
    const json::object* object = value.if_object();
    if (object == nullptr) return wrong_type(path, "an object with strings", value);
    StringMap map;
    for (const auto& [key, member] : *object) {
        auto text = from_json<std::string>(member, path + "." + std::string(key));
        if (!text) return text.error();
        map[std::string(key)] = std::move(*text);
    }
    return map;
}

template <>
Result<StageList> from_json(const json::value& value, const std::string& path) {
    const json::array* array = value.if_array();
    if (array == nullptr) return wrong_type(path, "an array of stages", value);
    StageList stages;
    for (const json::value& item : *array) {
        const std::string stage_path = path + "[" + std::to_string(stages.size()) + "]";
        const json::object* object = item.if_object();
        if (object == nullptr) return wrong_type(stage_path, "an object with duration and target", item);
        Stage& stage = stages.emplace_back();
        if (auto read = read_field(*object, "duration", stage_path, stage.duration); !read) return read.error();
        if (auto read = read_field(*object, "target", stage_path, stage.target); !read) return read.error();
    }
    return stages;
}

template <>
Result<ScenarioMap> from_json(const json::value& value, const std::string& path) {
    const json::object* object = value.if_object();
    if (object == nullptr) return wrong_type(path, "an object with scenarios", value);
    ScenarioMap scenarios;
    for (const auto& [key, member] : *object) {
        const std::string name(key);
        auto scenario = read_scenario(member, name, path + "." + name);
        if (!scenario) return scenario.error();
        scenarios[name] = std::move(*scenario);
    }
    return scenarios;
}

template <>
Result<ThresholdMap> from_json(const json::value& value, const std::string& path) {
    const json::object* object = value.if_object();
    if (object == nullptr) return wrong_type(path, "an object with arrays of thresholds", value);
    ThresholdMap thresholds;
    for (const auto& [key, member] : *object) {
        const std::string item_path = path + "." + std::string(key);
        const json::array* array = member.if_array();
        if (array == nullptr) return wrong_type(item_path, "an array of thresholds", member);
        ThresholdList& list = thresholds[std::string(key)];
        list.clear();
        for (const json::value& item : *array) {
            auto threshold = read_threshold(item, item_path + "[" + std::to_string(list.size()) + "]");
            if (!threshold) return threshold.error();
            list.push_back(std::move(*threshold));
        }
    }
    return thresholds;
}

template <>
Result<Segment> from_json(const json::value& value, const std::string& path) {
    auto text = from_json<std::string>(value, path);
    if (!text) return text.error();
    return parse_segment(*text);
}

template <>
Result<SegmentSequence> from_json(const json::value& value, const std::string& path) {
    auto text = from_json<std::string>(value, path);
    if (!text) return text.error();
    return parse_segment_sequence(*text);
}

template <>
Result<DnsOptions> from_json(const json::value& value, const std::string& path) {
    if (value.is_string()) return parse_dns(std::string_view(value.get_string()));
    const json::object* object = value.if_object();
    if (object == nullptr) return wrong_type(path, "an object or a string", value);
    DnsOptions dns;
    if (const json::value* ttl = object->if_contains("ttl"); ttl != nullptr && ttl->is_number()) {
        dns.ttl = json::serialize(*ttl);
    } else if (auto read = read_field(*object, "ttl", path, dns.ttl); !read) {
        return read.error();
    }
    if (auto read = read_field(*object, "select", path, dns.select); !read) return read.error();
    if (auto read = read_field(*object, "policy", path, dns.policy); !read) return read.error();
    return dns;
}

template <>
Result<TlsVersions> from_json(const json::value& value, const std::string& path) {
    TlsVersions versions;
    if (const json::string* text = value.if_string()) {
        versions.min = versions.max = std::string(*text);
    } else if (const json::object* object = value.if_object()) {
        for (const auto& [key, member] : *object) {
            if (key != "min" && key != "max") {
                return invalid("option \"" + path + "\": json: unknown field " + shown(json::value(key)));
            }
            auto bound = from_json<std::string>(member, path + "." + std::string(key));
            if (!bound) return bound.error();
            (key == "min" ? versions.min : versions.max) = std::move(*bound);
        }
    } else {
        return wrong_type(path, "a string or an object with min and max", value);
    }
    return versions;
}

template <>
Result<std::vector<TlsAuth>> from_json(const json::value& value, const std::string& path) {
    const json::array* array = value.if_array();
    if (array == nullptr) return wrong_type(path, "an array of certificates", value);
    std::vector<TlsAuth> list;
    for (const json::value& item : *array) {
        const std::string item_path = path + "[" + std::to_string(list.size()) + "]";
        const json::object* object = item.if_object();
        if (object == nullptr) return wrong_type(item_path, "an object with cert and key", item);
        constexpr std::array<std::string_view, 4> keys{"cert", "key", "password", "domains"};
        for (const auto& member : *object) {
            if (!is_one_of(keys, std::string(member.key()))) {
                return invalid("option \"" + item_path + "\": json: unknown field " + shown(json::value(member.key())));
            }
        }
        std::optional<std::string> cert;
        std::optional<std::string> key;
        TlsAuth& auth = list.emplace_back();
        if (auto read = read_field(*object, "cert", item_path, cert); !read) return read.error();
        if (auto read = read_field(*object, "key", item_path, key); !read) return read.error();
        if (auto read = read_field(*object, "password", item_path, auth.password); !read) return read.error();
        if (auto read = read_field(*object, "domains", item_path, auth.domains); !read) return read.error();
        auth.cert = std::move(cert).value_or("");
        auth.key = std::move(key).value_or("");
    }
    return list;
}

template <>
Result<RawJson> from_json(const json::value& value, const std::string& path) {
    if (!value.is_object()) return wrong_type(path, "an object", value);
    return RawJson{json::serialize(sorted(value))};
}

json::value to_json(bool value) { return value; }
json::value to_json(std::int64_t value) { return value; }
json::value to_json(Duration value) { return json::value(format_go_duration(value)); }
json::value to_json(const std::string& value) { return json::value(value); }

json::value to_json(const StringList& value) {
    json::array array;
    for (const std::string& item : value) array.emplace_back(item);
    return array;
}

json::value to_json(const StringMap& value) {
    json::object object;
    for (const auto& [key, member] : value) object[key] = member;
    return object;
}

json::value to_json(const StageList& value) {
    json::array array;
    for (const Stage& stage : value) {
        array.push_back(
            json::object{{"duration", field_to_json(stage.duration)}, {"target", field_to_json(stage.target)}});
    }
    return array;
}

json::value to_json(const ScenarioMap& value) {
    json::object object;
    for (const auto& [name, scenario] : value) object[name] = scenario_to_json(scenario);
    return object;
}

json::value to_json(const ThresholdMap& value) {
    json::object object;
    for (const auto& [metric, list] : value) {
        json::array array;
        for (const metrics::ThresholdItem& item : list) {
            if (item.abort_on_fail) {
                array.push_back(json::object{{"threshold", item.source},
                                             {"abortOnFail", true},
                                             {"delayAbortEval", field_to_json(item.delay_abort_eval)}});
            } else {
                array.emplace_back(item.source);
            }
        }
        object[metric] = std::move(array);
    }
    return object;
}

json::value to_json(const Segment& value) { return json::value(to_string(value)); }
json::value to_json(const SegmentSequence& value) { return json::value(to_string(value)); }

json::value to_json(const DnsOptions& value) {
    return json::object{{"ttl", field_to_json(value.ttl)},
                        {"select", field_to_json(value.select)},
                        {"policy", field_to_json(value.policy)}};
}

json::value to_json(const TlsVersions& value) { return json::object{{"min", value.min}, {"max", value.max}}; }

json::value to_json(const std::vector<TlsAuth>& value) {
    json::array array;
    for (const TlsAuth& auth : value) {
        array.push_back(json::object{{"cert", auth.cert},
                                     {"key", auth.key},
                                     {"password", field_to_json(auth.password)},
                                     {"domains", field_to_json(auth.domains)}});
    }
    return array;
}

json::value to_json(const RawJson& value) {
    boost::system::error_code error;
    json::value parsed = json::parse(value.text, error);
    // Text that is no JSON, which only unchecked options have, stays visible as a string.
    return error ? json::value(value.text) : parsed;
}

Result<DnsOptions> checked_dns(DnsOptions dns) {
    if (dns.ttl) {
        if (auto ttl = parse_dns_ttl(*dns.ttl); !ttl) return ttl.error();
    }
    if (dns.select && !is_one_of(dns_selects, *dns.select)) {
        return invalid(*dns.select + " does not belong to DNSSelect values");
    }
    if (dns.policy && !is_one_of(dns_policies, *dns.policy)) {
        return invalid(*dns.policy + " does not belong to DNSPolicy values");
    }
    return dns;
}

Result<TlsVersions> checked_tls_versions(TlsVersions versions) {
    constexpr std::array<std::string_view, 5> names{"", "tls1.0", "tls1.1", "tls1.2", "tls1.3"};
    for (const std::string* name : {&versions.min, &versions.max}) {
        if (!is_one_of(names, *name)) return invalid("unknown TLS version '" + *name + "'");
    }
    return versions;
}

Result<Duration> parse_dns_ttl(std::string_view text) {
    if (text == "inf") return Duration::max();
    auto ttl = parse_duration(text);
    if (!ttl || *ttl < Duration(0)) return Error{ErrorClass::generic, "invalid DNS TTL: " + std::string(text)};
    return *ttl;
}

std::string json_text(const json::value& value, JsonStyle style) {
    if (style == JsonStyle::compact) return json::serialize(value);
    std::string text;
    write_indented(value, 0, text);
    return text;
}

}  // namespace k6
