// TLS as scripts see it: versions, cipher suites, certificates of both sides, stapled OCSP responses.
#include "proto_http/tls.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "proto_http/client.h"
#include "proto_http/ocsp.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/http2_peer.h"
#include "proto_http/testing/scripted_peer.h"
#include "tools/demo_server/demo_server.h"

namespace k6::http {
namespace {

using demo::DemoServer;
using demo::DemoServerOptions;
using testing::ClientWorld;
using testing::PeerIdentity;
using testing::PeerSocket;
using testing::ScriptedPeer;
using testing::TlsPeer;

DnsAnswer everything_is_here(const std::string&) { return {.addresses = {parse_ip("127.0.0.1").value()}}; }

/// A response of a server that runs with `options`, to a client with `settings`; its authority is trusted.
Response get(const DemoServerOptions& options, ClientSettings settings, const std::string& host = "127.0.0.1",
             std::vector<testing::RecordedSample>* samples = nullptr) {
    const auto server = DemoServer::start(options).value();
    const std::string file = ::testing::TempDir() + "/tls_authority.pem";
    std::ofstream(file) << server->ca_pem();
    ::setenv("SSL_CERT_FILE", file.c_str(), 1);
    ClientWorld world({.settings = std::move(settings), .lookup = &everything_is_here});
    Response response;
    world.run([&](Client& client) {
        response = client.send({.url = "https://" + host + ":" + std::to_string(server->https_port()) + "/get"});
    });
    ::unsetenv("SSL_CERT_FILE");
    if (samples != nullptr) *samples = world.samples();
    return response;
}

TEST(TlsTest, VersionsMeetOrFail) {
    const DemoServerOptions old_server{.highest_tls = demo::TlsVersion::v1_2};
    const DemoServerOptions new_server{.lowest_tls = demo::TlsVersion::v1_3};
    EXPECT_EQ(get(old_server, {}).tls->version, TlsVersion::tls_1_2);
    EXPECT_EQ(get(new_server, {}).tls->version, TlsVersion::tls_1_3);
    EXPECT_EQ(get({}, {.tls_max = TlsVersion::tls_1_2}).tls->version, TlsVersion::tls_1_2);

    const Response too_old = get(old_server, {.tls_min = TlsVersion::tls_1_3});
    EXPECT_EQ(too_old.error.code, 1000);
    EXPECT_EQ(too_old.error.text, "remote error: tls: protocol version not supported");
    EXPECT_EQ(get(new_server, {.tls_max = TlsVersion::tls_1_2}).error.code, 1000);
}

TEST(TlsTest, CipherSuitesByGosNames) {
    const Response chosen =
        get({}, {.tls_max = TlsVersion::tls_1_2, .tls_cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}});
    ASSERT_TRUE(chosen.tls) << chosen.error.message;
    EXPECT_EQ(chosen.tls->cipher_suite, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    // Two of Go's names leave the digest out.
    EXPECT_EQ(get({}, {.tls_max = TlsVersion::tls_1_2, .tls_cipher_suites = {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"}})
                  .tls->cipher_suite,
              "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
    // The server's certificate is of another kind.
    EXPECT_EQ(
        get({}, {.tls_max = TlsVersion::tls_1_2, .tls_cipher_suites = {"TLS_RSA_WITH_AES_128_GCM_SHA256"}}).error.text,
        "remote error: tls: handshake failure");
    // Suites that nobody offers any more leave only TLS 1.3, whose own cannot be chosen among.
    EXPECT_EQ(get({}, {.tls_cipher_suites = {"TLS_RSA_WITH_RC4_128_SHA"}}).tls->version, TlsVersion::tls_1_3);
}

TEST(TlsTest, CertificatesThatAreNotGoodEnough) {
    const Response other = get({}, {}, "other.test");
    EXPECT_EQ(other.error.code, 1311);
    EXPECT_TRUE(other.error.message.ends_with("x509: certificate is valid for localhost, demo.test, not other.test"))
        << other.error.message;
    const Response address = get({.certificate_names = {"demo.test"}}, {});
    EXPECT_EQ(address.error.code, 1311);
    EXPECT_TRUE(address.error.message.ends_with("because it doesn't contain any IP SANs")) << address.error.message;
    const Response wrong_address = get({.certificate_names = {"10.0.0.1", "::2"}}, {});
    EXPECT_TRUE(wrong_address.error.message.ends_with("certificate is valid for 10.0.0.1, ::2, not 127.0.0.1"))
        << wrong_address.error.message;
    const Response expired = get({.certificate_valid_until = std::chrono::hours(-1)}, {});
    EXPECT_EQ(expired.error.code, 1000);
    EXPECT_NE(expired.error.text.find("certificate has expired or is not yet valid: current time 2"), std::string::npos)
        << expired.error.text;
    EXPECT_NE(expired.error.text.find("Z is after 2"), std::string::npos) << expired.error.text;
    // Whoever does not look finds nothing.
    EXPECT_EQ(get({.certificate_valid_until = std::chrono::hours(-1)}, {.insecure_skip_tls_verify = true}).status, 200);
}

TEST(TlsTest, ClientCertificates) {
    DemoServerOptions options{.client_certificates = demo::ClientCertificates::require};
    const auto server = DemoServer::start(options).value();
    const std::string url = "https://127.0.0.1:" + std::to_string(server->https_port()) + "/get";
    const auto status = [&](std::vector<TlsAuth> tls_auth) {
        ClientWorld world({.settings = {.insecure_skip_tls_verify = true, .tls_auth = std::move(tls_auth)}});
        Response response;
        world.run([&](Client& client) { response = client.send({.url = url}); });
        return response.error ? response.error.text : std::to_string(response.status);
    };
    const demo::Identity& good = server->client_identity();
    const auto stranger = demo::CertificateAuthority::create("another authority")
                              .value()
                              .issue({.common_name = "stranger", .for_client = true})
                              .value();
    EXPECT_EQ(status({{.cert = good.certificate_pem, .key = good.key_pem}}), "200");
    EXPECT_EQ(status({{.cert = good.certificate_pem, .key = good.key_pem, .domains = {{"127.0.0.1"}}}}), "200");
    const std::string refused = "remote error: tls: certificate required";
    EXPECT_EQ(status({}), refused);
    EXPECT_EQ(status({{.cert = good.certificate_pem, .key = good.key_pem, .domains = {{"*.example.com"}}}}), refused);
    // One that the server's authorities have not signed is not even offered; the next one may be.
    EXPECT_EQ(status({{.cert = stranger.certificate_pem, .key = stranger.key_pem}}), refused);
    EXPECT_EQ(status({{.cert = stranger.certificate_pem, .key = stranger.key_pem},
                      {.cert = good.certificate_pem, .key = good.key_pem}}),
              "200");
}

/// A key as PEM, encrypted in the old way.
std::string encrypted(const std::string& pem, const std::string& password) {
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey_traditional(out, key, EVP_aes_128_cbc(),
                                         reinterpret_cast<const unsigned char*>(password.data()),
                                         static_cast<int>(password.size()), nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string result(text, static_cast<std::size_t>(size));
    BIO_free(in);
    BIO_free(out);
    EVP_PKEY_free(key);
    return result;
}

TEST(TlsTest, EncryptedKeys) {
    const auto identity = demo::CertificateAuthority::create("a").value().issue({.common_name = "b"}).value();
    const std::string key = encrypted(identity.key_pem, "secret");
    ASSERT_NE(key.find("DEK-Info: AES-128-CBC"), std::string::npos);
    const auto refusal = [&](TlsAuth auth) {
        ClientSettings settings;
        settings.tls_auth = {std::move(auth)};
        const auto context = TlsContext::make(settings);
        return context ? std::string() : context.error().message;
    };
    EXPECT_EQ(refusal({.cert = identity.certificate_pem, .key = key, .password = "secret"}), "");
    EXPECT_EQ(refusal({.cert = identity.certificate_pem, .key = key, .password = "wrong"}),
              "tlsAuth: `key` holds no PEM private key that can be read");
    EXPECT_NE(refusal({.cert = identity.certificate_pem, .key = key}), "");
}

TEST(TlsTest, StapledOcspResponses) {
    const std::chrono::sys_seconds day = std::chrono::sys_days(std::chrono::year(2024) / 3 / 1);
    const std::int64_t seconds = day.time_since_epoch().count();
    const demo::OcspAnswer revoked{.status = demo::OcspStatus::revoked,
                                   .reason = 4,
                                   .revoked_at = day,
                                   .this_update = day + std::chrono::hours(1),
                                   .next_update = day + std::chrono::hours(2)};
    ClientSettings settings;
    settings.system_tags.add(metrics::SystemTag::ocsp_status);
    std::vector<testing::RecordedSample> samples;
    const Response response = get({.ocsp = revoked}, settings, "127.0.0.1", &samples);
    // A load test tells; it does not judge.
    ASSERT_EQ(response.status, 200) << response.error.message;
    const OcspStaple& staple = response.tls->ocsp();
    EXPECT_EQ(staple.status, "revoked");
    EXPECT_EQ(staple.revocation_reason, "superseded");
    EXPECT_EQ(staple.revoked_at, seconds);
    EXPECT_EQ(staple.this_update, seconds + 3600);
    EXPECT_EQ(staple.next_update, seconds + 7200);
    EXPECT_GT(staple.produced_at, seconds);
    EXPECT_EQ(samples.at(0).tags.at("ocsp_status"), "revoked");

    const Response good =
        get({.ocsp = demo::OcspAnswer{.this_update = day, .next_update = day}}, {.tls_max = TlsVersion::tls_1_2});
    EXPECT_EQ(good.tls->ocsp().status, "good");
    EXPECT_EQ(good.tls->ocsp().revoked_at, 0);
    EXPECT_EQ(get({}, {}).tls->ocsp(), OcspStaple{});
    EXPECT_EQ(OcspStaple{}.status, "unknown");
}

TEST(TlsTest, OcspGarbage) {
    EXPECT_EQ(read_ocsp_staple(""), OcspStaple{});
    EXPECT_EQ(read_ocsp_staple("no DER at all"), OcspStaple{});
    const auto authority = demo::CertificateAuthority::create("a").value();
    const std::string der = authority.answer_ocsp(authority.issue({.common_name = "b"}).value(), {}).value();
    EXPECT_EQ(read_ocsp_staple(der).status, "good");
    for (std::size_t size = 0; size < der.size(); ++size) {
        EXPECT_EQ(read_ocsp_staple(std::string_view(der).substr(0, size)), OcspStaple{}) << size;
    }
}

// RFC 8446 section 6.1: who is done says so, and may still be answered.
TEST(TlsTest, HalfClosed) {
    const PeerIdentity identity(false);
    const auto answer = [&](int how) -> ScriptedPeer::Script {
        return [&identity, how](PeerSocket& socket) {
            TlsPeer peer(socket, identity);
            peer.read_exactly(14);
            // A body that the end of the connection ends.
            peer.write("HTTP/1.0 200 OK\r\n\r\nbody");
            if (how == 0) peer.close_notify();
            if (how == 2) socket.write(peer.encrypt("the rest").substr(0, 9));
            if (how == 0) {
                peer.wait_for_close();
                EXPECT_TRUE(peer.ended());
            }
        };
    };
    ScriptedPeer peer({answer(0), answer(1), answer(2)});
    ClientWorld world({.settings = {.insecure_skip_tls_verify = true}});
    world.run([&](Client& client) {
        const std::string url = "https://" + peer.authority() + "/";
        EXPECT_EQ(client.send({.url = url}).body, "body");
        // As many servers do: the end of TCP alone, between two records.
        EXPECT_EQ(client.send({.url = url}).body, "body");
        // In the middle of one, something is missing.
        const Response cut = client.send({.url = url});
        EXPECT_EQ(cut.error.text, "unexpected EOF");
        EXPECT_EQ(cut.status, 0);
        EXPECT_EQ(client.idle_connections(), 0u);
    });
}

}  // namespace
}  // namespace k6::http
