#include "engine/runtime/blocking_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace k6 {
namespace {

TEST(BlockingPool, RunsJobsOnOtherThreadsInTheOrderOfSubmission) {
    std::vector<int> order;
    std::latch done(100);
    BlockingPool pool({.max_threads = 1});
    for (int i = 0; i < 100; ++i) {
        pool.submit([&, i] {
            EXPECT_NE(std::this_thread::get_id(), std::thread::id());
            order.push_back(i);
            done.count_down();
        });
    }
    done.wait();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(BlockingPool, AJobThatBlocksDoesNotHoldUpTheOthers) {
    std::latch three_at_once(3);
    std::latch done(3);
    BlockingPool pool({.max_threads = 3});
    for (int i = 0; i < 3; ++i) {
        pool.submit([&] {
            three_at_once.arrive_and_wait();
            done.count_down();
        });
    }
    done.wait();
}

TEST(BlockingPool, StartsNoMoreThreadsThanAllowed) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::latch done(50);
    BlockingPool pool({.max_threads = 2});
    for (int i = 0; i < 50; ++i) {
        pool.submit([&] {
            {
                std::lock_guard lock(mutex);
                threads.insert(std::this_thread::get_id());
            }
            done.count_down();
        });
    }
    done.wait();
    std::lock_guard lock(mutex);
    EXPECT_LE(threads.size(), 2u);
    EXPECT_EQ(threads.count(std::this_thread::get_id()), 0u);
}

TEST(BlockingPool, JoinsAJobUnderWay) {
    std::atomic<bool> finished = false;
    std::latch started(1);
    {
        BlockingPool pool({.max_threads = 1});
        pool.submit([&] {
            started.count_down();
            for (int i = 0; i < 20; ++i) std::this_thread::yield();
            finished = true;
        });
        started.wait();
    }
    EXPECT_TRUE(finished);
}

TEST(BlockingPool, AbandonsAJobUnderWayIfTold) {
    struct Shared {
        std::latch started{1}, go_on{1}, finished{1};
    };
    auto shared = std::make_shared<Shared>();
    {
        BlockingPool pool({.max_threads = 1, .at_end = BlockingPool::AtEnd::abandon});
        pool.submit([shared] {
            shared->started.count_down();
            shared->go_on.wait();
            shared->finished.count_down();
        });
        shared->started.wait();
    }  // would wait for ever if it joined
    shared->go_on.count_down();
    shared->finished.wait();
}

}  // namespace
}  // namespace k6
