// Runs the fuzz entry of messages on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/testing/mutations.h"
#include "proto_ws/deflate.h"
#include "proto_ws/testing/ws_faults.h"
#include "proto_ws/testing/ws_peer.h"

namespace k6::ws {
namespace {

using namespace testing;
using std::literals::string_view_literals::operator""sv;

constexpr std::string_view telling[] = {"\x81\x01x"sv,
                                        "\x01\x00"sv,
                                        "\x80\x00"sv,
                                        "\x82\x7e\x00\x7e"sv,
                                        "\x89\x00"sv,
                                        "\x8a\x01y"sv,
                                        "\x88\x02\x03\xe8"sv,
                                        "\xc1\x01\x00"sv,
                                        "\x7f"sv,
                                        "\x80"sv,
                                        "\xe2\x82\xac"sv,
                                        "\xff"sv,
                                        "permessage-deflate"sv,
                                        "; server_no_context_takeover"sv,
                                        ", "sv,
                                        "\n"sv};

std::vector<std::string> seeds() {
    Deflate deflate;
    std::string compressed;
    deflate.compress("hello hello hello hello hello", compressed);
    std::vector<std::string> out = {
        server_frame(Opcode::text, "hello") + server_frame(Opcode::binary, std::string(300, '\xff')) +
            close_frame(1000, "bye"),
        server_frame(Opcode::text, "\xe2\x82", false) + server_frame(Opcode::ping, "p") +
            server_frame(Opcode::continuation, "\xac"),
        server_frame(Opcode::text, compressed.substr(0, 4), false, 4) + server_frame(Opcode::pong, "") +
            server_frame(Opcode::continuation, compressed.substr(4)) + server_frame(Opcode::close, ""),
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover\nb",
    };
    for (const Fault& fault : faults()) out.push_back(fault.bytes);
    return out;
}

TEST(MessagesFuzzTest, SeedsAndMutations) {
    fuzz_mutations(seeds(), telling, {.rounds = 1000, .depth = 6, .longest = 3000, .option_byte = true});
}

}  // namespace
}  // namespace k6::ws
