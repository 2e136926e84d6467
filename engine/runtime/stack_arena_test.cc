#include "engine/runtime/stack_arena.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace k6 {
namespace {

const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

std::size_t size(StackArena::Stack stack) { return static_cast<std::size_t>(stack.high - stack.low); }

std::size_t resident_pages(StackArena::Stack stack) {
    std::vector<unsigned char> map(size(stack) / page);
    EXPECT_EQ(mincore(stack.low, size(stack), map.data()), 0);
    std::size_t count = 0;
    for (unsigned char flags : map) count += flags & 1;
    return count;
}

TEST(StackArena, StacksAreApartAndWritable) {
    StackArena arena({.slot_size = 64 << 10});
    std::set<std::byte*> lows;
    for (int i = 0; i < 200; ++i) {
        StackArena::Stack stack = arena.allocate();
        EXPECT_TRUE(lows.insert(stack.low).second);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(stack.high) % 16, 0u);
        EXPECT_LE(size(stack), std::size_t{64} << 10);
        EXPECT_GE(size(stack), std::size_t{40} << 10);
        std::memset(stack.low, 0xa5, size(stack));
    }
    std::byte* previous = nullptr;
    for (std::byte* low : lows) {
        if (previous != nullptr) {
            EXPECT_GE(low - previous, 64 << 10);
        }
        previous = low;
    }
    EXPECT_EQ(arena.in_use(), 200u);
}

TEST(StackArena, ReusesTheStackReleasedLast) {
    StackArena arena({.slot_size = 64 << 10});
    StackArena::Stack a = arena.allocate();
    StackArena::Stack b = arena.allocate();
    arena.release(a);
    arena.release(b);
    EXPECT_EQ(arena.in_use(), 0u);
    EXPECT_EQ(arena.allocate().low, b.low);
    EXPECT_EQ(arena.allocate().low, a.low);
}

TEST(StackArena, OnlyTouchedPagesAreResidentAndDeepOnesAreReturned) {
    StackArena arena({.hot_slots = 0});
    StackArena::Stack stack = arena.allocate();
    EXPECT_EQ(resident_pages(stack), 0u);
    stack.high[-1] = std::byte{1};
    EXPECT_EQ(resident_pages(stack), 1u);
    std::memset(stack.low, 1, size(stack));
    EXPECT_EQ(resident_pages(stack), size(stack) / page);
    arena.release(stack);
    EXPECT_LE(resident_pages(stack), 4u);
    stack = arena.allocate();
    EXPECT_EQ(stack.low[0], std::byte{0});
}

TEST(StackArena, TheLastReleasedKeepTheirMemory) {
    StackArena arena({.slot_size = 128 << 10, .hot_slots = 2});
    std::vector<StackArena::Stack> stacks;
    for (int i = 0; i < 4; ++i) {
        stacks.push_back(arena.allocate());
        std::memset(stacks.back().low, 1, size(stacks.back()));
    }
    for (const StackArena::Stack& stack : stacks) arena.release(stack);
    EXPECT_LE(resident_pages(stacks[0]), 4u);
    EXPECT_LE(resident_pages(stacks[1]), 4u);
    EXPECT_EQ(resident_pages(stacks[2]), size(stacks[2]) / page);
    EXPECT_EQ(resident_pages(stacks[3]), size(stacks[3]) / page);
    // Taken and released again, it is hot again; nothing is cooled twice.
    for (int i = 0; i < 3; ++i) arena.allocate();
    arena.release(stacks[1]);
    EXPECT_LE(resident_pages(stacks[0]), 4u);
    EXPECT_EQ(arena.in_use(), 2u);
}

// AddressSanitizer would clear gigabytes of shadow at the end.
#if !defined(__SANITIZE_ADDRESS__)
TEST(StackArena, FiftyThousandStacksAreHad) {
    StackArena arena({});
    std::vector<StackArena::Stack> stacks;
    try {
        for (int i = 0; i < 50'000; ++i) stacks.push_back(arena.allocate());
    } catch (const std::system_error& error) {
        // Only a kernel without guard marks may run out, and it says of what.
        EXPECT_NE(std::string(error.what()).find("vm.max_map_count"), std::string::npos) << error.what();
        GTEST_SKIP() << error.what();
    }
    EXPECT_EQ(arena.in_use(), 50'000u);
    stacks.front().low[0] = stacks.back().low[0] = std::byte{1};
}
#endif

class StackArenaGuard : public testing::TestWithParam<StackArena::Guard> {};

TEST_P(StackArenaGuard, AnOverflowIsASegmentationFault) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto overflow = [] {
        StackArena arena({.slot_size = 64 << 10, .guard = GetParam()});
        StackArena::Stack stack = arena.allocate();
        arena.release(stack);  // a used slot keeps its guard
        stack = arena.allocate();
        std::fputs("below the stack\n", stderr);
        *static_cast<volatile std::byte*>(stack.low - 1) = std::byte{1};
        std::exit(0);
    };
    // Sanitizers report the fault themselves and exit with a code of theirs.
    EXPECT_EXIT(
        overflow(), [](int status) { return status != 0; }, "below the stack");
}

INSTANTIATE_TEST_SUITE_P(Kinds, StackArenaGuard,
                         testing::Values(StackArena::Guard::automatic, StackArena::Guard::mprotect));

// Sanitizers need mappings of their own where this test leaves none.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(StackArena, SaysWhatLimitsMprotectGuards) {
    long limit = 0;
    std::ifstream("/proc/sys/vm/max_map_count") >> limit;
    if (limit == 0 || limit > 300'000) GTEST_SKIP() << "vm.max_map_count is " << limit;
    auto exhaust = [] {
        StackArena arena({.slot_size = 32 << 10, .guard = StackArena::Guard::mprotect});
        try {
            while (true) arena.allocate();
        } catch (const std::system_error& error) {
            std::fputs(error.what(), stderr);
            _exit(arena.in_use() > 1000 ? 0 : 1);
        }
    };
    EXPECT_EXIT(exhaust(), testing::ExitedWithCode(0), "vm\\.max_map_count is [0-9]+; raise it");
}
#endif

}  // namespace
}  // namespace k6
