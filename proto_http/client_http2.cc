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

[[gnu::noinline]] void Client::Impl::exchange_over_http2(const Request& request, const Hop& hop,
                                                         Http2Connection& connection, Deadline& deadline,
                                                         Response& response, Attempt& attempt) {
    if ((attempt.failure = connection.wait_for_slot(deadline, attempt.ready))) return;
    if (!connection.usable()) {
        attempt.failure = no_more_requests();
        attempt.unprocessed = true;
        return;
    }
    Http2Stream stream(response, {.head_request = hop.method == "HEAD",
                                  .keep_body = request.response_body == ResponseBody::keep,
                                  .sink = request.sink,
                                  .pool = &shared.response_pool});
    const std::string debug_id = send_over_http2(request, hop, connection, stream, response);
    attempt.failure = connection.receive(stream, deadline);
    attempt.times = stream.times;
    attempt.started = stream.started;
    attempt.unprocessed = stream.unprocessed;
    if (!debug_id.empty() && !attempt.failure) {
        log_response(vu, debug_id, response, shared.settings.http_debug == "full");
    }
}

[[gnu::noinline]] std::string Client::Impl::send_over_http2(const Request& request, const Hop& hop,
                                                            Http2Connection& connection, Http2Stream& stream,
                                                            Response& response) {
    response.remote = connection.remote();
    response.tls = connection.tls();
    const RequestHead head = collect_head(request, hop, response);
    const std::string_view body = hop.body.value_or(std::string_view());
    std::string debug_id;
    if (!shared.settings.http_debug.empty()) {
        shared.head.clear();
        write_request_head(head, shared.fields, shared.head);
        debug_id = log_request(vu, shared.head, body, shared.settings.http_debug == "full");
    }
    connection.send({.method = head.method,
                     .scheme = hop.url->scheme(),
                     .authority = head.host,
                     .target = head.target,
                     .user_agent = head.user_agent,
                     .fields = shared.fields,
                     .content_length = head.content_length,
                     .body = body},
                    stream);
    return debug_id;
}

MaybeFailure Client::Impl::find_http2(const Route& route, Deadline& deadline, TimePoint start, Response& response,
                                      std::shared_ptr<Http2Connection>& connection, TimePoint& ready) {
    connection = http2.find(route);
    while (!connection && http2.is_dialling(route)) {
        auto failure = http2.await_dial(route, deadline);
        ready = shared.worker.now();
        if (failure) return failure;
        response.timings.blocked = ready - start;
        connection = http2.find(route);
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
