// What websocket.cc does not show: refusals, closings, binary messages, ends by scope and by exception. It judges
// itself: by checks and thresholds, which fail the test.
#include <stdexcept>

#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

struct Point {
    int x = 0;
};
K6_FIELDS(Point, x);

std::string url(const Vu& vu, std::string_view base, std::string_view path) {
    return "ws" + std::string(vu.env(base).substr(std::string_view("http").size())) + std::string(path);
}

template <class Error, class Function>
std::string thrown(Function&& function) {
    try {
        function();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing";
}

void work(Vu& vu) {
    const std::string echo = url(vu, "BASE_URL", "/ws");
    {
        // Over TLS, in binary; the end of the scope closes.
        WebSocket socket = vu.ws.connect(url(vu, "BASE_URL_TLS", "/ws"), {.name = "tls"});
        socket.send_binary(std::string("\0\xff", 2));
        const auto answer = socket.receive(10s);
        vu.check("binary comes back", answer && !answer->is_text() && answer->bytes() == std::string_view("\0\xff", 2));
        vu.check("the handshake's header", socket.header("upgrade") == "websocket");
        vu.check("nothing more comes", !socket.receive(1ms) && socket.is_open());
    }
    {
        // Cookies of HTTP are those of WebSockets.
        vu.http.cookies().set(std::string(vu.env("BASE_URL")), "flavour", "oat");
        WebSocket socket = vu.ws.connect(echo, {.name = "echo"});
        socket.send("plain text");
        socket.send(std::string("another one"));
        int heard = 0;
        socket.listen(10s, [&](const Message& message) {
            heard += message.text() == "plain text" || message.text() == "another one";
            return heard < 2;
        });
        vu.check("listening ends when it is told to", heard == 2);
        socket.send("{\"x\": \"no\"}");
        vu.check("JSON of another shape says where", thrown<JsonError>([&] { socket.receive_json<Point>(10s); }) ==
                                                         "$.x: expected a whole number, got a string");
        vu.check("no message is an error for who expects one",
                 thrown<WebSocketError>([&] { socket.receive_json(1ms); }) == echo + ": no message within 1ms");
        vu.check("codes that may not be sent",
                 thrown<std::invalid_argument>([&] { socket.close(1006); }) == "close code 1006 may not be sent");
        socket.close(3001, "enough");
        vu.check("closed as asked", socket.close_code() == 3001 && socket.close_reason() == "enough" &&
                                        socket.error().empty() && !socket.is_open());
        vu.check("sending is over",
                 thrown<WebSocketError>([&] { socket.send("x"); }) == echo + ": websocket: close sent");
        vu.check("receiving is over", !socket.receive());
    }
    {
        WebSocket socket = vu.ws.connect(url(vu, "BASE_URL", "/ws/close?code=1011&reason=broken"), {.name = "closed"});
        vu.check("the server closes", !socket.receive(10s) && socket.close_code() == 1011 &&
                                          socket.close_reason() == "broken" &&
                                          socket.error() == "websocket: close 1011 (internal server error): broken");
    }
    {
        const WebSocket refused = vu.ws.connect(url(vu, "BASE_URL", "/status/403"), {.name = "refused"});
        vu.check("a refusal",
                 !refused.ok() && refused.status() == 403 && refused.error() == "websocket: bad handshake");
        WebSocket nobody = vu.ws.connect("ws://127.0.0.1:1/", {.name = "nobody"});
        vu.check("nobody there", !nobody.ok() && nobody.status() == 0 &&
                                     nobody.error() == "dial tcp 127.0.0.1:1: connect: connection refused");
        vu.check("what is not connected does not send", thrown<WebSocketError>([&] { nobody.send("x"); }) ==
                                                            "ws://127.0.0.1:1/: not connected: " + nobody.error());
    }
    const std::string passed = thrown<std::runtime_error>([&] {
        WebSocket socket = vu.ws.connect(echo, {.name = "thrown"});
        throw std::runtime_error("out of here");
    });
    vu.check("an exception passes an open session", passed == "out of here");
}

/// Waits for ever; the iteration is cut short.
void wait(Vu& vu) {
    WebSocket socket = vu.ws.connect(url(vu, "BASE_URL", "/ws"), {.name = "waiting"});
    while (socket.receive()) {
    }
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .scenarios = {{.name = "work",
                       .executor = PerVuIterations{.vus = 2, .iterations = 2, .max_duration = 30s},
                       .exec = entry<work>},
                      {.name = "wait",
                       .executor = ConstantVus{.vus = 3, .duration = 1s},
                       .exec = entry<wait>,
                       .graceful_stop = 100ms}},
        .thresholds = {rate(checks) == 100_pct, count(ws_sessions) == 27, max(ws_session_duration) < 30s,
                       count(ws_sessions.tagged({{"name", "waiting"}, {"status", "101"}})) == 3,
                       count(ws_sessions.tagged({{"name", "refused"}, {"status", "403"}})) == 4,
                       count(ws_msgs_sent) == 20, count(ws_msgs_received.tagged({{"url", "echo"}})) == 12},
    };
}
