#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/runtime/aside.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "proto_http/client_impl.h"

namespace k6::http {

// The usual request of a batch has no fiber of its own, whose stack would be another 2 KB that are in no cache when the
// response comes: the caller's fiber begins all of them, and deals with the responses as they come, several in a row.
// Whatever is not over by then (no connection to be had, a response in pieces, a redirect, a failure) goes on on a
// fiber, as a single request would.
class Client::Impl::Batch {
public:
    Batch(Impl& client, std::span<const Parcel> parcels, const BatchLimits& limits)
        : client_(client),
          parcels_(parcels),
          parent_(*Fiber::current()),
          slot_count_(places(limits.together, parcels.size())),
          slots_(std::make_unique<Slot[]>(slot_count_)),
          per_host_(places(limits.per_host, parcels.size())) {
        for (std::size_t i = slot_count_; i > 0; --i) {
            slots_[i - 1].batch = this;
            slots_[i - 1].next = std::exchange(free_, &slots_[i - 1]);
        }
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    void run() {
        try {
            while (true) {
                run_aside([this] { work(); });
                if (failure_ || finished_ == parcels_.size()) break;
                wait();
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
        if (!failure_) return;
        end_all();
        std::rethrow_exception(std::move(failure_));
    }

private:
    struct Slot;
    /// Requests to one host, where there are more requests than places.
    struct Host {
        std::size_t free;
        std::deque<Slot*> queue;
    };

    /// One request under way. As long as it waits here it hears of its connection, or its stream of that.
    struct Slot : TcpStream::Listener, Http2Stream::Listener {
        Slot()
            : TcpStream::Listener{[](TcpStream::Listener& self) noexcept { static_cast<Slot&>(self).tell(); },
                                  [](TcpStream::Listener&) noexcept {}},
              Http2Stream::Listener{[](Http2Stream::Listener& self) noexcept {
                  auto& slot = static_cast<Slot&>(self);
                  return slot.batch->tell(slot);
              }} {}
        void tell() noexcept {
            if (Fiber* const fiber = batch->tell(*this)) fiber->resume_later();
        }

        // idle ─(begin)─► waits ─► over, or on_fiber ─► over ─► idle
        enum class State : std::uint8_t { idle, waits, on_fiber, over };
        State state = State::idle;
        bool told = false;
        /// complete() has been called.
        bool tried = false;
        Batch* batch = nullptr;
        /// Among the free ones, or those that were told.
        Slot* next = nullptr;
        const Parcel* parcel = nullptr;
        Host* host = nullptr;
        Fiber* fiber = nullptr;
        Hop hop;
        std::optional<Deadline> deadline;
        std::optional<Exchange> exchange;
    };

    static std::size_t places(std::int64_t limit, std::size_t most) {
        return limit > 0 ? static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(limit), most))
                         : most;
    }

    /// Something has happened that the caller's fiber shall look after: that is returned if it is to be resumed.
    [[nodiscard]] Fiber* tell(Slot& slot) noexcept {
        if (std::exchange(slot.told, true)) return nullptr;
        slot.next = nullptr;
        (last_told_ != nullptr ? last_told_->next : first_told_) = &slot;
        last_told_ = &slot;
        return std::exchange(waits_, false) ? &parent_ : nullptr;
    }

    void wait() {
        waits_ = true;
        try {
            parent_.suspend({[](void* self) noexcept {
                                 auto& batch = *static_cast<Batch*>(self);
                                 // Else its resume is on the way.
                                 if (std::exchange(batch.waits_, false)) batch.parent_.resume();
                             },
                             this});
        } catch (...) {
            waits_ = false;
            throw;
        }
    }

    /// All that can be done without waiting.
    void work() {
        while (true) {
            while (begun_ < parcels_.size() && free_ != nullptr) admit();
            Slot* const slot = first_told_;
            if (slot == nullptr || failure_) return;
            first_told_ = slot->next;
            if (first_told_ == nullptr) last_told_ = nullptr;
            slot->told = false;
            if (slot->state == Slot::State::waits) {
                look_after(*slot);
            } else {
                release(*slot);
            }
        }
    }

    void admit() {
        Slot& slot = *std::exchange(free_, free_->next);
        slot.parcel = &parcels_[begun_++];
        if (per_host_ < parcels_.size()) {
            const auto url = client_.shared.urls.find(slot.parcel->request->url);
            const std::string authority = url ? std::string((*url)->authority()) : std::string();
            slot.host = &hosts_.try_emplace(authority, Host{per_host_, {}}).first->second;
            if (slot.host->free == 0) return slot.host->queue.push_back(&slot);
            --slot.host->free;
        }
        begin(slot);
    }

    void begin(Slot& slot) {
        const Request& request = *slot.parcel->request;
        Response& response = *slot.parcel->response;
        if (client_.shared.settings.rate_limiter) return go_on_elsewhere(slot);
        if (!client_.begin(request, slot.hop, response)) return end(slot);
        if (request.auth != Auth::basic && slot.hop.url->credentials()) return go_on_elsewhere(slot);
        const TimePoint start = client_.shared.worker.now();
        slot.deadline.emplace(client_.shared.timers, end_of(request, start));
        Exchange& x = slot.exchange.emplace(request, slot.hop, *slot.deadline, start, response,
                                            request.tags.value_or(client_.vu.tags()), request.expected);
        x.in_company = true;
        client_.begin_exchange(x);
        if (x.step != Exchange::Step::under_way || x.outcome.failure) return go_on_elsewhere(slot);
        slot.state = Slot::State::waits;
        if (x.multiplexed) {
            x.multiplexed->tell(*x.stream, slot);
        } else {
            x.connection->stream().tell(slot);
        }
        slot.deadline->tell({[](void* self) noexcept { static_cast<Slot*>(self)->tell(); }, &slot});
    }

    void look_after(Slot& slot) {
        Exchange& x = *slot.exchange;
        slot.deadline->tell({});
        bool late = slot.deadline->over();
        if (x.multiplexed) {
            late = late && x.stream->state == Http2Stream::State::open;
            x.multiplexed->give_up(*x.stream);
        } else {
            x.connection->stream().tell_nobody();
        }
        if (late) x.outcome.failure = timed_out();
        slot.tried = true;
        if (!client_.complete(x)) return go_on_elsewhere(slot);
        client_.conclude(x);
        if (is_redirect(x.response)) return go_on_elsewhere(slot);
        x.response.url = slot.hop.url->text();
        end(slot);
    }

    void go_on_elsewhere(Slot& slot) {
        slot.fiber = &client_.shared.worker.spawn([this, &slot] {
            try {
                go_on(slot);
            } catch (...) {
                if (!failure_) failure_ = std::current_exception();
            }
            slot.fiber = nullptr;
            --fibers_;
            end(slot);
        });
        slot.state = Slot::State::on_fiber;
        ++fibers_;
    }

    void go_on(Slot& slot) {
        const Request& request = *slot.parcel->request;
        Response& response = *slot.parcel->response;
        if (!slot.exchange) return client_.send(request, response);
        Exchange& x = *slot.exchange;
        if (!slot.tried) {
            client_.go_on(x);
        } else if (x.step != Exchange::Step::concluded) {
            client_.go_on_in_full(x);
        }
        const metrics::TagSetId base = x.base;
        slot.exchange.reset();
        client_.follow_redirects(request, slot.hop, *slot.deadline, base, response);
        response.url = slot.hop.url->text();
    }

    /// Its place is free once it is its turn among those that were told.
    void end(Slot& slot) noexcept {
        slot.state = Slot::State::over;
        slot.exchange.reset();
        slot.deadline.reset();
        slot.tell();
    }

    void release(Slot& slot) {
        ++finished_;
        slot.state = Slot::State::idle;
        slot.tried = false;
        slot.hop = {};
        Host* const host = std::exchange(slot.host, nullptr);
        slot.next = std::exchange(free_, &slot);
        if (host == nullptr) return;
        ++host->free;
        if (host->queue.empty()) return;
        --host->free;
        Slot& other = *host->queue.front();
        host->queue.pop_front();
        begin(other);
    }

    /// Nobody waits for the rest any more.
    void end_all() {
        begun_ = parcels_.size();
        for (std::size_t i = 0; i < slot_count_; ++i) {
            Slot& slot = slots_[i];
            if (slot.state == Slot::State::on_fiber) {
                slot.fiber->interrupt();
            } else {
                slot.exchange.reset();
                slot.deadline.reset();
            }
        }
        while (fibers_ > 0) {
            waits_ = true;
            // Each that ends tells.
            parent_.suspend_uninterruptibly();
            while (first_told_ != nullptr) std::exchange(first_told_, first_told_->next)->told = false;
            last_told_ = nullptr;
        }
    }

    Impl& client_;
    std::span<const Parcel> parcels_;
    Fiber& parent_;
    std::size_t slot_count_;
    std::unique_ptr<Slot[]> slots_;
    std::size_t per_host_;
    std::map<std::string, Host> hosts_;
    Slot* free_ = nullptr;
    Slot* first_told_ = nullptr;
    Slot* last_told_ = nullptr;
    std::size_t begun_ = 0;
    std::size_t finished_ = 0;
    std::size_t fibers_ = 0;
    bool waits_ = false;
    std::exception_ptr failure_;
};

void Client::send_all(std::span<const Parcel> parcels, const BatchLimits& limits) {
    Fiber::current()->check_interrupt();
    if (parcels.empty()) return;
    if (parcels.size() == 1) return send(*parcels[0].request, *parcels[0].response);
    Impl::Batch(*impl_, parcels, limits).run();
}

}  // namespace k6::http
