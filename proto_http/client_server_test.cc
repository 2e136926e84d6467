// The client against the demo server: TLS, authentication, codings, cookies, redirects, as scripts use them.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto_http/client.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"
#include "tools/demo_server/demo_server.h"

namespace k6::http {
namespace {

using testing::ClientWorld;
using testing::PeerSocket;
using testing::ScriptedPeer;

/// A running server whose authority this process trusts (SSL_CERT_FILE).
class DemoServerTest : public ::testing::Test {
protected:
    explicit DemoServerTest(const demo::DemoServerOptions& options = {}) : server_(*demo::DemoServer::start(options)) {
        trust(server_->ca_pem());
    }
    ~DemoServerTest() override { ::unsetenv("SSL_CERT_FILE"); }

    void trust(const std::string& pem) {
        const std::string file = ::testing::TempDir() + "/authority.pem";
        std::ofstream(file) << pem;
        ::setenv("SSL_CERT_FILE", file.c_str(), 1);
    }
    std::string http(const std::string& target) const { return server_->http_url() + target; }
    std::string https(const std::string& target) const { return server_->https_url() + target; }
    std::string https_by_name(const std::string& name, const std::string& target) const {
        return "https://" + name + ":" + std::to_string(server_->https_port()) + target;
    }
    static DnsAnswer everything_is_here(const std::string&) { return {.addresses = {parse_ip("127.0.0.1").value()}}; }

    std::unique_ptr<demo::DemoServer> server_;
};

TEST_F(DemoServerTest, VerifiedTls) {
    ClientWorld world({.lookup = &everything_is_here});
    world.run([&](Client& client) {
        const Response response = client.send({.url = https_by_name("demo.test", "/get")});
        ASSERT_EQ(response.status, 200) << response.error.message;
        ASSERT_TRUE(response.tls);
        EXPECT_EQ(response.tls->version, TlsVersion::tls_1_3);
        EXPECT_TRUE(response.tls->cipher_suite.starts_with("TLS_")) << response.tls->cipher_suite;
        EXPECT_EQ(response.protocol, Protocol::http_2);
        EXPECT_GT(response.timings.tls_handshaking.count(), 0);
        EXPECT_LE(response.timings.connecting + response.timings.tls_handshaking, response.timings.blocked);
        const Response again = client.send({.url = https_by_name("demo.test", "/bytes/100000")});
        EXPECT_EQ(again.body.size(), 100000u);
        EXPECT_EQ(again.timings.tls_handshaking.count(), 0);
        ASSERT_TRUE(again.tls);
        EXPECT_EQ(again.tls->cipher_suite, response.tls->cipher_suite);
        // A POST looks first whether the connection is alive; the server's session tickets are no sign of death.
        EXPECT_EQ(client.send({.method = "POST", .url = https_by_name("demo.test", "/post"), .body = Body::borrow("x")})
                      .status,
                  200);
    });
    EXPECT_EQ(server_->stats().tls_handshakes, 1u);
    EXPECT_EQ(world.samples("http_reqs").at(0).tags.at("tls_version"), "tls1.3");
}

TEST_F(DemoServerTest, ByAddress) {
    ClientWorld world;
    world.run([&](Client& client) { EXPECT_EQ(client.send({.url = https("/get")}).status, 200); });
}

TEST_F(DemoServerTest, AnUnknownAuthority) {
    ::setenv("SSL_CERT_FILE", "/dev/null", 1);
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = https("/get")});
        EXPECT_EQ(response.error.code, 1310);
        EXPECT_EQ(response.error.text, "x509: unknown authority");
        EXPECT_EQ(response.error.message,
                  "Get \"" + https("/get") +
                      "\": tls: failed to verify certificate: x509: certificate signed by unknown authority");
        EXPECT_EQ(response.timings, Timings{});
    });
}

TEST_F(DemoServerTest, AnotherName) {
    ClientWorld world({.lookup = &everything_is_here});
    world.run([&](Client& client) {
        const Response response = client.send({.url = https_by_name("other.test", "/get")});
        EXPECT_EQ(response.error.code, 1311);
        EXPECT_EQ(response.error.text, "x509: certificate doesn't match hostname");
    });
    // The name is wrong whoever signed it.
    ::setenv("SSL_CERT_FILE", "/dev/null", 1);
    ClientWorld untrusting({.lookup = &everything_is_here});
    untrusting.run(
        [&](Client& client) { EXPECT_EQ(client.send({.url = https_by_name("other.test", "/get")}).error.code, 1311); });
}

TEST_F(DemoServerTest, VerificationCanBeSkipped) {
    ::setenv("SSL_CERT_FILE", "/dev/null", 1);
    ClientWorld world({.settings = {.insecure_skip_tls_verify = true}, .lookup = &everything_is_here});
    world.run(
        [&](Client& client) { EXPECT_EQ(client.send({.url = https_by_name("other.test", "/get")}).status, 200); });
}

TEST_F(DemoServerTest, HttpOnTheTlsPortAndTheOtherWayRound) {
    ClientWorld world;
    world.run([&](Client& client) {
        const Response plain = client.send({.url = "https://127.0.0.1:" + std::to_string(server_->http_port()) + "/"});
        EXPECT_EQ(plain.error.code, 1301) << plain.error.message;
        EXPECT_EQ(plain.error.text, "tls: first record does not look like a TLS handshake");
    });
}

TEST_F(DemoServerTest, Versions) {
    ClientWorld old({.settings = {.tls_min = TlsVersion::tls_1_2, .tls_max = TlsVersion::tls_1_2}});
    old.run([&](Client& client) {
        const Response response = client.send({.url = https("/get")});
        ASSERT_TRUE(response.tls) << response.error.message;
        EXPECT_EQ(response.tls->version, TlsVersion::tls_1_2);
    });
    ClientWorld chosen({.settings = {.tls_max = TlsVersion::tls_1_2,
                                     .tls_cipher_suites = {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                                           "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"}}});
    chosen.run([&](Client& client) {
        const Response response = client.send({.url = https("/get")});
        ASSERT_TRUE(response.tls) << response.error.message;
        EXPECT_TRUE(response.tls->cipher_suite.ends_with("_CHACHA20_POLY1305_SHA256")) << response.tls->cipher_suite;
    });
}

TEST_F(DemoServerTest, LargeBodiesOverTls) {
    std::string body;
    for (int i = 0; body.size() < 1'000'000; ++i) body += std::to_string(i * 31);
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.method = "POST", .url = https("/echo"), .body = Body::borrow(body)});
        EXPECT_NE(response.body.find(body), std::string::npos) << response.status_text << response.error.message;
        EXPECT_EQ(client.idle_connections(), 1u);
    });
    EXPECT_GT(world.vu().bytes_sent, body.size());
}

TEST_F(DemoServerTest, Timeouts) {
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = https("/delay/10"), .timeout = std::chrono::milliseconds(50)});
        EXPECT_EQ(response.error.code, 1050);
    });
}

TEST_F(DemoServerTest, CodingsAreUndone) {
    ClientWorld world;
    world.run([&](Client& client) {
        const std::string expected = client.send({.url = http("/encoded?as=&size=1000")}).body;
        for (const std::string coding : {"gzip", "deflate", "br", "zstd", "gzip,br"}) {
            const Response response = client.send({.url = http("/encoded?as=" + coding + "&size=1000")});
            EXPECT_EQ(response.body.size(), 1000u) << coding << " " << response.error.message;
            EXPECT_TRUE(response.headers.has("Content-Encoding"));
        }
    });
    ClientWorld bounded({.settings = {.max_body_size = 200000}});
    bounded.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = http("/encoded?as=gzip&size=1000000")}).error.code, 1701);
    });
}

TEST_F(DemoServerTest, BasicAuthentication) {
    ClientWorld world;
    world.run([&](Client& client) {
        const std::string authority = "127.0.0.1:" + std::to_string(server_->http_port());
        EXPECT_EQ(client.send({.url = "http://user:secret@" + authority + "/basic-auth/user/secret"}).status, 200);
        EXPECT_EQ(client.send({.url = "http://user:wrong@" + authority + "/basic-auth/user/secret"}).status, 401);
    });
}

TEST_F(DemoServerTest, DigestAuthentication) {
    ClientWorld world;
    const std::string authority = "127.0.0.1:" + std::to_string(server_->http_port());
    world.run([&](Client& client) {
        for (const std::string qop : {"auth", "auth-int"}) {
            const Response response =
                client.send({.url = "http://user:secret@" + authority + "/digest-auth/" + qop + "/user/secret",
                             .auth = Auth::digest});
            EXPECT_EQ(response.status, 200) << qop;
            EXPECT_EQ(response.url, http("/digest-auth/" + qop + "/user/secret"));
        }
        const Response refused = client.send(
            {.url = "http://user:wrong@" + authority + "/digest-auth/auth/user/secret", .auth = Auth::digest});
        EXPECT_EQ(refused.status, 401);
    });
    const auto requests = world.samples("http_reqs");
    ASSERT_EQ(requests.size(), 6u);
    EXPECT_EQ(requests[0].tags.at("status"), "401");
    EXPECT_EQ(requests[0].tags.at("expected_response"), "true");
    EXPECT_EQ(requests[1].tags.at("status"), "200");
    EXPECT_EQ(requests[5].tags.at("expected_response"), "false");
}

TEST_F(DemoServerTest, CookiesOverRedirects) {
    ClientWorld world;
    CookieJar jar;
    world.run([&](Client& client) {
        const Response response = client.send({.url = http("/cookies/set?a=1&b=2"), .jar = &jar});
        EXPECT_EQ(response.status, 200);
        EXPECT_NE(response.body.find("\"a\""), std::string::npos) << response.body;
        client.send({.url = http("/cookies/delete?a"), .jar = &jar});
    });
    EXPECT_EQ(jar.size(), 1u);
}

TEST_F(DemoServerTest, RedirectsAcrossSchemesSendNoRefererDownwards) {
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = https("/redirect-to?url=" + http("/headers"))});
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.url, http("/headers"));
        EXPECT_EQ(response.body.find("Referer"), std::string::npos) << response.body;
        EXPECT_FALSE(response.tls);
    });
}

TEST_F(DemoServerTest, ManyVusAtOnce) {
    ClientWorld world({.keep_samples = false});
    std::vector<std::unique_ptr<Vu>> vus;
    int good = 0;
    for (int i = 0; i < 40; ++i) {
        vus.push_back(std::make_unique<Vu>(Vu::Config{.worker = &world.worker(),
                                                      .recorder = &world.recorder(),
                                                      .plan = &world.vu().plan(),
                                                      .logger = &world.logger()}));
        Vu& vu = *vus.back();
        world.worker().spawn([&world, &vu, &good, i, this] {
            Client client(vu, world.shared());
            for (int round = 0; round < 10; ++round) {
                const std::string size = std::to_string(i * 997 + round);
                const Response response =
                    client.send({.url = (i % 2 == 0 ? http("/bytes/") : https("/bytes/")) + size});
                if (response.status == 200 && std::to_string(response.body.size()) == size) ++good;
            }
        });
    }
    world.run_fibers();
    EXPECT_EQ(good, 400);
}

class ExpiredServerTest : public DemoServerTest {
protected:
    ExpiredServerTest() : DemoServerTest({.certificate_valid_until = std::chrono::hours(-1)}) {}
};

TEST_F(ExpiredServerTest, IsToldFromAnUnknownOne) {
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = https("/get")});
        EXPECT_EQ(response.error.code, 1000);
        EXPECT_TRUE(response.error.text.starts_with(
            "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"))
            << response.error.text;
    });
}

class CertificateServerTest : public DemoServerTest {
protected:
    CertificateServerTest() : DemoServerTest({.client_certificates = demo::ClientCertificates::require}) {}
};

TEST_F(CertificateServerTest, AClientCertificateIsShownWhereItBelongs) {
    const TlsAuth identity{.cert = server_->client_identity().certificate_pem,
                           .key = server_->client_identity().key_pem,
                           .domains = {"*.test"}};
    ClientWorld world({.settings = {.tls_auth = {identity}}, .lookup = &everything_is_here});
    world.run([&](Client& client) {
        const Response shown = client.send({.url = https_by_name("demo.test", "/get")});
        EXPECT_EQ(shown.status, 200) << shown.error.message;
        const Response not_shown = client.send({.url = https_by_name("localhost", "/get")});
        EXPECT_EQ(not_shown.error.code, 1000);
        EXPECT_TRUE(not_shown.error.text.starts_with("remote error: tls: ")) << not_shown.error.text;
    });
}

TEST(TlsFailureTest, APeerThatHangsUpOrIsSilent) {
    ScriptedPeer peer({[](PeerSocket&) {}, [](PeerSocket& socket) { socket.wait_for_close(); },
                       [](PeerSocket& socket) {
                           socket.write(std::string_view("\x16\x03\x03\x00\x04\x63\x00\x00\x00", 9));
                           socket.wait_for_close();
                       },
                       [](PeerSocket& socket) {
                           socket.write("SSH-2.0-x\r\n");
                           socket.wait_for_close();
                       }});
    ClientWorld world({.settings = {.insecure_skip_tls_verify = true}});
    const std::string url = "https://" + peer.authority() + "/";
    world.run([&](Client& client) {
        const Response hung_up = client.send({.url = url});
        EXPECT_TRUE(hung_up.error.text == "EOF" || hung_up.error.code == 1220) << hung_up.error.text;
        EXPECT_EQ(client.send({.url = url, .timeout = std::chrono::milliseconds(30)}).error.code, 1050);
        EXPECT_EQ(client.send({.url = url}).error.code, 1000);
        EXPECT_EQ(client.send({.url = url}).error.code, 1301);
    });
}

TEST(TlsSettingsTest, ThatCannotBeMetAreRefused) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    const auto refused = [&](ClientSettings settings) {
        const auto shared = ClientShared::make(worker, std::move(settings));
        return shared ? std::string("accepted") : shared.error().message;
    };
    EXPECT_EQ(refused({.tls_cipher_suites = {"NONSENSE"}}), "unknown cipher suite 'NONSENSE'");
    EXPECT_EQ(refused({.tls_min = TlsVersion::tls_1_3, .tls_max = TlsVersion::tls_1_2}),
              "tlsVersion: the maximum is below the minimum");
    EXPECT_EQ(refused({.tls_auth = {{.cert = "x", .key = "y"}}}), "tlsAuth: `cert` holds no PEM certificate");
    EXPECT_EQ(refused({.tls_cipher_suites = {"TLS_AES_128_GCM_SHA256"}}), "accepted");
}

}  // namespace
}  // namespace k6::http
