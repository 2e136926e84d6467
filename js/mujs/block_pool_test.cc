#include "js/mujs/block_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "js/builtins/builtins.h"
#include "js/mujs/state.h"

namespace k6::js {
namespace {

TEST(BlockPoolTest, BlocksAreApartAndTakeWhatIsSaid) {
    BlockPool pool;
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t size = 0; size < 1500; ++size) {
        auto* block = static_cast<unsigned char*>(pool.allocate(size));
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignof(double), 0U);
        EXPECT_GE(BlockPool::size_of(block), size);
        EXPECT_EQ(BlockPool::size_of(block), BlockPool::size_for(size));
        std::memset(block, static_cast<int>(size % 251), size);
        blocks.emplace_back(block, size);
    }
    for (const auto& [block, size] : blocks) {
        for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(block[i], size % 251);
        pool.release(block);
    }
}

TEST(BlockPoolTest, ReallocationKeepsTheContent) {
    BlockPool pool;
    for (const std::size_t from : {1U, 16U, 100U, 512U, 513U, 4000U}) {
        for (const std::size_t to : {1U, 17U, 100U, 512U, 513U, 9000U}) {
            auto* block = static_cast<unsigned char*>(pool.allocate(from));
            for (std::size_t i = 0; i < from; ++i) block[i] = static_cast<unsigned char>(i * 7);
            block = static_cast<unsigned char*>(pool.reallocate(block, to));
            ASSERT_GE(BlockPool::size_of(block), to);
            for (std::size_t i = 0; i < std::min(from, to); ++i) ASSERT_EQ(block[i], static_cast<unsigned char>(i * 7));
            pool.release(block);
        }
    }
}

TEST(BlockPoolTest, WhatOneSizeGivesBackServesAnother) {
    BlockPool pool;
    std::vector<void*> blocks;
    const auto fill = [&](std::size_t size) {
        for (std::size_t bytes = 0; bytes < 4'000'000; bytes += size) blocks.push_back(pool.allocate(size));
    };
    const auto empty = [&] {
        for (void* block : blocks) pool.release(block);
        blocks.clear();
    };
    fill(32);
    const std::size_t before = pool.mapped_bytes();
    empty();
    for (const std::size_t size : {48U, 64U, 112U, 256U}) {
        fill(size);
        empty();
    }
    // At most the last page of each size stays with it, and larger blocks fill a page less well.
    EXPECT_LE(pool.mapped_bytes(), before + before / 20 + 16 * 16 * 1024);
}

TEST(BlockPoolTest, KeepsOrderInAnyOrderOfReleases) {
    BlockPool pool;
    std::mt19937 random(1);  // NOLINT: the same each time
    std::vector<std::uint64_t*> live;
    std::uint64_t next = 0;
    for (int step = 0; step < 200'000; ++step) {
        if (live.empty() || random() % 5 < 3 + (step < 100'000 ? 0 : -1)) {
            const std::size_t words = 2 + random() % 40;
            auto* block = static_cast<std::uint64_t*>(pool.allocate(words * 8));
            block[0] = next++;
            block[words - 1] = block[0] * 3;
            block[1] = words == 2 ? block[1] : words;
            live.push_back(block);
        } else {
            const std::size_t index = random() % live.size();
            std::uint64_t* block = live[index];
            live[index] = live.back();
            live.pop_back();
            const std::uint64_t words = block[1] == block[0] * 3 ? 2 : block[1];
            ASSERT_EQ(block[words - 1], block[0] * 3);
            pool.release(block);
        }
    }
    std::set<std::uint64_t> seen;
    for (std::uint64_t* block : live) ASSERT_TRUE(seen.insert(block[0]).second);
    for (std::uint64_t* block : live) pool.release(block);
}

TEST(BlockPoolTest, StatesMayShareOneAndEndInAnyOrder) {
    BlockPool pool;
    auto first = std::make_unique<State>(StateLimits{.blocks = &pool});
    auto second = std::make_unique<State>(StateLimits{.blocks = &pool});
    install_builtins(*first);
    install_builtins(*second);
    const char* script =
        "var list = []; for (var i = 0; i < 2000; i++) list.push({n: i, text: 'number ' + i}); list[1999].text";
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(first->evaluate("a.js", script).value().as_string(), "number 1999");
        EXPECT_EQ(second->evaluate("a.js", script).value().as_string(), "number 1999");
        first->collect_garbage();
    }
    first.reset();
    second->collect_garbage();
    EXPECT_EQ(second->evaluate("b.js", "list.length").value().as_number(), 2000);
}

}  // namespace
}  // namespace k6::js
