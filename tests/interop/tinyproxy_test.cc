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
        ClientSettings settings{.user_agent = "test/1", .insecure_skip_tls_verify = true};
        const std::string proxy = "http://" + std::string(user_information) + "127.0.0.1:" + std::to_string(port);
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

}  // namespace
}  // namespace k6::interop
