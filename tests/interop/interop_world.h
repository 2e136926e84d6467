// What interop tests share: an authority that this process trusts, certificates of it in files, a client with
// everything around it.
//
//   class NginxTest : public InteropTest { … };
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "proto_http/client.h"
#include "proto_http/testing/client_world.h"
#include "tests/interop/peer_process.h"
#include "tools/demo_server/certificate.h"

namespace k6::interop {

class InteropTest : public ::testing::Test {
protected:
    InteropTest()
        : authority(demo::CertificateAuthority::create("interop authority").value()),
          server(authority.issue({.common_name = "server", .alternative_names = {"localhost", "127.0.0.1"}}).value()),
          client(authority.issue({.common_name = "somebody", .for_client = true}).value()) {
        authority_file = write_file("authority.pem", authority.certificate_pem());
        certificate_file = write_file("server.pem", server.certificate_pem);
        key_file = write_file("server.key", server.key_pem);
        both_file = write_file("both.pem", server.certificate_pem + server.key_pem);
        ::setenv("SSL_CERT_FILE", authority_file.c_str(), 1);
    }
    ~InteropTest() override { ::unsetenv("SSL_CERT_FILE"); }

    static std::string http(std::uint16_t port, std::string_view target) {
        return "http://127.0.0.1:" + std::to_string(port) + std::string(target);
    }
    static std::string https(std::uint16_t port, std::string_view target) {
        return "https://127.0.0.1:" + std::to_string(port) + std::string(target);
    }
    http::ClientSettings with_certificate() const {
        http::ClientSettings settings;
        settings.tls_auth = {{.cert = client.certificate_pem, .key = client.key_pem}};
        return settings;
    }

    demo::CertificateAuthority authority;
    demo::Identity server;
    demo::Identity client;
    std::string authority_file;
    std::string certificate_file;
    std::string key_file;
    std::string both_file;
};

}  // namespace k6::interop
