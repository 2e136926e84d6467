// HTTP as a scenario speaks it: typed requests and responses on the VU's own connections and cookies.
//
//   const Response answer = vu.http.post(base + "/orders", json(order), {.headers = {{"X-Team", "shop"}}, .name =
//   "order"}); const auto receipt = answer.json<Receipt>();          // throws JsonError: the iteration fails and says
//   where vu.http.cookies().set(base, "theme", "dark"); auto pages = vu.http.batch({{.url = base + "/a"}, {.url = base
//   + "/b"}});
//
// A member of the Vu; on its fiber.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "dsl/json.h"
#include "dsl/payload.h"
#include "engine/exec/vu.h"
#include "engine/plan/settings.h"
#include "metrics/tags.h"
#include "proto_http/client.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6::dsl {

using Tag = metrics::Tag;
using http::ResponseBody;
using http::StatusRange;

/// The answer to a request, or the error that came instead (status 0).
class Response {
public:
    /// None yet.
    Response() = default;
    /// Sends.
    Response(http::Client& client, const http::Request& request) : value_(client.send(request)), client_(&client) {}
    /// For one that is sent with others, which fills this in.
    http::Parcel parcel(http::Client& client, const http::Request& request) {
        client_ = &client;
        return {&request, &value_};
    }
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
    /// The value of a cookie that this response sets.
    std::optional<std::string> cookie(std::string_view name) const;

    /// The body as JSON of any shape. Throws JsonError, which names the URL.
    Json json() const;
    /// The body as a struct with fields (fields.h), or another of JSON's types. Throws JsonError, which names the URL
    /// and the field.
    template <class T>
    T json() const {
        const Json document = json();
        T value{};
        read_body([&] { detail::read_json(document, value, {}); });
        return value;
    }
    /// The same without an exception.
    template <class T>
    Result<T> try_json() const {
        try {
            return json<T>();
        } catch (const JsonError& error) {
            return Error{ErrorClass::generic, error.what()};
        }
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
    /// Adds the URL to what is wrong with the body.
    void read_body(const std::function<void()>& read) const;

    http::Response value_;
    http::Client* client_ = nullptr;
};

/// Takes a body piece by piece, as it arrives and as it is coded, instead of the Response. Must not wait. What it
/// throws is thrown by the request once the response is over.
using Sink = std::function<void(std::string_view piece)>;

/// What a single request may have of its own.
struct RequestParams {
    http::Headers headers = {};
    std::vector<Tag> tags = {};
    /// Replaces the URL in the tags `name` and `url`, so that URLs with ids in them are one series.
    std::string_view name = {};
    Duration timeout = std::chrono::seconds(60);
    /// Redirects to follow; the run's limit if not given.
    std::optional<int> redirects = std::nullopt;
    /// Cookies of this request only, over those of the jar.
    std::vector<std::pair<std::string, std::string>> cookies = {};
    /// Codings of the body, applied from left to right: "gzip", "deflate", "br", "zstd".
    std::string_view compression = {};
    /// Statuses that do not count as http_req_failed; 200 to 399 if not given.
    Setting<std::vector<StatusRange>> expected = {};
    /// Whether the body is kept; the run's choice (discardResponseBodies) if not given.
    std::optional<ResponseBody> body = std::nullopt;
    /// Gets the body of the response instead. Not in a batch.
    Sink sink = nullptr;
    /// How credentials in the URL are used.
    http::Auth auth = http::Auth::basic;
};

/// One request of a batch. A body made from a text borrows it until the batch is over.
struct BatchRequest {
    std::string method = "GET";
    std::string url;
    Payload body = {};
    RequestParams params = {};
};

/// The cookies of one VU. They are forgotten at the begin of each iteration unless the run keeps them
/// (noCookiesReset).
class Cookies {
public:
    explicit Cookies(k6::Vu& core) : core_(core) {}

    /// For the host and path of a URL. False if URL or cookie are none.
    bool set(std::string_view url, std::string_view name, std::string_view value);
    /// With domain, path, expiry and so on.
    bool set(std::string_view url, const http::Cookie& cookie);
    /// As a request to the URL would send it.
    std::optional<std::string> get(std::string_view url, std::string_view name);
    std::vector<std::pair<std::string, std::string>> all(std::string_view url);
    void remove(std::string_view url, std::string_view name);
    void clear() noexcept { jar_.clear(); }

    http::CookieJar& jar() noexcept { return jar_; }

private:
    WallTime now() const;

    k6::Vu& core_;
    http::CookieJar jar_;
};

/// HTTP as one VU does it: its connections are its own and stay open between iterations.
class Http {
public:
    Http(http::ClientShared& shared, k6::Vu& core);

    Response get(std::string_view url, const RequestParams& params = {}) { return request("GET", url, {}, params); }
    Response head(std::string_view url, const RequestParams& params = {}) { return request("HEAD", url, {}, params); }
    Response options(std::string_view url, const Payload& body = {}, const RequestParams& params = {}) {
        return request("OPTIONS", url, body, params);
    }
    Response post(std::string_view url, const Payload& body = {}, const RequestParams& params = {}) {
        return request("POST", url, body, params);
    }
    Response put(std::string_view url, const Payload& body = {}, const RequestParams& params = {}) {
        return request("PUT", url, body, params);
    }
    Response patch(std::string_view url, const Payload& body = {}, const RequestParams& params = {}) {
        return request("PATCH", url, body, params);
    }
    Response del(std::string_view url, const Payload& body = {}, const RequestParams& params = {}) {
        return request("DELETE", url, body, params);
    }
    /// Any method. A request that fails is logged as a warning and answered by a Response of status 0; with the option
    /// `throw` it throws std::runtime_error.
    Response request(std::string_view method, std::string_view url, const Payload& body = {},
                     const RequestParams& params = {});

    /// All at the same time, within the run's limits (batch, batchPerHost); the answers in the order of the requests.
    std::vector<Response> batch(std::span<const BatchRequest> requests);
    std::vector<Response> batch(std::initializer_list<BatchRequest> requests) {
        return batch(std::span(requests.begin(), requests.size()));
    }

    Cookies& cookies() noexcept { return cookies_; }
    http::Client& client() noexcept { return client_; }
    /// For the front end.
    void begin_iteration() noexcept {
        if (!core_.plan().no_cookies_reset) cookies_.clear();
    }

private:
    void fill(http::Request& request, std::string_view method, std::string_view url, const Payload& body,
              const RequestParams& params);
    void judge(const Response& response) const;
    Response request_into(const Sink& sink);

    k6::Vu& core_;
    http::Client client_;
    Cookies cookies_;
    http::Request scratch_;  // keeps its memory from one request to the next
};

}  // namespace k6::dsl
