#include "proto_http/client.h"

#include <utility>

#include "engine/exec/vu.h"
#include "engine/runtime/aside.h"
#include "proto_http/client_impl.h"
#include "proto_http/content_coding.h"
#include "proto_http/cookie_jar.h"

namespace k6::http {
namespace {

/// Equal, or `host` is below `parent`.
bool is_within_domain(std::string_view host, std::string_view parent) {
    if (equals_ignoring_case(host, parent)) return true;
    return host.size() > parent.size() && host[host.size() - parent.size() - 1] == '.' &&
           equals_ignoring_case(host.substr(host.size() - parent.size()), parent);
}

/// `Get`, `Post`: how messages name a method.
std::string method_in_messages(std::string_view method) {
    std::string name(method);
    for (std::size_t i = 1; i < name.size(); ++i) {
        if (name[i] >= 'A' && name[i] <= 'Z') name[i] = static_cast<char>(name[i] + ('a' - 'A'));
    }
    return name;
}

[[gnu::noinline]] void set_invalid_url(Response& response, const std::string& cause) {
    response.error.code = static_cast<int>(ErrorCode::invalid_url);
    response.error.text = error_text(ErrorCode::invalid_url, {.underlying = cause});
    response.error.message = response.error.text;
}

[[gnu::noinline]] Result<EncodedBody> encode_body(const Request& request, Logger& logger) {
    EncodedBody encoded;
    encoded.codings = to_string(request.compression);
    const auto given = request.headers.get("Content-Encoding");
    if (given && *given != encoded.codings) {
        logger.warn("Content-Encoding was set explicitly and does not name the compression of the request's body",
                    {{"url", request.url}, {"compression", encoded.codings}});
    }
    auto bytes = encode_content(request.compression, request.body.bytes());
    if (!bytes) return bytes.error();
    encoded.bytes = std::move(*bytes);
    return encoded;
}

}  // namespace

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

bool is_redirect(const Response& response) {
    const int status = response.status;
    return !response.error && (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

void forget_round_trip(Response& response) {
    response.status = 0;
    response.status_text.clear();
    response.protocol = Protocol::none;
    response.headers.clear();
    response.body.clear();
    response.remote.reset();
    response.timings = {};
    response.tls.reset();
}

[[gnu::noinline]] bool Client::Impl::begin(const Request& request, Hop& hop, Response& response) {
    Result<std::shared_ptr<const Url>> url = shared.urls.find(request.url);
    if (!url) {
        set_invalid_url(response, url.error().message);
        return false;
    }
    hop.url = std::move(*url);
    hop.method = request.method.empty() ? std::string_view("GET") : std::string_view(request.method);
    if (request.body.present()) hop.body = request.body.bytes();
    if (request.compression.empty() || !hop.body) return true;
    auto encoded = encode_body(request, vu.logger());
    if (!encoded) {
        set_error(response, hop, {.cause = encoded.error().message});
        return false;
    }
    hop.body = hop.with_rare().encoded.emplace(std::move(*encoded)).bytes;
    return true;
}

void Client::Impl::send(const Request& request, Response& response) {
    const metrics::TagSetId base = request.tags.value_or(vu.tags());
    Hop hop;
    bool begun = false;
    run_aside([&] { begun = begin(request, hop, response); });
    if (!begun) return;
    if (shared.settings.rate_limiter) wait_for_place();

    const TimePoint start = shared.worker.now();
    Deadline deadline(shared.timers, end_of(request, start));
    perform(request, hop, deadline, base, start, response);
    if (is_redirect(response)) follow_redirects(request, hop, deadline, base, response);
    response.url = hop.url->text();
}

[[gnu::noinline]] void Client::Impl::follow_redirects(const Request& request, Hop& hop, Deadline& deadline,
                                                      metrics::TagSetId base, Response& response) {
    while (is_redirect(response) && redirect(request, hop, response)) {
        forget_round_trip(response);
        perform(request, hop, deadline, base, shared.worker.now(), response);
    }
}

[[gnu::noinline]] void Client::Impl::wait_for_place() {
    const TimePoint now = shared.worker.now();
    const TimePoint place = shared.settings.rate_limiter->reserve(now);
    if (place > now) sleep_until(place, TimingWheel::Precision::exact);
}

[[gnu::noinline]] void Client::Impl::set_error(Response& response, const Hop& hop, const Failure& failure) const {
    ErrorDetail detail = failure.detail;
    detail.underlying = failure.cause;
    response.error.code = error_number(failure.code, detail);
    response.error.text = error_text(failure.code, detail);
    response.error.message = method_in_messages(hop.method) + " " + quoted(hop.url->redacted()) + ": " + failure.cause;
}

void Client::Impl::conclude(Exchange& exchange) {
    exchange.step = Exchange::Step::concluded;
    const Request& request = exchange.request;
    const Hop& hop = exchange.hop;
    Response& response = exchange.response;
    MaybeFailure& failure = exchange.outcome.failure;
    if (!failure && request.jar != nullptr) {
        request.jar->store_response(*hop.url, response.headers, shared.worker.clock().wall_time(exchange.end));
    }
    if (!failure && request.response_body == ResponseBody::keep) failure = decode_body(response);
    if (failure) {
        set_error(response, hop, *failure);
        response.status = 0;
        response.status_text.clear();
        response.protocol = Protocol::none;
        response.headers.clear();
        response.tls.reset();
    }

    RoundTrip trip{.base = exchange.base,
                   .method = hop.method,
                   .url = hop.url->masked(),
                   .name = request.name,
                   .tags = request.sample_tags,
                   .status = response.status,
                   .protocol = response.protocol,
                   .tls = std::nullopt,
                   .remote = &response.remote,
                   .error_code = response.error_code(),
                   .error = response.error.text,
                   .expected = std::nullopt,
                   .timings = response.timings,
                   .end = exchange.end};
    if (response.tls) {
        trip.tls = response.tls->version;
        trip.ocsp_status = response.tls->ocsp().status;
    }
    if (exchange.expected) trip.expected = is_expected(*exchange.expected, response.status);
    metrics.record(trip);

    if (!failure && response.status == 101) {
        const std::string status = response.status_text;
        set_error(response, hop, {.cause = "unsupported response status: " + status});
        response.error.always_thrown = true;
        response.error.message = response.error.text;
    }
}

[[gnu::noinline]] MaybeFailure Client::Impl::check(const Request& request, const Hop& hop) const {
    if (hop.method != "GET" && !valid_method(hop.method))
        return fail({.cause = "net/http: invalid method " + quoted(hop.method)});
    const Url& url = *hop.url;
    if (!url.https() && url.scheme() != "http") {
        return fail({.cause = "unsupported protocol scheme " + quoted(url.scheme())});
    }
    if (url.host().empty()) return fail({.cause = "http: no Host in request URL"});
    if (!url.idna_error().empty()) return fail({.cause = url.idna_error()});
    for (const auto& [name, value] : request.headers) {
        if (!valid_header_name(name)) return fail({.cause = "net/http: invalid header field name " + quoted(name)});
        if (!valid_header_value(value)) {
            return fail({.cause = "net/http: invalid header field value for " + quoted(name)});
        }
    }
    return nullptr;
}

[[gnu::noinline]] MaybeFailure Client::Impl::decode_body(Response& response) const {
    if (response.body.empty() || !response.headers.has("Content-Encoding")) return nullptr;
    const std::string codings = *response.headers.joined("Content-Encoding");
    auto decoded = decode_content(codings, std::move(response.body), shared.settings.max_body_size);
    if (!decoded) {
        response.body.clear();
        return fail({.code = ErrorCode::decompression,
                     .cause = "error decompressing response body (" + decoded.error().message + ")"});
    }
    response.body = std::move(*decoded);
    return nullptr;
}

[[gnu::noinline]] bool Client::Impl::redirect(const Request& request, Hop& hop, Response& response) {
    const int status = response.status;
    const auto location = response.headers.get("Location");
    if (!location || location->empty()) return false;
    if (response.redirects_followed >= redirect_limit(request)) {
        if (!request.redirects && !shared.settings.max_redirects_chosen) {
            const std::string count = std::to_string(response.redirects_followed + 1);
            vu.logger().warn("Stopped after " + count +
                                 " redirects and returned the redirection; pass { redirects: n } in request params or "
                                 "set global maxRedirects to silence this",
                             {{"url", request.url}});
        }
        return false;
    }
    Result<Url> resolved = hop.url->resolve(*location);
    if (!resolved) {
        set_error(response, hop,
                  {.cause = "failed to parse Location header " + quoted(*location) + ": " + resolved.error().message});
        response.status = 0;
        return false;
    }
    const Url& from = *hop.url;
    const bool relative = resolved->authority() == from.authority() &&
                          location->find("://") == std::string_view::npos && !location->starts_with("//");
    hop.host_header = hop.host_header && relative;
    if (!is_within_domain(resolved->host(), from.host())) hop.sensitive_headers = false;
    if (status < 307) {
        // RFC 9110 section 15.4: what everybody does.
        if (hop.method != "GET" && hop.method != "HEAD") hop.method = "GET";
        hop.body.reset();
        hop.content_headers = false;
    }
    const bool tells_referer = !from.https() || resolved->https();
    hop.with_rare().referer = tells_referer ? from.without_credentials_and_fragment() : std::string();
    hop.first = false;
    hop.url = std::make_shared<const Url>(std::move(*resolved));
    ++response.redirects_followed;
    return true;
}

Client::Client(Vu& vu, ClientShared& shared) : impl_(std::make_unique<Impl>(vu, shared.impl())) {}
Client::~Client() = default;
void Client::send(const Request& request, Response& response) { impl_->send(request, response); }
Result<void> Client::check_url(std::string_view url) {
    const auto found = impl_->shared.urls.find(url);
    if (!found) return found.error();
    return {};
}
void Client::recycle(Response&& response) { impl_->shared.response_pool.take_back(std::move(response)); }
void Client::close_idle() {
    impl_->idle.clear();
    impl_->http2.close_idle();
}
std::size_t Client::idle_connections() const noexcept { return impl_->idle.size() + impl_->http2.idle(); }

std::string_view Client::user_agent() const noexcept { return impl_->shared.settings.user_agent; }

}  // namespace k6::http
