// HTTP Digest authentication, RFC 7616 with MD5 (and RFC 2069's form without qop).
//
//   auto challenge = parse_digest_challenge(response.headers.get("WWW-Authenticate"));
//   Result<std::string> value = digest_authorization(*challenge, credentials, "GET", "/", body, cnonce);
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "proto_http/url.h"

namespace k6::http {

struct DigestChallenge {
    std::string realm;
    std::string nonce;
    std::string algorithm;  // as sent; empty is MD5
    std::string qop;        // as sent: a list
    std::optional<std::string> opaque;
};

/// nullopt if the header is no Digest challenge, or has no nonce.
std::optional<DigestChallenge> parse_digest_challenge(std::string_view header);

/// The Authorization header's value. Fails for algorithms other than MD5 and for qop without `auth` and `auth-int`.
Result<std::string> digest_authorization(const DigestChallenge& challenge, const Credentials& credentials,
                                         std::string_view method, std::string_view target, std::string_view body,
                                         std::string_view cnonce);

/// 32 random hexadecimal digits.
std::string make_cnonce();

}  // namespace k6::http
