#include <utility>

#include "proto_http/client_impl.h"
#include "proto_http/h2_connection.h"
#include "proto_http/http_debug.h"

namespace k6::http {
namespace {

[[gnu::noinline]] MaybeFailure no_more_requests() {
    return fail({.cause = "http2: the connection takes no more requests"});
}

}  // namespace

void Client::Impl::exchange_over_http2(Exchange& x) {
    Http2Connection& connection = *x.multiplexed;
    if ((x.outcome.failure = connection.wait_for_slot(x.deadline, x.ready))) return;
    if (!connection.usable()) {
        x.outcome.failure = no_more_requests();
        x.outcome.unprocessed = true;
        return;
    }
    const std::string debug_id = send_over_http2(x);
    x.outcome.failure = connection.receive(*x.stream, x.deadline);
    if (!debug_id.empty() && !x.outcome.failure) {
        log_response(vu, debug_id, x.response, shared.settings.http_debug == "full");
    }
}

std::string Client::Impl::send_over_http2(Exchange& x) {
    Http2Connection& connection = *x.multiplexed;
    x.response.remote = connection.remote();
    x.response.tls = connection.tls();
    x.stream.emplace(x.response, x.outcome,
                     Http2Stream::Config{.head_request = x.hop.method == "HEAD",
                                         .keep_body = x.request.response_body == ResponseBody::keep,
                                         .sink = x.request.sink,
                                         .pool = &shared.response_pool});
    std::string debug_id;
    const bool plain = is_plain(x.request, x.hop) && shared.settings.http_debug.empty();
    if (plain && connection.send_like(x.hop.url.get(), x.hop.method, *x.stream, x.in_company)) {
        x.response.cookie_header.clear();
        return debug_id;
    }
    const RequestHead head = collect_head(x.request, x.hop, x.response);
    const std::string_view body = x.hop.body.value_or(std::string_view());
    if (!shared.settings.http_debug.empty()) {
        shared.head.clear();
        write_request_head(head, shared.fields, shared.head);
        debug_id = log_request(vu, shared.head, body, shared.settings.http_debug == "full");
    }
    connection.send({.method = head.method,
                     .scheme = x.hop.url->scheme(),
                     .authority = head.host,
                     .target = head.target,
                     .user_agent = head.user_agent,
                     .fields = shared.fields,
                     .content_length = head.content_length,
                     .body = body,
                     .source = plain ? std::shared_ptr<const void>(x.hop.url) : nullptr},
                    *x.stream, x.in_company);
    return debug_id;
}

MaybeFailure Client::Impl::find_http2(Exchange& x) {
    const Route route = x.route();
    x.multiplexed = http2.find(route);
    while (!x.multiplexed && http2.is_dialling(route)) {
        auto failure = http2.await_dial(route, x.deadline);
        x.ready = shared.worker.now();
        if (failure) return failure;
        x.response.timings.blocked = x.ready - x.start;
        x.multiplexed = http2.find(route);
    }
    return nullptr;
}

bool Client::Impl::pause_before_repeating(int repetitions, Deadline& deadline) const {
    // As Go's client does: at once, then after 1, 2, 4, 8, 16 seconds.
    constexpr int most_repetitions = 6;
    if (deadline.over() || repetitions >= most_repetitions) return false;
    if (repetitions == 0) return true;
    const TimePoint until = shared.worker.now() + std::chrono::seconds(1 << (repetitions - 1));
    return deadline.run([&] { sleep_until(until); });
}

}  // namespace k6::http
