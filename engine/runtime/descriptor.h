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

    /// Tells EPOLLIN in the loop's next turn: for an owner that leaves something for the time when others have had
    /// theirs. Not while closed.
    void tell_again();

    /// What the owner will touch when it is told, mostly a fiber: the loop fetches it beforehand.
    void will_touch(const void* memory) noexcept { touched_ = memory; }

private:
    friend class Worker;
    Worker& worker_;
    Ready ready_;
    void* owner_;
    const void* touched_ = nullptr;
    int fd_ = -1;
};

}  // namespace k6
