#include "tools/demo_server/stats.h"

#include <gtest/gtest.h>

namespace k6::demo {
namespace {

TEST(Stats, AreSummedOverShardsAndCountFromTheReset) {
    ShardStats first;
    ShardStats second;
    StatsBoard board;
    board.watch(first);
    board.watch(second);
    EXPECT_EQ(board.snapshot(), StatsSnapshot());

    first.connections_accepted.add();
    second.connections_accepted.add(2);
    second.connections_closed.add();
    first.requests.add(5);
    second.bytes_sent.add(100);
    StatsSnapshot counts = board.snapshot();
    EXPECT_EQ(counts.connections_accepted, 3u);
    EXPECT_EQ(counts.connections_open, 2u);
    EXPECT_EQ(counts.requests, 5u);
    EXPECT_EQ(counts.bytes_sent, 100u);

    board.reset();
    second.requests.add();
    counts = board.snapshot();
    EXPECT_EQ(counts.connections_accepted, 0u);
    EXPECT_EQ(counts.connections_open, 2u);
    EXPECT_EQ(counts.requests, 1u);
    EXPECT_EQ(counts.bytes_sent, 0u);
}

}  // namespace
}  // namespace k6::demo
