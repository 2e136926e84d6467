#include "js/modules/event_loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "js/builtins/builtins.h"
#include "js/builtins/promise.h"
#include "js/mujs/binding.h"
#include "js/mujs/state.h"

namespace k6::js {
namespace {

using namespace std::chrono_literals;

/// A loop with setTimeout and a log, on a fiber in simulated time.
class EventLoopTest : public testing::Test {
protected:
    struct World {
        explicit World(EventLoopTest& owner) : test(owner), loop(state, owner.logger) {
            install_builtins(state);
            Value global = state.global();
            global.define("log", state.closure("log", 1, [this](Call& call) -> Value {
                test.lines.emplace_back(call.text(0));
                return {};
            }));
            global.define("later", state.closure("later", 2, [this](Call& call) -> Value {
                const Value callback = call[0];
                return loop.set_timer("setTimeout", Duration(call.integer(1) * 1'000'000), false,
                                      [callback] { callback.call({}); });
            }));
            // Resolves after so many milliseconds of blocking on a fiber of its own.
            global.define("blocking", state.closure("blocking", 1, [this](Call& call) -> Value {
                PromiseHandle done(state);
                loop.spawn([this, done, wait = std::chrono::milliseconds(call.integer(0))]() -> EventLoop::Job {
                    struct Ended {
                        int& count;
                        ~Ended() { ++count; }
                    } ended{test.children_ended};
                    sleep_for(wait);
                    return [done]() mutable { done.resolve(done.state().string("done")); };
                });
                return done.promise();
            }));
        }

        LoopResult run(std::string_view body) {
            const Completion function = state.evaluate("test.js", "(function () {" + std::string(body) + "})");
            EXPECT_TRUE(function);
            return loop.run(*function);
        }

        EventLoopTest& test;
        State state;
        EventLoop loop;
    };

    void in_world(const std::function<void(World&)>& body, Clock* other_clock = nullptr) {
        Worker worker(
            {.index = 0, .clock = other_clock != nullptr ? other_clock : &clock, .stack_size = std::size_t{8} << 20});
        worker.spawn([&] {
            World world(*this);
            start = clock.now();
            body(world);
        });
        worker.request_stop();
        worker.run();
    }

    std::string joined() const {
        std::string text;
        for (const std::string& line : lines) text += (text.empty() ? "" : " ") + line;
        return text;
    }

    SimulatedClock clock;
    TimePoint start;
    MemoryLogger logger;
    std::vector<std::string> lines;
    int children_ended = 0;
};

TEST_F(EventLoopTest, TasksComeAfterMicrotasks) {
    in_world([&](World& world) {
        const LoopResult end = world.run(
            "log('1'); later(function () { log('timer') }, 0);"
            "Promise.resolve().then(function () { log('micro') }); log('2'); return 7;");
        ASSERT_TRUE(end.completion);
        EXPECT_EQ((*end.completion).as_number(), 7);
        EXPECT_EQ(joined(), "1 2 micro timer");
    });
}

TEST_F(EventLoopTest, TimersFireByDeadlineThenByOrder) {
    in_world([&](World& world) {
        const LoopResult end = world.run(
            "later(function () { log('c') }, 20);"
            "later(function () { log('a'); Promise.resolve().then(function () { log('m') }) }, 10);"
            "later(function () { log('b') }, 10);");
        EXPECT_TRUE(end.completion);
        EXPECT_EQ(joined(), "a m b c");
        EXPECT_EQ(clock.now() - start, 20ms);
    });
}

TEST_F(EventLoopTest, ATimerCanBeCleared) {
    in_world([&](World& world) {
        int fired = 0;
        EventLoop::TimerId id = 0;
        world.state.global().define("start", world.state.closure("start", 0, [&](Call&) -> Value {
            id = world.loop.set_timer("setInterval", 5ms, true, [&] {
                if (++fired == 3) world.loop.clear_timer(id);
            });
            const auto other = world.loop.set_timer("setTimeout", 1ms, false, [&] { fired += 100; });
            world.loop.clear_timer(other);
            world.loop.clear_timer(other);
            return {};
        }));
        EXPECT_TRUE(world.run("start()").completion);
        EXPECT_EQ(fired, 3);
        EXPECT_EQ(clock.now() - start, 15ms);
        EXPECT_EQ(id, 1U);
    });
}

TEST_F(EventLoopTest, SpawnedWorkGoesOnBesideTheScript) {
    in_world([&](World& world) {
        EXPECT_TRUE(world
                        .run("blocking(30).then(function () { log('slow') });"
                             "blocking(10).then(function () { log('fast') });"
                             "later(function () { log('timer') }, 20);")
                        .completion);
        EXPECT_EQ(joined(), "fast timer slow");
        EXPECT_EQ(clock.now() - start, 30ms);
    });
}

TEST_F(EventLoopTest, AnErrorDropsTimersAndAwaitsOperations) {
    in_world([&](World& world) {
        const LoopResult end = world.run(
            "later(function () { log('never') }, 200);"
            "blocking(50).then(function () { log('done'); throw new Error('ignored') });"
            "throw new Error('sync');");
        ASSERT_FALSE(end.completion);
        EXPECT_FALSE(end.rejected);
        EXPECT_EQ(end.completion.error().text, "Error: sync");
        EXPECT_EQ(joined(), "done");
        EXPECT_EQ(clock.now() - start, 50ms);
        ASSERT_EQ(logger.lines().size(), 1U);
        EXPECT_NE(logger.lines()[0].find("setTimeout 1 was stopped because the VU iteration was interrupted"),
                  std::string::npos);
        // What failed leaves nothing behind.
        EXPECT_TRUE(world.run("log('next')").completion);
        EXPECT_EQ(joined(), "done next");
    });
}

TEST_F(EventLoopTest, ARejectionMustBeHandledInItsTask) {
    in_world([&](World& world) {
        LoopResult end =
            world.run("var p = Promise.reject(new Error('late')); later(function () { p.catch(function () {}) }, 10);");
        ASSERT_FALSE(end.completion);
        EXPECT_TRUE(end.rejected);
        EXPECT_NE(end.completion.error().text.find("Uncaught (in promise) Error: late"), std::string::npos);
        end = world.run("var p = Promise.reject(1); Promise.resolve().then(function () { p.catch(function () {}) });");
        EXPECT_TRUE(end.completion);
    });
}

TEST_F(EventLoopTest, AnErrorInATimerEndsTheRun) {
    in_world([&](World& world) {
        const LoopResult end = world.run(
            "later(function () { throw new TypeError('in timer') }, 1); later(function () { log('never') }, 2);");
        ASSERT_FALSE(end.completion);
        EXPECT_EQ(end.completion.error().text, "TypeError: in timer");
        EXPECT_EQ(joined(), "");
    });
}

TEST_F(EventLoopTest, OperationsKeepItGoing) {
    in_world([&](World& world) {
        std::optional<EventLoop::Operation> socket;
        world.state.global().define("open", world.state.closure("open", 0, [&](Call&) -> Value {
            socket = world.loop.begin();
            world.loop.set_timer("setTimeout", 5ms, false, [&] { socket->post([&] { lines.push_back("message"); }); });
            world.loop.set_timer("setTimeout", 9ms, false,
                                 [&] { std::exchange(socket, {})->complete([&] { lines.push_back("close"); }); });
            return {};
        }));
        EXPECT_TRUE(world.run("open()").completion);
        EXPECT_EQ(joined(), "message close");
        EXPECT_TRUE(world.loop.empty());
    });
}

TEST_F(EventLoopTest, InterruptionCancelsEverything) {
    in_world([&](World& world) {
        bool cancelled = false;
        std::optional<EventLoop::Operation> socket;
        world.state.global().define("open", world.state.closure("open", 0, [&](Call&) -> Value {
            socket = world.loop.begin([&] { cancelled = true; });
            return {};
        }));
        Fiber* const self = Fiber::current();
        self->worker().spawn([self] {
            sleep_for(100ms);
            self->interrupt();
        });
        EXPECT_THROW((void)world.run("open(); blocking(100000).then(function () { log('never') });"
                                     "later(function () { log('never') }, 500)"),
                     Interrupted);
        self->clear_interrupt();
        EXPECT_TRUE(cancelled);
        EXPECT_EQ(children_ended, 1);
        EXPECT_EQ(clock.now() - start, 100ms);
        EXPECT_FALSE(socket->active());
        socket->post([&] { lines.push_back("dropped"); });
        EXPECT_TRUE(world.run("log('next')").completion);
        EXPECT_EQ(joined(), "next");
    });
}

TEST_F(EventLoopTest, BusyTimersDoNotStarveTheWorker) {
    SystemClock system;
    in_world(
        [&](World& world) {
            EXPECT_TRUE(world
                            .run("var stop = false; blocking(5).then(function () { stop = true });"
                                 "(function again() { if (!stop) later(again, 0) })();")
                            .completion);
            EXPECT_EQ(children_ended, 1);
        },
        &system);
}

TEST_F(EventLoopTest, RunUntilStopsAsSoonAsItMay) {
    in_world([&](World& world) {
        bool settled = false;
        std::vector<bool> ends;
        world.state.global().define("nested", world.state.closure("nested", 0, [&](Call&) -> Value {
            world.loop.set_timer("setTimeout", 5ms, false, [&] { settled = true; });
            world.loop.set_timer("setTimeout", 50ms, false, [&] { lines.push_back("later"); });
            ends.push_back(world.loop.run_until([&] { return settled; }));
            lines.push_back("settled");
            ends.push_back(world.loop.run_until([] { return false; }));
            return {};
        }));
        EXPECT_TRUE(world.run("nested()").completion);
        EXPECT_EQ(ends, (std::vector{true, false}));
        EXPECT_EQ(joined(), "settled later");
    });
}

}  // namespace
}  // namespace k6::js
