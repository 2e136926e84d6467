#include "proto_http/outbox.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/worker.h"
#include "proto_http/testing/listener.h"

namespace k6::http {
namespace {

using std::chrono::seconds;

/// Streams of one worker, and their other ends, which block.
class OutboxTest : public ::testing::Test {
protected:
    struct Pair {
        std::unique_ptr<TcpStream> stream;
        int peer = -1;
        std::uint64_t bytes_sent = 0;
        ExchangeTimes times;
    };

    ~OutboxTest() override {
        for (const auto& pair : pairs_) ::close(pair->peer);
    }

    /// From a fiber.
    Pair& connect() {
        pairs_.push_back(std::make_unique<Pair>());
        Pair& pair = *pairs_.back();
        pair.stream = std::make_unique<TcpStream>(worker_);
        Deadline deadline(timers_, worker_.now() + seconds(10));
        EXPECT_EQ(pair.stream->connect({*parse_ip("127.0.0.1"), listener_.port()}, std::nullopt, deadline), 0);
        pair.peer = listener_.accept();
        return pair;
    }
    void spawn(std::function<void()> body) { worker_.spawn(std::move(body)); }
    void run() {
        worker_.request_stop();
        worker_.run();
    }
    static std::string arrived(const Pair& pair) {
        char bytes[256];
        const ssize_t count = ::recv(pair.peer, bytes, sizeof bytes, MSG_DONTWAIT);
        return count < 0 ? "" : std::string(bytes, static_cast<std::size_t>(count));
    }
    static void answer(const Pair& pair) { ASSERT_EQ(::send(pair.peer, "!", 1, 0), 1); }
    static std::string read(Pair& pair) {
        char byte = 0;
        return pair.stream->read_now(&byte, 1).bytes == 1 ? std::string(1, byte) : "";
    }

    SystemClock clock_;
    Worker worker_{{.clock = &clock_}};
    DeadlineTimers timers_{worker_};
    Outbox outbox_{worker_};
    testing::Listener listener_;
    std::vector<std::unique_ptr<Pair>> pairs_;
};

TEST_F(OutboxTest, SendsAtTheEndOfTheTurnInOrder) {
    std::string log;
    for (const char* name : {"a", "b"}) {
        spawn([this, name, &log] {
            Pair& pair = connect();
            const std::string body = std::string("body of ") + name;
            Deadline deadline(timers_, worker_.now() + seconds(10));
            const Outbox::Letter letter(outbox_, *pair.stream, {.head = std::string("head, "), .body = body},
                                        pair.bytes_sent, pair.times);
            log += std::string(name) + (letter.sent() ? " sent at once;" : " waits;");
            worker_.spawn([this, &pair, &log] {
                log += arrived(pair) + ";";
                answer(pair);
            });
            EXPECT_TRUE(pair.stream->wait_for_input(deadline));
            EXPECT_TRUE(letter.sent());
            EXPECT_EQ(read(pair), "!");
            EXPECT_EQ(pair.bytes_sent, 6 + body.size());
            ASSERT_TRUE(pair.times.begun && pair.times.sent);
            EXPECT_LE(*pair.times.begun, *pair.times.sent);
        });
    }
    run();
    EXPECT_EQ(log, "a waits;b waits;head, body of a;head, body of b;");
    EXPECT_EQ(*pairs_[0]->times.sent, *pairs_[1]->times.begun);
}

TEST_F(OutboxTest, DoesNotLetManyWait) {
    int sent_before_the_turn_ended = 0;
    for (int i = 0; i < 40; ++i) {
        spawn([this, i, &sent_before_the_turn_ended] {
            Pair& pair = connect();
            Deadline deadline(timers_, worker_.now() + seconds(10));
            const Outbox::Letter letter(outbox_, *pair.stream, {.head = "x", .body = {}}, pair.bytes_sent, pair.times);
            if (i == 39) {
                for (const auto& other : pairs_) sent_before_the_turn_ended += other->times.sent ? 1 : 0;
            }
            worker_.spawn([&pair] { answer(pair); });
            EXPECT_TRUE(pair.stream->wait_for_input(deadline));
            EXPECT_TRUE(letter.sent());
        });
    }
    run();
    EXPECT_EQ(sent_before_the_turn_ended, 32);
}

TEST_F(OutboxTest, KeepsBackWhatNobodyWaitsForAnyMore) {
    spawn([this] {
        Pair& kept_back = connect();
        Pair& other = connect();
        {
            const Outbox::Letter letter(outbox_, *kept_back.stream, {.head = "never", .body = {}}, kept_back.bytes_sent,
                                        kept_back.times);
        }
        Deadline deadline(timers_, worker_.now() + seconds(10));
        const Outbox::Letter letter(outbox_, *other.stream, {.head = "sent", .body = {}}, other.bytes_sent,
                                    other.times);
        worker_.spawn([&] {
            EXPECT_EQ(arrived(kept_back), "");
            EXPECT_EQ(arrived(other), "sent");
            answer(other);
        });
        EXPECT_TRUE(other.stream->wait_for_input(deadline));
        EXPECT_EQ(kept_back.bytes_sent, 0U);
        EXPECT_FALSE(kept_back.times.begun);
    });
    run();
}

TEST_F(OutboxTest, TellsWhatTheSocketDidNotTake) {
    spawn([this] {
        Pair& pair = connect();
        const std::string filling(std::size_t{1} << 20, 'f');
        const iovec part{const_cast<char*>(filling.data()), filling.size()};
        // Once it was full, the system has made some room by handing over what there was; twice it has not.
        for (int times_full = 0; times_full < 2;) {
            while (pair.stream->write_now(&part, 1).kind == IoResult::Kind::done) {
            }
            Deadline brief(timers_, worker_.now() + std::chrono::milliseconds(100));
            if (!pair.stream->wait_for_room(brief)) ++times_full;
        }
        Deadline deadline(timers_, worker_.now() + seconds(10));
        const Outbox::Letter letter(outbox_, *pair.stream, {.head = "head", .body = "body"}, pair.bytes_sent,
                                    pair.times);
        EXPECT_TRUE(pair.stream->wait_for_input(deadline));
        EXPECT_FALSE(letter.sent());
        EXPECT_EQ(letter.rest().result.kind, IoResult::Kind::would_block);
        EXPECT_EQ(letter.rest().head, "head");
        EXPECT_EQ(letter.rest().body, "body");
        EXPECT_EQ(pair.bytes_sent, 0U);
        EXPECT_FALSE(pair.times.sent);
    });
    run();
}

TEST_F(OutboxTest, TellsOfAConnectionThatIsNoMore) {
    spawn([this] {
        Pair& pair = connect();
        Deadline deadline(timers_, worker_.now() + seconds(10));
        const Outbox::Letter letter(outbox_, *pair.stream, {.head = "head", .body = {}}, pair.bytes_sent, pair.times);
        // Reset, before the loop has had a chance to see it.
        const linger at_once{1, 0};
        ::setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(std::exchange(pair.peer, -1));
        EXPECT_TRUE(pair.stream->wait_for_input(deadline));
        EXPECT_FALSE(letter.sent());
        EXPECT_EQ(letter.rest().result.kind, IoResult::Kind::failed);
        EXPECT_EQ(letter.rest().result.system_error, ECONNRESET);
    });
    run();
}

}  // namespace
}  // namespace k6::http
