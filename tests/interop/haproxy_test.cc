// Against haproxy in front of the demo server: what a load balancer makes of our connections, and we of its answers.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/interop/interop_world.h"
#include "tests/interop/peer_process.h"
#include "tools/demo_server/demo_server.h"

namespace k6::interop {
namespace {

using http::Body;
using http::Client;
using http::Protocol;
using http::Response;
using http::testing::ClientWorld;

class HaproxyTest : public InteropTest {
protected:
    HaproxyTest() : behind(demo::DemoServer::start({}).value()) {
        const std::string config =
            "global\n  maxconn 256\n"
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n  timeout server 300ms\n"
            "frontend clear\n  bind 127.0.0.1:" +
            std::to_string(clear) +
            "\n  use_backend demo\n"
            "  http-request deny deny_status 403 if { path /forbidden }\n"
            "  http-request redirect location /get code 302 if { path /moved }\n"
            "frontend tls\n  bind 127.0.0.1:" +
            std::to_string(tls) + " ssl crt " + both_file +
            " alpn h2,http/1.1\n  use_backend demo\n"
            "  http-request deny deny_status 403 if { path /forbidden }\n"
            "  http-request redirect location /get code 302 if { path /moved }\n"
            "frontend certified\n  bind 127.0.0.1:" +
            std::to_string(certified) + " ssl crt " + both_file + " alpn h2,http/1.1 ca-file " + authority_file +
            " verify required\n  use_backend demo\n"
            "  http-response set-header x-client %[ssl_c_s_dn(cn)]\n"
            "backend demo\n  server one 127.0.0.1:" +
            std::to_string(behind->http_port()) + "\n";
        process = std::make_unique<PeerProcess>(
            std::vector<std::string>{"/usr/sbin/haproxy", "-db", "-f", write_file("haproxy.cfg", config)}, certified);
    }

    std::unique_ptr<demo::DemoServer> behind;
    const std::uint16_t clear = free_port();
    const std::uint16_t tls = free_port();
    const std::uint16_t certified = free_port();
    std::unique_ptr<PeerProcess> process;
};

TEST_F(HaproxyTest, TheSameOverEveryProtocol) {
    const std::string body(200'000, 'b');
    for (const auto& [base, protocol] :
         {std::pair{http(clear, ""), Protocol::http_1_1}, std::pair{https(tls, ""), Protocol::http_2}}) {
        SCOPED_TRACE(base);
        ClientWorld world;
        world.run([&](Client& client) {
            const Response get = client.send({.url = base + "/get?a=1"});
            ASSERT_EQ(get.status, 200) << get.error.message;
            EXPECT_EQ(get.protocol, protocol);
            EXPECT_EQ(client.send({.url = base + "/bytes/1000000"}).body.size(), 1'000'000u);
            const Response echo = client.send({.method = "POST", .url = base + "/echo", .body = Body::borrow(body)});
            EXPECT_NE(echo.body.find(body), std::string::npos) << echo.error.message;
            EXPECT_EQ(client.send({.url = base + "/forbidden"}).status, 403);
            EXPECT_EQ(client.send({.url = base + "/moved"}).redirects_followed, 1);
            EXPECT_EQ(client.send({.method = "HEAD", .url = base + "/get"}).status, 200);
            EXPECT_EQ(client.send({.url = base + "/status/204"}).status, 204);
            EXPECT_EQ(client.send({.url = base + "/gzip"}).status, 200);
            // The server behind is too slow for the balancer.
            const Response late = client.send({.url = base + "/delay/5"});
            EXPECT_EQ(late.status, 504) << late.error.message;
            EXPECT_EQ(late.error_code(), 1504);
            EXPECT_EQ(client.send({.url = base + "/get"}).status, 200);
        });
    }
}

TEST_F(HaproxyTest, ManyStreamsOnOneConnection) {
    ClientWorld world;
    int done = 0;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = https(tls, "/get")}).status, 200);
        for (int i = 0; i < 150; ++i) {
            world.worker().spawn([&] {
                const Response response = client.send({.url = https(tls, "/bytes/20000")});
                EXPECT_EQ(response.body.size(), 20'000u) << response.error.message;
                ++done;
            });
        }
    });
    EXPECT_EQ(done, 150);
    EXPECT_EQ(world.client().idle_connections(), 1u);
}

TEST_F(HaproxyTest, ClientCertificates) {
    ClientWorld without;
    without.run([&](Client& client) {
        const Response response = client.send({.url = https(certified, "/get")});
        EXPECT_TRUE(response.error);
        EXPECT_EQ(response.status, 0);
    });
    ClientWorld with({.settings = with_certificate()});
    with.run([&](Client& client) {
        const Response response = client.send({.url = https(certified, "/get")});
        EXPECT_EQ(response.status, 200) << response.error.message;
        EXPECT_EQ(response.headers.get("X-Client"), "somebody");
    });
}

}  // namespace
}  // namespace k6::interop
