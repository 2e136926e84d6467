#include "proto_http/transport.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/deferred.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/worker.h"
#include "proto_http/testing/listener.h"

namespace k6::http {
namespace {

using std::chrono::milliseconds;

/// What a wait looks like whose end is on its way already: nothing can hurry it.
void cannot_hurry(void*) noexcept {}

class DeadlineTest : public ::testing::Test {
protected:
    /// A fiber waits for something bounded by a deadline at 10 ms; then `afterwards` happens at 20 ms; the wait itself
    /// ends at 30 ms.
    template <class Function>
    void run(Function afterwards) {
        worker_.spawn([this] {
            waiting_ = Fiber::current();
            Deadline deadline(timers_, worker_.now() + milliseconds(10));
            try {
                in_time_ = deadline.run([] { Fiber::current()->suspend({&cannot_hurry, nullptr}); });
            } catch (const Interrupted&) {
                interrupted_ = true;
            }
            passed_ = deadline.passed();
        });
        worker_.spawn([this, afterwards] {
            sleep_for(milliseconds(20));
            afterwards(*waiting_);
            sleep_for(milliseconds(10));
            waiting_->resume();
        });
        worker_.request_stop();
        worker_.run();
    }

    SimulatedClock clock_;
    Worker worker_{{.clock = &clock_}};
    DeadlineTimers timers_{worker_};
    Fiber* waiting_ = nullptr;
    bool in_time_ = true;
    bool passed_ = false;
    bool interrupted_ = false;
};

TEST_F(DeadlineTest, PassesWithoutInterruptingTheFiber) {
    run([](Fiber&) {});
    EXPECT_FALSE(in_time_);
    EXPECT_TRUE(passed_);
    EXPECT_FALSE(interrupted_);
}

// A name's answer was on its way when the deadline passed, and the iteration's time was over before it arrived.
TEST_F(DeadlineTest, DoesNotSwallowAnInterruptionThatCoincides) {
    run([](Fiber& fiber) { fiber.interrupt(); });
    EXPECT_TRUE(passed_);
    EXPECT_TRUE(interrupted_);
}

TEST_F(DeadlineTest, APhaseEndsAndLeavesTheDeadlineAlone) {
    bool phase_over = false;
    bool still_fine = false;
    worker_.spawn([&] {
        Deadline deadline(timers_, worker_.now() + milliseconds(50));
        deadline.begin_phase(worker_.now() + milliseconds(10));
        sleep_for(milliseconds(20));
        phase_over = deadline.over() && deadline.end_phase();
        still_fine = !deadline.over();
        deadline.begin_phase(worker_.now() + milliseconds(10));
        phase_over = phase_over && !deadline.end_phase();
        sleep_for(milliseconds(40));
        passed_ = deadline.passed();
    });
    worker_.request_stop();
    worker_.run();
    EXPECT_TRUE(phase_over);
    EXPECT_TRUE(still_fine);
    EXPECT_TRUE(passed_);
}

// What a response took is not the generator's own delay: the time is that of the loop, not of the fiber's turn.
TEST(TcpStreamTest, InputHasTheTimeAtWhichItWasToldOf) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    DeadlineTimers timers(worker);
    const testing::Listener listener;
    constexpr int busy = 64;
    int peer = -1;
    TimePoint sent{};
    TimePoint last_began{};
    IoResult result;
    worker.spawn([&] {
        TcpStream stream(worker);
        Deadline deadline(timers, worker.now() + std::chrono::seconds(30));
        ASSERT_EQ(stream.connect({*parse_ip("127.0.0.1"), listener.port()}, std::nullopt, deadline), 0);
        peer = listener.accept();
        for (int i = 0; i < busy; ++i) {
            worker.spawn([&, i] {
                const TimePoint begin = last_began = clock.now();
                if (i == 0) {
                    ASSERT_EQ(::send(peer, "x", 1, 0), 1);
                    sent = clock.now();
                }
                while (clock.now() - begin < std::chrono::microseconds(300)) {
                }
            });
        }
        char byte = 0;
        result = stream.read(&byte, 1, deadline);
    });
    worker.request_stop();
    worker.run();
    ::close(peer);
    ASSERT_EQ(result.kind, IoResult::Kind::done);
    // Since then many fibers had their turn before this one.
    EXPECT_GE(result.time, sent - std::chrono::microseconds(2));
    EXPECT_LT(result.time, last_began);
    EXPECT_EQ(result.last, result.time);
}

// To a peer that takes at once whatever comes, no write ever waits for room.
TEST(TcpStreamTest, ALargeWriteLeavesOthersTheirTurn) {
    constexpr std::size_t total = std::size_t{32} << 20;
    SystemClock clock;
    Worker worker({.clock = &clock});
    DeadlineTimers timers(worker);
    TcpStream stream(worker);
    const testing::Listener listener;
    std::size_t received = 0;
    std::thread reader([&] {
        const int peer = listener.accept();
        std::vector<char> buffer(std::size_t{1} << 20);
        for (ssize_t got = 0; (got = ::recv(peer, buffer.data(), buffer.size(), 0)) > 0;) {
            received += static_cast<std::size_t>(got);
        }
        ::close(peer);
    });

    struct Turns {
        std::size_t written = 0;
        std::size_t before = 0;
        std::size_t most = 0;
        std::size_t count = 0;
        Deferred end;
        void ended() noexcept {
            most = std::max(most, written - std::exchange(before, written));
            ++count;
            if (written < total) end.request();
        }
        explicit Turns(Worker& worker)
            : end(
                  worker, [](void* self) noexcept { static_cast<Turns*>(self)->ended(); }, this) {}
    } turns(worker);
    IoResult last;
    worker.spawn([&] {
        Deadline deadline(timers, worker.now() + std::chrono::seconds(30));
        ASSERT_EQ(stream.connect({*parse_ip("127.0.0.1"), listener.port()}, std::nullopt, deadline), 0);
        const std::string body(total, 'b');
        turns.end.request();
        while (turns.written < total) {
            const iovec part{const_cast<char*>(body.data()) + turns.written, total - turns.written};
            last = stream.write_now(&part, 1);
            if (last.kind == IoResult::Kind::would_block && stream.wait_for_room(deadline)) continue;
            if (last.kind != IoResult::Kind::done) break;
            turns.written += last.bytes;
        }
        stream.close();
    });
    worker.request_stop();
    worker.run();
    reader.join();
    EXPECT_EQ(received, total);
    EXPECT_EQ(last.kind, IoResult::Kind::done);
    EXPECT_LE(turns.most, std::size_t{512} << 10);
    EXPECT_GE(turns.count, total / turns.most);
}

}  // namespace
}  // namespace k6::http
