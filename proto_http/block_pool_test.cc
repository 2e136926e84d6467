#include "proto_http/block_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace k6::http {
namespace {

TEST(BlockPoolTest, WhatWasReleasedIsLentAgain) {
    BlockPool pool;
    void* const first = pool.allocate(100);
    pool.release(first);
    EXPECT_EQ(pool.allocate(128), first);
    void* const other = pool.allocate(128);
    EXPECT_NE(other, first);
    pool.release(first);
    pool.release(other);
    pool.release(nullptr);
}

TEST(BlockPoolTest, ContentsAndAlignmentSurviveEverySize) {
    BlockPool pool;
    std::minstd_rand random(1);
    std::vector<std::pair<char*, std::string>> lent;
    for (int i = 0; i < 5000; ++i) {
        const std::size_t size = random() % (i % 10 == 0 ? 10'000 : 300);
        if (!lent.empty() && random() % 3 == 0) {
            const std::size_t which = random() % lent.size();
            auto& [memory, text] = lent[which];
            memory = static_cast<char*>(pool.reallocate(memory, size));
            text.resize(std::min(size, text.size()));
            ASSERT_EQ(std::memcmp(memory, text.data(), text.size()), 0);
            text = std::string(size, static_cast<char>(random()));
            std::memcpy(memory, text.data(), size);
        } else if (!lent.empty() && random() % 2 == 0) {
            const auto [memory, text] = lent.back();
            ASSERT_EQ(std::memcmp(memory, text.data(), text.size()), 0);
            pool.release(memory);
            lent.pop_back();
        } else {
            auto* const memory = static_cast<char*>(pool.reallocate(nullptr, size));
            ASSERT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0u);
            lent.emplace_back(memory, std::string(size, static_cast<char>(i)));
            std::memcpy(memory, lent.back().second.data(), size);
        }
    }
    for (const auto& [memory, text] : lent) pool.release(memory);
}

}  // namespace
}  // namespace k6::http
