#include "proto_ws/frame.h"

#include <cstring>

namespace k6::ws {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

void append_big_endian(std::uint64_t number, int bytes, std::string& out) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

}  // namespace

std::optional<FrameHead> parse_frame_head(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    FrameHead head{.opcode = static_cast<Opcode>(first & 0x0f),
                   .final = (first & 0x80) != 0,
                   .reserved = static_cast<std::uint8_t>(first >> 4 & 7),
                   .masked = (second & 0x80) != 0,
                   .payload_size = static_cast<std::uint64_t>(second & 0x7f)};
    const std::size_t length_bytes = head.payload_size == 126 ? 2 : head.payload_size == 127 ? 8 : 0;
    head.size = 2 + length_bytes + (head.masked ? sizeof(MaskKey) : 0);
    if (bytes.size() < head.size) return std::nullopt;
    if (length_bytes > 0) {
        head.payload_size = big_endian(bytes.substr(2, length_bytes));
        head.malformed_length =
            length_bytes == 2 ? head.payload_size < 126 : head.payload_size <= 0xffff || head.payload_size >> 63 != 0;
    }
    return head;
}

void append_frame_head(Opcode opcode, bool final, bool compressed, std::uint64_t payload_size, const MaskKey& key,
                       std::string& out) {
    out += static_cast<char>((final ? 0x80 : 0) | (compressed ? 0x40 : 0) | static_cast<unsigned>(opcode));
    constexpr int masked = 0x80;
    if (payload_size < 126) {
        out += static_cast<char>(masked | static_cast<int>(payload_size));
    } else if (payload_size <= 0xffff) {
        out += static_cast<char>(masked | 126);
        append_big_endian(payload_size, 2, out);
    } else {
        out += static_cast<char>(masked | 127);
        append_big_endian(payload_size, 8, out);
    }
    out.append(key.data(), key.size());
}

void append_masked(std::string_view bytes, const MaskKey& key, std::size_t offset, std::string& out) {
    const std::size_t begin = out.size();
    out += bytes;
    char* at = out.data() + begin;
    std::size_t left = bytes.size();
    char turned[2 * sizeof key];
    for (std::size_t i = 0; i < sizeof turned; ++i) turned[i] = key[(offset + i) % key.size()];
    std::uint64_t mask = 0;
    std::memcpy(&mask, turned, sizeof mask);
    for (; left >= sizeof mask; left -= sizeof mask, at += sizeof mask) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        word ^= mask;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ turned[i]);
}

}  // namespace k6::ws
