#include "proto_http/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/basic_stream_socket.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
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

bool Deadline::end_phase() {
    phase_timer_.cancel();
    return std::exchange(phase_passed_, false) && !passed_;
}

void Deadline::pass(bool& flag) {
    flag = true;
    if (hook_.cancel != nullptr) hook_.cancel(hook_.operation);
}

void Deadline::suspend(CancelHook hook) {
    const HookGuard guard(*this, hook);
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

/// An operation of whoever is no fiber.
struct TcpStream::OwnedHandler {
    using allocator_type = OperationAllocator<void>;
    OperationMemory* memory;
    std::shared_ptr<void> owner;
    Done done;
    Worker* worker;

    allocator_type get_allocator() const noexcept { return allocator_type(*memory); }
    void operator()(const asio::error_code& error = {}, std::size_t count = 0) {
        IoResult result{.bytes = count};
        if (error == asio::error::eof) {
            result.kind = IoResult::Kind::end_of_input;
        } else if (error) {
            result.kind = IoResult::Kind::failed;
            result.system_error = error.value();
        } else {
            result.time = worker->batch_time();
        }
        done(owner.get(), result);
    }
};

struct TcpStream::Socket : asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type> {
    using basic_stream_socket::basic_stream_socket;
};

TcpStream::TcpStream(Worker& worker) : worker_(worker) {
    static_assert(sizeof(Socket) <= sizeof socket_ && alignof(Socket) <= alignof(std::max_align_t));
    ::new (static_cast<void*>(socket_)) Socket(worker.io().get_executor());
}

TcpStream::~TcpStream() { socket().~Socket(); }

int TcpStream::descriptor() const noexcept { return const_cast<TcpStream*>(this)->socket().native_handle(); }
TcpStream::Socket& TcpStream::socket() noexcept { return *std::launder(reinterpret_cast<Socket*>(socket_)); }

void TcpStream::cancel(void* stream) noexcept {
    asio::error_code ignored;
    static_cast<TcpStream*>(stream)->socket().cancel(ignored);
}

int TcpStream::connect(const Endpoint& remote, const std::optional<IpAddress>& local, Deadline& deadline) {
    Fiber* fiber = Fiber::current();
    fiber->check_interrupt();
    if (deadline.over()) return ECANCELED;
    const auto endpoint = to_asio(remote);
    const int fd = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) return errno;
    asio::error_code error;
    socket().assign(endpoint.protocol(), fd, error);
    if (error) {
        ::close(fd);
        return error.value();
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (local) {
        // The port is chosen when the destination is known: an address has as many as there are destinations for each.
        ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        const auto own = to_asio({*local, 0});
        if (::bind(fd, own.data(), static_cast<socklen_t>(own.size())) != 0) return errno;
    }
    if (::connect(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    // A look costs less than to be told.
    pollfd look{fd, POLLOUT, 0};
    if (::poll(&look, 1, 0) == 0) {
        Pending pending{fiber, 1};
        auto completion = [&error](const asio::error_code& result) { error = result; };
        socket().async_wait(Socket::wait_write, Handler<decltype(completion)>{&memory_, &pending, completion});
        deadline.suspend({&cancel, this});
        if (error) return error.value();
    }
    int outcome = 0;
    socklen_t size = sizeof outcome;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &size) != 0) return errno;
    return outcome;
}

void TcpStream::keep_alive() {
    const int on = 1;
    const int seconds = 30;
    ::setsockopt(descriptor(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(descriptor(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    ::setsockopt(descriptor(), IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
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
    socket().async_read_some(asio::buffer(buffer, size), Handler<decltype(completion)>{&memory_, &pending, completion});
    deadline.suspend({&cancel, this});
    if (!error) return result;
    if (error == asio::error::eof) return {.kind = IoResult::Kind::end_of_input};
    if (deadline.over()) return {.kind = IoResult::Kind::deadline};
    return {.kind = IoResult::Kind::failed, .system_error = error.value()};
}

IoResult TcpStream::read_now(char* buffer, std::size_t size) {
    ssize_t count = 0;
    do {
        count = ::recv(descriptor(), buffer, size, MSG_DONTWAIT);
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
        written = count == 1 ? ::send(descriptor(), parts->iov_base, parts->iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
                             : ::sendmsg(descriptor(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
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
    socket().async_wait(Socket::wait_read, Handler<decltype(readable)>{&memory_, &pending, readable});
    socket().async_wait(Socket::wait_write, Handler<decltype(writable)>{&memory_, &pending, writable});
    deadline.suspend({&cancel, this});
    ready.deadline = deadline.over();
    return ready;
}

void TcpStream::start_read(std::shared_ptr<void> owner, char* buffer, std::size_t size, Done done) {
    socket().async_read_some(asio::buffer(buffer, size), OwnedHandler{&memory_, std::move(owner), done, &worker_});
}

void TcpStream::start_wait_for_room(std::shared_ptr<void> owner, Done done) {
    socket().async_wait(Socket::wait_write, OwnedHandler{&memory_, std::move(owner), done, &worker_});
}

void TcpStream::post(OperationMemory& memory, std::shared_ptr<void> owner, Done done) {
    asio::post(worker_.io(), OwnedHandler{&memory, std::move(owner), done, &worker_});
}

void TcpStream::close() noexcept {
    asio::error_code ignored;
    socket().close(ignored);
}

bool TcpStream::idle_and_open(bool may_have_input) {
    char byte = 0;
    const ssize_t count = ::recv(descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return may_have_input;
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string TcpStream::local_endpoint() const {
    asio::error_code error;
    const auto endpoint = const_cast<TcpStream*>(this)->socket().local_endpoint(error);
    if (error) return {};
    const std::string address = endpoint.address().to_string();
    const std::string port = ":" + std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + address + "]" + port : address + port;
}

}  // namespace k6::http
