#include "proto_http/outbox.h"

#include <sys/uio.h>

#include <algorithm>

#include "engine/runtime/worker.h"

namespace k6::http {

Outbox::Outbox(Worker& worker)
    : worker_(worker),
      at_end_of_turn_(
          worker, [](void* self) noexcept { static_cast<Outbox*>(self)->flush(); }, this) {}

Outbox::Letter::Letter(Outbox& outbox, TcpStream& stream, const Content& content, std::uint64_t& bytes_sent,
                       ExchangeTimes& times)
    : outbox_(outbox), stream_(stream), body_(content.body), bytes_sent_(bytes_sent), times_(times) {
    if (outbox.count_ == most_letters) outbox.flush();
    outbox.heads_ += content.head;
    place_ = static_cast<std::uint32_t>(outbox.count_++);
    outbox.entries_[place_] = {this, content.head.size()};
    if (!outbox.at_end_of_turn_.requested()) outbox.at_end_of_turn_.request();
}

Outbox::Letter::~Letter() {
    if (state_ == State::waiting) outbox_.entries_[place_].letter = nullptr;
}

void Outbox::Letter::go(std::string_view head, TimePoint& now) {
    iovec parts[2];
    int count = 0;
    if (!head.empty()) parts[count++] = {const_cast<char*>(head.data()), head.size()};
    if (!body_.empty()) parts[count++] = {const_cast<char*>(body_.data()), body_.size()};
    times_.begun = now;
    const IoResult result = stream_.write_now(parts, count);
    now = outbox_.worker_.now();
    const std::size_t written = result.kind == IoResult::Kind::done ? result.bytes : 0;
    bytes_sent_ += written;
    if (written == head.size() + body_.size()) {
        times_.sent = now;
        state_ = State::sent;
        return;
    }
    state_ = State::stuck;
    const std::size_t of_head = std::min(written, head.size());
    rest_ =
        std::make_unique<const Rest>(Rest{result, std::string(head.substr(of_head)), body_.substr(written - of_head)});
    stream_.wake_waiter();
}

void Outbox::flush() noexcept {
    // Where one letter's sending ends the next one's begins.
    TimePoint now = worker_.now();
    std::string_view heads = heads_;
    for (std::size_t i = 0; i < count_; ++i) {
        const auto [letter, size] = entries_[i];
        if (letter != nullptr) letter->go(heads.substr(0, size), now);
        heads.remove_prefix(size);
    }
    count_ = 0;
    heads_.clear();
}

}  // namespace k6::http
