// Fuzz entry: any bytes as what a server sends behind the handshake, whole and in two pieces, with and without
// compression. However they are cut, the same comes of them; messages are bounded, text is UTF-8, what breaks a rule
// ends the parsing with a code that may be sent. And as an answer's extensions and subprotocol.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "proto_ws/close_code.h"
#include "proto_ws/deflate.h"
#include "proto_ws/handshake.h"
#include "proto_ws/message_parser.h"
#include "proto_ws/utf8.h"

namespace {

using namespace k6::ws;
using Kind = MessageParser::Kind;

constexpr std::size_t max_message = 1000;

struct Got {
    Kind kind;
    std::string data;
    std::uint16_t code;
    friend bool operator==(const Got&, const Got&) = default;
};

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const Got& got) {
    switch (got.kind) {
        case Kind::needs_input:
            return;
        case Kind::text:
            require(is_utf8(got.data));
            [[fallthrough]];
        case Kind::binary:
            require(got.data.size() <= max_message);
            return;
        case Kind::ping:
        case Kind::pong:
            require(got.data.size() <= max_control_payload);
            return;
        case Kind::close:
            require((got.code == close_code::none || may_be_sent(got.code)) && is_utf8(got.data));
            return;
        case Kind::failed:
            require(may_be_sent(got.code) && !got.data.empty() && got.data.size() <= max_close_reason);
            return;
    }
}

std::vector<Got> run(std::string_view bytes, std::size_t cut, bool compression, Deflate& deflate) {
    MessageParser parser({.max_message_size = max_message, .compression = compression}, &deflate);
    std::vector<Got> out;
    std::string input;
    for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
        input += piece;
        while (true) {
            const auto step = parser.next(input);
            const Got got{step.kind, std::string(step.data), step.code};
            check(got);
            require(step.used <= input.size());
            input.erase(0, step.used);
            if (got.kind == Kind::needs_input) break;
            out.push_back(got);
            if (got.kind == Kind::failed) return out;
            // Whatever is done comes out of the input.
            require(step.used > 0);
        }
        // At most a head, or a control frame, is left in the caller's hands.
        require(input.size() < 2 + max_control_payload);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static Deflate deflate;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = std::min(data[0] * size / 256, bytes.size());
    for (const bool compression : {false, true}) {
        require(run(bytes, bytes.size(), compression, deflate) == run(bytes, cut, compression, deflate));
    }
    const std::size_t line = bytes.find('\n');
    k6::http::Headers answer{{"Upgrade", "websocket"},
                             {"Connection", "Upgrade"},
                             {"Sec-WebSocket-Accept", handshake_accept("key")},
                             {"Sec-WebSocket-Extensions", bytes.substr(0, line)}};
    if (line != std::string_view::npos) answer.add("Sec-WebSocket-Protocol", bytes.substr(line + 1));
    const auto agreed = check_handshake(answer, "key", {.protocols = "a, b", .compression = true});
    if (agreed) require(agreed->protocol.empty() || agreed->protocol == "a" || agreed->protocol == "b");
    return 0;
}
