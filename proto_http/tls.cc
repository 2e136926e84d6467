#include "proto_http/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/runtime/resolver.h"
#include "proto_http/headers.h"

namespace k6::http {
namespace {

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using ContextPointer = std::unique_ptr<SSL_CTX, Freer<&SSL_CTX_free>>;
using CertificatePointer = std::unique_ptr<X509, Freer<&X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Freer<&EVP_PKEY_free>>;
using BioPointer = std::unique_ptr<BIO, Freer<&BIO_free_all>>;
using MethodPointer = std::unique_ptr<BIO_METHOD, Freer<&BIO_meth_free>>;

struct ClientCertificate {
    std::vector<CertificatePointer> chain;  // own one first
    KeyPointer key;
    std::vector<std::string> domains;
};

Error invalid(std::string message) { return Error{ErrorClass::invalid_config, std::move(message)}; }

int version_number(TlsVersion version) {
    switch (version) {
        case TlsVersion::tls_1_0:
            return TLS1_VERSION;
        case TlsVersion::tls_1_1:
            return TLS1_1_VERSION;
        case TlsVersion::tls_1_2:
            return TLS1_2_VERSION;
        case TlsVersion::tls_1_3:
            return TLS1_3_VERSION;
    }
    return TLS1_2_VERSION;
}

/// `*.example.com` stands for one label.
bool domain_matches(std::string_view pattern, std::string_view host) {
    if (!pattern.starts_with("*.")) return equals_ignoring_case(pattern, host);
    const std::size_t dot = host.find('.');
    return dot != std::string_view::npos && dot > 0 && equals_ignoring_case(pattern.substr(1), host.substr(dot));
}

int give_password(char* buffer, int size, int, void* password) {
    const auto& text = *static_cast<const std::string*>(password);
    if (text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(buffer, text.data(), text.size());
    return static_cast<int>(text.size());
}

Result<ClientCertificate> read_client_certificate(const TlsAuth& auth) {
    ClientCertificate result;
    const BioPointer cert(BIO_new_mem_buf(auth.cert.data(), static_cast<int>(auth.cert.size())));
    while (X509* certificate = PEM_read_bio_X509(cert.get(), nullptr, nullptr, nullptr)) {
        result.chain.emplace_back(certificate);
    }
    ERR_clear_error();
    if (result.chain.empty()) return invalid("tlsAuth: `cert` holds no PEM certificate");
    const BioPointer key(BIO_new_mem_buf(auth.key.data(), static_cast<int>(auth.key.size())));
    std::string password = auth.password.value_or("");
    result.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, &give_password, &password));
    ERR_clear_error();
    if (!result.key) return invalid("tlsAuth: `key` holds no PEM private key that can be read");
    if (X509_check_private_key(result.chain.front().get(), result.key.get()) != 1) {
        ERR_clear_error();
        return invalid("tlsAuth: `cert` and `key` do not belong together");
    }
    if (auth.domains) result.domains = *auth.domains;
    return result;
}

/// SSL_get_error() takes errors of others on this thread for its own. Looking is cheaper than clearing.
void forget_errors() {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

/// What chain verification met. It goes on after the first problem, so that the weightiest one can be named.
struct Problems {
    bool validity = false;
    bool hostname = false;
    bool authority = false;
    int other = X509_V_OK;
};

int note_problem(int ok, X509_STORE_CTX* store) {
    if (ok == 1) return 1;
    auto* problems = static_cast<Problems*>(X509_STORE_CTX_get_app_data(store));
    const int error = X509_STORE_CTX_get_error(store);
    switch (error) {
        case X509_V_ERR_CERT_NOT_YET_VALID:
        case X509_V_ERR_CERT_HAS_EXPIRED:
            problems->validity = true;
            break;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            problems->hostname = true;
            break;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_CERT_UNTRUSTED:
            problems->authority = true;
            break;
        default:
            if (problems->other == X509_V_OK) problems->other = error;
    }
    return 1;
}

int verify_chain(X509_STORE_CTX* store, void*) {
    Problems problems;
    void* const app_data = X509_STORE_CTX_get_app_data(store);
    X509_STORE_CTX_set_app_data(store, &problems);
    X509_STORE_CTX_set_verify_cb(store, &note_problem);
    const int verified = X509_verify_cert(store);
    X509_STORE_CTX_set_app_data(store, app_data);
    int error = X509_V_OK;
    if (problems.validity) {
        error = X509_V_ERR_CERT_HAS_EXPIRED;
    } else if (problems.hostname) {
        error = X509_V_ERR_HOSTNAME_MISMATCH;
    } else if (problems.authority) {
        error = X509_V_ERR_CERT_UNTRUSTED;
    } else if (problems.other != X509_V_OK) {
        error = problems.other;
    } else if (verified != 1) {
        error = X509_V_ERR_UNSPECIFIED;
    }
    X509_STORE_CTX_set_error(store, error);
    return error == X509_V_OK ? 1 : 0;
}

}  // namespace

struct TlsContext::Impl {
    ContextPointer ssl;
    MethodPointer method;
    std::vector<ClientCertificate> certificates;
    bool verify = true;
    bool roots_loaded = false;

    static TlsSession& session_of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

    static int bio_read(BIO* bio, char* buffer, int size) {
        std::string_view& input = session_of(bio).input_;
        BIO_clear_retry_flags(bio);
        if (input.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t count = std::min(input.size(), static_cast<std::size_t>(size));
        std::memcpy(buffer, input.data(), count);
        input.remove_prefix(count);
        return static_cast<int>(count);
    }
    static int bio_write(BIO* bio, const char* data, int size) {
        BIO_clear_retry_flags(bio);
        session_of(bio).outgoing_.append(data, static_cast<std::size_t>(size));
        return size;
    }
    static long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static int choose_certificate(SSL* ssl, void* self) {
        const auto& session = *static_cast<const TlsSession*>(SSL_get_app_data(ssl));
        for (const ClientCertificate& certificate : static_cast<const Impl*>(self)->certificates) {
            const auto matches = [&](const std::string& pattern) { return domain_matches(pattern, session.host_); };
            if (!certificate.domains.empty() &&
                std::none_of(certificate.domains.begin(), certificate.domains.end(), matches)) {
                continue;
            }
            SSL_use_certificate(ssl, certificate.chain.front().get());
            SSL_use_PrivateKey(ssl, certificate.key.get());
            for (std::size_t i = 1; i < certificate.chain.size(); ++i)
                SSL_add1_chain_cert(ssl, certificate.chain[i].get());
            break;
        }
        return 1;
    }
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::make(const ClientSettings& settings) {
    auto impl = std::make_unique<Impl>();
    impl->ssl.reset(SSL_CTX_new(TLS_client_method()));
    impl->method.reset(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "memory"));
    if (!impl->ssl || !impl->method) return Error{ErrorClass::generic, "out of memory for TLS"};
    BIO_meth_set_read(impl->method.get(), &Impl::bio_read);
    BIO_meth_set_write(impl->method.get(), &Impl::bio_write);
    BIO_meth_set_ctrl(impl->method.get(), &Impl::bio_control);

    SSL_CTX* ssl = impl->ssl.get();
    const TlsVersion min =
        settings.tls_min.value_or(std::min(TlsVersion::tls_1_2, settings.tls_max.value_or(TlsVersion::tls_1_2)));
    SSL_CTX_set_min_proto_version(ssl, version_number(min));
    if (settings.tls_max) {
        if (*settings.tls_max < min) return invalid("tlsVersion: the maximum is below the minimum");
        SSL_CTX_set_max_proto_version(ssl, version_number(*settings.tls_max));
    }
    // The system's policy is made for clients that can choose their servers. TLS 1.0 and 1.1 need SHA-1: level 0.
    SSL_CTX_set_security_level(ssl, min < TlsVersion::tls_1_2 ? 0 : 1);
    SSL_CTX_set_mode(ssl,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    static constexpr unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(ssl, protocols, sizeof protocols - 1);

    if (!settings.tls_cipher_suites.empty()) {
        std::string list;
        for (const std::string& name : settings.tls_cipher_suites) {
            const char* known = OPENSSL_cipher_name(name.c_str());
            if (known == nullptr || std::strcmp(known, "(NONE)") == 0)
                return invalid("unknown cipher suite '" + name + "'");
            if (name.find("_WITH_") == std::string::npos) continue;
            if (!list.empty()) list += ':';
            list += known;
        }
        if (!list.empty() && SSL_CTX_set_cipher_list(ssl, list.c_str()) != 1) {
            ERR_clear_error();
            return invalid("tlsCipherSuites: this build supports none of them");
        }
    }
    for (const TlsAuth& auth : settings.tls_auth) {
        auto certificate = read_client_certificate(auth);
        if (!certificate) return certificate.error();
        impl->certificates.push_back(std::move(*certificate));
    }
    if (!impl->certificates.empty()) SSL_CTX_set_cert_cb(ssl, &Impl::choose_certificate, impl.get());

    impl->verify = !settings.insecure_skip_tls_verify;
    SSL_CTX_set_verify(ssl, impl->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (impl->verify) SSL_CTX_set_cert_verify_callback(ssl, &verify_chain, nullptr);
    return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

TlsSession::TlsSession(TlsContext& context, const std::string& host) : host_(host) {
    TlsContext::Impl& impl = context.impl();
    if (impl.verify && !impl.roots_loaded) {
        // Tens of milliseconds: only for runs that need it.
        SSL_CTX_set_default_verify_paths(impl.ssl.get());
        ERR_clear_error();
        impl.roots_loaded = true;
    }
    ssl_ = SSL_new(impl.ssl.get());
    if (ssl_ == nullptr) throw std::bad_alloc();
    BIO* bio = BIO_new(impl.method.get());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    SSL_set_connect_state(ssl_);
    SSL_set_app_data(ssl_, this);
    // A trailing dot roots the name; certificates are without.
    if (host_.ends_with('.')) host_.pop_back();
    if (parse_ip(host_)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host_.c_str());
    } else {
        SSL_set_tlsext_host_name(ssl_, host_.c_str());
        X509_VERIFY_PARAM_set_hostflags(SSL_get0_param(ssl_), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(ssl_, host_.c_str());
    }
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

TlsSession::Step TlsSession::step_of(int result) {
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_NONE:
            return Step::done;
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return Step::needs_input;
        case SSL_ERROR_ZERO_RETURN:
            return Step::closed;
        default:
            describe_failure();
            return Step::failed;
    }
}

void TlsSession::describe_failure() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    const int reason = ERR_GET_REASON(error);
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        const long verification = SSL_get_verify_result(ssl_);
        const std::string prefix = "tls: failed to verify certificate: x509: ";
        switch (verification) {
            case X509_V_ERR_CERT_UNTRUSTED:
                failure_ = {ErrorCode::unknown_authority, prefix + "certificate signed by unknown authority"};
                return;
            case X509_V_ERR_HOSTNAME_MISMATCH:
                failure_ = {ErrorCode::certificate_hostname, prefix + "certificate is not valid for " + host_};
                return;
            case X509_V_ERR_CERT_HAS_EXPIRED:
                failure_ = {ErrorCode::generic, prefix + "certificate has expired or is not yet valid"};
                return;
            default:
                failure_ = {ErrorCode::generic, prefix + X509_verify_cert_error_string(verification)};
                return;
        }
    }
    if (reason >= SSL_AD_REASON_OFFSET) {
        failure_ = {ErrorCode::generic,
                    std::string("remote error: tls: ") + SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET)};
        return;
    }
    const char* text = error != 0 ? ERR_reason_error_string(error) : nullptr;
    failure_ = {ErrorCode::generic, std::string("tls: ") + (text != nullptr ? text : "protocol error")};
}

TlsSession::Step TlsSession::handshake() {
    if (!checked_first_record_ && !input_.empty()) {
        // Whoever answers in another protocol is told apart by its first bytes: an alert or handshake record,
        // version 3.x.
        checked_first_record_ = true;
        const char type = input_[0];
        if ((type != 0x15 && type != 0x16) || (input_.size() > 1 && input_[1] != 3)) {
            failure_ = {ErrorCode::not_tls, input_.starts_with("HTTP/") || std::string_view("HTTP/").starts_with(input_)
                                                ? "http: server gave HTTP response to HTTPS client"
                                                : "tls: first record does not look like a TLS handshake"};
            return Step::failed;
        }
    }
    forget_errors();
    return step_of(SSL_do_handshake(ssl_));
}

TlsSession::Step TlsSession::read(char* buffer, std::size_t size) {
    forget_errors();
    return step_of(SSL_read_ex(ssl_, buffer, size, &bytes_read_));
}

bool TlsSession::used_up() const { return input_.empty() && SSL_pending(ssl_) == 0; }

TlsSession::Step TlsSession::write(const char* data, std::size_t size) {
    forget_errors();
    while (size > 0) {
        std::size_t written = 0;
        const int result = SSL_write_ex(ssl_, data, size, &written);
        if (result != 1) return step_of(result);
        data += written;
        size -= written;
    }
    return Step::done;
}

TlsInfo TlsSession::info() const {
    TlsInfo info;
    switch (SSL_version(ssl_)) {
        case TLS1_VERSION:
            info.version = TlsVersion::tls_1_0;
            break;
        case TLS1_1_VERSION:
            info.version = TlsVersion::tls_1_1;
            break;
        case TLS1_2_VERSION:
            info.version = TlsVersion::tls_1_2;
            break;
        default:
            info.version = TlsVersion::tls_1_3;
            break;
    }
    const char* name = SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl_));
    info.cipher_suite = name != nullptr ? name : "";
    return info;
}

}  // namespace k6::http
