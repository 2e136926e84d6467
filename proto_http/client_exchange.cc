#include <utility>

#include "engine/runtime/aside.h"
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

void Client::Impl::Exchange::let_go() {
    if (stream) multiplexed->give_up(*stream);
    stream.reset();
    parser.reset();
    connection.reset();
    if (multiplexed && !keeps_connection) multiplexed->close();
    multiplexed.reset();
}

void Client::Impl::go_on_in_full(Exchange& x) {
    exchange_in_full(x);
    run_aside([&] { conclude(x); });
}

// A frame of its own would be one more cache line of every fiber that waits.
[[gnu::always_inline]] inline void Client::Impl::go_on_inlined(Exchange& x) {
    if (x.step == Exchange::Step::under_way) {
        if (x.multiplexed) {
            x.outcome.failure = x.multiplexed->receive(*x.stream, x.deadline);
        } else if (!x.outcome.failure && !x.connection->stream().wait_for_input(x.deadline)) {
            x.outcome.failure = timed_out();
        }
    }
    run_aside([&] {
        if (complete(x)) conclude(x);
    });
    if (x.step != Exchange::Step::concluded) go_on_in_full(x);
}

void Client::Impl::go_on(Exchange& x) { go_on_inlined(x); }

void Client::Impl::round_trip(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                              TimePoint start, const Expected& expected, Response& response) {
    Exchange x(request, hop, deadline, start, response, base, expected);
    run_aside([&] { begin_exchange(x); });
    go_on_inlined(x);
}

void Client::Impl::begin_exchange(Exchange& x) {
    x.outcome.failure = check(x.request, x.hop);
    if (!x.outcome.failure && (x.request.timeout <= Duration::zero() || x.deadline.passed())) {
        x.outcome.failure = timed_out();
    }
    if (x.outcome.failure) {
        x.step = Exchange::Step::over;
        return;
    }
    x.proxy = shared.settings.proxies.find(*x.hop.url);
    x.keeps_connection = !closes_connection(x.request);
    // Authentication of a connection is for HTTP/1.1, and so is a tunnel inside a proxy's TLS.
    x.may_be_http2 =
        x.hop.url->https() && shared.settings.http2 && !x.hop.hold_connection && !(x.proxy != nullptr && x.proxy->tls);
    x.repeatable = may_be_repeated(x.hop.method, x.request.headers);
    if (!x.keeps_connection || x.hop.hold_connection || !shared.settings.http_debug.empty()) return;
    const Route route = x.route();
    if (x.may_be_http2) {
        x.multiplexed = http2.find(route);
        if (x.multiplexed && x.multiplexed->has_slot()) {
            x.used_before = true;
            x.step = Exchange::Step::under_way;
            send_over_http2(x);
            return;
        }
        // In full, it waits for its turn.
        x.multiplexed.reset();
        if (http2.is_dialling(route)) return;
    }
    x.connection = take_idle(route, !x.repeatable, x.start);
    if (!x.connection) return;
    x.used_before = true;
    if (x.connection->begin(write_request(x), x.outcome)) x.step = Exchange::Step::under_way;
}

bool Client::Impl::complete(Exchange& x) {
    if (x.step != Exchange::Step::under_way || x.outcome.failure) return false;
    // Whoever sends requests in a loop is about to send the same one again.
    __builtin_prefetch(x.request.url.data());
    if (!x.multiplexed) {
        x.parser = make_parser(x);
        if (!x.connection->receive_now(*x.parser, x.outcome)) return false;
    }
    x.step = Exchange::Step::over;
    // However long this fiber then had to wait for its turn.
    const EventTime last_byte = x.outcome.times.last_byte;
    x.end = last_byte ? *last_byte : shared.worker.now();
    settle(x);
    return true;
}

[[gnu::noinline]] void Client::Impl::exchange_in_full(Exchange& x) {
    // The request itself was wrong, or too late.
    if (x.step == Exchange::Step::over) return;
    while (true) {
        if (x.step == Exchange::Step::unbegun) {
            if (!attempt(x)) return;
        } else if (x.connection && !x.outcome.failure) {
            x.connection->finish(*x.parser, x.deadline, x.outcome);
        }
        x.step = Exchange::Step::over;
        x.end = shared.worker.now();
        if (!repeats(x)) break;
        x.let_go();
        x.outcome = {};
        x.start = x.ready = x.end;
        x.used_before = false;
        x.again = true;
        x.step = Exchange::Step::unbegun;
    }
    settle(x);
}

bool Client::Impl::attempt(Exchange& x) {
    if (!take_connection(x)) {
        x.end = shared.worker.now();
        return false;
    }
    if (x.multiplexed) {
        exchange_over_http2(x);
    } else {
        exchange_over_http1(x);
    }
    return true;
}

bool Client::Impl::take_connection(Exchange& x) {
    const Route route = x.route();
    if (x.hop.rare && x.hop.rare->held) x.connection = std::move(x.hop.rare->held);
    if (x.may_be_http2 && x.keeps_connection) {
        if ((x.outcome.failure = find_http2(x))) return false;
    }
    // What may be repeated is tried at once; anything else only where the peer is still there.
    if (!x.connection && !x.multiplexed && x.keeps_connection && !x.again) {
        x.connection = take_idle(route, !x.repeatable, x.start);
    }
    x.used_before = x.connection != nullptr || x.multiplexed != nullptr;
    if (x.used_before) return true;
    const auto offer = x.may_be_http2 ? TlsSession::Offer::http2_and_http1 : TlsSession::Offer::http1;
    Http2Connections::Dialling dialling(http2, route);
    x.outcome.failure = dial(route, offer, x.deadline, x.start, x.response, x.connection, x.ready);
    if (x.outcome.failure) {
        dialling.failed(*x.outcome.failure);
        return false;
    }
    if (x.connection->negotiated_http2()) {
        x.connection->keep_alive();
        x.multiplexed = http2.add(std::move(x.connection), route, x.keeps_connection);
    } else if (x.may_be_http2) {
        http2.forget_origin(route);
    }
    return true;
}

bool Client::Impl::repeats(Exchange& x) {
    const Outcome& outcome = x.outcome;
    if (x.multiplexed) {
        const bool gone = x.used_before && !x.multiplexed->usable();
        if (outcome.unprocessed) {
            if (gone ? x.deadline.over() : !pause_before_repeating(x.refusals++, x.deadline)) return false;
        } else {
            const bool lost = outcome.failure && gone && !outcome.started && is_loss(*outcome.failure);
            if (!lost || !x.repeatable || std::exchange(x.lost_before, true) || x.deadline.over()) return false;
        }
        forget_round_trip(x.response);
        return true;
    }
    if (!outcome.failure || !x.used_before || !x.repeatable || outcome.started || x.deadline.over()) return false;
    // The peer had given the connection up while it was idle; its other ones are as suspect.
    std::erase_if(idle, [route = x.route()](const auto& other) { return other->serves(route); });
    return true;
}

void Client::Impl::settle(Exchange& x) {
    Timings& timings = x.response.timings;
    const ExchangeTimes& times = x.outcome.times;
    const bool failed = x.outcome.failure != nullptr;
    if (x.multiplexed) timings.blocked = x.ready - x.start;
    timings.sending = times.sent.value_or(x.end) - std::max(times.begun.value_or(x.ready), x.ready);
    if (times.sent) timings.waiting = std::max(times.first_byte.value_or(x.end), *times.sent) - *times.sent;
    if (times.first_byte) {
        const TimePoint first = std::max(*times.first_byte, times.sent.value_or(TimePoint{}));
        // Not until this fiber had its turn: that is no doing of the server's.
        timings.receiving = std::max(failed ? x.end : times.last_byte.value_or(x.end), first) - first;
    }
    if (!x.connection || failed || !x.keeps_connection || !x.connection->reusable()) return;
    if (x.hop.hold_connection) {
        x.hop.with_rare().held = std::move(x.connection);
    } else {
        keep(std::move(x.connection), x.route(), x.end);
    }
}

ParserPool::Loan Client::Impl::make_parser(const Exchange& x) {
    ParserPool::Loan parser = shared.parsers.lend();
    parser->start({.head_request = x.hop.method == "HEAD",
                   .keep_body = x.request.response_body == ResponseBody::keep,
                   .sink = x.request.sink,
                   .max_head_size = shared.settings.max_head_size,
                   .max_headers = shared.settings.max_headers,
                   .max_body_size = shared.settings.max_body_size},
                  x.response);
    return parser;
}

OutgoingRequest Client::Impl::write_request(Exchange& x) {
    x.response.remote = x.connection->remote();
    x.response.tls = x.connection->tls();
    const std::string_view body = x.hop.body.value_or(std::string_view());
    return {.head = write_head(x.request, x.hop, x.route(), x.response),
            .body = body,
            .expect_continue = !body.empty() && expects_continue(x.request.headers)};
}

void Client::Impl::exchange_over_http1(Exchange& x) {
    const OutgoingRequest request = write_request(x);
    std::string debug_id;
    if (!shared.settings.http_debug.empty()) {
        debug_id = log_request(vu, request.head, request.body, shared.settings.http_debug == "full");
    }
    x.parser = make_parser(x);
    x.connection->exchange(request, *x.parser, x.deadline, x.outcome);
    if (!debug_id.empty() && !x.outcome.failure) {
        log_response(vu, debug_id, x.response, shared.settings.http_debug == "full");
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
