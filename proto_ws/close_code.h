// Why a WebSocket ended: status codes, RFC 6455 section 7.4, and the registry that it founded.
//
//   may_be_sent(close_code::normal)                              // true
//   close_text(1006, "unexpected EOF")                           // "websocket: close 1006 (abnormal closure): unexp…"
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace k6::ws {

namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
/// Never sent: the close frame named no code.
inline constexpr std::uint16_t none = 1005;
/// Never sent: there was no close frame.
inline constexpr std::uint16_t abnormal = 1006;
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t too_big = 1009;
}  // namespace close_code

/// Bytes of a reason: what a control frame has room for beside the code.
inline constexpr std::size_t max_close_reason = 123;

/// Codes that may stand in a close frame.
constexpr bool may_be_sent(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

constexpr std::string_view close_code_name(std::uint16_t code) {
    switch (code) {
        case 1000:
            return "normal";
        case 1001:
            return "going away";
        case 1002:
            return "protocol error";
        case 1003:
            return "unsupported data";
        case 1005:
            return "no status";
        case 1006:
            return "abnormal closure";
        case 1007:
            return "invalid payload data";
        case 1008:
            return "policy violation";
        case 1009:
            return "message too big";
        case 1010:
            return "mandatory extension missing";
        case 1011:
            return "internal server error";
        default:
            return {};
    }
}

/// For messages: "websocket: close 3000: reason".
inline std::string close_text(std::uint16_t code, std::string_view reason) {
    std::string text = "websocket: close " + std::to_string(code);
    if (const std::string_view name = close_code_name(code); !name.empty()) text += " (" + std::string(name) + ")";
    if (!reason.empty()) text += ": " + std::string(reason);
    return text;
}

}  // namespace k6::ws
