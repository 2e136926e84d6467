// Certificates made on the spot: a small authority, and what it issues.
//
// ECDSA P-256 keys, so that making and using them is quick. Any thread; one object is used by one thread at a time.
//
//   auto authority = CertificateAuthority::create("demo authority");
//   auto identity = authority->issue({.common_name = "demo.test", .alternative_names = {"demo.test", "127.0.0.1"}});
//   write_file("ca.pem", authority->certificate_pem());
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace k6::demo {

/// A certificate and its private key, both PEM.
struct Identity {
    std::string certificate_pem;
    std::string key_pem;
};

struct CertificateRequest {
    std::string common_name;
    /// DNS names and IP addresses, told apart by their form.
    std::vector<std::string> alternative_names;
    /// When validity begins and ends, seen from now. An end in the past makes an expired certificate.
    std::chrono::seconds valid_from = std::chrono::hours(-24);
    std::chrono::seconds valid_until = std::chrono::hours(24 * 365);
    bool for_client = false;
};

/// What an authority says of a certificate that it issued (RFC 6960).
enum class OcspStatus { good, revoked, unknown };

struct OcspAnswer {
    OcspStatus status = OcspStatus::good;
    /// CRLReason of RFC 5280 section 5.3.1, and when: for revoked ones.
    int reason = 1;
    std::chrono::sys_seconds revoked_at{};
    std::chrono::sys_seconds this_update{};
    std::chrono::sys_seconds next_update{};
};

class CertificateAuthority {
public:
    static Result<CertificateAuthority> create(const std::string& common_name);

    CertificateAuthority(CertificateAuthority&&) noexcept;
    CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
    ~CertificateAuthority();

    Result<Identity> issue(const CertificateRequest& request) const;
    /// A signed OCSPResponse, DER, for a server to staple.
    Result<std::string> answer_ocsp(const Identity& identity, const OcspAnswer& answer) const;
    const std::string& certificate_pem() const { return certificate_pem_; }

private:
    struct Keys;
    CertificateAuthority(std::unique_ptr<Keys> keys, std::string certificate_pem);

    std::unique_ptr<Keys> keys_;
    std::string certificate_pem_;
};

}  // namespace k6::demo
