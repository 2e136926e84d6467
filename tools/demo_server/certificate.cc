#include "tools/demo_server/certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <string_view>
#include <utility>

#include "base/free_with.h"

namespace k6::demo {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using TimePtr = std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>>;
using OcspIdPtr = std::unique_ptr<OCSP_CERTID, FreeWith<OCSP_CERTID_free>>;
using OcspBasicPtr = std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>>;
using OcspResponsePtr = std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>>;
using BigNumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

Error openssl_error(std::string_view doing) {
    std::array<char, 256> reason = {};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    return {ErrorClass::generic, std::string(doing) + ": " + reason.data()};
}

std::string contents(BIO* bio) {
    char* data = nullptr;
    auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return contents(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
    BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return contents(bio.get());
}

bool is_ip_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> address = {};
    return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
           inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

/// OpenSSL's configuration text for a subjectAltName extension.
std::string alternative_names_text(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text += ',';
        text += (is_ip_address(name) ? "IP:" : "DNS:") + name;
    }
    return text;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& text) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, text.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
    BigNumberPtr number(BN_new());
    return number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_common_name(X509_NAME* name, const std::string& text) {
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.c_str()),
                                      -1, -1, 0) == 1;
}

/// All of a certificate but its extensions and signature.
CertificatePtr start_certificate(const std::string& common_name, std::chrono::seconds from, std::chrono::seconds until,
                                 EVP_PKEY* key) {
    CertificatePtr certificate(X509_new());
    bool done = certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                set_random_serial(certificate.get()) &&
                X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from.count()) != nullptr &&
                X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until.count()) != nullptr &&
                X509_set_pubkey(certificate.get(), key) == 1 &&
                set_common_name(X509_get_subject_name(certificate.get()), common_name);
    if (!done) certificate.reset();
    return certificate;
}

TimePtr time_of(std::chrono::sys_seconds time) {
    return TimePtr(ASN1_TIME_adj(nullptr, time.time_since_epoch().count(), 0, 0));
}

int number(OcspStatus status) {
    switch (status) {
        case OcspStatus::good:
            return V_OCSP_CERTSTATUS_GOOD;
        case OcspStatus::revoked:
            return V_OCSP_CERTSTATUS_REVOKED;
        case OcspStatus::unknown:
            break;
    }
    return V_OCSP_CERTSTATUS_UNKNOWN;
}

}  // namespace

struct CertificateAuthority::Keys {
    KeyPtr key;
    CertificatePtr certificate;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Keys> keys, std::string certificate_pem)
    : keys_(std::move(keys)), certificate_pem_(std::move(certificate_pem)) {}
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

Result<CertificateAuthority> CertificateAuthority::create(const std::string& common_name) {
    constexpr std::chrono::hours kValidity{24 * 3650};
    KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) return openssl_error("cannot make the authority's key");
    CertificatePtr certificate = start_certificate(common_name, std::chrono::hours(-24), kValidity, key.get());
    bool done =
        certificate && X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) == 1 &&
        add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash") &&
        X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0;
    if (!done) return openssl_error("cannot make the authority's certificate");
    std::string pem = pem_of(certificate.get());
    return CertificateAuthority(std::make_unique<Keys>(Keys{std::move(key), std::move(certificate)}), std::move(pem));
}

Result<Identity> CertificateAuthority::issue(const CertificateRequest& request) const {
    KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) return openssl_error("cannot make a key");
    CertificatePtr certificate =
        start_certificate(request.common_name, request.valid_from, request.valid_until, key.get());
    X509* issuer = keys_->certificate.get();
    bool done =
        certificate && X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1 &&
        add_extension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(certificate.get(), issuer, NID_key_usage, "critical,digitalSignature") &&
        add_extension(certificate.get(), issuer, NID_ext_key_usage, request.for_client ? "clientAuth" : "serverAuth") &&
        add_extension(certificate.get(), issuer, NID_authority_key_identifier, "keyid") &&
        (request.alternative_names.empty() || add_extension(certificate.get(), issuer, NID_subject_alt_name,
                                                            alternative_names_text(request.alternative_names))) &&
        X509_sign(certificate.get(), keys_->key.get(), EVP_sha256()) != 0;
    if (!done) return openssl_error("cannot make the certificate of '" + request.common_name + "'");
    return Identity{pem_of(certificate.get()), pem_of(key.get())};
}

Result<std::string> CertificateAuthority::answer_ocsp(const Identity& identity, const OcspAnswer& answer) const {
    const BioPtr pem(
        BIO_new_mem_buf(identity.certificate_pem.data(), static_cast<int>(identity.certificate_pem.size())));
    const CertificatePtr certificate(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
    const OcspIdPtr id(certificate ? OCSP_cert_to_id(nullptr, certificate.get(), keys_->certificate.get()) : nullptr);
    const OcspBasicPtr basic(OCSP_BASICRESP_new());
    const bool revoked = answer.status == OcspStatus::revoked;
    const TimePtr revoked_at = time_of(answer.revoked_at);
    const bool done =
        id && basic &&
        OCSP_basic_add1_status(basic.get(), id.get(), number(answer.status), answer.reason,
                               revoked ? revoked_at.get() : nullptr, time_of(answer.this_update).get(),
                               time_of(answer.next_update).get()) != nullptr &&
        OCSP_basic_sign(basic.get(), keys_->certificate.get(), keys_->key.get(), EVP_sha256(), nullptr, 0) == 1;
    const OcspResponsePtr response(done ? OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()) : nullptr);
    unsigned char* der = nullptr;
    const int size = response ? i2d_OCSP_RESPONSE(response.get(), &der) : -1;
    if (size <= 0) return openssl_error("cannot make an OCSP response");
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

}  // namespace k6::demo
