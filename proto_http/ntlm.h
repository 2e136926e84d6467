// NTLM authentication over HTTP, MS-NLMP with NTLMv2: the three messages as values of header fields.
//
//   request.set("Authorization", ntlm_negotiate(scheme));                        // 401 follows, with a challenge
//   Result<std::string> answer = ntlm_authenticate(challenge_header, credentials, client_facts);
//
// The handshake belongs to one connection. No session security: HTTP has none. Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/runtime/clock.h"
#include "proto_http/url.h"

namespace k6::http {

/// The scheme that a WWW-Authenticate value offers for NTLM: "NTLM" or "Negotiate"; nullopt for others.
std::optional<std::string_view> ntlm_scheme(std::string_view header);

/// The first message, "NTLM TlRM…".
std::string ntlm_negotiate(std::string_view scheme);

/// What the client puts into its answer besides its credentials.
struct NtlmFacts {
    std::array<unsigned char, 8> challenge{};
    /// In units of 100 ns since 1601; used where the server does not say its own time.
    std::uint64_t file_time = 0;
};
NtlmFacts make_ntlm_facts(WallTime now);

/// The third message, for the header with the server's challenge. The user may be "DOMAIN\user". Fails for a header
/// that holds no challenge.
Result<std::string> ntlm_authenticate(std::string_view challenge_header, const Credentials& credentials,
                                      const NtlmFacts& facts);

/// The parts of an answer, for tests: the bytes of MS-NLMP section 3.3.2.
struct NtlmResponse {
    std::string lm;
    std::string nt;
};
NtlmResponse ntlm_response(std::string_view user, std::string_view domain, std::string_view password,
                           std::string_view server_challenge, std::string_view target_info, const NtlmFacts& facts);

}  // namespace k6::http
