// The promise of the hot path: messages out and in, pings and their pongs allocate nothing.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "base/testing/allocations.h"
#include "proto_ws/testing/ws_peer.h"
#include "proto_ws/testing/ws_world.h"

namespace k6::ws {
namespace {

using http::testing::PeerSocket;
using http::testing::ScriptedPeer;
using testing::WsWorld;

// Series keep some thousand exact values before they become histograms.
constexpr int warm_up = 5000;
constexpr int counted_messages = 50;

/// Stands still: durations that differ make pages in histograms, which belong to the metrics.
class StoppedClock final : public Clock {
public:
    TimePoint now() const noexcept override { return TimePoint{std::chrono::seconds(1)}; }
    WallTime wall_time(TimePoint point) const noexcept override { return WallTime{point.time_since_epoch()}; }
};

std::size_t allocations_of(std::size_t message_size, bool compression) {
    ScriptedPeer peer({[&](PeerSocket& socket) {
        testing::accept_handshake(socket, compression ? "Sec-WebSocket-Extensions: permessage-deflate; "
                                                        "server_no_context_takeover\r\n"
                                                      : "");
        while (const auto frame = testing::read_frame(socket)) {
            const Opcode answer = frame->opcode == Opcode::ping ? Opcode::pong : frame->opcode;
            socket.write(testing::server_frame(answer, frame->payload, true, frame->reserved));
        }
    }});
    StoppedClock clock;
    WsWorld world({.keep_samples = false, .clock = &clock});
    const std::string url = "ws://" + peer.authority() + "/";
    const std::string message(message_size, 'm');
    std::size_t counted = 0;
    world.run([&](Client& client) {
        const Opening opening = client.connect({.url = url, .compression = compression});
        ASSERT_TRUE(opening.session) << opening.error;
        Session& session = *opening.session;
        int good = 0;
        const auto exchange = [&] {
            // One after the other: the peer's small writes behind each other would wait for our acknowledgement.
            good += session.send_text(message) ? 1 : 0;
            good += session.receive().data.size() == message_size ? 1 : 0;
            if (!session.ping()) return;
            good += session.receive().kind == Event::Kind::pong ? 1 : 0;
        };
        for (int i = 0; i < warm_up; ++i) exchange();
        const std::size_t before = allocations_of_this_thread();
        for (int i = 0; i < counted_messages; ++i) exchange();
        counted = allocations_of_this_thread() - before;
        EXPECT_EQ(good, 3 * (warm_up + counted_messages));
    });
    return counted;
}

TEST(SessionAllocationTest, SmallMessages) { EXPECT_EQ(allocations_of(128, false), 0u); }
TEST(SessionAllocationTest, MessagesOfManyReads) { EXPECT_EQ(allocations_of(50'000, false), 0u); }
TEST(SessionAllocationTest, CompressedMessages) { EXPECT_EQ(allocations_of(5'000, true), 0u); }

}  // namespace
}  // namespace k6::ws
