// Requests that leave HTTP: what goes out, what comes back, the bytes behind a 101; in clear, over TLS, through
// proxies.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto_http/client.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/http2_peer.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using namespace std::chrono_literals;
using testing::ClientWorld;
using testing::PeerIdentity;
using testing::PeerSocket;
using testing::ScriptedPeer;
using testing::TlsPeer;
using Kind = StreamResult::Kind;

constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";
const std::vector<Headers::Field> fields{{"Upgrade", "echo"}, {"Connection", "Upgrade"}, {"X-odd-CASE", "1"}};

TEST(ClientUpgrade, BytesBothWays) {
    std::string head;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        head = socket.read_head();
        socket.write(std::string(switching) + "right behind");
        socket.write(socket.read_exactly(5));
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Upgrade upgrade = client.upgrade({.url = peer.url("/x"), .headers = {{"X-Own", "2"}}}, fields);
        ASSERT_TRUE(upgrade.stream) << upgrade.failure->cause;
        EXPECT_EQ(upgrade.response.status, 101);
        EXPECT_EQ(upgrade.response.headers.get("Upgrade"), "echo");
        const TimePoint until = world.worker().now() + 10s;
        std::string came;
        while (came.size() < 12) ASSERT_EQ(upgrade.stream->read(came, until).kind, Kind::done);
        EXPECT_EQ(came, "right behind");
        std::string aside;
        ASSERT_EQ(upgrade.stream->write("hello", aside, 100, until).kind, Kind::done);
        came.clear();
        ASSERT_EQ(upgrade.stream->read(came, until).kind, Kind::done);
        EXPECT_EQ(came, "hello");
        EXPECT_EQ(upgrade.stream->read(came, until).kind, Kind::end_of_input);
    });
    peer.finish();
    EXPECT_EQ(
        head,
        "GET /x HTTP/1.1\r\nHost: " + peer.authority() +
            "\r\nUser-Agent: test/1\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Own: 2\r\nX-odd-CASE: 1\r\n\r\n");
    EXPECT_TRUE(world.samples().empty());
    EXPECT_EQ(world.client().idle_connections(), 0u);
}

TEST(ClientUpgrade, OverTls) {
    const PeerIdentity identity(false);
    ScriptedPeer peer({[&](PeerSocket& socket) {
        TlsPeer tls(socket, identity);
        std::string head;
        while (!head.ends_with("\r\n\r\n")) head += tls.read_exactly(1);
        // In one record, in two, and in two that come together.
        std::string records = tls.encrypt(std::string(switching) + "one ");
        records += tls.encrypt("two ");
        socket.write(records);
        tls.write(tls.read_exactly(100'000));
        tls.close_notify();
        tls.wait_for_close();
    }});
    ClientWorld world({.settings = {.insecure_skip_tls_verify = true}});
    world.run([&](Client& client) {
        const Upgrade upgrade = client.upgrade({.url = "https://" + peer.authority() + "/"}, fields);
        ASSERT_TRUE(upgrade.stream) << upgrade.failure->cause;
        EXPECT_TRUE(upgrade.response.tls);
        const TimePoint until = world.worker().now() + 10s;
        std::string came;
        while (came.size() < 8) ASSERT_EQ(upgrade.stream->read(came, until).kind, Kind::done);
        EXPECT_EQ(came, "one two ");
        const std::string large(100'000, 'x');
        std::string aside;
        ASSERT_EQ(upgrade.stream->write(large, aside, 0, until).kind, Kind::done);
        came.clear();
        while (came.size() < large.size()) ASSERT_EQ(upgrade.stream->read(came, until).kind, Kind::done);
        EXPECT_TRUE(came == large);
        EXPECT_EQ(upgrade.stream->read(came, until).kind, Kind::end_of_input);
    });
}

TEST(ClientUpgrade, ThroughAProxyThatSpeaksTls) {
    const PeerIdentity identity(false);
    std::string connect;
    ScriptedPeer proxy({[&](PeerSocket& socket) {
        TlsPeer tls(socket, identity);
        while (!connect.ends_with("\r\n\r\n")) connect += tls.read_exactly(1);
        tls.write("HTTP/1.1 200 OK\r\n\r\n");
        std::string head;
        while (!head.ends_with("\r\n\r\n")) head += tls.read_exactly(1);
        tls.write(switching);
        tls.write(tls.read_exactly(300'000));
        tls.wait_for_close();
    }});
    ClientSettings settings{.insecure_skip_tls_verify = true};
    settings.proxies =
        ProxyRules::from_environment([&](std::string_view name) {
            return name == "HTTP_PROXY" ? std::optional<std::string>("https://" + proxy.authority()) : std::nullopt;
        }).value();
    ClientWorld world({.settings = settings});
    world.run([&](Client& client) {
        const Upgrade upgrade = client.upgrade({.url = "http://shop.test/"}, fields);
        ASSERT_TRUE(upgrade.stream) << upgrade.failure->cause;
        const TimePoint until = world.worker().now() + 10s;
        const std::string large(300'000, 'x');
        std::string came;
        ASSERT_EQ(upgrade.stream->write(large, came, 1 << 20, until).kind, Kind::done);
        while (came.size() < large.size()) ASSERT_EQ(upgrade.stream->read(came, until).kind, Kind::done);
        EXPECT_TRUE(came == large);
    });
    EXPECT_TRUE(connect.starts_with("CONNECT shop.test:80 HTTP/1.1\r\n")) << connect;
}

TEST(ClientUpgrade, OfARefusalTheBeginningIsKept) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write("HTTP/1.1 400 Bad Request\r\nSet-Cookie: a=b\r\nContent-Length: 1000000000\r\n\r\n");
        while (socket.try_write(std::string(1000, 'n'))) {
        }
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Upgrade upgrade = client.upgrade({.url = peer.url("/")}, fields);
        EXPECT_FALSE(upgrade.stream);
        EXPECT_FALSE(upgrade.failure);
        EXPECT_EQ(upgrade.response.status, 400);
        EXPECT_TRUE(upgrade.response.body == std::string(kept_refusal, 'n'));
    });
}

TEST(ClientUpgrade, Failures) {
    ScriptedPeer peer(
        {[](PeerSocket& socket) { socket.read_head(); }, [](PeerSocket& socket) { socket.wait_for_close(); }});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.upgrade({.url = peer.url("/")}, fields).failure->cause, "EOF");
        EXPECT_EQ(client.upgrade({.url = peer.url("/"), .timeout = 20ms}, fields).failure->code,
                  ErrorCode::request_timeout);
        EXPECT_EQ(client.upgrade({.url = "ftp://x/"}, fields).failure->cause, "unsupported protocol scheme \"ftp\"");
        EXPECT_EQ(client.upgrade({.url = "http://[::1"}, fields).failure->code, ErrorCode::invalid_url);
    });
}

}  // namespace
}  // namespace k6::http
