#include "tools/demo_server/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <string_view>
#include <utility>

namespace k6::demo {
namespace {

Error openssl_error(std::string_view doing) {
    std::array<char, 256> reason = {};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    return {ErrorClass::generic, std::string(doing) + ": " + reason.data()};
}

struct Deleter {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using BioPtr = std::unique_ptr<BIO, Deleter>;
using CertificatePtr = std::unique_ptr<X509, Deleter>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter>;

BioPtr reading(const std::string& text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

int number(TlsVersion version) { return version == TlsVersion::v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION; }

/// The server prefers h2; a client that offers neither goes on without ALPN (RFC 7301 would have it refused, but
/// HTTP/1.1 is the better guess for a client that offers, say, only "http/1.0").
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* http2) {
    static constexpr unsigned char kBoth[] = "\x02h2\x08http/1.1";
    static constexpr unsigned char kHttp1[] = "\x08http/1.1";
    bool both = *static_cast<bool*>(http2);
    const unsigned char* ours = both ? kBoth : kHttp1;
    auto ours_size = static_cast<unsigned int>((both ? sizeof kBoth : sizeof kHttp1) - 1);
    unsigned char* match = nullptr;
    if (SSL_select_next_proto(&match, size, ours, ours_size, offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

int staple(SSL* ssl, void* text) {
    const auto& response = *static_cast<const std::string*>(text);
    void* const copy = OPENSSL_memdup(response.data(), response.size());
    if (copy == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
    SSL_set_tlsext_status_ocsp_resp(ssl, static_cast<unsigned char*>(copy), static_cast<long>(response.size()));
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<TlsContext> TlsContext::create(const Identity& identity, const TlsOptions& options) {
    TlsContext made;
    made.facts_ = std::make_unique<Facts>(Facts{options.http2, options.ocsp_response});
    made.context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = made.context_.get();
    if (!context) return openssl_error("cannot set up TLS");

    SSL_CTX_set_min_proto_version(context, number(options.lowest));
    SSL_CTX_set_max_proto_version(context, number(options.highest));
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    // A peer that ends the connection without close_notify is no error for HTTP, whose messages frame themselves.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, &made.facts_->http2);
    if (!options.ocsp_response.empty()) {
        SSL_CTX_set_tlsext_status_cb(context, staple);
        SSL_CTX_set_tlsext_status_arg(context, &made.facts_->ocsp_response);
    }

    CertificatePtr certificate(PEM_read_bio_X509(reading(identity.certificate_pem).get(), nullptr, nullptr, nullptr));
    KeyPtr key(PEM_read_bio_PrivateKey(reading(identity.key_pem).get(), nullptr, nullptr, nullptr));
    if (!certificate || !key || SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
        return openssl_error("cannot use the server's certificate");
    }

    if (options.client_certificates != ClientCertificates::ignore) {
        CertificatePtr authority(
            PEM_read_bio_X509(reading(options.client_authority_pem).get(), nullptr, nullptr, nullptr));
        if (!authority || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
            SSL_CTX_add_client_CA(context, authority.get()) != 1) {
            return openssl_error("cannot use the authority of client certificates");
        }
        int mode = SSL_VERIFY_PEER;
        if (options.client_certificates == ClientCertificates::require) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
        SSL_CTX_set_verify(context, mode, nullptr);
        // Without a context name OpenSSL refuses to resume sessions that hold a client certificate.
        static constexpr unsigned char kSessionContext[] = "demo";
        SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
    }
    return made;
}

}  // namespace k6::demo
