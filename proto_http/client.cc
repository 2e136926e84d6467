#include "proto_http/client.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/exec/vu.h"
#include "proto_http/base64.h"
#include "proto_http/connection.h"
#include "proto_http/content_coding.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/digest.h"
#include "proto_http/http_metrics.h"
#include "proto_http/request_head.h"
#include "proto_http/response_parser.h"
#include "proto_http/shared_state.h"

namespace k6::http {
namespace {

/// One hop of a request: the URL it goes to, and what redirects have taken away.
struct Hop {
    std::shared_ptr<const Url> url;
    std::string_view method;
    bool first = true;
    bool body = true;
    /// `Content-…`, which describe a body.
    bool content_headers = true;
    /// Authorization and the like.
    bool sensitive_headers = true;
    bool host_header = true;
    std::string referer;
    /// The answer to a challenge.
    std::string authorization;
};

bool is_sensitive(std::string_view name) {
    return name == "Authorization" || name == "Www-Authenticate" || name == "Proxy-Authorization" ||
           name == "Proxy-Authenticate" || name == "Cookie2";
}

/// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" || method == "PUT" ||
           method == "DELETE";
}

bool asks_to_close(std::string_view connection_header) {
    while (!connection_header.empty()) {
        const std::size_t comma = connection_header.find(',');
        std::string_view token = connection_header.substr(0, comma);
        while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
        while (!token.empty() && token.back() == ' ') token.remove_suffix(1);
        if (equals_ignoring_case(token, "close")) return true;
        if (comma == std::string_view::npos) break;
        connection_header.remove_prefix(comma + 1);
    }
    return false;
}

/// Equal, or `host` is below `parent`.
bool is_within_domain(std::string_view host, std::string_view parent) {
    if (equals_ignoring_case(host, parent)) return true;
    return host.size() > parent.size() && host[host.size() - parent.size() - 1] == '.' &&
           equals_ignoring_case(host.substr(host.size() - parent.size()), parent);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

/// `Get`, `Post`: how messages name a method.
std::string method_in_messages(std::string_view method) {
    std::string name(method);
    for (std::size_t i = 1; i < name.size(); ++i) {
        if (name[i] >= 'A' && name[i] <= 'Z') name[i] = static_cast<char>(name[i] + ('a' - 'A'));
    }
    return name;
}

[[gnu::noinline]] void set_error(Response& response, const Hop& hop, const Failure& failure) {
    ErrorDetail detail = failure.detail;
    detail.underlying = failure.cause;
    response.error.code = static_cast<int>(failure.code);
    response.error.text = error_text(failure.code, detail);
    response.error.message = method_in_messages(hop.method) + " " + quoted(hop.url->redacted()) + ": " + failure.cause;
}

[[gnu::noinline]] void set_invalid_url(Response& response, const std::string& cause) {
    response.error.code = static_cast<int>(ErrorCode::invalid_url);
    response.error.text = error_text(ErrorCode::invalid_url, {.underlying = cause});
    response.error.message = response.error.text;
}

bool is_redirect(const Response& response) {
    const int status = response.status;
    return !response.error && (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

/// What one round trip left is removed for the next one.
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

}  // namespace

struct Client::Impl {
    Impl(Vu& of, ClientShared::Impl& with) : vu(of), shared(with), metrics(of, with.settings.system_tags) {}

    Response send(const Request& request);
    /// Everything of one hop; authentication may take two round trips.
    void perform(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base, TimePoint start,
                 Response& response) {
        if (request.auth == Auth::digest && hop.url->credentials()) {
            perform_with_digest(request, hop, deadline, base, start, response);
        } else {
            round_trip(request, hop, deadline, base, start, request.expected, response);
        }
    }
    /// Apart, like other rare things, so that a fiber's stack stays small.
    [[gnu::noinline]] void perform_with_digest(const Request& request, Hop& hop, Deadline& deadline,
                                               metrics::TagSetId base, TimePoint start, Response& response);
    void round_trip(const Request& request, const Hop& hop, Deadline& deadline, metrics::TagSetId base, TimePoint start,
                    std::optional<std::span<const StatusRange>> expected, Response& response);
    [[gnu::noinline]] MaybeFailure check(const Request& request, const Hop& hop) const;
    MaybeFailure exchange(const Request& request, const Hop& hop, Deadline& deadline, TimePoint start,
                          Response& response, TimePoint& end);
    /// Writes the request's head to the shared scratch.
    void write_head(const Request& request, const Hop& hop, Response& response);
    void write_cookies(const Request& request, const Hop& hop, std::string_view header, std::string& to);
    [[gnu::noinline]] MaybeFailure decode_body(Response& response) const;
    /// The next hop, or nothing if the response is final.
    [[gnu::noinline]] bool redirect(const Request& request, Hop& hop, Response& response);
    int redirect_limit(const Request& request) const {
        return std::max(0, request.redirects.value_or(shared.settings.max_redirects));
    }

    std::unique_ptr<Connection> take_idle(const Url& url, bool must_be_open);
    void keep(std::unique_ptr<Connection> connection, const Url& url);
    bool closes_connection(const Request& request) const {
        const auto header = request.headers.get("Connection");
        return shared.settings.no_connection_reuse || (header && asks_to_close(*header));
    }

    Vu& vu;
    ClientShared::Impl& shared;
    HttpMetrics metrics;
    /// Last used last.
    std::vector<std::unique_ptr<Connection>> idle;
};

Response Client::Impl::send(const Request& request) {
    Response response = shared.take_response();
    const TimePoint start = shared.worker.now();
    const metrics::TagSetId base = request.tags.value_or(vu.tags());

    Result<std::shared_ptr<const Url>> url = shared.urls.find(request.url);
    if (!url) {
        set_invalid_url(response, url.error().message);
        return response;
    }
    Hop hop;
    hop.url = std::move(*url);
    hop.method = request.method.empty() ? std::string_view("GET") : std::string_view(request.method);

    Deadline deadline(shared.timers,
                      request.timeout < TimePoint::max() - start ? start + request.timeout : TimePoint::max());
    perform(request, hop, deadline, base, start, response);
    while (is_redirect(response) && redirect(request, hop, response)) {
        forget_round_trip(response);
        perform(request, hop, deadline, base, shared.worker.now(), response);
    }
    response.url = hop.url->text();
    return response;
}

void Client::Impl::perform_with_digest(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                                       TimePoint start, Response& response) {
    static constexpr StatusRange challenge_range[] = {{401, 401}};
    const Credentials credentials = *hop.url->credentials();
    hop.url = std::make_shared<const Url>(hop.url->without_credentials());
    std::optional<std::span<const StatusRange>> expected = request.expected;
    if (expected) expected = challenge_range;
    round_trip(request, hop, deadline, base, start, expected, response);
    if (response.error || response.status != 401) return;

    std::optional<DigestChallenge> challenge;
    for (std::string_view header : response.headers.all("WWW-Authenticate")) {
        if (!challenge) challenge = parse_digest_challenge(header);
    }
    if (!challenge) return;
    const std::string_view body = hop.body ? request.body.bytes() : std::string_view();
    auto authorization =
        digest_authorization(*challenge, credentials, hop.method, hop.url->request_target(), body, make_cnonce());
    if (!authorization) {
        set_error(response, hop, {.cause = authorization.error().message});
        return;
    }
    hop.authorization = std::move(*authorization);
    forget_round_trip(response);
    round_trip(request, hop, deadline, base, shared.worker.now(), request.expected, response);
    hop.authorization.clear();
}

void Client::Impl::round_trip(const Request& request, const Hop& hop, Deadline& deadline, metrics::TagSetId base,
                              TimePoint start, std::optional<std::span<const StatusRange>> expected,
                              Response& response) {
    TimePoint end = start;
    MaybeFailure failure = check(request, hop);
    if (!failure) failure = exchange(request, hop, deadline, start, response, end);
    if (!failure && request.jar != nullptr) {
        request.jar->store_response(*hop.url, response.headers, shared.worker.clock().wall_time(end));
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

    RoundTrip trip{.base = base,
                   .method = hop.method,
                   .url = hop.url->masked(),
                   .name = request.name,
                   .status = response.status,
                   .protocol = response.protocol,
                   .tls = std::nullopt,
                   .remote = &response.remote,
                   .error_code = response.error_code(),
                   .error = response.error.text,
                   .expected = std::nullopt,
                   .timings = response.timings,
                   .end = end};
    if (response.tls) trip.tls = response.tls->version;
    if (expected) trip.expected = is_expected(*expected, response.status);
    metrics.record(trip);

    if (!failure && response.status == 101) {
        const std::string status = response.status_text;
        set_error(response, hop, {.cause = "unsupported response status: " + status});
        response.error.always_thrown = true;
        response.error.message = response.error.text;
    }
}

MaybeFailure Client::Impl::check(const Request& request, const Hop& hop) const {
    if (!valid_method(hop.method)) return fail({.cause = "net/http: invalid method " + quoted(hop.method)});
    const Url& url = *hop.url;
    if (url.scheme() != "http" && url.scheme() != "https") {
        return fail({.cause = "unsupported protocol scheme " + quoted(url.scheme())});
    }
    if (url.host().empty()) return fail({.cause = "http: no Host in request URL"});
    for (const auto& [name, value] : request.headers) {
        if (!valid_header_name(name)) return fail({.cause = "net/http: invalid header field name " + quoted(name)});
        if (!valid_header_value(value)) {
            return fail({.cause = "net/http: invalid header field value for " + quoted(name)});
        }
    }
    return nullptr;
}

MaybeFailure Client::Impl::exchange(const Request& request, const Hop& hop, Deadline& deadline, TimePoint start,
                                    Response& response, TimePoint& end) {
    if (request.timeout <= Duration::zero() || deadline.passed()) {
        return fail({.code = ErrorCode::request_timeout, .cause = "request timeout"});
    }
    const Url& url = *hop.url;
    const bool idempotent = is_idempotent(hop.method);
    const bool keeps_connection = !closes_connection(request);
    const std::string_view body = hop.body ? request.body.bytes() : std::string_view();
    Timings& timings = response.timings;
    ResponseParser parser;

    for (bool again = false;; again = true) {
        // What may be repeated is tried at once; anything else only where the peer is still there.
        std::unique_ptr<Connection> connection;
        if (keeps_connection && !again) connection = take_idle(url, !idempotent);
        const bool used_before = connection != nullptr;
        TimePoint ready = start;
        if (!used_before) {
            connection = std::make_unique<Connection>(shared, vu, url);
            auto failure = connection->dial(url, deadline, timings, ready);
            response.remote = connection->remote();
            if (failure) {
                timings = {};
                end = shared.worker.now();
                return failure;
            }
            timings.blocked = ready - start;
        }
        response.remote = connection->remote();
        response.tls = connection->tls();

        write_head(request, hop, response);
        parser.start({.head_request = hop.method == "HEAD",
                      .keep_body = request.response_body == ResponseBody::keep,
                      .max_head_size = shared.settings.max_head_size,
                      .max_headers = shared.settings.max_headers,
                      .max_body_size = shared.settings.max_body_size},
                     response);
        ExchangeTimes times;
        auto failure = connection->exchange(shared.head, body, parser, deadline, times);
        end = shared.worker.now();
        if (failure && used_before && idempotent && !parser.started() && !deadline.over()) {
            // The peer had given the connection up while it was idle; its other ones are as suspect.
            std::erase_if(idle, [&](const auto& other) { return other->serves(url); });
            start = end;
            continue;
        }
        timings.sending = times.sent.value_or(end) - ready;
        if (times.sent) timings.waiting = times.first_byte.value_or(end) - *times.sent;
        if (times.first_byte) timings.receiving = end - *times.first_byte;
        if (!failure && keeps_connection && connection->reusable()) keep(std::move(connection), url);
        return failure;
    }
}

void Client::Impl::write_head(const Request& request, const Hop& hop, Response& response) {
    const Url& url = *hop.url;
    std::vector<Headers::Field>& fields = shared.fields;
    fields.clear();
    RequestHead head{.method = hop.method,
                     .target = url.request_target(),
                     .host = url.authority(),
                     .user_agent = shared.settings.user_agent};
    std::string_view cookie_header;
    bool has_authorization = !hop.authorization.empty();
    bool has_connection = false;
    bool has_referer = false;
    for (const Headers::Field& field : request.headers) {
        const std::string_view name = field.name;
        if (name == "Host") {
            if (hop.host_header && !field.value.empty()) head.host = field.value;
            continue;
        }
        if (name == "User-Agent") {
            head.user_agent = field.value;
            continue;
        }
        if (name == "Cookie") {
            if (hop.first) cookie_header = field.value;
            continue;
        }
        if (name == "Content-Length" || name == "Transfer-Encoding") continue;
        if (!hop.content_headers && name.starts_with("Content-")) continue;
        if (!hop.sensitive_headers && is_sensitive(name)) continue;
        if (name == "Authorization") {
            if (!hop.authorization.empty()) continue;
            has_authorization = true;
        }
        has_connection |= name == "Connection";
        has_referer |= name == "Referer";
        fields.push_back(field);
    }
    if (!hop.referer.empty() && !has_referer) fields.push_back({"Referer", hop.referer});
    if (shared.settings.no_connection_reuse && !has_connection) fields.push_back({"Connection", "close"});
    if (!hop.authorization.empty()) {
        fields.push_back({"Authorization", hop.authorization});
    } else if (url.credentials() && !has_authorization) {
        shared.credentials = url.credentials()->user;
        shared.credentials += ':';
        if (url.credentials()->password) shared.credentials += *url.credentials()->password;
        shared.authorization = "Basic ";
        append_base64(shared.credentials, shared.authorization);
        fields.push_back({"Authorization", shared.authorization});
    }
    std::string& cookie = hop.first ? response.cookie_header : shared.cookie;
    cookie.clear();
    if (!cookie_header.empty() || !request.cookies.empty() || request.jar != nullptr) {
        write_cookies(request, hop, cookie_header, cookie);
    }
    if (!cookie.empty()) fields.push_back({"Cookie", cookie});

    head.content_length = announced_length(hop.method, hop.body && request.body.present(), request.body.bytes().size());
    shared.head.clear();
    write_request_head(head, fields, shared.head);
}

void Client::Impl::write_cookies(const Request& request, const Hop& hop, std::string_view header, std::string& to) {
    to += header;
    for (const RequestCookie& cookie : request.cookies) {
        if (!to.empty()) to += "; ";
        append_cookie_pair(cookie.name, cookie.value, to);
    }
    if (request.jar != nullptr && !request.jar->empty()) {
        request.jar->append_header(*hop.url, shared.worker.clock().wall_time(shared.worker.now()), request.cookies, to);
    }
}

MaybeFailure Client::Impl::decode_body(Response& response) const {
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

bool Client::Impl::redirect(const Request& request, Hop& hop, Response& response) {
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
        hop.body = false;
        hop.content_headers = false;
    }
    hop.referer.clear();
    if (!from.https() || resolved->https()) hop.referer = from.without_credentials_and_fragment();
    hop.first = false;
    hop.url = std::make_shared<const Url>(std::move(*resolved));
    ++response.redirects_followed;
    return true;
}

std::unique_ptr<Connection> Client::Impl::take_idle(const Url& url, bool must_be_open) {
    for (std::size_t i = idle.size(); i > 0; --i) {
        if (!idle[i - 1]->serves(url)) continue;
        std::unique_ptr<Connection> connection = std::move(idle[i - 1]);
        idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i - 1));
        if (!must_be_open || connection->still_open()) return connection;
    }
    return nullptr;
}

void Client::Impl::keep(std::unique_ptr<Connection> connection, const Url& url) {
    const auto limit = [](int configured) { return configured > 0 ? static_cast<std::size_t>(configured) : SIZE_MAX; };
    const auto to_host = std::count_if(idle.begin(), idle.end(), [&](const auto& other) { return other->serves(url); });
    if (static_cast<std::size_t>(to_host) >= limit(shared.settings.idle_connections_per_host)) return;
    if (idle.size() >= limit(shared.settings.idle_connections)) idle.erase(idle.begin());
    idle.push_back(std::move(connection));
}

Client::Client(Vu& vu, ClientShared& shared) : impl_(std::make_unique<Impl>(vu, shared.impl())) {}
Client::~Client() = default;
Response Client::send(const Request& request) { return impl_->send(request); }
void Client::recycle(Response&& response) { impl_->shared.give_back(std::move(response)); }
void Client::close_idle() { impl_->idle.clear(); }
std::size_t Client::idle_connections() const noexcept { return impl_->idle.size(); }

}  // namespace k6::http
