#include "proto_http/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace k6::http {
namespace {

/// Reads that a fiber does without waiting before others have their turn.
constexpr std::uint8_t most_unwaited = 8;
/// What one system call writes at most, and a connection before others have had their turn: a body of megabytes to a
/// peer that takes them at once would keep all other fibers waiting.
constexpr std::size_t most_written = std::size_t{256} << 10;
constexpr std::size_t written_unit = std::size_t{4} << 10;
static_assert(2 * most_written / written_unit <= 255, "counted in a byte");

/// An endpoint as system calls have it.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;

    Address() = default;
    explicit Address(const Endpoint& endpoint) {
        if (endpoint.ip.family == IpAddress::Family::v4) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_port = htons(endpoint.port);
            std::memcpy(&v4.sin_addr, endpoint.ip.bytes, sizeof v4.sin_addr);
            size = sizeof v4;
            std::memcpy(&storage, &v4, size);
        } else {
            sockaddr_in6 v6{};
            v6.sin6_family = AF_INET6;
            v6.sin6_port = htons(endpoint.port);
            v6.sin6_scope_id = endpoint.ip.scope_id;
            std::memcpy(&v6.sin6_addr, endpoint.ip.bytes, sizeof v6.sin6_addr);
            size = sizeof v6;
            std::memcpy(&storage, &v6, size);
        }
    }
    Endpoint endpoint() const {
        Endpoint endpoint;
        if (storage.ss_family == AF_INET) {
            sockaddr_in v4{};
            std::memcpy(&v4, &storage, sizeof v4);
            endpoint.port = ntohs(v4.sin_port);
            std::memcpy(endpoint.ip.bytes, &v4.sin_addr, sizeof v4.sin_addr);
        } else {
            sockaddr_in6 v6{};
            std::memcpy(&v6, &storage, sizeof v6);
            endpoint.port = ntohs(v6.sin6_port);
            endpoint.ip.family = IpAddress::Family::v6;
            endpoint.ip.scope_id = v6.sin6_scope_id;
            std::memcpy(endpoint.ip.bytes, &v6.sin6_addr, sizeof v6.sin6_addr);
        }
        return endpoint;
    }
    sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

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

Deadline::Deadline(DeadlineTimers& timers, TimePoint at) : timers_(timers), at_(at), slot_(timers.lend(*this, at)) {}

Deadline::~Deadline() { timers_.take_back(slot_); }

void Deadline::begin_phase(TimePoint at) {
    phase_passed_ = false;
    if (!phase_timer_) {
        phase_timer_ = std::make_unique<TimingWheel::Timer>(
            [](void* self) {
                auto& deadline = *static_cast<Deadline*>(self);
                deadline.pass(deadline.phase_passed_);
            },
            this);
    }
    timers_.worker().wheel().arm(*phase_timer_, at);
}

bool Deadline::end_phase() {
    phase_timer_->cancel();
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

static_assert(sizeof(TcpStream) == 64);

TcpStream::TcpStream(Worker& worker)
    : descriptor_(
          worker, [](void* self, unsigned events) noexcept { static_cast<TcpStream*>(self)->ready(events); }, this) {}

void TcpStream::ready(unsigned events) noexcept {
    // Behind urgent data or what the peer sent before it closed its side, a read ends early.
    if ((events & (EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR)) != 0) {
        drain_ = true;
        events |= EPOLLIN | EPOLLOUT;
    }
    const bool had_room = writable_;
    if ((events & EPOLLIN) != 0) {
        if (!readable_) readable_since_ = Descriptor::short_time(descriptor_.told_at());
        readable_ = true;
    }
    if ((events & EPOLLOUT) != 0) {
        writable_ = true;
        unwaited_writes_ = 0;
    }
    if ((interest_ & events) != 0) return wake();
    if (listener_ == nullptr) return;
    if (!had_room && writable_) {
        // It may end the stream, which then tells nothing any more.
        if (readable_) descriptor_.tell_again(EPOLLIN);
        return listener_->room(*listener_);
    }
    if (readable_) listener_->input(*listener_);
}

void TcpStream::wake() noexcept {
    interest_ = 0;
    if (Fiber* const fiber = std::exchange(waiter_, nullptr)) fiber->resume_later();
}

void TcpStream::wait(unsigned interest, Deadline& deadline) {
    struct End {
        TcpStream& stream;
        ~End() {
            stream.waiter_ = nullptr;
            stream.interest_ = 0;
        }
    } const end{*this};
    waiter_ = Fiber::current();
    descriptor_.will_touch(waiter_);
    interest_ = static_cast<std::uint8_t>(interest);
    unwaited_ = unwaited_writes_ = 0;
    // Whoever wakes the fiber, the loop, the deadline or an interruption, it stops waiting.
    deadline.suspend({[](void* self) noexcept { static_cast<TcpStream*>(self)->wake(); }, this});
}

int TcpStream::connect(const Endpoint& remote, const std::optional<IpAddress>& local, Deadline& deadline) {
    Fiber::current()->check_interrupt();
    if (deadline.over()) return ECANCELED;
    const Address address(remote);
    const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) return errno;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int error = 0;
    if (local) {
        // The port is chosen when the destination is known: an address has as many as there are destinations for each.
        ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        const Address own({*local, 0});
        if (::bind(fd, own.data(), own.size) != 0) error = errno;
    }
    if (error == 0 && ::connect(fd, address.data(), address.size) != 0) error = errno;
    const bool under_way = error == EINPROGRESS;
    if (error != 0 && !under_way) {
        ::close(fd);
        return error;
    }
    if (const int not_watched = descriptor_.open(fd); not_watched != 0) return not_watched;
    readable_ = false;
    writable_ = !under_way;
    drain_ = false;
    if (!under_way) return 0;
    // A look costs less than to be told.
    pollfd look{fd, POLLOUT, 0};
    if (::poll(&look, 1, 0) == 0) {
        while (!writable_) {
            if (deadline.over()) return ECANCELED;
            wait(EPOLLOUT, deadline);
        }
    }
    int outcome = 0;
    socklen_t size = sizeof outcome;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &size) != 0) return errno;
    writable_ = true;
    return outcome;
}

void TcpStream::keep_alive() {
    const int on = 1;
    const int seconds = 30;
    ::setsockopt(descriptor_.fd(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(descriptor_.fd(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    ::setsockopt(descriptor_.fd(), IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
}

bool TcpStream::wait_for_input(Deadline& deadline) {
    Fiber::current()->check_interrupt();
    if (deadline.over()) return false;
    if (readable_ && ++unwaited_ > most_unwaited) {
        descriptor_.tell_again(EPOLLIN);
        wait(EPOLLIN, deadline);
    }
    while (!readable_) {
        if (deadline.over()) return false;
        wait(EPOLLIN, deadline);
    }
    return true;
}

IoResult TcpStream::read(char* buffer, std::size_t size, Deadline& deadline) {
    while (true) {
        if (!wait_for_input(deadline)) return {.kind = IoResult::Kind::deadline};
        const IoResult result = read_now(buffer, size);
        if (result.kind != IoResult::Kind::would_block) return result;
    }
}

IoResult TcpStream::read_now(char* buffer, std::size_t size) {
    ssize_t count = 0;
    do {
        count = ::recv(descriptor_.fd(), buffer, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    const TimePoint since = descriptor_.from_short(readable_since_);
    const TimePoint last = descriptor_.told_at();
    if (count > 0) {
        const auto bytes = static_cast<std::size_t>(count);
        if (bytes < size && !drain_) readable_ = false;
        // What is left came behind this.
        readable_since_ = Descriptor::short_time(last);
        return {.bytes = bytes, .time = since, .last = last};
    }
    if (count == 0) return {.kind = IoResult::Kind::end_of_input, .time = since, .last = last};
    if (errno != EAGAIN && errno != EWOULDBLOCK) return {.kind = IoResult::Kind::failed, .system_error = errno};
    readable_ = false;
    return {.kind = IoResult::Kind::would_block};
}

IoResult TcpStream::write_now(const iovec* parts, int count) {
    if (unwaited_writes_ >= most_written / written_unit) {
        writable_ = false;
        descriptor_.tell_again(EPOLLOUT);
        return {.kind = IoResult::Kind::would_block};
    }
    std::array<iovec, 2> bounded;
    std::size_t left = most_written;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        bounded.at(i) = {parts[i].iov_base, std::min(parts[i].iov_len, left)};
        left -= bounded[i].iov_len;
    }
    msghdr message{};
    message.msg_iov = bounded.data();
    message.msg_iovlen = static_cast<std::size_t>(count);
    const int fd = descriptor_.fd();
    ssize_t written = 0;
    do {
        written = count == 1 ? ::send(fd, bounded[0].iov_base, bounded[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
                             : ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (written < 0 && errno == EINTR);
    if (written >= 0) {
        const auto bytes = static_cast<std::size_t>(written);
        unwaited_writes_ = static_cast<std::uint8_t>(unwaited_writes_ + bytes / written_unit);
        return {.bytes = bytes};
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) return {.kind = IoResult::Kind::failed, .system_error = errno};
    writable_ = false;
    return {.kind = IoResult::Kind::would_block};
}

bool TcpStream::wait_for_room(Deadline& deadline) {
    Fiber::current()->check_interrupt();
    while (!writable_) {
        if (deadline.over()) return false;
        wait(EPOLLOUT, deadline);
    }
    return true;
}

void TcpStream::wake_waiter() {
    readable_ = true;
    if (listener_ != nullptr) return listener_->input(*listener_);
    wake();
}

TcpStream::Readiness TcpStream::wait_for_either(Deadline& deadline) {
    Fiber::current()->check_interrupt();
    while (true) {
        // Whoever asks acts on it: it must be true.
        readable_ = readable_ && has_input();
        if (readable_ || writable_ || deadline.over()) break;
        wait(EPOLLIN | EPOLLOUT, deadline);
    }
    return {.readable = readable_, .writable = writable_, .deadline = deadline.over()};
}

bool TcpStream::has_input() noexcept {
    char byte = 0;
    return ::recv(descriptor_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EWOULDBLOCK);
}

void TcpStream::tell(Listener& listener) {
    listener_ = &listener;
    descriptor_.will_touch(&listener);
    if (readable_) descriptor_.tell_again(EPOLLIN);
}

void TcpStream::tell_of_rest() {
    if (readable_ && descriptor_.fd() >= 0) descriptor_.tell_again(EPOLLIN);
}

void TcpStream::close() noexcept {
    descriptor_.close();
    listener_ = nullptr;
    readable_ = writable_ = true;
    wake();
}

bool TcpStream::idle_and_open(bool may_have_input) {
    char byte = 0;
    const ssize_t count = ::recv(descriptor_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return may_have_input;
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string TcpStream::local_endpoint() const {
    Address address;
    if (::getsockname(descriptor_.fd(), address.data(), &address.size) != 0) return {};
    return to_string(address.endpoint());
}

}  // namespace k6::http
