// The opening handshake, RFC 6455 section 4: what a client sends besides plain HTTP, and what it holds an answer to.
//
//   const std::string key = handshake_key(sixteen_random_bytes);
//   auto agreed = check_handshake(response_headers, key, {.protocols = "chat, chat2", .compression = true});
//   agreed->protocol == "chat";
//
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "proto_http/headers.h"

namespace k6::ws {

/// Sec-WebSocket-Key.
std::string handshake_key(std::span<const unsigned char, 16> random);
/// Sec-WebSocket-Accept.
std::string handshake_accept(std::string_view key);

/// Compression is asked for without context takeover: what a worker's sessions share keeps no context.
inline constexpr std::string_view compression_offer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// What was asked for.
struct Offer {
    /// Of Sec-WebSocket-Protocol; empty: none.
    std::string_view protocols = {};
    bool compression = false;
};

struct Agreement {
    /// Empty: none.
    std::string protocol;
    /// Sec-WebSocket-Extensions as received; empty: none.
    std::string extensions;
    bool compression = false;
};

/// The error's message says what is wrong with a 101.
Result<Agreement> check_handshake(const http::Headers& headers, std::string_view key, const Offer& offer);

/// Fields that the handshake itself sets, whatever their case: a user may not.
bool is_handshake_field(std::string_view name);

}  // namespace k6::ws
