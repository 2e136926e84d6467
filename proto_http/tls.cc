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
#include <ctime>
#include <utility>
#include <vector>

#include "base/free_with.h"
#include "engine/runtime/resolver.h"
#include "proto_http/headers.h"
#include "proto_http/ocsp.h"

namespace k6::http {
namespace {

using ContextPointer = std::unique_ptr<SSL_CTX, FreeWith<&SSL_CTX_free>>;
using CertificatePointer = std::unique_ptr<X509, FreeWith<&X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;
using BioPointer = std::unique_ptr<BIO, FreeWith<&BIO_free_all>>;
using MethodPointer = std::unique_ptr<BIO_METHOD, FreeWith<&BIO_meth_free>>;

struct ClientCertificate {
    std::vector<CertificatePointer> chain;  // own one first
    KeyPointer key;
    std::vector<std::string> domains;
};

/// What the alerts of RFC 8446 section 6 are called in messages.
std::string alert_text(int alert) {
    static constexpr std::pair<int, std::string_view> texts[] = {
        {0, "close notify"},
        {10, "unexpected message"},
        {20, "bad record MAC"},
        {22, "record overflow"},
        {40, "handshake failure"},
        {42, "bad certificate"},
        {43, "unsupported certificate"},
        {44, "revoked certificate"},
        {45, "expired certificate"},
        {46, "unknown certificate"},
        {47, "illegal parameter"},
        {48, "unknown certificate authority"},
        {49, "access denied"},
        {50, "error decoding message"},
        {51, "error decrypting message"},
        {70, "protocol version not supported"},
        {71, "insufficient security level"},
        {80, "internal error"},
        {86, "inappropriate fallback"},
        {90, "user canceled"},
        {100, "no renegotiation"},
        {109, "missing extension"},
        {110, "unsupported extension"},
        {112, "unrecognized name"},
        {113, "bad certificate status response"},
        {115, "unknown PSK identity"},
        {116, "certificate required"},
        {120, "no application protocol"},
    };
    for (const auto& [number, text] : texts) {
        if (number == alert) return std::string(text);
    }
    return "alert(" + std::to_string(alert) + ")";
}

/// Valid names of what nobody should use any more, and OpenSSL does not offer.
constexpr std::string_view obsolete_cipher_suites[] = {
    "TLS_RSA_WITH_RC4_128_SHA",       "TLS_RSA_WITH_3DES_EDE_CBC_SHA",       "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
};

/// Go leaves the digest out of these two names.
std::string iana_name(const std::string& name) {
    return name.ends_with("_WITH_CHACHA20_POLY1305") ? name + "_SHA256" : name;
}

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
    X509* outdated = nullptr;
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
            if (problems->outdated == nullptr) problems->outdated = X509_STORE_CTX_get_current_cert(store);
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

/// The server named the authorities whose certificates it takes (RFC 8446 section 4.2.4), or none: then any will do.
bool accepts_issuer(SSL* ssl, const ClientCertificate& certificate) {
    const STACK_OF(X509_NAME)* names = SSL_get0_peer_CA_list(ssl);
    if (names == nullptr || sk_X509_NAME_num(names) == 0) return true;
    for (int i = 0; i < sk_X509_NAME_num(names); ++i) {
        for (const CertificatePointer& link : certificate.chain) {
            if (X509_NAME_cmp(X509_get_issuer_name(link.get()), sk_X509_NAME_value(names, i)) == 0) return true;
        }
    }
    return false;
}

/// `localhost, demo.test`: the names (for an address: the addresses) that a certificate is valid for.
std::string certified_names(X509* certificate, bool addresses) {
    std::string out;
    if (certificate == nullptr) return out;
    auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        std::string text;
        if (name->type == GEN_DNS && !addresses) {
            text.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                        static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD && addresses) {
            const int size = ASN1_STRING_length(name->d.iPAddress);
            IpAddress ip{.family = size == 4 ? IpAddress::Family::v4 : IpAddress::Family::v6};
            if (size != 4 && size != 16) continue;
            std::memcpy(ip.bytes, ASN1_STRING_get0_data(name->d.iPAddress), static_cast<std::size_t>(size));
            text = to_string(ip);
        } else {
            continue;
        }
        if (!out.empty()) out += ", ";
        out += text;
    }
    GENERAL_NAMES_free(names);
    return out;
}

/// RFC 3339.
std::string text_of(std::time_t time) {
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string text_of(const ASN1_TIME* time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? text_of(::timegm(&parts)) : "?";
}

std::string describe_names(X509* certificate, const std::string& host) {
    const bool address = parse_ip(host).has_value();
    const std::string names = certified_names(certificate, address);
    if (!names.empty()) return "certificate is valid for " + names + ", not " + host;
    if (address) return "cannot validate certificate for " + host + " because it doesn't contain any IP SANs";
    return "certificate is not valid for any names, but wanted to match " + host;
}

std::string describe_validity(X509* certificate) {
    const std::string now = "current time " + text_of(std::time(nullptr));
    if (certificate == nullptr) return now;
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
        return now + " is before " + text_of(X509_get0_notBefore(certificate));
    }
    return now + " is after " + text_of(X509_get0_notAfter(certificate));
}

}  // namespace

struct TlsContext::Impl {
    ContextPointer ssl;
    MethodPointer method;
    std::vector<ClientCertificate> certificates;
    bool verify = true;
    bool http2 = true;
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

    static int verify_chain(X509_STORE_CTX* store, void*) {
        Problems problems;
        void* const app_data = X509_STORE_CTX_get_app_data(store);
        X509_STORE_CTX_set_app_data(store, &problems);
        X509_STORE_CTX_set_verify_cb(store, &note_problem);
        const int verified = X509_verify_cert(store);
        X509_STORE_CTX_set_app_data(store, app_data);

        const auto* ssl =
            static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
        auto& session = *static_cast<TlsSession*>(SSL_get_app_data(ssl));
        X509* const certificate = X509_STORE_CTX_get0_cert(store);
        const auto refuse = [&](int error, ErrorCode code, std::string text) {
            session.refusal_ = {code, "tls: failed to verify certificate: x509: " + std::move(text)};
            X509_STORE_CTX_set_error(store, error);
            return 0;
        };
        if (problems.outdated != nullptr) {
            return refuse(X509_V_ERR_CERT_HAS_EXPIRED, ErrorCode::generic,
                          "certificate has expired or is not yet valid: " + describe_validity(problems.outdated));
        }
        if (problems.hostname) {
            return refuse(X509_V_ERR_HOSTNAME_MISMATCH, ErrorCode::certificate_hostname,
                          describe_names(certificate, session.host_));
        }
        if (problems.authority) {
            return refuse(X509_V_ERR_CERT_UNTRUSTED, ErrorCode::unknown_authority,
                          "certificate signed by unknown authority");
        }
        if (problems.other != X509_V_OK || verified != 1) {
            const int error = problems.other != X509_V_OK ? problems.other : X509_V_ERR_UNSPECIFIED;
            return refuse(error, ErrorCode::generic, X509_verify_cert_error_string(error));
        }
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }

    static int accept_any(X509_STORE_CTX*, void*) { return 1; }

    static int choose_certificate(SSL* ssl, void* self) {
        const auto& session = *static_cast<const TlsSession*>(SSL_get_app_data(ssl));
        for (const ClientCertificate& certificate : static_cast<const Impl*>(self)->certificates) {
            const auto matches = [&](const std::string& pattern) { return domain_matches(pattern, session.host_); };
            if (!certificate.domains.empty() &&
                std::none_of(certificate.domains.begin(), certificate.domains.end(), matches)) {
                continue;
            }
            if (!accepts_issuer(ssl, certificate)) continue;
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
    // A record's header and the rest of it in one go.
    SSL_CTX_set_read_ahead(ssl, 1);
    // Sessions are never resumed: a load test whose connections share keys would flatter the server.
    SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
    // The order of Go's client, which is also the cheapest one where AES is in hardware. Servers that let the client
    // choose then choose what they would with k6.
    SSL_CTX_set_ciphersuites(ssl, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    SSL_CTX_set_cipher_list(ssl,
                            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                            "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                            "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
                            "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA");
    // One key share is made for each handshake, of the first group.
    SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384:P-521");
    SSL_CTX_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
    impl->http2 = settings.http2;

    if (!settings.tls_cipher_suites.empty()) {
        std::string list;
        for (const std::string& name : settings.tls_cipher_suites) {
            const std::string_view* const known =
                std::find(std::begin(obsolete_cipher_suites), std::end(obsolete_cipher_suites), name);
            if (known != std::end(obsolete_cipher_suites)) continue;
            // Names that it knows but does not support are "(NONE)", too.
            const char* openssl_name = OPENSSL_cipher_name(iana_name(name).c_str());
            if (openssl_name == nullptr || std::strcmp(openssl_name, "(NONE)") == 0)
                return invalid("unknown cipher suite '" + name + "'");
            if (name.find("_WITH_") == std::string::npos) continue;
            if (!list.empty()) list += ':';
            list += openssl_name;
        }
        // Those of TLS 1.3 cannot be chosen among; without one of the others, nothing older can be spoken.
        if (list.empty() && settings.tls_max && *settings.tls_max < TlsVersion::tls_1_3) {
            return invalid("tlsCipherSuites: this build supports none of them");
        }
        if (list.empty()) SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION);
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
    // Without a callback of ours, OpenSSL would build and check the chain even if nobody asks for the outcome.
    SSL_CTX_set_cert_verify_callback(ssl, impl->verify ? &Impl::verify_chain : &Impl::accept_any, nullptr);
    return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

TlsSession::TlsSession(TlsContext& context, const std::string& host, Offer offer) : host_(host) {
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
    static constexpr unsigned char protocols[] = "\x02h2\x08http/1.1";
    const std::size_t skipped = offer == Offer::http2_and_http1 && impl.http2 ? 0 : 3;
    SSL_set_alpn_protos(ssl_, protocols + skipped, static_cast<unsigned>(sizeof protocols - 1 - skipped));
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

void TlsSession::give_input(std::string_view ciphertext) {
    if (input_.empty()) {
        input_ = ciphertext;
        return;
    }
    std::string together(input_);
    together += ciphertext;
    kept_input_ = std::move(together);
    input_ = kept_input_;
}

void TlsSession::keep_input() {
    kept_input_ = std::string(input_);
    input_ = kept_input_;
}

bool TlsSession::cut_off() const { return !input_.empty() || SSL_has_pending(ssl_) == 1; }

bool TlsSession::shut_down() {
    if (SSL_is_init_finished(ssl_) != 1 || (SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0 || !failure_.text.empty())
        return false;
    forget_errors();
    return SSL_shutdown(ssl_) >= 0;
}

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
        failure_ = std::move(refusal_);
        return;
    }
    if (reason >= SSL_AD_REASON_OFFSET) {
        failure_ = {ErrorCode::generic, "remote error: tls: " + alert_text(reason - SSL_AD_REASON_OFFSET)};
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

bool TlsSession::used_up() const { return input_.empty() && SSL_has_pending(ssl_) == 0; }

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
    const unsigned char* staple = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(ssl_, &staple);
    if (size > 0) {
        info.staple = std::make_shared<const OcspStaple>(
            read_ocsp_staple({reinterpret_cast<const char*>(staple), static_cast<std::size_t>(size)}));
    }
    return info;
}

bool TlsSession::negotiated_http2() const {
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &protocol, &size);
    return size == 2 && protocol[0] == 'h' && protocol[1] == '2';
}

}  // namespace k6::http
