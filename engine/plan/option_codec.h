// How each type of option value is read from JSON, from the environment and from flags, and written as JSON.
//
// `path` names the field in messages ("scenarios.a.vus"). Types without a form in the environment or as a flag have no
// specialisation there; the table of options never asks for it.
//
// Private to engine/plan (it pulls in Boost.JSON); pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "engine/plan/options.h"

namespace k6 {

using StringList = std::vector<std::string>;
using StageList = std::vector<Stage>;
using FlagValues = std::vector<std::string>;

template <class T>
Result<T> from_json(const boost::json::value& value, const std::string& path);
template <class T>
Result<T> from_environment(std::string_view text);
template <class T>
Result<T> from_flag(const FlagValues& values);

template <>
Result<bool> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<std::int64_t> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<Duration> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<std::string> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<StringList> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<StringMap> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<StageList> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<ScenarioMap> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<ThresholdMap> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<Segment> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<SegmentSequence> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<DnsOptions> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<TlsVersions> from_json(const boost::json::value& value, const std::string& path);
template <>
Result<std::vector<TlsAuth>> from_json(const boost::json::value& value, const std::string& path);
/// An object, kept as text with sorted keys.
template <>
Result<RawJson> from_json(const boost::json::value& value, const std::string& path);

template <>
Result<bool> from_environment(std::string_view text);
template <>
Result<std::int64_t> from_environment(std::string_view text);
template <>
Result<Duration> from_environment(std::string_view text);
template <>
Result<std::string> from_environment(std::string_view text);
template <>
Result<StringList> from_environment(std::string_view text);
template <>
Result<StringMap> from_environment(std::string_view text);
template <>
Result<StageList> from_environment(std::string_view text);
template <>
Result<DnsOptions> from_environment(std::string_view text);

// `values` is never empty.
template <>
Result<bool> from_flag(const FlagValues& values);
template <>
Result<std::int64_t> from_flag(const FlagValues& values);
template <>
Result<Duration> from_flag(const FlagValues& values);
template <>
Result<std::string> from_flag(const FlagValues& values);
template <>
Result<StringList> from_flag(const FlagValues& values);
template <>
Result<StringMap> from_flag(const FlagValues& values);
template <>
Result<StageList> from_flag(const FlagValues& values);
template <>
Result<Segment> from_flag(const FlagValues& values);
template <>
Result<SegmentSequence> from_flag(const FlagValues& values);
template <>
Result<DnsOptions> from_flag(const FlagValues& values);

boost::json::value to_json(bool value);
boost::json::value to_json(std::int64_t value);
boost::json::value to_json(Duration value);
boost::json::value to_json(const std::string& value);
boost::json::value to_json(const StringList& value);
boost::json::value to_json(const StringMap& value);
boost::json::value to_json(const StageList& value);
boost::json::value to_json(const ScenarioMap& value);
boost::json::value to_json(const ThresholdMap& value);
boost::json::value to_json(const Segment& value);
boost::json::value to_json(const SegmentSequence& value);
boost::json::value to_json(const DnsOptions& value);
boost::json::value to_json(const TlsVersions& value);
boost::json::value to_json(const std::vector<TlsAuth>& value);
boost::json::value to_json(const RawJson& value);

/// The whole text as a number, with or without a sign.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// "ttl=…,select=…,policy=…".
Result<DnsOptions> parse_dns(std::string_view text);

/// As they came, if the names in them are known.
Result<DnsOptions> checked_dns(DnsOptions dns);
Result<TlsVersions> checked_tls_versions(TlsVersions versions);

/// "0", "inf" or a duration; zero, Duration::max() or it. The error is ErrorClass::generic.
Result<Duration> parse_dns_ttl(std::string_view text);

/// JSON text; indented by two spaces if wanted, empty objects and arrays as `{}` and `[]`.
std::string json_text(const boost::json::value& value, JsonStyle style);

}  // namespace k6
