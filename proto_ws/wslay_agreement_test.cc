// Our parser against wslay, another implementation: of the same bytes they make the same messages, and they refuse the
// same. The bytes are those of the fuzz entry: hostile servers' and mutations of them, the same ones in every run.
#include <gtest/gtest.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/testing/mutations.h"
#include "proto_ws/message_parser.h"
#include "proto_ws/testing/ws_faults.h"
#include "proto_ws/testing/ws_peer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t*, std::size_t) { return 0; }

namespace k6::ws {
namespace {

using namespace testing;

constexpr std::size_t max_message = 1000;

struct Outcome {
    /// Opcode and payload.
    std::vector<std::pair<int, std::string>> messages;
    bool failed = false;
    /// It lets half a close code pass, which RFC 6455 section 5.5.1 does not.
    bool half_code = false;
};

Outcome ours(std::string_view bytes) {
    Outcome outcome;
    MessageParser parser({.max_message_size = max_message});
    while (true) {
        const auto step = parser.next(bytes);
        using Kind = MessageParser::Kind;
        switch (step.kind) {
            case Kind::needs_input:
                return outcome;
            case Kind::failed:
                outcome.failed = true;
                outcome.half_code = step.data == "bad close payload";
                return outcome;
            case Kind::close:
                outcome.messages.emplace_back(8, std::string(step.data));
                return outcome;
            case Kind::text:
            case Kind::binary:
                outcome.messages.emplace_back(step.kind == Kind::text ? 1 : 2, std::string(step.data));
                break;
            case Kind::ping:
            case Kind::pong:
                outcome.messages.emplace_back(step.kind == Kind::ping ? 9 : 10, std::string(step.data));
                break;
        }
        bytes.remove_prefix(step.used);
    }
}

struct Source {
    std::string_view bytes;
    Outcome outcome;
};

ssize_t receive(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int, void* user) {
    std::string_view& bytes = static_cast<Source*>(user)->bytes;
    if (bytes.empty()) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size = std::min(size, bytes.size());
    std::memcpy(buffer, bytes.data(), size);
    bytes.remove_prefix(size);
    return static_cast<ssize_t>(size);
}

void take_message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* user) {
    std::string_view data;
    if (message->msg_length > 0) data = {reinterpret_cast<const char*>(message->msg), message->msg_length};
    if (message->opcode == WSLAY_CONNECTION_CLOSE) data.remove_prefix(std::min<std::size_t>(2, data.size()));
    static_cast<Source*>(user)->outcome.messages.emplace_back(message->opcode, data);
}

Outcome of_wslay(std::string_view bytes) {
    Source source{bytes, {}};
    const wslay_event_callbacks callbacks{receive, nullptr, nullptr, nullptr, nullptr, nullptr, take_message};
    wslay_event_context_ptr context = nullptr;
    wslay_event_context_client_init(&context, &callbacks, &source);
    wslay_event_config_set_max_recv_msg_length(context, max_message);
    const int result = wslay_event_recv(context);
    source.outcome.failed =
        result != 0 || (wslay_event_get_read_enabled(context) == 0 && wslay_event_get_close_received(context) == 0);
    wslay_event_context_free(context);
    return source.outcome;
}

/// 1012 to 1014 came into the registry later.
bool has_late_code(const std::string& bytes) {
    for (const char* code : {"\x03\xf4", "\x03\xf5", "\x03\xf6"}) {
        if (bytes.find(code) != std::string::npos) return true;
    }
    return false;
}

std::string in_hex(const std::string& bytes) {
    std::ostringstream out;
    for (const char byte : bytes)
        out << std::hex << std::setw(2) << std::setfill('0') << static_cast<int>(static_cast<unsigned char>(byte));
    return out.str();
}

TEST(WslayAgreement, OnMessagesAndMistakes) {
    constexpr std::string_view pieces[] = {std::string_view("\x81\x01x"),    std::string_view("\x01\x01y", 3),
                                           std::string_view("\x80\x00", 2),  std::string_view("\x82\x7e\x00\x7e", 4),
                                           std::string_view("\x89\x00", 2),  std::string_view("\x88\x02\x03\xe8"),
                                           std::string_view("\xe2\x82\xac"), std::string_view("\xff")};
    std::vector<std::string> seeds = {server_frame(Opcode::text, "hello") +
                                          server_frame(Opcode::binary, std::string(300, '\xff')) +
                                          close_frame(1000, "bye"),
                                      server_frame(Opcode::text, "\xe2\x82", false) + server_frame(Opcode::ping, "p") +
                                          server_frame(Opcode::continuation, "\xac")};
    for (const Fault& fault : faults()) seeds.push_back(fault.bytes);
    std::uint32_t number = 0;
    int failed = 0;
    int messages = 0;
    for (const std::string& seed : seeds) {
        Mutator mutator(++number, pieces);
        std::string text = seed;
        for (int i = 0, rounds = fuzz_rounds(500); i < rounds; ++i) {
            // What is cut off ends in zeros, so that nobody waits for what another one does not need to see.
            const std::string bytes = text + std::string(2 * max_message, '\0');
            if (!has_late_code(bytes)) {
                const Outcome one = ours(bytes);
                const Outcome other = of_wslay(bytes);
                if (!one.half_code) {
                    ASSERT_EQ(one.messages, other.messages) << in_hex(text);
                    ASSERT_EQ(one.failed, other.failed) << in_hex(text);
                }
                failed += one.failed ? 1 : 0;
                messages += static_cast<int>(one.messages.size());
            }
            text = mutator.mutate(i % 4 == 0 ? seed : text);
            if (text.size() > 2000) text.resize(2000);
        }
    }
    EXPECT_GT(failed, 100);
    EXPECT_GT(messages, 100);
}

}  // namespace
}  // namespace k6::ws
