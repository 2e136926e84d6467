#include "proto_http/transport.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace k6::http {
namespace {

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
    if (endpoint.ip.family == IpAddress::Family::v4) {
        asio::ip::address_v4::bytes_type bytes;
        std::memcpy(bytes.data(), endpoint.ip.bytes, bytes.size());
        return {asio::ip::address_v4(bytes), endpoint.port};
    }
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), endpoint.ip.bytes, bytes.size());
    return {asio::ip::address_v6(bytes, endpoint.ip.scope_id), endpoint.port};
}

}  // namespace

DeadlineTimers::Slot& DeadlineTimers::lend(Deadline& borrower, TimePoint at) {
    if (free_.empty()) {
        slots_.emplace_back(*this);
        // Room to take it back without allocating.
        free_.reserve(slots_.size());
        free_.push_back(&slots_.back());
    }
    Slot& slot = *free_.back();
    free_.pop_back();
    slot.borrower = &borrower;
    if (!slot.timer.armed() || at < slot.armed_for) {
        slot.armed_for = at;
        worker_.wheel().arm(slot.timer, at);
    }
    return slot;
}

void DeadlineTimers::take_back(Slot& slot) noexcept {
    slot.borrower = nullptr;
    free_.push_back(&slot);
}

void DeadlineTimers::Slot::fire(void* self) {
    auto& slot = *static_cast<Slot*>(self);
    if (slot.borrower == nullptr) return;
    const TimePoint at = slot.borrower->at_;
    if (slot.armed_for < at) {
        slot.armed_for = at;
        slot.pool.worker_.wheel().arm(slot.timer, at);
        return;
    }
    slot.borrower->pass(slot.borrower->passed_);
}

Deadline::Deadline(DeadlineTimers& timers, TimePoint at)
    : timers_(timers),
      at_(at),
      slot_(timers.lend(*this, at)),
      phase_timer_(
          [](void* self) {
              auto& deadline = *static_cast<Deadline*>(self);
              deadline.pass(deadline.phase_passed_);
          },
          this) {}

Deadline::~Deadline() { timers_.take_back(slot_); }

void Deadline::begin_phase(TimePoint at) {
    phase_passed_ = false;
    timers_.worker().wheel().arm(phase_timer_, at);
}

void Deadline::end_phase() { phase_timer_.cancel(); }

void Deadline::pass(bool& flag) {
    flag = true;
    if (hook_.cancel == &interrupt_fiber) {
        auto* fiber = static_cast<Fiber*>(hook_.operation);
        // Somebody else's interruption stays theirs.
        if (fiber->interrupted()) return;
        interrupted_by_deadline_ = true;
    }
    if (hook_.cancel != nullptr) hook_.cancel(hook_.operation);
}

void Deadline::interrupt_fiber(void* fiber) noexcept { static_cast<Fiber*>(fiber)->interrupt(); }

void Deadline::suspend(CancelHook hook) {
    struct Guard {
        CancelHook& hook;
        ~Guard() { hook = {}; }
    };
    hook_ = hook;
    const Guard guard{hook_};
    Fiber::current()->suspend(hook);
}

void* OperationMemory::allocate(std::size_t size) {
    if (used_ || size > sizeof storage_) return ::operator new(size);
    used_ = true;
    return storage_;
}

void OperationMemory::deallocate(void* pointer) noexcept {
    if (pointer == storage_) {
        used_ = false;
    } else {
        ::operator delete(pointer);
    }
}

namespace {

template <class T>
class OperationAllocator {
public:
    using value_type = T;
    explicit OperationAllocator(OperationMemory& memory) : memory_(&memory) {}
    template <class U>
    OperationAllocator(const OperationAllocator<U>& other) : memory_(other.memory_) {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
    void deallocate(T* pointer, std::size_t) noexcept { memory_->deallocate(pointer); }
    friend bool operator==(const OperationAllocator&, const OperationAllocator&) = default;

private:
    template <class U>
    friend class OperationAllocator;
    OperationMemory* memory_;
};

}  // namespace

/// An operation that a fiber waits for, on that fiber's stack.
struct TcpStream::Pending {
    Fiber* fiber;
    int running = 0;
};

template <class Completion>
struct TcpStream::Handler {
    using allocator_type = OperationAllocator<void>;
    OperationMemory* memory;
    Pending* pending;
    Completion completion;

    allocator_type get_allocator() const noexcept { return allocator_type(*memory); }
    template <class... Results>
    void operator()(const asio::error_code& error, Results... results) {
        completion(error, results...);
        // Deferred: the worker runs the fibers of a batch of completions one after the other, each fetched beforehand.
        if (--pending->running == 0) pending->fiber->resume_later();
    }
};

TcpStream::TcpStream(Worker& worker) : worker_(worker), socket_(worker.io().get_executor()) {}
TcpStream::~TcpStream() = default;

void TcpStream::cancel(void* stream) noexcept {
    asio::error_code ignored;
    static_cast<TcpStream*>(stream)->socket_.cancel(ignored);
}

int TcpStream::connect(const Endpoint& remote, Deadline& deadline) {
    Fiber* fiber = Fiber::current();
    fiber->check_interrupt();
    if (deadline.over()) return ECANCELED;
    asio::error_code error;
    const auto endpoint = to_asio(remote);
    socket_.open(endpoint.protocol(), error);
    if (error) return error.value();
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
    socket_.set_option(asio::socket_base::keep_alive(true), error);
    const int seconds = 30;
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);

    Pending pending{fiber, 1};
    auto completion = [&error](const asio::error_code& result) { error = result; };
    socket_.async_connect(endpoint, Handler<decltype(completion)>{&memory_, &pending, completion});
    deadline.suspend({&cancel, this});
    return error.value();
}

IoResult TcpStream::read(char* buffer, std::size_t size, Deadline& deadline) {
    Fiber* fiber = Fiber::current();
    fiber->check_interrupt();
    if (deadline.over()) return {.kind = IoResult::Kind::deadline};
    asio::error_code error;
    IoResult result;
    Pending pending{fiber, 1};
    auto completion = [this, &error, &result](const asio::error_code& outcome, std::size_t count) {
        error = outcome;
        result.bytes = count;
        result.time = worker_.batch_time();
    };
    socket_.async_read_some(asio::buffer(buffer, size), Handler<decltype(completion)>{&memory_, &pending, completion});
    deadline.suspend({&cancel, this});
    if (!error) return result;
    if (error == asio::error::eof) return {.kind = IoResult::Kind::end_of_input};
    if (deadline.over()) return {.kind = IoResult::Kind::deadline};
    return {.kind = IoResult::Kind::failed, .system_error = error.value()};
}

IoResult TcpStream::read_now(char* buffer, std::size_t size) {
    ssize_t count = 0;
    do {
        count = ::recv(socket_.native_handle(), buffer, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
    if (count == 0) return {.kind = IoResult::Kind::end_of_input};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {.kind = IoResult::Kind::would_block};
    return {.kind = IoResult::Kind::failed, .system_error = errno};
}

IoResult TcpStream::write_now(const iovec* parts, int count) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = static_cast<std::size_t>(count);
    ssize_t written = 0;
    do {
        written = count == 1
                      ? ::send(socket_.native_handle(), parts->iov_base, parts->iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
                      : ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (written < 0 && errno == EINTR);
    if (written >= 0) return {.bytes = static_cast<std::size_t>(written)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {.kind = IoResult::Kind::would_block};
    return {.kind = IoResult::Kind::failed, .system_error = errno};
}

TcpStream::Readiness TcpStream::wait_for_either(Deadline& deadline) {
    Fiber* fiber = Fiber::current();
    fiber->check_interrupt();
    if (deadline.over()) return {.deadline = true};
    Readiness ready;
    Pending pending{fiber, 2};
    // Whichever comes first ends the other one.
    auto readable = [this, &ready](const asio::error_code& error) {
        if (error == asio::error::operation_aborted) return;
        ready.readable = true;
        cancel(this);
    };
    auto writable = [this, &ready](const asio::error_code& error) {
        if (error == asio::error::operation_aborted) return;
        ready.writable = true;
        cancel(this);
    };
    socket_.async_wait(Socket::wait_read, Handler<decltype(readable)>{&memory_, &pending, readable});
    socket_.async_wait(Socket::wait_write, Handler<decltype(writable)>{&memory_, &pending, writable});
    deadline.suspend({&cancel, this});
    ready.deadline = deadline.over();
    return ready;
}

bool TcpStream::idle_and_open(bool may_have_input) {
    char byte = 0;
    const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return may_have_input;
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string TcpStream::local_endpoint() const {
    asio::error_code error;
    const auto endpoint = socket_.local_endpoint(error);
    if (error) return {};
    const std::string address = endpoint.address().to_string();
    const std::string port = ":" + std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + address + "]" + port : address + port;
}

}  // namespace k6::http
