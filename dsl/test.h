// A load test as a value: which functions run, how often, and what the results must be.
//
//   Test k6::dsl::define_test() {
//       return {
//           .scenarios = {{.name = "browse", .executor = ConstantVus{.vus = 5, .duration = 30s}, .exec =
//           entry<browse>}}, .thresholds = {p<95>(http_req_duration) < 300ms, rate(http_req_failed) < 1_pct},
//       };
//   }
//
// The binary's main function (linked by k6_cc_scenario_test) calls define_test once. The test compiles to the same
// execution plan as a script: `NAME_bin --plan` prints it.
#pragma once

#include <any>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include "base/error.h"
#include "dsl/metric.h"
#include "dsl/threshold.h"
#include "dsl/vu.h"
#include "engine/plan/options.h"

namespace k6::dsl {

using k6::ConstantVus;
using k6::Options;
using k6::PerVuIterations;
using k6::RampingVus;
using k6::SharedIterations;
using k6::Stage;
using k6::StringMap;

namespace detail {

/// The unqualified name of a function, as the compiler spells it in its own name for this instantiation.
template <auto Function>
constexpr std::string_view function_name() {
    std::string_view text =
        __PRETTY_FUNCTION__;  // "… [with auto Function = shop::browse; …]" or "… [Function = &browse]"
    text.remove_prefix(text.find("Function = ") + std::string_view("Function = ").size());
    text = text.substr(0, text.find_first_of(";]("));
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) text.remove_prefix(colon + 1);
    while (!text.empty() && (text.front() == '&' || text.front() == ' ')) text.remove_prefix(1);
    return text;
}

template <class Function>
struct Signature;
template <>
struct Signature<void (*)(Vu&)> {
    using Data = void;
};
template <class SetupData>
struct Signature<void (*)(Vu&, const SetupData&)> {
    using Data = SetupData;
};

}  // namespace detail

/// A function that runs as an iteration (or as teardown), with the type of setup data it wants.
struct Entry {
    std::string_view name = {};
    void (*run)(Vu& vu, const std::any& data) = nullptr;
    /// nullptr: it takes no data.
    const std::type_info* data = nullptr;
};

/// A function that runs once before all iterations and returns their data.
struct Setup {
    std::any (*run)(Vu& vu) = nullptr;
    const std::type_info* data = nullptr;
};

/// `entry<browse>`: `browse` is `void(Vu&)`, or `void(Vu&, const Data&)` where Data is what setup returns.
template <auto Function>
requires requires { typename detail::Signature<decltype(Function)>::Data; }
inline const Entry entry = [] {
    using Data = typename detail::Signature<decltype(Function)>::Data;
    if constexpr (std::is_void_v<Data>) {
        return Entry{detail::function_name<Function>(), [](Vu& vu, const std::any&) { Function(vu); }, nullptr};
    } else {
        return Entry{detail::function_name<Function>(),
                     [](Vu& vu, const std::any& data) { Function(vu, *std::any_cast<Data>(&data)); }, &typeid(Data)};
    }
}();

/// `setup<log_in>`: `log_in` is `Data(Vu&)`.
template <auto Function>
requires std::invocable<decltype(Function), Vu&> &&
    (!std::is_void_v<std::invoke_result_t<decltype(Function), Vu&>>)inline const Setup setup = {
        [](Vu& vu) { return std::any(Function(vu)); }, &typeid(std::invoke_result_t<decltype(Function), Vu&>)};

struct Scenario {
    std::string name;
    ExecutorOptions executor;
    Entry exec;
    std::optional<Duration> start_time = {};
    std::optional<Duration> graceful_stop = {};
    Setting<StringMap> env = {};
    Setting<StringMap> tags = {};
};

struct Test {
    /// What runs when there are no scenarios: by the shortcuts in `options` (vus, duration, iterations, stages).
    Entry main = {};
    std::vector<Scenario> scenarios = {};
    std::vector<Threshold> thresholds = {};
    /// The test's own metrics.
    std::vector<MetricDeclaration> metrics = {};
    /// Run-wide settings; its `scenarios` and `thresholds` stay empty.
    Options options = {};
    Setup setup = {};
    Entry teardown = {};
};

/// Defined by each test.
Test define_test();

/// The options that the test stands for, as a script with the same content would export them. Fails with
/// ErrorClass::invalid_config when functions and setup data do not fit together.
Result<Options> to_options(const Test& test);

}  // namespace k6::dsl
