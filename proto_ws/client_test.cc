// The client against the demo server, and its opening handshake against servers that follow a script.
#include "proto_ws/client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto_http/cookie_jar.h"
#include "proto_http/proxy_rules.h"
#include "proto_http/url.h"
#include "proto_ws/testing/ws_peer.h"
#include "proto_ws/testing/ws_world.h"
#include "tools/demo_server/demo_server.h"

namespace k6::ws {
namespace {

using namespace std::chrono_literals;
using http::testing::PeerSocket;
using http::testing::ScriptedPeer;
using testing::accept_handshake;
using testing::field_of;
using testing::handshake_answer;
using testing::read_frame;
using testing::server_frame;
using testing::WsWorld;

std::string ws(const ScriptedPeer& peer, const std::string& target = "/") {
    return "ws://" + peer.authority() + target;
}

class DemoServerTest : public ::testing::Test {
protected:
    DemoServerTest() : server_(*demo::DemoServer::start({})) {
        const std::string file = ::testing::TempDir() + "/authority.pem";
        std::ofstream(file) << server_->ca_pem();
        ::setenv("SSL_CERT_FILE", file.c_str(), 1);
    }
    ~DemoServerTest() override { ::unsetenv("SSL_CERT_FILE"); }

    std::string url(const std::string& target) const { return "ws" + server_->http_url().substr(4) + target; }
    std::string tls_url(const std::string& target) const { return "wss" + server_->https_url().substr(5) + target; }

    std::unique_ptr<demo::DemoServer> server_;
};

TEST_F(DemoServerTest, EchoesTextAndBinaryAndCloses) {
    for (const std::string& target : {url("/ws"), tls_url("/ws")}) {
        WsWorld world;
        world.run([&](Client& client) {
            Opening opening = client.connect({.url = target});
            ASSERT_TRUE(opening.session) << opening.error;
            EXPECT_EQ(opening.response.status, 101);
            EXPECT_EQ(opening.response.headers.get("Upgrade"), "websocket");
            Session& session = *opening.session;
            for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u, 1'000'000u}) {
                const std::string text(size, 'x');
                ASSERT_TRUE(session.send_text(text));
                const Event event = session.receive(10s);
                EXPECT_EQ(event.kind, Event::Kind::text);
                EXPECT_TRUE(event.data == text) << size;
            }
            ASSERT_TRUE(session.send_binary(std::string_view("\x00\xff", 2)));
            const Event event = session.receive(10s);
            EXPECT_EQ(event.kind, Event::Kind::binary);
            EXPECT_EQ(event.data, std::string_view("\x00\xff", 2));
            ASSERT_TRUE(session.ping());
            EXPECT_EQ(session.receive(10s).kind, Event::Kind::pong);
            EXPECT_TRUE(session.round_trip());
            const Event end = session.close(1000, "done");
            EXPECT_EQ(end.kind, Event::Kind::close);
            EXPECT_EQ(end.code, 1000);
            EXPECT_EQ(end.data, "done");
            EXPECT_TRUE(session.over());
            EXPECT_EQ(session.send_text("late").error().message, "websocket: close sent");
            EXPECT_EQ(session.receive(1s).kind, Event::Kind::close);
        });
        EXPECT_EQ(world->samples("ws_sessions").size(), 1u);
        EXPECT_EQ(world->samples("ws_connecting").size(), 1u);
        EXPECT_EQ(world->samples("ws_session_duration").size(), 1u);
        EXPECT_EQ(world->samples("ws_msgs_sent").size(), 9u);
        EXPECT_EQ(world->samples("ws_msgs_received").size(), 8u);
        EXPECT_EQ(world->samples("ws_ping").size(), 1u);
        EXPECT_TRUE(world->samples("http_reqs").empty());
        const std::map<std::string, std::string> tags{
            {"base", "b"}, {"url", target}, {"status", "101"}, {"subproto", ""}};
        for (const auto& sample : world->samples()) EXPECT_EQ(sample.tags, tags) << sample.metric;
        EXPECT_GT(world->vu().bytes_sent, 1'000'000u);
        EXPECT_GT(world->vu().bytes_received, 1'000'000u);
    }
}

TEST_F(DemoServerTest, SubprotocolsTagsAndNames) {
    WsWorld world;
    world.run([&](Client& client) {
        Opening chosen = client.connect({.url = url("/ws/echo?subproto=chat"),
                                         .protocols = {"other", "chat"},
                                         .sample_tags = {{"kind", "k"}, {"url", "no"}},
                                         .name = "echo"});
        ASSERT_TRUE(chosen.session) << chosen.error;
        EXPECT_EQ(chosen.session->protocol(), "chat");
        chosen.session->close();
        Opening none = client.connect({.url = url("/ws/echo?subproto=chat"), .name = "echo"});
        ASSERT_TRUE(none.session);
        EXPECT_EQ(none.session->protocol(), "");
        // Its end is the destructor's.
    });
    const auto sessions = world->samples("ws_sessions");
    ASSERT_EQ(sessions.size(), 2u);
    const std::map<std::string, std::string> tags{{"base", "b"},    {"kind", "k"},     {"url", "echo"},
                                                  {"name", "echo"}, {"status", "101"}, {"subproto", "chat"}};
    EXPECT_EQ(sessions[0].tags, tags);
    EXPECT_EQ(sessions[1].tags.at("subproto"), "");
    EXPECT_EQ(world->samples("ws_session_duration").size(), 2u);
}

TEST_F(DemoServerTest, TheServerCloses) {
    WsWorld world;
    world.run([&](Client& client) {
        Opening opening = client.connect({.url = url("/ws/close?code=3001&reason=bye")});
        ASSERT_TRUE(opening.session);
        const Event end = opening.session->receive(10s);
        EXPECT_EQ(end.kind, Event::Kind::close);
        EXPECT_EQ(end.code, 3001);
        EXPECT_EQ(end.data, "bye");
        EXPECT_EQ(opening.session->close().code, 3001);
    });
    EXPECT_EQ(world->samples("ws_session_duration").size(), 1u);
}

TEST_F(DemoServerTest, ARefusalIsAnAnswer) {
    WsWorld world;
    world.run([&](Client& client) {
        const Opening opening = client.connect({.url = url("/status/403")});
        EXPECT_FALSE(opening.session);
        EXPECT_EQ(opening.response.status, 403);
        EXPECT_EQ(opening.error, "websocket: bad handshake");
        // Redirects are not followed.
        EXPECT_EQ(client.connect({.url = url("/redirect/1")}).response.status, 302);
    });
    EXPECT_EQ(world->samples("ws_sessions").at(0).tags.at("status"), "403");
    EXPECT_TRUE(world->samples("ws_session_duration").empty());
    EXPECT_TRUE(world->samples("http_reqs").empty());
}

// ---- The handshake as it goes over the wire

TEST(Handshake, SaysWhatIsAskedFor) {
    std::string head;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        head = accept_handshake(socket, "Set-Cookie: seen=1\r\n");
        read_frame(socket);
    }});
    WsWorld world({.settings = {.user_agent = "test/1", .no_connection_reuse = true}});
    http::CookieJar jar;
    world.run([&](Client& client) {
        const auto url = http::Url::parse("http://" + peer.authority() + "/").value();
        jar.store(url, {.name = "a", .value = "b"}, {});
        const Opening opening = client.connect({.url = "WS://user:pass@" + peer.authority() + "/a?b=c#d",
                                                .headers = {{"X-Team", "shop"}, {"Sec-WebSocket-Protocol", "one"}},
                                                .protocols = {"two"},
                                                .jar = &jar,
                                                .cookies = {{"own", "1"}},
                                                .compression = true});
        ASSERT_TRUE(opening.session) << opening.error;
        EXPECT_EQ(jar.matches(url, {}).size(), 2u);
    });
    peer.finish();
    EXPECT_TRUE(head.starts_with("GET /a?b=c HTTP/1.1\r\nHost: " + peer.authority() + "\r\nUser-Agent: test/1\r\n"))
        << head;
    EXPECT_NE(head.find("\r\nSec-WebSocket-Key: "), std::string::npos) << head;
    EXPECT_EQ(field_of(head, "Sec-WebSocket-Key").size(), 24u);
    EXPECT_EQ(field_of(head, "Sec-WebSocket-Version"), "13");
    EXPECT_EQ(field_of(head, "Upgrade"), "websocket");
    EXPECT_EQ(field_of(head, "Connection"), "Upgrade");
    EXPECT_EQ(field_of(head, "Sec-WebSocket-Protocol"), "two, one");
    EXPECT_EQ(field_of(head, "Sec-WebSocket-Extensions"),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    EXPECT_EQ(field_of(head, "Authorization"), "Basic dXNlcjpwYXNz");
    EXPECT_EQ(field_of(head, "Cookie"), "own=1; a=b");
    EXPECT_EQ(field_of(head, "X-Team"), "shop");
    EXPECT_EQ(world->samples("ws_sessions").at(0).tags.at("url"), "ws://****:****@" + peer.authority() + "/a?b=c#d");
}

TEST(Handshake, AnswersThatAreNone) {
    struct Case {
        std::function<std::string(const std::string& head)> answer;
        std::string error;
    };
    const std::string bad = "websocket: bad handshake";
    const std::vector<Case> cases = {
        {[](const std::string& head) {
             std::string answer = handshake_answer(head);
             const std::size_t accept = answer.find("Accept: ") + 8;
             answer[accept] = answer[accept] == 'A' ? 'B' : 'A';
             return answer;
         },
         bad + ": Sec-WebSocket-Accept does not answer the key"},
        {[](const std::string&) {
             return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
         },
         bad + ": Sec-WebSocket-Accept does not answer the key"},
        {[](const std::string&) {
             return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
         },
         bad + ": the answer does not upgrade to websocket"},
        {[](const std::string&) {
             return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: close\r\n\r\n";
         },
         bad + ": the answer's Connection does not say upgrade"},
        {[](const std::string& head) { return handshake_answer(head, "Sec-WebSocket-Protocol: other\r\n"); },
         bad + ": the server chose a subprotocol that was not offered: other"},
        {[](const std::string& head) { return handshake_answer(head, "Sec-WebSocket-Extensions: x-mine\r\n"); },
         bad + ": the server chose an extension that was not offered: x-mine"},
        {[](const std::string& head) {
             return handshake_answer(head, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
         },
         bad + ": the server did not agree to compress each message for itself"},
        {[](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"; }, bad},
        {[](const std::string&) { return "HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x'); }, bad},
        {[](const std::string&) { return "SSH-2.0-OpenSSH_9.2\r\n"; },
         "malformed HTTP response \"SSH-2.0-OpenSSH_9.2\""},
        {[](const std::string&) { return ""; }, "EOF"},
        {[](const std::string&) { return "HTTP/1.1 101 Switching Protocols\r\nUpgr"; }, "unexpected EOF"},
    };
    for (const Case& one : cases) {
        ScriptedPeer peer({[&](PeerSocket& socket) { socket.try_write(one.answer(socket.read_head())); }});
        WsWorld world;
        world.run([&](Client& client) {
            const Opening opening =
                client.connect({.url = ws(peer), .protocols = {"chat"}, .compression = one.error.ends_with("itself")});
            EXPECT_FALSE(opening.session);
            EXPECT_EQ(opening.error, one.error);
            EXPECT_LE(opening.response.body.size(), http::kept_refusal);
        });
        EXPECT_EQ(world->samples("ws_sessions").size(), 1u) << one.error;
        EXPECT_EQ(world->samples("ws_connecting").size(), 1u);
        EXPECT_TRUE(world->samples("ws_session_duration").empty());
    }
}

TEST(Handshake, RequestsThatAreNone) {
    WsWorld world;
    world.run([&](Client& client) {
        for (const std::string_view url :
             {"http://localhost/", "ws:/localhost", "ws://", "localhost", "", "ws://h:x/", "wsx://h/"}) {
            EXPECT_EQ(client.connect({.url = url}).error, "malformed ws or wss URL") << url;
        }
        for (const std::string_view name : {"upgrade", "Connection", "sec-websocket-key"}) {
            EXPECT_EQ(client.connect({.url = "ws://localhost/", .headers = {{name, "x"}}}).error,
                      "websocket: duplicate header not allowed: " + http::canonical_header_name(name));
        }
        EXPECT_TRUE(client.connect({.url = "ws://127.0.0.1:" + std::to_string(http::testing::unused_port()) + "/"})
                        .error.ends_with(": connect: connection refused"));
        EXPECT_EQ(client.connect({.url = "ws://localhost/", .protocols = {"a\r\nb"}}).error,
                  "websocket: a subprotocol has control characters");
    });
    EXPECT_EQ(world->samples("ws_sessions").size(), 12u);
    EXPECT_EQ(world->samples("ws_sessions").at(0).tags.count("status"), 0u);
}

TEST(Handshake, FramesRightBehindItAreNotLost) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        accept_handshake(socket, {}, server_frame(Opcode::text, "early") + server_frame(Opcode::text, "bird"));
        socket.wait_for_close();
    }});
    WsWorld world;
    world.run([&](Client& client) {
        Opening opening = client.connect({.url = ws(peer)});
        ASSERT_TRUE(opening.session);
        EXPECT_EQ(opening.session->receive(10s).data, "early");
        EXPECT_EQ(opening.session->receive(10s).data, "bird");
    });
}

TEST(Handshake, HasATimeLimit) {
    ScriptedPeer peer({[](PeerSocket& socket) { socket.wait_for_close(); }});
    WsWorld world;
    world.run([&](Client& client) {
        const Opening opening = client.connect({.url = ws(peer), .timeout = 50ms});
        EXPECT_EQ(opening.error, "request timeout");
    });
}

TEST(Handshake, GoesThroughAProxysTunnel) {
    std::string connect;
    std::string head;
    ScriptedPeer proxy({[&](PeerSocket& socket) {
        connect = socket.read_head();
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        head = accept_handshake(socket, {}, server_frame(Opcode::text, "hello"));
        socket.wait_for_close();
    }});
    http::ClientSettings settings;
    settings.proxies = http::ProxyRules::from_environment([&](std::string_view name) {
                           return name == "http_proxy" || name == "HTTP_PROXY"
                                      ? std::optional<std::string>("http://" + proxy.authority())
                                      : std::nullopt;
                       }).value();
    WsWorld world({.settings = settings});
    world.run([&](Client& client) {
        Opening opening = client.connect({.url = "ws://shop.test/chat"});
        ASSERT_TRUE(opening.session) << opening.error;
        EXPECT_EQ(opening.session->receive(10s).data, "hello");
    });
    proxy.finish();
    EXPECT_TRUE(connect.starts_with("CONNECT shop.test:80 HTTP/1.1\r\n")) << connect;
    EXPECT_TRUE(head.starts_with("GET /chat HTTP/1.1\r\nHost: shop.test\r\n")) << head;
}

TEST(Handshake, KeepsTheRulesForHosts) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        accept_handshake(socket);
        socket.wait_for_close();
    }});
    Plan plan;
    plan.hosts = {{"chat.test", peer.authority()}};
    plan.block_hostnames = {"blocked.test"};
    auto rules = DialRules::make(plan);
    ASSERT_TRUE(rules) << rules.error().message;
    http::ClientSettings settings;
    settings.dial_rules = *rules;
    WsWorld world({.settings = settings});
    world.run([&](Client& client) {
        EXPECT_TRUE(client.connect({.url = "ws://chat.test/"}).session);
        EXPECT_EQ(client.connect({.url = "ws://blocked.test/"}).error,
                  "hostname (blocked.test) is in a blocked pattern (blocked.test)");
    });
}

}  // namespace
}  // namespace k6::ws
