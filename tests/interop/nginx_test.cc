// Against nginx: HTTP/1.1 and HTTP/2, TLS, client certificates, gzip, stapled OCSP responses.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/interop/interop_world.h"
#include "tests/interop/peer_process.h"

namespace k6::interop {
namespace {

using http::Body;
using http::Client;
using http::Protocol;
using http::Response;
using http::testing::ClientWorld;

class NginxTest : public InteropTest {
protected:
    NginxTest() {
        const std::string folder = test_folder();
        write_file("small.txt", "hello from nginx");
        write_file("text.txt", text());
        write_file("large.bin", std::string(5'000'000, 'x'));
        const std::string tls = "ssl_certificate " + certificate_file + "; ssl_certificate_key " + key_file + ";";
        const std::string locations =
            "root " + folder +
            "; location = /method { return 200 \"$request_method $server_protocol $ssl_protocol\"; }"
            " location = /headers { return 200 \"$http_x_custom|$http_cookie|$http_user_agent|$host\"; }"
            " location = /old { return 301 /small.txt; }"
            " location = /nothing { return 204; }"
            " location = /who { return 200 \"$ssl_client_s_dn|$ssl_client_verify\"; }"
            " location = /upload { client_max_body_size 10m; client_body_buffer_size 1m; proxy_pass " +
            http(clear, "/sink") + "; }" +
            " location = /sink { client_max_body_size 10m; return 200 \"$content_length\"; }";
        const std::string config = "daemon off; master_process off; user root root; pid " + folder +
                                   "/nginx.pid; error_log stderr; worker_processes 1;"
                                   "events { worker_connections 256; }"
                                   "http { access_log off; default_type text/plain;"
                                   "client_body_temp_path " +
                                   folder + "/body; proxy_temp_path " + folder + "/proxy; fastcgi_temp_path " + folder +
                                   "/fastcgi; uwsgi_temp_path " + folder + "/uwsgi; scgi_temp_path " + folder +
                                   "/scgi;"
                                   "ssl_protocols TLSv1.2 TLSv1.3; gzip on; gzip_min_length 100; gzip_types *;"
                                   "server { listen 127.0.0.1:" +
                                   std::to_string(clear) + "; keepalive_requests 1000; " + locations +
                                   "}"
                                   "server { listen 127.0.0.1:" +
                                   std::to_string(tls1) + " ssl; " + tls + locations +
                                   "}"
                                   "server { listen 127.0.0.1:" +
                                   std::to_string(tls2) + " ssl http2; " + tls + locations +
                                   "}"
                                   "server { listen 127.0.0.1:" +
                                   std::to_string(few) +
                                   " ssl http2; http2_max_concurrent_streams 2;"
                                   "keepalive_requests 4; " +
                                   tls + locations +
                                   "}"
                                   "server { listen 127.0.0.1:" +
                                   std::to_string(certified) + " ssl http2; ssl_client_certificate " + authority_file +
                                   "; ssl_verify_client on; " + tls + locations +
                                   "}"
                                   "}";
        process = std::make_unique<PeerProcess>(
            std::vector<std::string>{"/usr/sbin/nginx", "-c", write_file("nginx.conf", config)}, certified);
    }

    static std::string text() {
        std::string out;
        for (int i = 0; i < 5000; ++i) out += std::to_string(i * 7919 % 1000) + " words of a text\n";
        return out;
    }

    const std::uint16_t clear = free_port();
    const std::uint16_t tls1 = free_port();
    const std::uint16_t tls2 = free_port();
    const std::uint16_t few = free_port();
    const std::uint16_t certified = free_port();
    std::unique_ptr<PeerProcess> process;
};

TEST_F(NginxTest, TheSameOverEveryProtocol) {
    const std::pair<std::string, Protocol> ways[] = {{http(clear, ""), Protocol::http_1_1},
                                                     {https(tls1, ""), Protocol::http_1_1},
                                                     {https(tls2, ""), Protocol::http_2}};
    for (const auto& [base, protocol] : ways) {
        SCOPED_TRACE(base);
        ClientWorld world;
        world.run([&](Client& client) {
            const Response small = client.send({.url = base + "/small.txt"});
            ASSERT_EQ(small.status, 200) << small.error.message;
            EXPECT_EQ(small.status_text, "200 OK");
            EXPECT_EQ(small.body, "hello from nginx");
            EXPECT_EQ(small.protocol, protocol);
            EXPECT_EQ(small.headers.get("Content-Length"), "16");
            EXPECT_TRUE(small.headers.get("Server")->starts_with("nginx"));

            const Response missing = client.send({.url = base + "/missing"});
            EXPECT_EQ(missing.status, 404);
            EXPECT_EQ(missing.status_text, "404 Not Found");
            EXPECT_FALSE(missing.error);

            const Response head = client.send({.method = "HEAD", .url = base + "/small.txt"});
            EXPECT_EQ(head.status, 200);
            EXPECT_EQ(head.body, "");
            EXPECT_EQ(head.headers.get("Content-Length"), "16");

            EXPECT_EQ(client.send({.url = base + "/nothing"}).status, 204);
            const Response not_modified =
                client.send({.url = base + "/small.txt", .headers = {{"If-None-Match", *small.headers.get("Etag")}}});
            EXPECT_EQ(not_modified.status, 304);

            const Response part = client.send({.url = base + "/small.txt", .headers = {{"Range", "bytes=6-9"}}});
            EXPECT_EQ(part.status, 206);
            EXPECT_EQ(part.body, "from");

            const Response redirected = client.send({.url = base + "/old"});
            EXPECT_EQ(redirected.body, "hello from nginx");
            EXPECT_EQ(redirected.redirects_followed, 1);

            const Response fields =
                client.send({.url = base + "/headers",
                             .headers = {{"X-Custom", "value"}, {"Host", "localhost"}, {"User-Agent", "me"}},
                             .cookies = {{.name = "a", .value = "1"}, {.name = "b", .value = "2"}}});
            EXPECT_EQ(fields.body, "value|a=1; b=2|me|localhost");

            EXPECT_EQ(client.send({.method = "PATCH", .url = base + "/method"}).body.substr(0, 11), "PATCH HTTP/");
            EXPECT_EQ(client.send({.url = base + "/large.bin"}).body.size(), 5'000'000u);
            EXPECT_EQ(client.idle_connections(), 1u);
        });
        for (const auto& sample : world.samples("http_req_failed")) {
            EXPECT_EQ(sample.value, sample.tags.at("status") == "404" ? 1 : 0);
        }
    }
}

TEST_F(NginxTest, GzipIsUndone) {
    for (const std::string& base : {http(clear, ""), https(tls1, ""), https(tls2, "")}) {
        ClientWorld world;
        world.run([&](Client& client) {
            const Response zipped = client.send({.url = base + "/text.txt", .headers = {{"Accept-Encoding", "gzip"}}});
            EXPECT_EQ(zipped.headers.get("Content-Encoding"), "gzip") << zipped.error.message;
            EXPECT_EQ(zipped.body, text());
        });
        EXPECT_LT(world.vu().bytes_received, text().size());
    }
}

TEST_F(NginxTest, Uploads) {
    const std::string body(3'000'000, 'u');
    for (const std::string& base : {http(clear, ""), https(tls1, ""), https(tls2, "")}) {
        ClientWorld world;
        world.run([&](Client& client) {
            for (int i = 0; i < 3; ++i) {
                const Response response =
                    client.send({.method = "POST", .url = base + "/upload", .body = Body::borrow(body)});
                EXPECT_EQ(response.body, "3000000") << response.error.message;
            }
            EXPECT_EQ(client.idle_connections(), 1u);
        });
        EXPECT_GT(world.vu().bytes_sent, 9'000'000u);
    }
}

TEST_F(NginxTest, ManyStreamsOnOneConnection) {
    ClientWorld world;
    int done = 0;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = https(tls2, "/small.txt")}).status, 200);
        for (int i = 0; i < 50; ++i) {
            world.worker().spawn([&, i] {
                const Response response = client.send({.url = https(tls2, i % 5 == 0 ? "/large.bin" : "/text.txt")});
                EXPECT_EQ(response.body.size(), i % 5 == 0 ? 5'000'000u : text().size()) << response.error.message;
                EXPECT_EQ(response.timings.connecting.count(), 0);
                ++done;
            });
        }
    });
    EXPECT_EQ(done, 50);
    EXPECT_EQ(world.client().idle_connections(), 1u);
}

TEST_F(NginxTest, LimitsOfStreamsAndRequestsAreKeptTo) {
    ClientWorld world;
    int done = 0;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = https(few, "/small.txt")}).status, 200);
        for (int i = 0; i < 20; ++i) {
            world.worker().spawn([&] {
                // A GOAWAY after every fourth request, two at a time; what it cuts off is sent again.
                const Response response = client.send({.url = https(few, "/method")});
                EXPECT_EQ(response.body, "GET HTTP/2.0 TLSv1.3") << response.error.message;
                ++done;
            });
        }
    });
    EXPECT_EQ(done, 20);
}

TEST_F(NginxTest, ClientCertificates) {
    ClientWorld without;
    without.run([&](Client& client) {
        const Response response = client.send({.url = https(certified, "/who")});
        EXPECT_EQ(response.status, 400) << response.error.message;
        EXPECT_NE(response.body.find("No required SSL certificate was sent"), std::string::npos);
    });
    ClientWorld with({.settings = with_certificate()});
    with.run([&](Client& client) {
        const Response response = client.send({.url = https(certified, "/who")});
        EXPECT_EQ(response.body, "CN=somebody|SUCCESS") << response.error.message;
        EXPECT_EQ(response.protocol, Protocol::http_2);
    });
    http::ClientSettings elsewhere = with_certificate();
    elsewhere.tls_auth[0].domains = {"*.example.com"};
    ClientWorld other({.settings = elsewhere});
    other.run([&](Client& client) { EXPECT_EQ(client.send({.url = https(certified, "/who")}).status, 400); });
}

TEST_F(NginxTest, PlainHttpOnTheTlsPort) {
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = http(tls2, "/")}).status, 400);
        EXPECT_EQ(client.send({.url = https(clear, "/")}).error.code, 1301);
    });
}

}  // namespace
}  // namespace k6::interop
