#include "proto_http/h2_connections.h"

#include <algorithm>
#include <utility>

#include "engine/runtime/fiber.h"

namespace k6::http {
namespace {

/// Hosts remembered to speak HTTP/2.
constexpr std::size_t most_origins = 1024;

}  // namespace

/// A fiber that waits for another one's dial.
struct DialWaiter {
    Fiber* fiber;
    bool woken = false;
    MaybeFailure failure;

    static void wake(void* self) noexcept {
        auto& waiter = *static_cast<DialWaiter*>(self);
        if (std::exchange(waiter.woken, true)) return;
        waiter.fiber->resume_later();
    }
};

Http2Connections::~Http2Connections() {
    for (const Entry& entry : connections_) entry.connection->close();
}

Http2Connections::Dialling::Dialling(Http2Connections& connections, const Route& route)
    : connections_(connections), authority_(route.url->authority()) {
    connections_.dials_.push_back(this);
}

Http2Connections::Dialling::~Dialling() {
    std::erase(connections_.dials_, this);
    for (DialWaiter* waiter : waiters_) DialWaiter::wake(waiter);
}

void Http2Connections::Dialling::failed(const Failure& failure) {
    // Running out of time is this fiber's own affair.
    if (failure.code == ErrorCode::request_timeout) return;
    for (DialWaiter* waiter : waiters_) waiter->failure = fail(Failure(failure));
}

Http2Connections::Dialling* Http2Connections::find_dial(const Route& route) const {
    if (dials_.empty()) return nullptr;
    const std::string_view authority = route.url->authority();
    const auto& origins = shared_.http2_origins;
    if (std::find(origins.begin(), origins.end(), authority) == origins.end()) return nullptr;
    const auto dial = std::find_if(dials_.begin(), dials_.end(),
                                   [&](const Dialling* other) { return other->authority_ == authority; });
    return dial == dials_.end() ? nullptr : *dial;
}

bool Http2Connections::is_dialling(const Route& route) const { return find_dial(route) != nullptr; }

MaybeFailure Http2Connections::await_dial(const Route& route, Deadline& deadline) {
    Dialling* const other = find_dial(route);
    if (other == nullptr) return nullptr;
    Fiber* const fiber = Fiber::current();
    fiber->check_interrupt();
    DialWaiter waiter{.fiber = fiber, .failure = nullptr};
    other->waiters_.push_back(&waiter);
    struct Guard {
        Http2Connections& connections;
        Dialling* dialling;
        DialWaiter* waiter;
        ~Guard() {
            // It is gone if it was what woke us.
            const auto& dials = connections.dials_;
            if (std::find(dials.begin(), dials.end(), dialling) != dials.end()) {
                std::erase(dialling->waiters_, waiter);
            }
        }
    };
    const Guard guard{*this, other, &waiter};
    deadline.suspend({&DialWaiter::wake, &waiter});
    if (deadline.over()) return timed_out();
    return std::move(waiter.failure);
}

std::shared_ptr<Http2Connection> Http2Connections::find(const Route& route) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        const Entry& entry = connections_[i];
        if (!entry.shared || !entry.connection->serves(route)) continue;
        if (entry.connection->usable()) return entry.connection;
        // One that others still use ends by itself.
        if (entry.connection->idle()) entry.connection->close();
    }
    forget_closed();
    return nullptr;
}

void Http2Connections::forget_closed() {
    std::erase_if(connections_, [](const Entry& entry) { return entry.connection->closed(); });
}

std::shared_ptr<Http2Connection> Http2Connections::add(std::unique_ptr<Connection> dialled, const Route& route,
                                                       bool shared) {
    auto& origins = shared_.http2_origins;
    if (std::find(origins.begin(), origins.end(), route.url->authority()) == origins.end() &&
        origins.size() < most_origins) {
        origins.emplace_back(route.url->authority());
    }
    if (shared) {
        if (auto other = find(route)) return other;
    }
    const int limit = shared_.settings.idle_connections;
    if (limit > 0 && idle() >= static_cast<std::size_t>(limit)) {
        const auto oldest = std::find_if(connections_.begin(), connections_.end(), [](const Entry& entry) {
            return entry.connection->usable() && entry.connection->idle();
        });
        oldest->connection->close();
    }
    forget_closed();
    connections_.push_back({Http2Connection::start(shared_, vu_, std::move(dialled)), shared});
    return connections_.back().connection;
}

void Http2Connections::forget_origin(const Route& route) {
    if (!shared_.http2_origins.empty()) std::erase(shared_.http2_origins, route.url->authority());
}

void Http2Connections::close_idle() {
    for (const Entry& entry : connections_) {
        if (entry.connection->idle()) entry.connection->close();
    }
    forget_closed();
}

std::size_t Http2Connections::idle() const noexcept {
    return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), [](const Entry& entry) {
        return entry.connection->usable() && entry.connection->idle();
    }));
}

}  // namespace k6::http
