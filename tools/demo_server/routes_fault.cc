// Routes that misbehave on purpose, and the counters.
#include <boost/json/value.hpp>
#include <cmath>

#include "tools/demo_server/json.h"
#include "tools/demo_server/route.h"

namespace k6::demo {
namespace {

Response close(const Call&) {
    Response response = Response::text("text/plain", "goodbye\n");
    response.close = true;
    return response;
}

Response reset(const Call&) {
    Response response;
    response.fault = Fault::reset;
    return response;
}

Response malformed(const Call&) {
    Response response;
    response.fault = Fault::malformed;
    response.body = "HTTP/one.one OK 200?\r\nthis is no field\r\n\r\n";
    return response;
}

Response truncate(const Call& call) {
    constexpr std::uint64_t kMostBytes = 1024 * 1024;
    auto declared = call.argument_number("declared", 100, 0, kMostBytes);
    auto sent = call.argument_number("sent", 50, 0, kMostBytes);
    if (!declared) return Response::error(400, declared.error().message);
    if (!sent) return Response::error(400, sent.error().message);
    Response response = Response::text("text/plain", std::string(*sent, 'x'));
    response.declared_length = *declared;
    return response;
}

Response flaky(const Call& call) {
    auto rate = call.argument_decimal("rate", 0.1, 0, 1);
    auto code = call.argument_number("code", 500, 200, 599);
    if (!rate) return Response::error(400, rate.error().message);
    if (!code) return Response::error(400, code.error().message);
    std::uint64_t number = call.site().flaky_requests.fetch_add(1, std::memory_order_relaxed) + 1;
    // Fails whenever the expected number of failures reaches the next whole one: every k-th request for rate = 1/k. The
    // small addend makes up for rates such as 0.1 that are no binary fraction.
    auto expected = [&](std::uint64_t count) { return std::floor(static_cast<double>(count) * *rate + 1e-9); };
    if (expected(number) > expected(number - 1)) return Response::error(static_cast<int>(*code), "failed on purpose");
    return json_response({{"ok", true}, {"number", number}});
}

Response stats(const Call& call) {
    StatsSnapshot counts = call.site().stats.snapshot();
    return json_response({
        {"connectionsAccepted", counts.connections_accepted},
        {"connectionsOpen", counts.connections_open},
        {"tlsHandshakes", counts.tls_handshakes},
        {"tlsResumed", counts.tls_resumed},
        {"requests", counts.requests},
        {"http2Requests", counts.http2_requests},
        {"requestsMalformed", counts.requests_malformed},
        {"websocketSessions", counts.websocket_sessions},
        {"websocketMessages", counts.websocket_messages},
        {"bytesReceived", counts.bytes_received},
        {"bytesSent", counts.bytes_sent},
    });
}

Response reset_stats(const Call& call) {
    call.site().stats.reset();
    call.site().flaky_requests.store(0, std::memory_order_relaxed);
    return json_response({{"reset", true}});
}

constexpr Route kRoutes[] = {
    {"/close", kAnyMethod, 0, 0, close, "/close", "answers, then closes the connection"},
    {"/reset", kAnyMethod, 0, 0, reset, "/reset", "resets the connection"},
    {"/malformed", kAnyMethod, 0, 0, malformed, "/malformed", "answers with something that is no HTTP"},
    {"/truncate", kAnyMethod, 0, 0, truncate, "/truncate?declared=100&sent=50", "sends more or less than it claims"},
    {"/flaky", kAnyMethod, 0, 0, flaky, "/flaky?rate=0.5", "fails every so often, predictably"},
    {"/stats", kGet, 0, 0, stats, "/stats", "what this server did so far"},
    {"/stats/reset", kGet | kPost, 0, 0, reset_stats, "/stats/reset", "counts from here"},
};

}  // namespace

std::span<const Route> fault_routes() { return kRoutes; }

}  // namespace k6::demo
