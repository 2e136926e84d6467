#include "engine/plan/option_table.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/stream_parser.hpp>
#include <cctype>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "engine/plan/network_values.h"
#include "engine/plan/option_codec.h"

namespace k6 {
namespace {

namespace json = boost::json;

/// A row of the table: the public part, and how this option's field is reached.
struct OptionRow {
    OptionSpec spec;
    bool (*is_set)(const Options&);
    void (*copy)(const Options& from, Options& to);
    /// Applies the row's check to a value that is set.
    Result<void> (*check)(Options&);
    Result<void> (*read_json)(const json::value&, const std::string& path, Options&);
    Result<void> (*read_environment)(std::string_view, Options&);
    Result<void> (*read_flag)(const FlagValues&, Options&);
    json::value (*write_json)(const Options&);
};

template <class T>
constexpr OptionKind kind_of = OptionKind::structured;
template <>
constexpr OptionKind kind_of<bool> = OptionKind::boolean;
template <>
constexpr OptionKind kind_of<std::int64_t> = OptionKind::integer;
template <>
constexpr OptionKind kind_of<Duration> = OptionKind::duration;
template <>
constexpr OptionKind kind_of<std::string> = OptionKind::string;
template <>
constexpr OptionKind kind_of<StringList> = OptionKind::list;
template <>
constexpr OptionKind kind_of<StringMap> = OptionKind::map;
template <>
constexpr OptionKind kind_of<StageList> = OptionKind::stages;
template <>
constexpr OptionKind kind_of<DnsOptions> = OptionKind::dns;
template <>
constexpr OptionKind kind_of<Segment> = OptionKind::segment;
template <>
constexpr OptionKind kind_of<SegmentSequence> = OptionKind::segment_sequence;

template <auto member>
using ValueOf = typename std::remove_cvref_t<decltype(std::declval<Options>().*member)>::value_type;

template <class T>
Result<T> unchecked(T value) {
    return value;
}

/// Brings a value into its canonical form, or rejects it.
template <class T>
using Check = Result<T> (*)(T);

template <auto member, Check<ValueOf<member>> check>
Result<void> store(Result<ValueOf<member>> value, Options& options) {
    if (!value) return value.error();
    auto checked = check(std::move(*value));
    if (!checked) return checked.error();
    options.*member = std::move(*checked);
    return {};
}

struct Spellings {
    std::string_view environment = "";
    std::string_view flag = "";
    char short_flag = '\0';
    std::string_view help = "";
    bool in_json = true;
    bool old = false;
};

template <auto member, Check<ValueOf<member>> check = unchecked<ValueOf<member>>>
constexpr OptionRow row(std::string_view key, Spellings names) {
    using T = ValueOf<member>;
    constexpr OptionKind kind = kind_of<T>;
    OptionRow made{};
    made.spec = {key, kind, names.environment, names.flag, names.short_flag, names.help, names.in_json, names.old};
    made.is_set = [](const Options& options) { return (options.*member).has_value(); };
    made.copy = [](const Options& from, Options& to) { to.*member = from.*member; };
    made.check = [](Options& options) -> Result<void> {
        if (!(options.*member).has_value()) return {};
        return store<member, check>(*(options.*member), options);
    };
    made.read_json = [](const json::value& value, const std::string& path, Options& options) {
        return store<member, check>(from_json<T>(value, path), options);
    };
    if constexpr (kind != OptionKind::structured && kind != OptionKind::segment &&
                  kind != OptionKind::segment_sequence) {
        made.read_environment = [](std::string_view text, Options& options) {
            return store<member, check>(from_environment<T>(text), options);
        };
    }
    if constexpr (kind != OptionKind::structured) {
        made.read_flag = [](const FlagValues& values, Options& options) {
            return store<member, check>(from_flag<T>(values), options);
        };
    }
    made.write_json = [](const Options& options) {
        const auto& field = options.*member;
        return field.has_value() ? to_json(*field) : json::value(nullptr);
    };
    return made;
}

Result<StringList> known_cipher_suites(StringList names) {
    constexpr std::array<std::string_view, 24> known{
        "TLS_RSA_WITH_RC4_128_SHA",
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_256_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
        "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
    };
    for (const std::string& name : names) {
        if (name != "TLS_CHACHA20_POLY1305_SHA256" && std::find(known.begin(), known.end(), name) == known.end()) {
            return Error{ErrorClass::invalid_config, "unknown cipher suite '" + name + "'"};
        }
    }
    return names;
}

Result<StringList> canonical_networks(StringList networks) {
    for (std::string& network : networks) {
        auto canonical = canonical_network(network);
        if (!canonical) return canonical.error();
        network = std::move(*canonical);
    }
    return networks;
}

Result<StringList> hostname_patterns(StringList patterns) {
    for (const std::string& pattern : patterns) {
        if (!is_host_pattern(pattern, false)) {
            return Error{ErrorClass::invalid_config, "invalid hostname pattern '" + pattern + "'"};
        }
    }
    return patterns;
}

Result<StringMap> canonical_hosts(StringMap hosts) {
    StringMap result;
    for (const auto& [pattern, address] : hosts) {
        if (!is_host_pattern(pattern, true)) {
            return Error{ErrorClass::invalid_config, "invalid host pattern '" + pattern + "'"};
        }
        auto canonical = canonical_host_address(address);
        if (!canonical) return with_context(canonical.error(), "host '" + pattern + "'");
        std::string key = pattern;
        for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        result[key] = std::move(*canonical);
    }
    return result;
}

Result<RawJson> canonical_json(RawJson raw) {
    boost::system::error_code error;
    const json::value value = json::parse(raw.text, error);
    if (error) return Error{ErrorClass::invalid_config, "malformed JSON: " + error.message()};
    return from_json<RawJson>(value, "");
}

Result<ScenarioMap> canonical_scenarios(ScenarioMap scenarios) {
    for (auto& [name, scenario] : scenarios) {
        if (!scenario.options) continue;
        auto raw = canonical_json(std::move(*scenario.options));
        if (!raw) return with_context(raw.error(), name + ".options");
        scenario.options = std::move(*raw);
    }
    return scenarios;
}

/// ", line 3 column 7": where the text stops being JSON.
std::string json_error_place(std::string_view text) {
    json::stream_parser parser;
    boost::system::error_code error;
    const std::size_t read = std::min(parser.write_some(text.data(), text.size(), error), text.size());
    const std::string_view before = text.substr(0, read);
    const std::size_t line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t line_begin = before.rfind('\n');
    const std::size_t column = read - (line_begin == std::string_view::npos ? 0 : line_begin + 1) + 1;
    return ", line " + std::to_string(line) + " column " + std::to_string(column);
}

constexpr std::array rows{
    row<&Options::paused>("paused", {"K6_PAUSED", "paused", 'p', "start in a paused state"}),
    row<&Options::vus>("vus", {"K6_VUS", "vus", 'u', "number of virtual users"}),
    row<&Options::duration>("duration", {"K6_DURATION", "duration", 'd', "duration of the test"}),
    row<&Options::iterations>("iterations",
                              {"K6_ITERATIONS", "iterations", 'i', "total of iterations, shared among all VUs"}),
    row<&Options::stages>("stages", {"K6_STAGES", "stage", 's', "a stage of the ramp, DURATION:TARGET; repeatable"}),
    row<&Options::scenarios, canonical_scenarios>("scenarios", {}),
    row<&Options::execution_segment>("executionSegment",
                                     {"", "execution-segment", '\0', "the part of the test that runs here, FROM:TO"}),
    row<&Options::execution_segment_sequence>(
        "executionSegmentSequence",
        {"", "execution-segment-sequence", '\0', "bounds of the segments of all instances, 0,…,1"}),
    row<&Options::no_setup>("noSetup", {"K6_NO_SETUP", "no-setup", '\0', "do not run setup()"}),
    row<&Options::setup_timeout>("setupTimeout", {"K6_SETUP_TIMEOUT"}),
    row<&Options::no_teardown>("noTeardown", {"K6_NO_TEARDOWN", "no-teardown", '\0', "do not run teardown()"}),
    row<&Options::teardown_timeout>("teardownTimeout", {"K6_TEARDOWN_TIMEOUT"}),
    row<&Options::handle_summary_timeout>("handleSummaryTimeout", {"K6_HANDLE_SUMMARY_TIMEOUT"}),
    row<&Options::rps>("rps", {"K6_RPS", "rps", '\0', "limit of HTTP requests a second over all VUs, 0 for none"}),
    row<&Options::dns, checked_dns>("dns", {"K6_DNS", "dns", '\0', "name resolution, ttl=…,select=…,policy=…"}),
    row<&Options::max_redirects>("maxRedirects",
                                 {"K6_MAX_REDIRECTS", "max-redirects", '\0', "follow at most n redirects"}),
    row<&Options::user_agent>("userAgent", {"K6_USER_AGENT", "user-agent", '\0', "User-Agent of HTTP requests"}),
    row<&Options::batch>("batch", {"K6_BATCH", "batch", '\0', "parallel requests of one http.batch()"}),
    row<&Options::batch_per_host>("batchPerHost", {"K6_BATCH_PER_HOST", "batch-per-host", '\0',
                                                   "parallel requests of one http.batch() per host"}),
    row<&Options::http_debug>("httpDebug",
                              {"K6_HTTP_DEBUG", "http-debug", '\0', "log HTTP heads, with \"full\" bodies, too"}),
    row<&Options::insecure_skip_tls_verify>(
        "insecureSkipTLSVerify",
        {"K6_INSECURE_SKIP_TLS_VERIFY", "insecure-skip-tls-verify", '\0', "do not verify TLS certificates"}),
    row<&Options::tls_cipher_suites, known_cipher_suites>("tlsCipherSuites", {}),
    row<&Options::tls_version, checked_tls_versions>("tlsVersion", {}),
    row<&Options::tls_auth>("tlsAuth", {}),
    row<&Options::throw_errors>("throw", {"K6_THROW", "throw", 'w', "failed requests throw"}),
    row<&Options::thresholds>("thresholds", {}),
    row<&Options::blacklist_ips, canonical_networks>(
        "blacklistIPs", {"K6_BLACKLIST_IPS", "blacklist-ip", '\0', "network that must not be called; repeatable"}),
    row<&Options::block_hostnames, hostname_patterns>(
        "blockHostnames",
        {"K6_BLOCK_HOSTNAMES", "block-hostnames", '\0', "host pattern that must not be called; repeatable"}),
    row<&Options::hosts, canonical_hosts>("hosts", {}),
    row<&Options::no_connection_reuse>("noConnectionReuse",
                                       {"K6_NO_CONNECTION_REUSE", "no-connection-reuse", '\0', "no keep-alive"}),
    row<&Options::no_vu_connection_reuse>("noVUConnectionReuse", {"K6_NO_VU_CONNECTION_REUSE", "no-vu-connection-reuse",
                                                                  '\0', "close connections between iterations"}),
    row<&Options::min_iteration_duration>(
        "minIterationDuration",
        {"K6_MIN_ITERATION_DURATION", "min-iteration-duration", '\0', "shortest time of a complete iteration"}),
    row<&Options::cloud, canonical_json>("cloud", {}),
    row<&Options::ext, canonical_json>("ext", {}),
    row<&Options::summary_trend_stats>("summaryTrendStats", {"K6_SUMMARY_TREND_STATS", "summary-trend-stats", '\0',
                                                             "columns of trends in the summary"}),
    row<&Options::summary_time_unit>("summaryTimeUnit", {"K6_SUMMARY_TIME_UNIT", "summary-time-unit", '\0',
                                                         "unit of times in the summary: s, ms or us"}),
    row<&Options::system_tags>("systemTags", {"K6_SYSTEM_TAGS", "system-tags", '\0', "system tags that samples carry"}),
    row<&Options::tags>("tags", {"K6_TAGS", "tag", '\0', "tag of all samples, NAME=VALUE; repeatable"}),
    row<&Options::metric_samples_buffer_size>("metricSamplesBufferSize", {"K6_METRIC_SAMPLES_BUFFER_SIZE"}),
    row<&Options::no_cookies_reset>("noCookiesReset", {"K6_NO_COOKIES_RESET"}),
    row<&Options::discard_response_bodies>(
        "discardResponseBodies",
        {"K6_DISCARD_RESPONSE_BODIES", "discard-response-bodies", '\0', "read but do not keep response bodies"}),
    row<&Options::console_output>("consoleOutput",
                                  {"K6_CONSOLE_OUTPUT", "console-output", '\0', "file for what scripts print", false}),
    row<&Options::local_ips>(
        "localIPs", {"K6_LOCAL_IPS", "local-ips", '\0', "local addresses, ranges or networks to call from", false}),
    row<&Options::vus_max>("vusMax", {"K6_VUS_MAX", "max", 'm', "VUs that there may be", true, true}),
};

constexpr auto specs = [] {
    std::array<OptionSpec, rows.size()> result{};
    for (std::size_t i = 0; i < rows.size(); ++i) result[i] = rows[i].spec;
    return result;
}();

const OptionRow& row_of(const OptionSpec& option) { return rows.at(static_cast<std::size_t>(&option - specs.data())); }

const OptionRow* find_row(std::string_view key) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [key](const OptionRow& row) { return row.spec.key == key; });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::span<const OptionSpec> option_table() { return specs; }

const OptionSpec* find_option_by_flag(std::string_view flag) {
    const auto found =
        std::find_if(specs.begin(), specs.end(), [flag](const OptionSpec& option) { return option.flag == flag; });
    return found == specs.end() || flag.empty() ? nullptr : &*found;
}

bool is_set(const OptionSpec& option, const Options& options) { return row_of(option).is_set(options); }

void copy_option(const OptionSpec& option, const Options& from, Options& to) { row_of(option).copy(from, to); }

Result<Options> canonical(Options options) {
    for (const OptionRow& row : rows) {
        if (auto checked = row.check(options); !checked) {
            return with_context(checked.error(), "option \"" + std::string(row.spec.key) + "\"");
        }
    }
    return options;
}

Result<void> set_from_flag(const OptionSpec& option, const std::vector<std::string>& values, Options& options) {
    const OptionRow& row = row_of(option);
    const std::string name = "--" + std::string(option.flag);
    if (option.flag.empty() || row.read_flag == nullptr) {
        return Error{ErrorClass::generic, "the option " + std::string(option.key) + " has no flag"};
    }
    if (values.empty()) return Error{ErrorClass::generic, "the flag " + name + " needs a value"};
    auto read = row.read_flag(values, options);
    if (read) return {};
    Error error = with_context(read.error(), "invalid argument \"" + values.back() + "\" for " + name);
    error.error_class = ErrorClass::generic;
    return error;
}

Result<void> set_from_environment(const OptionSpec& option, std::string_view text, Options& options) {
    const OptionRow& row = row_of(option);
    if (option.environment.empty() || row.read_environment == nullptr) {
        return Error{ErrorClass::invalid_config,
                     "the option " + std::string(option.key) + " has no environment variable"};
    }
    auto read = row.read_environment(text, options);
    if (read) return {};
    return with_context(read.error(), std::string(option.environment) + ": option \"" + std::string(option.key) + "\"");
}

Result<ParsedOptions> parse_options_json(std::string_view text) {
    boost::system::error_code parse_error;
    const json::value value = json::parse(text, parse_error);
    if (parse_error) {
        return Error{ErrorClass::invalid_config,
                     "malformed JSON in options" + json_error_place(text) + ": " + parse_error.message()};
    }
    ParsedOptions parsed;
    if (value.is_null()) return parsed;
    const json::object* object = value.if_object();
    if (object == nullptr) return Error{ErrorClass::invalid_config, "options must be an object"};
    for (const auto& [key, member] : *object) {
        const OptionRow* row = find_row(key);
        if (row == nullptr || !row->spec.in_json) {
            parsed.unknown_keys.emplace_back(key);
        } else if (!member.is_null()) {
            if (auto read = row->read_json(member, std::string(key), parsed.options); !read) return read.error();
        }
    }
    return parsed;
}

Result<Options> options_from_environment(const EnvironmentLookup& lookup) {
    Options options;
    for (const OptionSpec& option : specs) {
        if (option.environment.empty()) continue;
        const std::optional<std::string> text = lookup(option.environment);
        if (!text || text->empty()) continue;
        if (auto set = set_from_environment(option, *text, options); !set) return set.error();
    }
    return options;
}

std::string options_to_json(const Options& options, JsonStyle style) {
    json::object object;
    for (const OptionRow& row : rows) {
        if (!row.spec.in_json || row.spec.old || (row.spec.key == "cloud" && !row.is_set(options))) continue;
        object[row.spec.key] = row.write_json(options);
    }
    return json_text(object, style);
}

std::string test_options_to_json(const Options& options, JsonStyle style) {
    constexpr std::array<std::string_view, 4> shortcuts{"vus", "iterations", "duration", "stages"};
    json::object object;
    for (const OptionRow& row : rows) {
        if (std::find(shortcuts.begin(), shortcuts.end(), row.spec.key) != shortcuts.end()) continue;
        if (row.spec.old || (row.spec.key == "cloud" && !row.is_set(options))) continue;
        object[row.spec.key] = row.write_json(options);
    }
    return json_text(object, style);
}

}  // namespace k6
