// What a scenario's code holds in its hands: a virtual user, written in plain synchronous style.
//
//   void browse(Vu& vu) {
//       auto cart = vu.group("cart");                                     // until the end of the scope
//       auto page = vu.http.get("https://localhost:8443/get", {.tags = {{"kind", "page"}}});
//       vu.check("status is 200", page.status() == 200);
//       vu.sleep(1s);                                                      // other VUs run meanwhile
//   }
//
// Made by the engine; used on its own fiber only. Calls that wait throw k6::Interrupted when the iteration is cut
// short: let it pass.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/random.h"
#include "dsl/call.h"
#include "dsl/http.h"
#include "dsl/metric.h"
#include "dsl/ws.h"
#include "engine/exec/group.h"
#include "engine/exec/vu.h"

namespace k6::dsl {

class Runner;
class Vu;

/// One named predicate of `Vu::check(value, {...})`. It refers to the predicate, for the length of that call.
template <class T>
class Check {
public:
    template <class Predicate>
    Check(std::string_view name, const Predicate& predicate) : name_(name), predicate_(&predicate) {
        static_assert(std::predicate<const Predicate&, const T&>,
                      "check: a predicate takes the checked value and returns true or false");
        if constexpr (std::predicate<const Predicate&, const T&>) {
            call_ = [](const void* p, const T& value) -> bool { return (*static_cast<const Predicate*>(p))(value); };
        }
    }

    std::string_view name() const noexcept { return name_; }
    bool operator()(const T& value) const { return call_(predicate_, value); }

private:
    std::string_view name_;
    const void* predicate_;
    bool (*call_)(const void*, const T&) = nullptr;
};

/// While it lives, the VU's samples carry a tag more.
class TagScope {
public:
    TagScope(k6::Vu& vu, std::string_view key, std::string_view value);
    ~TagScope();
    TagScope(const TagScope&) = delete;
    TagScope& operator=(const TagScope&) = delete;

private:
    k6::Vu& vu_;
    std::string key_;
    std::optional<std::string> outer_;
};

class Vu {
public:
    Vu(k6::Vu& core, http::ClientShared& shared, ws::ClientShared& ws_shared, const Runner& runner);
    Vu(const Vu&) = delete;
    Vu& operator=(const Vu&) = delete;

    Http http;
    WebSockets ws;

    /// From 1 on; 0 in setup and teardown.
    std::uint64_t id() const noexcept { return core_.id_in_test(); }
    /// Of this VU, over all scenarios, from 0 on.
    std::uint64_t iteration() const noexcept { return core_.iteration().of_vu; }
    /// Of all VUs of the scenario, over all parts of a distributed test, from 0 on.
    std::uint64_t iteration_in_test() const noexcept { return core_.iteration().of_scenario_in_test; }
    /// Empty in setup and teardown.
    std::string_view scenario() const noexcept {
        return core_.scenario() == nullptr ? std::string_view() : core_.scenario()->name;
    }
    /// A variable given by -e NAME=VALUE, the scenario's `env` or the process environment.
    std::string_view env(std::string_view name, std::string_view fallback = {}) const;

    /// Think time.
    template <class Time>
    void sleep(const Time& time) {
        static_assert(std::convertible_to<const Time&, Duration>,
                      "sleep: think time is a duration such as 1s or 300ms, not a bare number");
        if constexpr (std::convertible_to<const Time&, Duration>) sleep_for(Duration(time));
    }
    /// Even between `shortest` and `longest`.
    void sleep_random(Duration shortest, Duration longest);
    /// This VU's own generator.
    RandomSource& random() noexcept { return random_; }

    /// Records one check and returns `passed`.
    bool check(std::string_view name, bool passed, Tags tags = {});
    /// Records one check for each predicate on `value`; true if all hold.
    template <class T>
    bool check(const T& value, std::initializer_list<Check<std::type_identity_t<T>>> checks) {
        bool all = true;
        for (const auto& one : checks) all = check(one.name(), one(value)) && all;
        return all;
    }

    /// While the returned object lives, samples belong to the group; its end records group_duration. `name` must not
    /// contain "::" (std::invalid_argument).
    [[nodiscard("the group ends with this object")]] GroupScope group(std::string_view name) {
        require_valid_name(name);
        return GroupScope(core_, name);
    }
    template <std::invocable Body>
    decltype(auto) group(std::string_view name, Body&& body) {
        const GroupScope scope = group(name);
        return std::forward<Body>(body)();
    }
    /// While the returned object lives, this VU's samples carry the tag.
    [[nodiscard("the tag ends with this object")]] TagScope tag(std::string_view key, std::string_view value) {
        return TagScope(core_, key, value);
    }

    /// Runs a function that waits by itself on a helper thread (Test::helper_threads), so that other VUs go on
    /// meanwhile, and returns what it returns or throws what it throws. It must not touch the Vu. Not interrupted.
    template <std::invocable Function>
    auto blocking(Function&& function) {
        using Value = std::invoke_result_t<Function&>;
        static_assert(!std::is_reference_v<Value>, "blocking: the function returns a value, not a reference");
        if constexpr (std::is_void_v<Value>) {
            offload([&function] { function(); });
        } else {
            std::optional<Value> value;
            offload([&function, &value] { value.emplace(function()); });
            return std::move(*value);
        }
    }

    /// Times a call of a client of your own as a request (call.h).
    template <detail::FixedText Name, class Function>
    auto call(const Calls<Name>&, std::string_view name, const CallParams& params, Function&& function) {
        static_assert(std::invocable<Function&> || std::invocable<Function&, Call&>,
                      "call: the function takes nothing or a Call&");
        constexpr CallMetrics metrics{Calls<Name>::reqs.name, Calls<Name>::duration.name, Calls<Name>::failed.name};
        Call about;
        const auto invoke = [&]() -> decltype(auto) {
            if constexpr (std::invocable<Function&, Call&>) {
                return function(about);
            } else {
                return function();
            }
        };
        using Value = std::decay_t<decltype(invoke())>;
        if constexpr (std::is_void_v<Value>) {
            time_call(metrics, name, params, about, [&invoke] { invoke(); });
        } else {
            std::optional<Value> value;
            time_call(metrics, name, params, about, [&invoke, &value] { value.emplace(invoke()); });
            return std::move(*value);
        }
    }
    template <detail::FixedText Name, class Function>
    auto call(const Calls<Name>& calls, std::string_view name, Function&& function) {
        return call(calls, name, CallParams{}, std::forward<Function>(function));
    }

    /// Ends the whole run; teardown and summary follow. Does not return: throws Interrupted.
    [[noreturn]] void abort_test(std::string message);
    /// The run goes on, but ends with the exit code of a failed test.
    void fail_test(std::string message);

    /// The engine's side of this VU.
    k6::Vu& core() noexcept { return core_; }
    /// The front end, for this folder's own code.
    const Runner& runner() const noexcept { return runner_; }

private:
    friend void detail::add_sample(Vu&, std::string_view, double, Tags);

    struct CallMetrics {
        std::string_view reqs;
        std::string_view duration;
        std::string_view failed;
    };

    metrics::MetricId metric_id(std::string_view name);
    static void require_valid_name(std::string_view name);
    void offload(const std::function<void()>& function);
    void time_call(const CallMetrics& metrics, std::string_view name, const CallParams& params, Call& about,
                   const std::function<void()>& function);

    k6::Vu& core_;
    const Runner& runner_;
    RandomSource random_;
    /// Ids of the metrics that this VU has used, by the address of their names (names of constants).
    std::vector<std::pair<const char*, metrics::MetricId>> metric_ids_;
};

}  // namespace k6::dsl
