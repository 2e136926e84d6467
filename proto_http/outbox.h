// Requests that go out at the end of the worker's turn, one behind the other.
//
// In a turn run all fibers whose responses have come, and each would send its next request from amid its own work.
// Sent in a row instead, they find the system's code in the processor's caches, and that work is not thrown out of them
// again and again: with 50 connections a request costs 3 to 5 % less.
//
//   Outbox::Letter letter(outbox, stream, {.head = head, .body = body}, vu.bytes_sent, times);
//   if (!stream.wait_for_input(deadline)) …       // the deadline came first
//   if (!letter.sent()) …                         // the socket did not take all of it: letter.rest()
//
// Belongs to a ClientShared; its worker's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/runtime/clock.h"
#include "engine/runtime/deferred.h"
#include "proto_http/failure.h"
#include "proto_http/transport.h"

namespace k6::http {

class Outbox {
public:
    /// Bytes of a request that is worth the copy.
    static constexpr std::size_t most_bytes = std::size_t{1} << 14;

    /// A request on its way. Lives on the stack of the fiber that waits for the answer; destroying it keeps back what
    /// has not been sent.
    class Letter {
    public:
        struct Content {
            /// Copied.
            std::string_view head;
            /// Outlives the letter.
            std::string_view body;
        };
        /// Sets `times` and adds to `bytes_sent` when it is sent. If the socket does not take all of it, the stream's
        /// waiter is woken.
        Letter(Outbox& outbox, TcpStream& stream, const Content& content, std::uint64_t& bytes_sent,
               ExchangeTimes& times);
        ~Letter();
        Letter(const Letter&) = delete;
        Letter& operator=(const Letter&) = delete;

        bool sent() const noexcept { return state_ == State::sent; }
        /// What came of the one attempt, if the letter was not sent whole.
        struct Rest {
            IoResult result;
            /// The part of the head that did not go.
            std::string head;
            std::string_view body;
        };
        const Rest& rest() const noexcept { return *rest_; }

    private:
        friend class Outbox;
        // waiting ─(flush)─► sent, or stuck: the socket took a part or nothing
        enum class State : std::uint8_t { waiting, sent, stuck };
        void go(std::string_view head, TimePoint& now);

        Outbox& outbox_;
        TcpStream& stream_;
        std::string_view body_;
        std::uint64_t& bytes_sent_;
        ExchangeTimes& times_;
        std::uint32_t place_;
        State state_ = State::waiting;
        /// Apart, because it is rare and large.
        std::unique_ptr<const Rest> rest_;
    };

    explicit Outbox(Worker& worker);

private:
    struct Entry {
        Letter* letter;  // null: withdrawn
        std::size_t head_size;
    };
    /// No later than this many: the servers shall not have to wait for all that we do in a turn.
    static constexpr std::size_t most_letters = 16;

    void flush() noexcept;

    Worker& worker_;
    Deferred at_end_of_turn_;
    std::array<Entry, most_letters> entries_{};
    std::size_t count_ = 0;
    std::string heads_;
};

}  // namespace k6::http
