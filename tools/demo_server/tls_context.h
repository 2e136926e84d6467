// The server's side of TLS, shared by all connections: certificate, versions, ALPN, client certificates.
//
// Made before the threads start, read-only afterwards.
//
//   auto context = TlsContext::create(identity, {.client_certificates = ClientCertificates::require, ...});
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "tools/demo_server/certificate.h"

struct ssl_ctx_st;

namespace k6::demo {

enum class ClientCertificates {
    ignore,
    /// Ask for one, go on without it; a bad one fails the handshake.
    ask,
    require,
};

enum class TlsVersion { v1_2, v1_3 };

struct TlsOptions {
    TlsVersion lowest = TlsVersion::v1_2;
    TlsVersion highest = TlsVersion::v1_3;
    /// Whether ALPN may choose HTTP/2.
    bool http2 = true;
    ClientCertificates client_certificates = ClientCertificates::ignore;
    /// Who signs acceptable client certificates, PEM.
    std::string client_authority_pem;
    /// An OCSPResponse, DER, for clients that ask for one; empty: none.
    std::string ocsp_response;
};

class TlsContext {
public:
    static Result<TlsContext> create(const Identity& identity, const TlsOptions& options);

    ssl_ctx_st* get() const { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    /// What callbacks are given; at a fixed address, as the context may be moved.
    struct Facts {
        bool http2;
        std::string ocsp_response;
    };

    std::unique_ptr<Facts> facts_;
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace k6::demo
