#include "dsl/http.h"

#include <exception>
#include <stdexcept>

#include "engine/runtime/worker.h"
#include "proto_http/content_coding.h"
#include "proto_http/url.h"

namespace k6::dsl {

std::optional<std::string> Response::cookie(std::string_view name) const {
    std::optional<std::string> found;
    for (const auto& [field, value] : value_.headers) {
        if (field != "Set-Cookie") continue;
        auto cookie = http::parse_set_cookie(value);
        if (cookie && cookie->name == name) found = std::move(cookie->value);
    }
    return found;
}

void Response::read_body(const std::function<void()>& read) const {
    try {
        read();
    } catch (const JsonError& error) {
        throw JsonError("body of " + value_.url + " (status " + std::to_string(value_.status) + "): " + error.what());
    }
}

Json Response::json() const {
    Json document;
    read_body([&] { document = Json::parse(value_.body); });
    return document;
}

// ---- Cookies

WallTime Cookies::now() const { return core_.worker().clock().wall_time(core_.worker().now()); }

bool Cookies::set(std::string_view url, std::string_view name, std::string_view value) {
    return set(url, {.name = std::string(name), .value = std::string(value)});
}

bool Cookies::set(std::string_view url, const http::Cookie& cookie) {
    const auto parsed = http::Url::parse(url);
    if (!parsed || parsed->host().empty() || cookie.name.empty()) return false;
    jar_.store(*parsed, cookie, now());
    return true;
}

std::optional<std::string> Cookies::get(std::string_view url, std::string_view name) {
    for (auto& [known, value] : all(url)) {
        if (known == name) return std::move(value);
    }
    return {};
}

std::vector<std::pair<std::string, std::string>> Cookies::all(std::string_view url) {
    std::vector<std::pair<std::string, std::string>> found;
    if (const auto parsed = http::Url::parse(url)) {
        for (const auto& match : jar_.matches(*parsed, now())) found.emplace_back(match.name, match.value);
    }
    return found;
}

void Cookies::remove(std::string_view url, std::string_view name) {
    set(url, {.name = std::string(name), .max_age = -1});
}

// ---- Http

Http::Http(http::ClientShared& shared, k6::Vu& core) : core_(core), client_(core, shared), cookies_(core) {}

void Http::fill(http::Request& request, std::string_view method, std::string_view url, const Payload& body,
                const RequestParams& params) {
    request.method.assign(method);
    request.url.assign(url);
    request.headers = params.headers;
    request.body = body.present() ? http::Body::borrow(body.bytes()) : http::Body();
    if (!body.content_type().empty() && !request.headers.has("Content-Type")) {
        request.headers.set("Content-Type", body.content_type());
    }
    request.compression.clear();
    if (!params.compression.empty()) {
        auto codings = http::parse_content_codings(params.compression);
        if (!codings) throw std::invalid_argument(codings.error().message);
        request.compression = *std::move(codings);
    }
    request.timeout = params.timeout;
    request.redirects = params.redirects;
    request.auth = params.auth;
    request.jar = &cookies_.jar();
    request.cookies.clear();
    for (const auto& [name, value] : params.cookies) request.cookies.push_back({name, value, true});
    request.name.assign(params.name);
    request.sample_tags.clear();
    for (const Tag& tag : params.tags) request.sample_tags.push_back({std::string(tag.key), std::string(tag.value)});
    request.expected = http::default_expected_statuses;
    if (params.expected) request.expected = *params.expected;
    const ResponseBody of_run = core_.plan().discard_response_bodies ? ResponseBody::discard : ResponseBody::keep;
    request.response_body = params.body.value_or(of_run);
    request.sink = nullptr;
}

void Http::judge(const Response& response) const {
    if (response.error().empty()) return;
    const std::string& message = (*response).error.message;
    if (core_.plan().throw_errors || (*response).error.always_thrown) throw std::runtime_error(message);
    core_.logger().warn("Request Failed", {{"error", message}});
}

Response Http::request(std::string_view method, std::string_view url, const Payload& body,
                       const RequestParams& params) {
    fill(scratch_, method, url, body, params);
    if (params.sink) return request_into(params.sink);
    Response response(client_, scratch_);
    judge(response);
    return response;
}

// The client's sinks must not throw: what this one throws waits until the response is over.
Response Http::request_into(const Sink& sink) {
    std::exception_ptr failure;
    const http::BodySink guarded = [&](std::string_view piece) {
        if (failure) return;
        try {
            sink(piece);
        } catch (...) {
            failure = std::current_exception();
        }
    };
    scratch_.sink = &guarded;
    Response response(client_, scratch_);
    scratch_.sink = nullptr;
    if (failure) std::rethrow_exception(std::move(failure));
    judge(response);
    return response;
}

std::vector<Response> Http::batch(std::span<const BatchRequest> requests) {
    std::vector<Response> responses(requests.size());
    if (requests.empty()) return responses;
    std::vector<http::Request> filled(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const BatchRequest& one = requests[i];
        fill(filled[i], one.method, one.url, one.body, one.params);
    }
    std::vector<http::Parcel> parcels;
    parcels.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) parcels.push_back(responses[i].parcel(client_, filled[i]));
    const Plan& plan = core_.plan();
    client_.send_all(parcels, {.together = plan.batch, .per_host = plan.batch_per_host});
    for (const Response& response : responses) judge(response);
    return responses;
}

}  // namespace k6::dsl
