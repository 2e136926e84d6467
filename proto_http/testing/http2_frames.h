// HTTP/2 frames as bytes, right and wrong ones: what scripted servers send.
//
//   settings({{3, 100}}) + response(1, 200, "hello") + goaway(1, 0)
//
// HPACK without compression: fields as literals that are not indexed. For tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace k6::http::testing {

/// RFC 9113 section 6.
enum class FrameType : std::uint8_t {
    data,
    headers,
    priority,
    rst_stream,
    settings,
    push_promise,
    ping,
    goaway,
    window_update,
    continuation,
};

inline constexpr std::uint8_t end_stream = 0x1;
inline constexpr std::uint8_t ack = 0x1;
inline constexpr std::uint8_t end_headers = 0x4;
inline constexpr std::uint8_t padded = 0x8;
inline constexpr std::uint8_t priority_flag = 0x20;

inline std::string big_endian(std::uint64_t number, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
    return out;
}

/// `claimed`: a length that need not be the payload's.
inline std::string frame_of_length(std::size_t claimed, FrameType type, std::uint8_t flags, std::uint32_t stream,
                                   std::string_view payload) {
    return big_endian(claimed, 3) + static_cast<char>(type) + static_cast<char>(flags) + big_endian(stream, 4) +
           std::string(payload);
}

inline std::string frame(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    return frame_of_length(payload.size(), type, flags, stream, payload);
}

using Settings = std::initializer_list<std::pair<std::uint16_t, std::uint32_t>>;

inline std::string settings(Settings entries = {}) {
    std::string payload;
    for (const auto& [id, value] : entries) payload += big_endian(id, 2) + big_endian(value, 4);
    return frame(FrameType::settings, 0, 0, payload);
}
inline std::string settings_ack() { return frame(FrameType::settings, ack, 0, ""); }

/// A field of a header block; texts shorter than 127 bytes.
inline std::string field(std::string_view name, std::string_view value) {
    std::string out(1, '\0');
    for (std::string_view text : {name, value}) {
        out += static_cast<char>(text.size());
        out += text;
    }
    return out;
}

inline std::string status_field(int status) { return field(":status", std::to_string(status)); }

inline std::string headers(std::uint32_t stream, std::string_view block, std::uint8_t flags = end_headers) {
    return frame(FrameType::headers, flags, stream, block);
}
inline std::string data(std::uint32_t stream, std::string_view bytes, std::uint8_t flags = 0) {
    return frame(FrameType::data, flags, stream, bytes);
}
inline std::string rst_stream(std::uint32_t stream, std::uint32_t code) {
    return frame(FrameType::rst_stream, 0, stream, big_endian(code, 4));
}
inline std::string goaway(std::uint32_t last_stream, std::uint32_t code) {
    return frame(FrameType::goaway, 0, 0, big_endian(last_stream, 4) + big_endian(code, 4));
}
inline std::string ping(std::uint8_t flags = 0) { return frame(FrameType::ping, flags, 0, "12345678"); }
inline std::string window_update(std::uint32_t stream, std::uint32_t increment) {
    return frame(FrameType::window_update, 0, stream, big_endian(increment, 4));
}

/// A whole response.
inline std::string response(std::uint32_t stream, int status, std::string_view body) {
    return headers(stream, status_field(status)) + data(stream, body, end_stream);
}

inline std::string repeated(int times, const std::string& text) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace k6::http::testing
