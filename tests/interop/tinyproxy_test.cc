// Through tinyproxy, a forward proxy, to the demo server: requests in clear are forwarded, TLS is tunnelled.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto_http/testing/scripted_peer.h"
#include "tests/interop/interop_world.h"
#include "tests/interop/peer_process.h"
#include "tools/demo_server/demo_server.h"

namespace k6::interop {
namespace {

using http::Body;
using http::Client;
using http::ClientSettings;
using http::Protocol;
using http::Response;
using http::testing::ClientWorld;

class TinyproxyTest : public InteropTest {
protected:
    TinyproxyTest() : behind(demo::DemoServer::start({}).value()) {
        const std::string config =
            "Port " + std::to_string(port) +
            "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 20\nBasicAuth me word\n";
        process = std::make_unique<PeerProcess>(
            std::vector<std::string>{"/usr/bin/tinyproxy", "-d", "-c", write_file("tinyproxy.conf", config)}, port);
    }

    ClientSettings through(std::string_view user_information) const {
        return through_proxy("http://" + std::string(user_information) + "127.0.0.1:" + std::to_string(port));
    }
    static ClientSettings through_proxy(const std::string& proxy) {
        ClientSettings settings{.user_agent = "test/1", .insecure_skip_tls_verify = true};
        settings.proxies = http::ProxyRules::from_environment([&](std::string_view name) -> std::optional<std::string> {
                               if (name == "http_proxy" || name == "https_proxy") return proxy;
                               return std::nullopt;
                           }).value();
        return settings;
    }
    // The unspecified address means this machine, and is none of those that never go through a proxy.
    std::string clear(std::string_view target) const {
        return "http://0.0.0.0:" + std::to_string(behind->http_port()) + std::string(target);
    }
    std::string tls(std::string_view target) const {
        return "https://0.0.0.0:" + std::to_string(behind->https_port()) + std::string(target);
    }

    std::unique_ptr<demo::DemoServer> behind;
    const std::uint16_t port = free_port();
    std::unique_ptr<PeerProcess> process;
};

TEST_F(TinyproxyTest, ForwardsRequestsInClear) {
    const std::string body(100'000, 'b');
    ClientWorld world({.settings = through("me:word@")});
    world.run([&](Client& client) {
        // First: the proxy hangs up after each answer without having said so, and a POST is not repeated.
        const Response echo = client.send({.method = "POST", .url = clear("/echo"), .body = Body::borrow(body)});
        EXPECT_EQ(echo.status, 200) << echo.error.message;
        const Response get = client.send({.url = clear("/get?a=1")});
        ASSERT_EQ(get.status, 200) << get.error.message;
        EXPECT_TRUE(get.headers.has("Via"));
        EXPECT_EQ(get.remote->port, port);
        EXPECT_EQ(client.send({.url = clear("/bytes/1000000")}).body.size(), 1'000'000u);
        EXPECT_EQ(client.send({.url = clear("/redirect/2")}).redirects_followed, 2);
        EXPECT_EQ(client.send({.method = "HEAD", .url = clear("/get")}).status, 200);
        // The proxy speaks for whom it does not reach.
        const Response unreachable =
            client.send({.url = "http://0.0.0.0:" + std::to_string(http::testing::unused_port()) + "/"});
        EXPECT_EQ(unreachable.status, 500) << unreachable.error.message;
    });
}

TEST_F(TinyproxyTest, TunnelsTls) {
    ClientWorld world({.settings = through("me:word@")});
    world.run([&](Client& client) {
        const Response get = client.send({.url = tls("/get")});
        ASSERT_EQ(get.status, 200) << get.error.message;
        EXPECT_EQ(get.protocol, Protocol::http_2);
        EXPECT_FALSE(get.headers.has("Via"));
        EXPECT_GT(get.timings.tls_handshaking.count(), 0);
        EXPECT_EQ(client.send({.url = tls("/bytes/1000000")}).body.size(), 1'000'000u);
    });
}

TEST_F(TinyproxyTest, RefusesWhomItDoesNotKnow) {
    ClientWorld world({.settings = through("")});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = clear("/get")}).status, 407);
        const Response tunnel = client.send({.url = tls("/get")});
        EXPECT_EQ(tunnel.error.code, 1000);
        EXPECT_EQ(tunnel.error.text, "Proxy Authentication Required");
    });
}

// haproxy in front gives tinyproxy the TLS that it does not speak itself.
TEST_F(TinyproxyTest, SpokenToOverTls) {
    const std::uint16_t secure = free_port();
    const std::string config =
        "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n"
        "frontend tls\n  bind 127.0.0.1:" +
        std::to_string(secure) + " ssl crt " + both_file +
        "\n  default_backend proxy\nbackend proxy\n  server one 127.0.0.1:" + std::to_string(port) + "\n";
    const PeerProcess haproxy({"/usr/sbin/haproxy", "-db", "-f", write_file("secure_proxy.cfg", config)}, secure);
    const std::string body(300'000, 'b');
    ClientSettings settings = through_proxy("https://me:word@127.0.0.1:" + std::to_string(secure));
    ClientWorld world({.settings = settings});
    world.run([&](Client& client) {
        const Response tunnel = client.send({.url = tls("/get")});
        ASSERT_EQ(tunnel.status, 200) << tunnel.error.message;
        EXPECT_FALSE(tunnel.headers.has("Via"));
        EXPECT_EQ(tunnel.remote->port, secure);
        EXPECT_EQ(client.send({.method = "POST", .url = tls("/echo"), .body = Body::borrow(body)}).status, 200);
        EXPECT_EQ(client.send({.url = tls("/bytes/1000000")}).body.size(), 1'000'000u);
        const Response forwarded = client.send({.method = "POST", .url = clear("/echo"), .body = Body::borrow(body)});
        ASSERT_EQ(forwarded.status, 200) << forwarded.error.message;
        EXPECT_TRUE(forwarded.headers.has("Via"));
        EXPECT_TRUE(forwarded.tls.has_value());
        EXPECT_GT(forwarded.timings.tls_handshaking.count(), 0);
        EXPECT_EQ(client.send({.url = clear("/bytes/1000000")}).body.size(), 1'000'000u);
    });
    EXPECT_GT(world.vu().bytes_sent, 600'000u);

    // Whose certificate nobody knows.
    settings.insecure_skip_tls_verify = false;
    ::unsetenv("SSL_CERT_FILE");
    ClientWorld careful({.settings = settings});
    careful.run([&](Client& client) {
        const Response refused = client.send({.url = tls("/get")});
        EXPECT_EQ(refused.error.code, 1310);
        EXPECT_NE(refused.error.message.find("proxyconnect tcp: "), std::string::npos) << refused.error.message;
    });
}

}  // namespace
}  // namespace k6::interop
