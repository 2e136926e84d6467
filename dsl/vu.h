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
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/random.h"
#include "dsl/metric.h"
#include "engine/exec/group.h"
#include "engine/exec/vu.h"
#include "proto_http/client.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6::dsl {

class Runner;
class Vu;

/// The answer to a request, or the error that came instead (status 0).
class Response {
public:
    /// Sends.
    Response(http::Client& client, const http::Request& request) : value_(client.send(request)), client_(&client) {}
    Response(Response&& other) noexcept
        : value_(std::move(other.value_)), client_(std::exchange(other.client_, nullptr)) {}
    Response& operator=(Response&& other) noexcept {
        std::swap(value_, other.value_);
        std::swap(client_, other.client_);
        return *this;
    }
    ~Response() {
        if (client_ != nullptr) client_->recycle(std::move(value_));
    }

    int status() const noexcept { return value_.status; }
    /// 200 to 299.
    bool ok() const noexcept { return value_.status >= 200 && value_.status < 300; }
    std::string_view body() const noexcept { return value_.body; }
    /// The first field of that name, whatever its case; empty if there is none.
    std::string_view header(std::string_view name) const {
        return value_.headers.get(name).value_or(std::string_view());
    }
    /// Empty on success.
    const std::string& error() const noexcept { return value_.error.text; }
    int error_code() const noexcept { return value_.error_code(); }
    /// After redirects.
    const std::string& url() const noexcept { return value_.url; }
    const http::Timings& timings() const noexcept { return value_.timings; }
    /// Everything else.
    const http::Response& operator*() const noexcept { return value_; }

private:
    http::Response value_;
    http::Client* client_;
};

/// What a single request may have of its own.
struct RequestParams {
    http::Headers headers = {};
    std::vector<Tag> tags = {};
    /// Replaces the URL in the tags `name` and `url`, so that URLs with ids in them are one series.
    std::string_view name = {};
    Duration timeout = std::chrono::seconds(60);
    /// Redirects to follow; the run's limit if not given.
    std::optional<int> redirects = std::nullopt;
};

/// HTTP as one VU does it: its connections are its own and stay open between iterations.
class Http {
public:
    Http(Vu& vu, http::ClientShared& shared, k6::Vu& core);

    Response get(std::string_view url, const RequestParams& params = {}) {
        return request("GET", url, std::nullopt, params);
    }
    Response head(std::string_view url, const RequestParams& params = {}) {
        return request("HEAD", url, std::nullopt, params);
    }
    Response post(std::string_view url, std::string_view body, const RequestParams& params = {}) {
        return request("POST", url, body, params);
    }
    Response put(std::string_view url, std::string_view body, const RequestParams& params = {}) {
        return request("PUT", url, body, params);
    }
    Response patch(std::string_view url, std::string_view body, const RequestParams& params = {}) {
        return request("PATCH", url, body, params);
    }
    Response del(std::string_view url, const RequestParams& params = {}) {
        return request("DELETE", url, std::nullopt, params);
    }
    /// Any method. A request that fails is logged as a warning and answered by a Response of status 0.
    Response request(std::string_view method, std::string_view url, std::optional<std::string_view> body,
                     const RequestParams& params = {});

    http::Client& client() noexcept { return client_; }

private:
    k6::Vu& core_;
    http::Client client_;
    http::Request scratch_;  // keeps its memory from one request to the next
};

/// One named predicate of `Vu::check(value, {...})`. It refers to the predicate, for the length of that call.
template <class T>
class Check {
public:
    template <std::predicate<const T&> Predicate>
    Check(std::string_view name, const Predicate& predicate)
        : name_(name),
          predicate_(&predicate),
          call_([](const void* p, const T& value) -> bool { return (*static_cast<const Predicate*>(p))(value); }) {}

    std::string_view name() const noexcept { return name_; }
    bool operator()(const T& value) const { return call_(predicate_, value); }

private:
    std::string_view name_;
    const void* predicate_;
    bool (*call_)(const void*, const T&);
};

class Vu {
public:
    Vu(k6::Vu& core, http::ClientShared& shared, const Runner& runner);
    Vu(const Vu&) = delete;
    Vu& operator=(const Vu&) = delete;

    Http http;

    /// From 1 on; 0 in setup and teardown.
    std::uint64_t id() const noexcept { return core_.id_in_test(); }
    /// Of this VU, over all scenarios, from 0 on.
    std::uint64_t iteration() const noexcept { return core_.iteration().of_vu; }
    /// Empty in setup and teardown.
    std::string_view scenario() const noexcept {
        return core_.scenario() == nullptr ? std::string_view() : core_.scenario()->name;
    }
    /// A variable given by -e NAME=VALUE, the scenario's `env` or the process environment.
    std::string_view env(std::string_view name, std::string_view fallback = {}) const;

    /// Think time.
    void sleep(Duration duration);
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

    /// Ends the whole run; teardown and summary follow. Does not return: throws Interrupted.
    [[noreturn]] void abort_test(std::string message);
    /// The run goes on, but ends with the exit code of a failed test.
    void fail_test(std::string message);

    /// The engine's side of this VU.
    k6::Vu& core() noexcept { return core_; }

private:
    friend void detail::add_sample(Vu&, std::string_view, double, Tags);

    metrics::MetricId metric_id(std::string_view name);
    static void require_valid_name(std::string_view name);

    k6::Vu& core_;
    const Runner& runner_;
    RandomSource random_;
    /// Ids of the metrics that this VU has used, by the address of their names (names of constants).
    std::vector<std::pair<const char*, metrics::MetricId>> metric_ids_;
};

}  // namespace k6::dsl
