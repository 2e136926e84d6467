// The demo and test server: HTTP/1.1, HTTP/2 and WebSocket, in clear and over TLS, with routes that echo, delay,
// stream, redirect and fail as asked. See /routes on a running one.
//
// start() binds (port 0 by default), makes a certificate, and serves on threads of its own until stop() or destruction.
// Every member function may be called by any thread; stop() and destruction by one.
//
//   auto server = k6::demo::DemoServer::start({});
//   if (!server) return server.error();
//   std::string url = (*server)->http_url() + "/get?a=1";
//   trust((*server)->ca_pem());                            // for (*server)->https_url()
//   EXPECT_EQ((*server)->stats().requests, 1u);
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/demo_server/certificate.h"
#include "tools/demo_server/stats.h"
#include "tools/demo_server/tls_context.h"

namespace k6::demo {

struct DemoServerOptions {
    /// An IPv4 or IPv6 address; no name.
    std::string address = "127.0.0.1";
    /// 0: a free one.
    std::uint16_t http_port = 0;
    std::uint16_t https_port = 0;
    int threads = 1;
    /// Names of the certificate, and how long it is valid; an end in the past makes an expired one.
    std::vector<std::string> certificate_names = {"localhost", "demo.test", "127.0.0.1", "::1"};
    std::chrono::seconds certificate_valid_until = std::chrono::hours(24 * 365);
    TlsVersion lowest_tls = TlsVersion::v1_2;
    TlsVersion highest_tls = TlsVersion::v1_3;
    /// Whether ALPN may choose HTTP/2; in clear it is always spoken with those who begin with it.
    bool http2 = true;
    /// Client certificates must be of our authority: see DemoServer::client_identity().
    ClientCertificates client_certificates = ClientCertificates::ignore;
    /// What the authority says of the server's certificate, stapled to it; nullopt: nothing.
    std::optional<OcspAnswer> ocsp;
};

class DemoServer {
public:
    static Result<std::unique_ptr<DemoServer>> start(const DemoServerOptions& options);

    ~DemoServer();
    DemoServer(const DemoServer&) = delete;
    DemoServer& operator=(const DemoServer&) = delete;

    /// Closes the listening sockets and all connections, and joins the threads. Again: nothing.
    void stop();

    std::uint16_t http_port() const { return http_port_; }
    std::uint16_t https_port() const { return https_port_; }
    /// "http://127.0.0.1:PORT" and "https://127.0.0.1:PORT".
    std::string http_url() const { return url("http", http_port_); }
    std::string https_url() const { return url("https", https_port_); }

    /// The authority that signed the server's certificate.
    const std::string& ca_pem() const { return ca_pem_; }
    const std::string& certificate_pem() const { return identity_.certificate_pem; }
    /// A certificate that the server takes from clients.
    const Identity& client_identity() const { return client_identity_; }

    StatsSnapshot stats() const;
    void reset_stats();

private:
    struct Threads;

    DemoServer();
    std::string url(const std::string& scheme, std::uint16_t port) const;

    std::string address_;
    std::uint16_t http_port_ = 0;
    std::uint16_t https_port_ = 0;
    std::string ca_pem_;
    Identity identity_;
    Identity client_identity_;
    std::unique_ptr<Threads> threads_;
};

}  // namespace k6::demo
