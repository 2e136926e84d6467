#include "proto_http/h2_connection.h"

#include <sys/uio.h>

#include <algorithm>
#include <utility>

#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "proto_http/tls.h"

namespace k6::http {
namespace {

/// Plaintext that is encrypted at a time: a record.
constexpr std::size_t record_size = std::size_t{1} << 14;

}  // namespace

/// A fiber that waits for a slot.
struct Http2Connection::Waiter {
    Fiber* fiber;
    bool woken = false;

    static void wake(void* self) noexcept {
        auto& waiter = *static_cast<Waiter*>(self);
        if (std::exchange(waiter.woken, true)) return;
        waiter.fiber->resume_later();
    }
};

std::shared_ptr<Http2Connection> Http2Connection::start(ClientShared::Impl& shared, Vu& vu,
                                                        std::unique_ptr<Connection> dialled) {
    std::shared_ptr<Http2Connection> made(new Http2Connection(shared, vu, std::move(dialled)));
    // A server may have spoken already, behind its last handshake message.
    if (made->decrypt()) {
        made->base_->stream().tell(*made);
    } else {
        made->settle();
    }
    return made;
}

Http2Connection::Http2Connection(ClientShared::Impl& shared, Vu& vu, std::unique_ptr<Connection> dialled)
    : Listener{[](Listener& self) noexcept { static_cast<Http2Connection&>(self).on_input(); },
               [](Listener& self) noexcept { static_cast<Http2Connection&>(self).on_room(); }},
      shared_(shared),
      vu_(vu),
      base_(std::move(dialled)),
      session_({.max_head_size = shared.settings.max_head_size,
                .max_headers = shared.settings.max_headers,
                .max_body_size = shared.settings.max_body_size},
               shared.http2_memory),
      flush_soon_(
          shared.worker, [](void* self) noexcept { static_cast<Http2Connection*>(self)->settle(); }, this) {}

Http2Connection::~Http2Connection() { close(); }

void Http2Connection::on_input() {
    // Whoever holds it may let go when a failure is told.
    const auto alive = shared_from_this();
    session_.prefetch_streams();
    // Responses that take several reads are followed by one write, as those that take one; but others have their turn.
    constexpr int most_reads = 8;
    int reads = 0;
    while (read_some(reads == 0) && ++reads < most_reads) {
    }
    resume_ended();
    settle();
    if (!closed_) base_->stream().tell_of_rest();
}

bool Http2Connection::read_some(bool first) {
    const BufferPool::Loan buffer(shared_.buffers);
    const IoResult result = base_->stream().read_now(buffer.data(), buffer.size());
    if (result.kind == IoResult::Kind::would_block) return false;
    if (result.kind != IoResult::Kind::done) {
        if (write_failure_) {
            session_.end(*write_failure_);
        } else if (result.kind == IoResult::Kind::end_of_input) {
            session_.end({.cause = "unexpected EOF"});
        } else {
            session_.end(*base_->failed(Operation::read, result));
        }
        return false;
    }
    vu_.bytes_received += result.bytes;
    opened_since_read_ = 0;
    if (first) session_.prefetch_behind_streams();
    base_->tls_session()->give_input({buffer.data(), result.bytes});
    return decrypt() && base_->stream().may_have_input();
}

void Http2Connection::on_room() {
    const auto alive = shared_from_this();
    waits_for_room_ = false;
    settle();
}

bool Http2Connection::decrypt() {
    TlsSession& tls = *base_->tls_session();
    const TimePoint now = shared_.worker.batch_time();
    while (true) {
        switch (tls.read(shared_.plaintext, sizeof shared_.plaintext)) {
            case TlsSession::Step::done:
                session_.feed({shared_.plaintext, tls.bytes_read()}, now);
                if (tls.used_up()) return true;
                break;
            case TlsSession::Step::needs_input:
                return true;
            case TlsSession::Step::closed:
                session_.end({.cause = "unexpected EOF"});
                return false;
            case TlsSession::Step::failed:
                session_.end(*base_->tls_failed());
                return false;
        }
    }
}

void Http2Connection::resume_ended() {
    // A single one waits for the end of the turn with those of other connections: its request goes out in a row with
    // theirs.
    if (session_.ended_streams() < 2 || Fiber::current() != nullptr) return;
    resuming_ = true;
    Fiber* told = nullptr;
    for (Http2Stream *stream = session_.take_ended(), *next = nullptr; stream != nullptr; stream = next) {
        next = session_.take_ended();
        if (next != nullptr && next->waiter != nullptr) next->waiter->prefetch();
        if (stream->listener != nullptr) {
            if (Fiber* const fiber = tell_listener(*stream)) {
                if (told != nullptr) told->resume_later();
                told = fiber;
            }
            continue;
        }
        if (stream->waiter == nullptr || std::exchange(stream->woken, true)) continue;
        ++woken_;
        stream->waiter->resume();
    }
    // Once all it waits for has been told, and is still in the processor's caches.
    if (told != nullptr) told->resume();
    resuming_ = false;
}

void Http2Connection::settle() {
    if (resuming_) return;
    flush();
    const std::size_t woken_before = woken_;
    while (Http2Stream* stream = session_.take_ended()) wake(*stream);
    // Behind the turn in which their fibers run, before the loop looks at the sockets again.
    if (woken_ > woken_before + 1) flush_soon_.request();
    std::size_t wakes = session_.accepts_requests() ? session_.free_slots() : queue_.size();
    for (; wakes > 0 && !queue_.empty(); --wakes) {
        Waiter* const next = queue_.front();
        queue_.pop_front();
        Waiter::wake(next);
    }
    if (session_.finished() && !waits_for_room_) close();
}

void Http2Connection::wake(Http2Stream& stream) {
    if (stream.listener != nullptr) {
        if (Fiber* const fiber = tell_listener(stream)) fiber->resume_later();
        return;
    }
    if (stream.waiter == nullptr || std::exchange(stream.woken, true)) return;
    ++woken_;
    stream.waiter->resume_later();
}

Fiber* Http2Connection::tell_listener(Http2Stream& stream) noexcept {
    ++woken_;
    stream.woken = true;
    return stream.listener->ended(*stream.listener);
}

void Http2Connection::wake_early(void* of) noexcept {
    auto& stream = *static_cast<Http2Stream*>(of);
    if (std::exchange(stream.woken, true)) return;
    stream.waiter->resume_later();
}

void Http2Connection::flush() {
    if (closed_ || write_failure_) return;
    // The time until then is that of the worker's other work.
    if (std::exchange(deferred_, false) && !sending_begins_) sending_begins_ = shared_.worker.now();
    if (waits_for_room_) return;
    std::string& outgoing = base_->tls_session()->outgoing();
    bool wrote = false;
    while (true) {
        while (sent_ < outgoing.size()) {
            const iovec part{outgoing.data() + sent_, outgoing.size() - sent_};
            const IoResult result = base_->stream().write_now(&part, 1);
            if (result.kind == IoResult::Kind::done) {
                vu_.bytes_sent += result.bytes;
                sent_ += result.bytes;
                wrote = true;
                continue;
            }
            if (result.kind == IoResult::Kind::would_block) {
                waits_for_room_ = true;
                return;
            }
            // What the server said before it left can still be read; the end of that says why.
            write_failure_ = base_->failed(Operation::write, result);
            return;
        }
        sent_ = 0;
        base_->tls_session()->forget_outgoing();
        std::string& plaintext = shared_.http2_output;
        plaintext.clear();
        session_.take_output(plaintext, record_size, sending_begins_);
        if (plaintext.empty()) break;
        if (base_->tls_session()->write(plaintext.data(), plaintext.size()) != TlsSession::Step::done) {
            write_failure_ = base_->tls_failed();
            return;
        }
    }
    sending_begins_ = {};
    if (wrote) session_.output_written(shared_.worker.now());
}

MaybeFailure Http2Connection::wait_for_slot(Deadline& deadline, TimePoint& ready) {
    Fiber::current()->check_interrupt();
    if (deadline.over()) return timed_out();
    if (!usable() || has_slot()) return nullptr;
    return wait_in_queue(deadline, ready);
}

// Apart, so that the stack of a fiber that need not wait stays small.
[[gnu::noinline]] MaybeFailure Http2Connection::wait_in_queue(Deadline& deadline, TimePoint& ready) {
    Fiber* const fiber = Fiber::current();
    for (bool waited = false; usable() && (session_.free_slots() == 0 || (!waited && !queue_.empty())); waited = true) {
        if (deadline.over()) return timed_out();
        Waiter waiter{fiber};
        struct Guard {
            Http2Connection& connection;
            Waiter* waiter;
            bool got_slot = false;
            ~Guard() {
                std::erase(connection.queue_, waiter);
                // The slot that this one was woken for may serve the next one.
                if (!got_slot && !connection.queue_.empty() && !connection.closed_) connection.flush_soon_.request();
            }
        };
        Guard guard{*this, &waiter};
        // Whoever was overtaken goes first.
        queue_.insert(waited ? queue_.begin() : queue_.end(), &waiter);
        deadline.suspend({&Waiter::wake, &waiter});
        guard.got_slot = !deadline.over();
        ready = shared_.worker.now();
    }
    if (deadline.over()) return timed_out();
    return nullptr;
}

void Http2Connection::send(const Http2Request& request, Http2Stream& stream, bool in_company) {
    session_.open(stream, request);
    opened(in_company);
}

bool Http2Connection::send_like(const void* source, std::string_view method, Http2Stream& stream, bool in_company) {
    if (!session_.open_like(stream, source, method)) return false;
    opened(in_company);
    return true;
}

void Http2Connection::opened(bool in_company) {
    // Alone, it goes out at once; in company, together with what others are about to send.
    if (++opened_since_read_ == 1 && !in_company && woken_ == 0 && !flush_soon_.requested()) {
        settle();
        return;
    }
    deferred_ = true;
    if (!resuming_) flush_soon_.request();
}

MaybeFailure Http2Connection::receive(Http2Stream& stream, Deadline& deadline) {
    Fiber* const fiber = Fiber::current();
    while (stream.state == Http2Stream::State::open) {
        stream.woken = false;
        stream.waiter = fiber;
        struct Waiting {
            Http2Connection& connection;
            Http2Stream& stream;
            ~Waiting() {
                stream.waiter = nullptr;
                if (stream.state == Http2Stream::State::ended && connection.woken_ > 0) --connection.woken_;
            }
        };
        const Waiting waiting{*this, stream};
        deadline.suspend({&wake_early, &stream});
        if (stream.state != Http2Stream::State::open || !deadline.over()) continue;
        give_up(stream);
        return timed_out();
    }
    return std::move(stream.outcome.failure);
}

void Http2Connection::tell(Http2Stream& stream, Http2Stream::Listener& listener) {
    stream.listener = &listener;
    if (stream.state != Http2Stream::State::ended) return;
    if (Fiber* const fiber = tell_listener(stream)) fiber->resume_later();
}

void Http2Connection::tell_nobody(Http2Stream& stream) noexcept {
    if (std::exchange(stream.listener, nullptr) == nullptr) return;
    if (std::exchange(stream.woken, false) && woken_ > 0) --woken_;
}

void Http2Connection::give_up(Http2Stream& stream) {
    tell_nobody(stream);
    const bool open = stream.state == Http2Stream::State::open;
    session_.reset(stream);
    if (open && !closed_) settle();
}

void Http2Connection::close() {
    if (std::exchange(closed_, true)) return;
    session_.end({.cause = "http2: client connection lost"});
    while (Http2Stream* stream = session_.take_ended()) wake(*stream);
    while (!queue_.empty()) {
        Waiter* const next = queue_.front();
        queue_.pop_front();
        Waiter::wake(next);
    }
    flush_soon_.withdraw();
    base_->close();
}

}  // namespace k6::http
