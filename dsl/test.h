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
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include "base/error.h"
#include "dsl/call.h"
#include "dsl/data.h"
#include "dsl/metric.h"
#include "dsl/threshold.h"
#include "dsl/vu.h"
#include "engine/plan/options.h"

namespace k6::dsl {

using k6::ConstantArrivalRate;
using k6::ConstantVus;
using k6::DnsOptions;
using k6::Duration;
using k6::ExternallyControlled;
using k6::Options;
using k6::PerVuIterations;
using k6::RampingArrivalRate;
using k6::RampingVus;
using k6::SharedIterations;
using k6::Stage;
using k6::StringMap;
using k6::TlsAuth;
using k6::TlsVersions;

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

/// What a scenario function takes besides its Vu: what setup returned (by reference to const), and the VU's own state.
template <class Function>
struct Signature {
    static constexpr bool valid = false;
    using Data = void;
    using State = void;
};
template <>
struct Signature<void (*)(Vu&)> {
    static constexpr bool valid = true;
    using Data = void;
    using State = void;
};
template <class Argument>
struct Signature<void (*)(Vu&, Argument&)> {
    static constexpr bool valid = true;
    static constexpr bool is_data = std::is_const_v<Argument>;
    using Data = std::conditional_t<is_data, std::remove_const_t<Argument>, void>;
    using State = std::conditional_t<is_data, void, Argument>;
};
template <class SetupData, class VuState>
struct Signature<void (*)(Vu&, const SetupData&, VuState&)> {
    static constexpr bool valid = !std::is_const_v<VuState>;
    using Data = SetupData;
    using State = VuState;
};

/// What setup functions and those of VUs return.
template <class Function>
struct SetupSignature {
    static constexpr bool valid = false;
    using Data = void;
    using Returned = int;
};
template <class Value>
struct SetupSignature<Value (*)(Vu&)> {
    static constexpr bool valid = true;
    using Data = void;
    using Returned = Value;
};
template <class Value, class SetupData>
struct SetupSignature<Value (*)(Vu&, const SetupData&)> {
    static constexpr bool valid = true;
    using Data = SetupData;
    using Returned = Value;
};

template <class T>
constexpr const std::type_info* type_or_null() {
    if constexpr (std::is_void_v<T>) {
        return nullptr;
    } else {
        return &typeid(T);
    }
}

using StatePtr = std::shared_ptr<void>;

/// How to make a VU's state where no vu_setup does; null if it cannot be made of nothing.
template <class State>
constexpr auto default_state() -> StatePtr (*)() {
    if constexpr (std::is_default_constructible_v<State>) {
        return []() -> StatePtr { return std::make_shared<State>(); };
    } else {
        return nullptr;
    }
}

}  // namespace detail

/// A function that runs as an iteration (or as a teardown), with the types of what it wants.
struct Entry {
    std::string_view name = {};
    void (*run)(Vu& vu, const std::any& data, void* state) = nullptr;
    /// Of the setup data; nullptr: it takes none.
    const std::type_info* data = nullptr;
    /// Of the VU's state; nullptr: it takes none.
    const std::type_info* state = nullptr;
    detail::StatePtr (*make_state)() = nullptr;
};

/// A function that runs once before all iterations and returns their data.
struct Setup {
    std::any (*run)(Vu& vu) = nullptr;
    const std::type_info* data = nullptr;
};

/// A function that runs once for each VU, before its first iteration, and returns the VU's state.
struct VuSetup {
    detail::StatePtr (*run)(Vu& vu, const std::any& data) = nullptr;
    const std::type_info* data = nullptr;
    const std::type_info* state = nullptr;
};

namespace detail {

template <auto Function>
constexpr Entry make_entry() {
    using Taken = Signature<decltype(Function)>;
    static_assert(Taken::valid,
                  "entry<F>: a scenario function is void(Vu&), void(Vu&, const Data&) with what setup returns, "
                  "void(Vu&, State&) with the VU's own state, or void(Vu&, const Data&, State&)");
    using Data = typename Taken::Data;
    using State = typename Taken::State;
    Entry made{.name = function_name<Function>(), .data = type_or_null<Data>(), .state = type_or_null<State>()};
    if constexpr (Taken::valid) {
        made.run = [](Vu& vu, [[maybe_unused]] const std::any& data, [[maybe_unused]] void* state) {
            if constexpr (std::is_void_v<Data> && std::is_void_v<State>) {
                Function(vu);
            } else if constexpr (std::is_void_v<State>) {
                Function(vu, *std::any_cast<Data>(&data));
            } else if constexpr (std::is_void_v<Data>) {
                Function(vu, *static_cast<State*>(state));
            } else {
                Function(vu, *std::any_cast<Data>(&data), *static_cast<State*>(state));
            }
        };
        if constexpr (!std::is_void_v<State>) made.make_state = default_state<State>();
    }
    return made;
}

template <auto Function>
constexpr Setup make_setup() {
    using Taken = SetupSignature<decltype(Function)>;
    static_assert(Taken::valid && std::is_void_v<typename Taken::Data>, "setup<F>: a setup function is Data(Vu&)");
    static_assert(!std::is_void_v<typename Taken::Returned>,
                  "setup<F>: a setup function returns the data of the iterations; this one returns nothing");
    if constexpr (Taken::valid && std::is_void_v<typename Taken::Data> && !std::is_void_v<typename Taken::Returned>) {
        return {.run = [](Vu& vu) { return std::any(Function(vu)); }, .data = &typeid(typename Taken::Returned)};
    } else {
        return {};
    }
}

template <auto Function>
constexpr VuSetup make_vu_setup() {
    using Taken = SetupSignature<decltype(Function)>;
    using Data = typename Taken::Data;
    using State = typename Taken::Returned;
    static_assert(Taken::valid,
                  "vu_setup<F>: the function is State(Vu&), or State(Vu&, const Data&) with what setup returns");
    static_assert(!std::is_void_v<State>, "vu_setup<F>: the function returns the VU's state; this one returns nothing");
    if constexpr (Taken::valid && !std::is_void_v<State>) {
        return {.run = [](Vu& vu, [[maybe_unused]] const std::any& data) -> StatePtr {
                    // Elided, so that a state need not be movable.
                    if constexpr (std::is_void_v<Data>) {
                        return StatePtr(new State(Function(vu)), std::default_delete<State>());
                    } else {
                        return StatePtr(new State(Function(vu, *std::any_cast<Data>(&data))),
                                        std::default_delete<State>());
                    }
                },
                .data = type_or_null<Data>(),
                .state = &typeid(State)};
    } else {
        return {};
    }
}

}  // namespace detail

/// `entry<browse>`: `browse` is `void(Vu&)`; or takes `const Data&`, what setup returns; or `State&`, what is the VU's
/// own; or both, in this order.
template <auto Function>
inline constexpr Entry entry = detail::make_entry<Function>();

/// `setup<log_in>`: `log_in` is `Data(Vu&)`.
template <auto Function>
inline constexpr Setup setup = detail::make_setup<Function>();

/// `vu_setup<connect>`: `connect` is `State(Vu&)` or `State(Vu&, const Data&)`.
template <auto Function>
inline constexpr VuSetup vu_setup = detail::make_vu_setup<Function>();

struct Scenario {
    std::string name;
    ExecutorOptions executor = {};
    /// The test's main function if not given.
    Entry exec = {};
    std::optional<Duration> start_time = {};
    std::optional<Duration> graceful_stop = {};
    Setting<StringMap> env = {};
    Setting<StringMap> tags = {};
};

struct Test {
    /// What scenarios without a function run; without scenarios, what the shortcuts in `options` (vus, duration,
    /// iterations, stages) run.
    Entry main = {};
    std::vector<Scenario> scenarios = {};
    std::vector<Threshold> thresholds = {};
    /// The test's own metrics.
    MetricList metrics = {};
    /// Files that it reads (data.h).
    std::vector<DataDeclaration> data = {};
    /// Run-wide settings: tags, TLS, DNS, connections, …; its `scenarios` and `thresholds` stay empty.
    Options options = {};
    /// Once, before all iterations; and after them.
    Setup setup = {};
    Entry teardown = {};
    /// Once for each VU: before its first iteration, within the time of the scenario; and when it is no longer needed,
    /// before `teardown`. State without a vu_setup is default-constructed.
    VuSetup vu_setup = {};
    Entry vu_teardown = {};
    /// At most so many blocking calls (Vu::blocking, call.h) at a time.
    std::size_t helper_threads = 64;
};

/// Defined by each test.
Test define_test();

/// The options that the test stands for, as a script with the same content would export them. Fails with
/// ErrorClass::invalid_config when functions and setup data do not fit together.
Result<Options> to_options(const Test& test);

}  // namespace k6::dsl
