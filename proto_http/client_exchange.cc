#include <utility>

#include "proto_http/client_impl.h"
#include "proto_http/http_debug.h"
#include "proto_http/response_parser.h"

namespace k6::http {
namespace {

/// RFC 9110 section 9.2.2.
bool may_be_repeated(std::string_view method, const Headers& headers) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" || method == "PUT" ||
           method == "DELETE" || headers.has("Idempotency-Key") || headers.has("X-Idempotency-Key");
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

bool expects_continue(const Headers& headers) {
    const auto value = headers.get("Expect");
    return value && equals_ignoring_case(*value, "100-continue");
}

/// The connection went away, whoever may have meant it.
bool is_loss(const Failure& failure) {
    switch (failure.code) {
        case ErrorCode::generic:
        case ErrorCode::tcp_reset:
        case ErrorCode::tcp_broken_pipe:
        case ErrorCode::tcp_unknown_errno:
            return true;
        case ErrorCode::http2_goaway:
            return failure.detail.http2_code == http2_code::no_error;
        default:
            return false;
    }
}

}  // namespace

bool Client::Impl::closes_connection(const Request& request) const {
    const auto header = request.headers.get("Connection");
    return shared.settings.no_connection_reuse || (header && asks_to_close(*header));
}

[[gnu::noinline]] MaybeFailure Client::Impl::dial(const Route& route, TlsSession::Offer offer, Deadline& deadline,
                                                  TimePoint start, Response& response,
                                                  std::unique_ptr<Connection>& connection, TimePoint& ready) {
    connection = std::make_unique<Connection>(shared, vu, route, offer);
    auto failure = connection->dial(*route.url, deadline, response.timings, ready);
    response.remote = connection->remote();
    if (failure) {
        response.timings = {};
        return failure;
    }
    response.timings.blocked = ready - start;
    return nullptr;
}

MaybeFailure Client::Impl::exchange(const Request& request, Hop& hop, Deadline& deadline, TimePoint start,
                                    Response& response, TimePoint& end) {
    if (request.timeout <= Duration::zero() || deadline.passed()) return timed_out();
    const Route route{.url = hop.url.get(), .proxy = shared.settings.proxies.find(*hop.url)};
    const bool repeatable = may_be_repeated(hop.method, request.headers);
    const bool keeps_connection = !closes_connection(request);
    // Authentication of a connection is for HTTP/1.1, and so is a tunnel inside a proxy's TLS.
    const bool may_be_http2 = route.url->https() && shared.settings.http2 && !hop.hold_connection &&
                              !(route.proxy != nullptr && route.proxy->tls);
    const auto offer = may_be_http2 ? TlsSession::Offer::http2_and_http1 : TlsSession::Offer::http1;
    Timings& timings = response.timings;
    int refusals = 0;
    bool lost_before = false;
    const auto set_phases = [&](const Attempt& attempt) {
        const ExchangeTimes& times = attempt.times;
        timings.sending = times.sent.value_or(end) - times.begun.value_or(attempt.ready);
        if (times.sent) timings.waiting = std::max(times.first_byte.value_or(end), *times.sent) - *times.sent;
        if (times.first_byte) timings.receiving = end - std::max(*times.first_byte, times.sent.value_or(TimePoint{}));
    };

    for (bool again = false;; again = true) {
        std::unique_ptr<Connection> connection = std::move(hop.held);
        // What may be repeated is tried at once; anything else only where the peer is still there.
        TimePoint ready = start;
        std::shared_ptr<Http2Connection> multiplexed;
        if (may_be_http2 && keeps_connection) {
            if (auto failure = find_http2(route, deadline, start, response, multiplexed, ready)) {
                end = shared.worker.now();
                return failure;
            }
        }
        if (!connection && !multiplexed && keeps_connection && !again)
            connection = take_idle(route, !repeatable, start);
        const bool used_before = connection != nullptr || multiplexed != nullptr;
        if (!used_before) {
            Http2Connections::Dialling dialling(http2, route);
            if (auto failure = dial(route, offer, deadline, start, response, connection, ready)) {
                dialling.failed(*failure);
                end = shared.worker.now();
                return failure;
            }
            if (connection->negotiated_http2()) {
                connection->keep_alive();
                multiplexed = http2.add(std::move(connection), route, keeps_connection);
            } else if (may_be_http2) {
                http2.forget_origin(route);
            }
        }
        Attempt attempt{.ready = ready};
        if (multiplexed) {
            struct CloseAtEnd {
                Http2Connection* connection;
                ~CloseAtEnd() {
                    if (connection != nullptr) connection->close();
                }
            };
            const CloseAtEnd guard{keeps_connection ? nullptr : multiplexed.get()};
            exchange_over_http2(request, hop, *multiplexed, deadline, response, attempt);
            end = shared.worker.now();
            const bool came_too_late = attempt.unprocessed && used_before && !multiplexed->usable();
            if (attempt.unprocessed &&
                (came_too_late ? !deadline.over() : pause_before_repeating(refusals++, deadline))) {
                forget_round_trip(response);
                start = end;
                continue;
            }
            const bool lost = attempt.failure && used_before && !attempt.started && !multiplexed->usable() &&
                              is_loss(*attempt.failure);
            if (lost && repeatable && !std::exchange(lost_before, true) && !deadline.over()) {
                forget_round_trip(response);
                start = end;
                continue;
            }
            timings.blocked = attempt.ready - start;
            set_phases(attempt);
            return std::move(attempt.failure);
        }
        exchange_over_http1(request, hop, route, *connection, deadline, response, end, attempt);
        if (attempt.failure && used_before && repeatable && !attempt.started && !deadline.over()) {
            // The peer had given the connection up while it was idle; its other ones are as suspect.
            std::erase_if(idle, [&](const auto& other) { return other->serves(route); });
            start = end;
            continue;
        }
        set_phases(attempt);
        if (!attempt.failure && keeps_connection && connection->reusable()) {
            if (hop.hold_connection) {
                hop.held = std::move(connection);
            } else {
                keep(std::move(connection), route, end);
            }
        }
        return std::move(attempt.failure);
    }
}

[[gnu::noinline]] void Client::Impl::exchange_over_http1(const Request& request, const Hop& hop, const Route& route,
                                                         Connection& connection, Deadline& deadline, Response& response,
                                                         TimePoint& end, Attempt& attempt) {
    response.remote = connection.remote();
    response.tls = connection.tls();

    const std::string_view head = write_head(request, hop, route, response);
    const std::string_view body = hop.body.value_or(std::string_view());
    std::string debug_id;
    if (!shared.settings.http_debug.empty()) {
        debug_id = log_request(vu, head, body, shared.settings.http_debug == "full");
    }
    ResponseParser parser;
    parser.start({.head_request = hop.method == "HEAD",
                  .keep_body = request.response_body == ResponseBody::keep,
                  .sink = request.sink,
                  .max_head_size = shared.settings.max_head_size,
                  .max_headers = shared.settings.max_headers,
                  .max_body_size = shared.settings.max_body_size},
                 response);
    attempt.failure = connection.exchange(
        {.head = head, .body = body, .expect_continue = !body.empty() && expects_continue(request.headers)}, parser,
        deadline, attempt.times);
    end = shared.worker.now();
    attempt.started = parser.started();
    if (!debug_id.empty() && !attempt.failure) {
        log_response(vu, debug_id, response, shared.settings.http_debug == "full");
    }
}

std::unique_ptr<Connection> Client::Impl::take_idle(const Route& route, bool must_be_open, TimePoint now) {
    for (std::size_t i = idle.size(); i > 0; --i) {
        if (!idle[i - 1]->serves(route)) continue;
        std::unique_ptr<Connection> connection = std::move(idle[i - 1]);
        idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i - 1));
        const bool look = must_be_open || connection->rested_long(now);
        if (!look || connection->still_open(now)) return connection;
    }
    return nullptr;
}

void Client::Impl::keep(std::unique_ptr<Connection> connection, const Route& route, TimePoint now) {
    const auto limit = [](int configured) { return configured > 0 ? static_cast<std::size_t>(configured) : SIZE_MAX; };
    const std::size_t per_host = limit(shared.settings.idle_connections_per_host);
    if (idle.size() >= per_host) {
        const auto to_host =
            std::count_if(idle.begin(), idle.end(), [&](const auto& other) { return other->serves(route); });
        if (static_cast<std::size_t>(to_host) >= per_host) return;
    }
    if (idle.size() >= limit(shared.settings.idle_connections)) idle.erase(idle.begin());
    connection->rest(now);
    idle.push_back(std::move(connection));
}

}  // namespace k6::http
