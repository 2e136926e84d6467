// Frames as bytes: heads, masks. RFC 6455 section 5.2.
//
//   std::string out;
//   append_frame(Opcode::text, "hello", key, out);              // as a client sends it: final, masked
//   if (auto head = parse_frame_head(input)) … head->payload_size …
//
// Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k6::ws {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Also those that are not assigned.
constexpr bool is_control(Opcode opcode) { return (static_cast<unsigned>(opcode) & 8) != 0; }
constexpr bool is_assigned(Opcode opcode) {
    return opcode <= Opcode::binary || (is_control(opcode) && opcode <= Opcode::pong);
}

inline constexpr std::size_t max_control_payload = 125;

struct FrameHead {
    Opcode opcode = Opcode::continuation;
    bool final = true;
    /// The three reserved bits, the first one highest. The first one marks a compressed message (RFC 7692).
    std::uint8_t reserved = 0;
    bool masked = false;
    std::uint64_t payload_size = 0;
    /// Bytes of the head itself, a masking key included.
    std::size_t size = 0;
    /// The length takes more bytes than it needs, or has its highest bit set: forbidden.
    bool malformed_length = false;
};
inline constexpr std::uint8_t reserved_compressed = 4;

/// nullopt: the head has not all come.
std::optional<FrameHead> parse_frame_head(std::string_view bytes);

using MaskKey = std::array<char, 4>;

/// A frame's head as a client writes it, then its key.
void append_frame_head(Opcode opcode, bool final, bool compressed, std::uint64_t payload_size, const MaskKey& key,
                       std::string& out);
/// Bytes of a payload from `offset` on, masked.
void append_masked(std::string_view bytes, const MaskKey& key, std::size_t offset, std::string& out);

/// A whole frame of a client.
inline void append_frame(Opcode opcode, std::string_view payload, const MaskKey& key, std::string& out) {
    append_frame_head(opcode, true, false, payload.size(), key, out);
    append_masked(payload, key, 0, out);
}

}  // namespace k6::ws
