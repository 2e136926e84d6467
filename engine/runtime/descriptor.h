// A file descriptor that a worker's loop watches: a socket, a pipe.
//
// Edge-triggered: the owner is told when the descriptor becomes ready, once, and remembers that until a system call
// has found the descriptor exhausted. So nothing is asked of the kernel twice.
//
//   Descriptor descriptor(worker, [](void* self, unsigned events) noexcept { … }, this);
//   if (const int error = descriptor.open(::socket(…))) …
//   ::recv(descriptor.fd(), …)                     // non-blocking; EAGAIN: wait to be told
//
// Stays put while open. Worker thread only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/runtime/clock.h"

namespace k6 {

class Worker;

class Descriptor {
public:
    /// `events` as epoll_ctl(2) has them: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLPRI, EPOLLHUP, EPOLLERR. Called outside
    /// of fibers; may close this descriptor or any other.
    using Ready = void (*)(void* owner, unsigned events) noexcept;

    Descriptor(Worker& worker, Ready ready, void* owner) noexcept : worker_(worker), ready_(ready), owner_(owner) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    /// Takes `fd` over, which the destructor closes. 0 or an errno.
    int open(int fd);
    /// Nothing is told any more.
    void close() noexcept;
    Worker& worker() const noexcept { return worker_; }
    /// -1 while closed.
    int fd() const noexcept { return fd_; }

    /// Tells these events in the loop's next turn: for an owner that leaves something for the time when others have had
    /// theirs. Not while closed.
    void tell_again(unsigned events);

    /// What the owner will touch when it is told, mostly a fiber: the loop fetches it beforehand.
    void will_touch(const void* memory) noexcept { touched_ = memory; }

    /// When input was told of last, to a microsecond; for an hour.
    TimePoint told_at() const noexcept { return from_short(told_at_); }

    /// Times of the last hour in four bytes, so that who is told of thousands of descriptors touches one line of each.
    using ShortTime = std::uint32_t;
    static ShortTime short_time(TimePoint time) noexcept {
        return static_cast<ShortTime>(static_cast<std::uint64_t>(time.time_since_epoch().count()) >> short_time_shift);
    }
    TimePoint from_short(ShortTime time) const noexcept;

private:
    friend class Worker;
    static constexpr unsigned short_time_shift = 10;

    Worker& worker_;
    Ready ready_;
    void* owner_;
    const void* touched_ = nullptr;
    int fd_ = -1;
    ShortTime told_at_ = 0;
};

/// Makes room for that many open descriptors (fewer, if the process may not have them). A process with threads waits
/// some 10 ms in the call that makes the kernel's table grow, until every processor has let go of the old one: better
/// before the load begins.
void reserve_descriptors(std::size_t count) noexcept;

}  // namespace k6
