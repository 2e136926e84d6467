// The WebSocket client against a server of others (python3-websockets): in clear, over TLS, and with nginx between.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto_ws/client.h"
#include "proto_ws/testing/ws_world.h"
#include "tests/interop/interop_world.h"
#include "tests/interop/peer_process.h"

namespace k6::interop {
namespace {

using namespace std::chrono_literals;
using ws::Client;
using ws::Event;
using ws::Opening;
using ws::Session;
using ws::testing::WsWorld;

constexpr std::string_view python = "/usr/bin/python3";
constexpr std::string_view script = "tests/interop/websocket_server.py";

class WebSocketsTest : public InteropTest {
protected:
    WebSocketsTest()
        : clear(free_port()),
          tls(free_port()),
          through_nginx(free_port()),
          clear_server({std::string(python), std::string(script), std::to_string(clear)}, clear),
          tls_server({std::string(python), std::string(script), std::to_string(tls), certificate_file, key_file}, tls),
          nginx({"/usr/sbin/nginx", "-c", write_file("nginx.conf", nginx_config())}, through_nginx) {}

    std::string nginx_config() const {
        const std::string folder = test_folder();
        return "daemon off; master_process off; user root root; pid " + folder +
               "/nginx.pid; error_log stderr; worker_processes 1; events { worker_connections 64; }"
               "http { access_log off; client_body_temp_path " +
               folder + "/body; proxy_temp_path " + folder + "/proxy; fastcgi_temp_path " + folder +
               "/fastcgi; uwsgi_temp_path " + folder + "/uwsgi; scgi_temp_path " + folder + "/scgi;" +
               "server { listen 127.0.0.1:" + std::to_string(through_nginx) + " ssl; ssl_certificate " +
               certificate_file + "; ssl_certificate_key " + key_file +
               "; location / { proxy_pass http://127.0.0.1:" + std::to_string(clear) +
               "; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
               "proxy_set_header Connection \"upgrade\"; } } }";
    }
    std::vector<std::string> bases() const {
        return {"ws://127.0.0.1:" + std::to_string(clear), "wss://127.0.0.1:" + std::to_string(tls),
                "wss://localhost:" + std::to_string(through_nginx)};
    }

    std::uint16_t clear;
    std::uint16_t tls;
    std::uint16_t through_nginx;
    PeerProcess clear_server;
    PeerProcess tls_server;
    PeerProcess nginx;
};

TEST_F(WebSocketsTest, MessagesOfEverySize) {
    for (const std::string& base : bases()) {
        for (const bool compression : {false, true}) {
            WsWorld world;
            world.run([&](Client& client) {
                Opening opening = client.connect(
                    {.url = base + "/echo", .protocols = {"chat.v1", "chat.v2"}, .compression = compression});
                ASSERT_TRUE(opening.session) << base << ": " << opening.error;
                Session& session = *opening.session;
                EXPECT_EQ(session.protocol(), "chat.v2");
                EXPECT_EQ(session.extensions().starts_with("permessage-deflate"), compression);
                std::string noise;
                for (std::uint32_t i = 0, state = 3; i < 3'000'000; ++i) {
                    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
                }
                for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u, 3'000'000u}) {
                    ASSERT_TRUE(session.send_text(std::string(size, 't')));
                    Event event = session.receive(30s);
                    EXPECT_EQ(event.kind, Event::Kind::text);
                    EXPECT_TRUE(event.data == std::string(size, 't')) << size;
                    ASSERT_TRUE(session.send_binary(noise.substr(0, size)));
                    event = session.receive(30s);
                    EXPECT_EQ(event.kind, Event::Kind::binary);
                    EXPECT_TRUE(event.data == noise.substr(0, size)) << size;
                }
                ASSERT_TRUE(session.ping());
                EXPECT_EQ(session.receive(30s).kind, Event::Kind::pong);
                const Event end = session.close(1000, "gr\xc3\xbc\xc3\x9f dich");
                EXPECT_EQ(end.kind, Event::Kind::close);
                EXPECT_EQ(end.code, 1000);
            });
        }
    }
}

TEST_F(WebSocketsTest, WhatTheServerDoes) {
    for (const std::string& base : bases()) {
        WsWorld world;
        world.run([&](Client& client) {
            Opening fragments = client.connect({.url = base + "/fragments"});
            ASSERT_TRUE(fragments.session) << fragments.error;
            EXPECT_EQ(fragments.session->receive(30s).data, "one two three");
            EXPECT_EQ(fragments.session->receive(30s).data.size(), 70001u);

            Opening ping = client.connect({.url = base + "/ping"});
            ASSERT_TRUE(ping.session);
            const Event asked = ping.session->receive(30s);
            EXPECT_EQ(asked.kind, Event::Kind::ping);
            EXPECT_EQ(asked.data, "are you there");
            EXPECT_EQ(ping.session->receive(30s).data, "there you are");

            Opening closed = client.connect({.url = base + "/close"});
            ASSERT_TRUE(closed.session);
            const Event end = closed.session->receive(30s);
            EXPECT_EQ(end.kind, Event::Kind::close);
            EXPECT_EQ(end.code, 4001);
            EXPECT_EQ(end.data, "enough for today");

            Opening headers =
                client.connect({.url = base + "/headers", .headers = {{"X-Team", "shop"}}, .cookies = {{"a", "b"}}});
            ASSERT_TRUE(headers.session);
            EXPECT_EQ(headers.session->receive(30s).data, "shop|a=b");

            // What breaks the rules is for the server to refuse.
            Opening broken = client.connect({.url = base + "/echo"});
            ASSERT_TRUE(broken.session);
            ASSERT_TRUE(broken.session->send_text("\xff"));
            EXPECT_EQ(broken.session->receive(30s).code, 1007);
        });
        EXPECT_EQ(world->samples("ws_sessions").size(), 5u);
        EXPECT_EQ(world->samples("ws_session_duration").size(), 5u);
    }
}

}  // namespace
}  // namespace k6::interop
