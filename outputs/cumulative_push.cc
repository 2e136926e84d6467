#include "outputs/cumulative_push.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace k6::outputs {
namespace {

std::vector<std::unique_ptr<Channel>> alone(std::unique_ptr<Channel> channel) {
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::move(channel));
    return channels;
}

}  // namespace

CumulativePush::CumulativePush(std::unique_ptr<Channel> channel, Delivery::Policy policy,
                               std::function<void(const Outcome&)> done)
    : done_(std::move(done)),
      delivery_(alone(std::move(channel)), policy, [this](const Parcel& parcel, const Outcome& outcome) {
          {
              const std::lock_guard lock(mutex_);
              result_ = outcome.delivered();
              if (outcome.delivered()) confirmed_ = std::max(confirmed_, parcel.samples);
          }
          done_(outcome);
      }) {}

void CumulativePush::start(std::string body, std::uint64_t merged) {
    {
        const std::lock_guard lock(mutex_);
        result_.reset();
    }
    delivery_.hand_over({.body = std::move(body), .samples = merged});
}

std::optional<bool> CumulativePush::take_result() {
    const std::lock_guard lock(mutex_);
    return std::exchange(result_, std::nullopt);
}

std::uint64_t CumulativePush::confirmed() const {
    const std::lock_guard lock(mutex_);
    return confirmed_;
}

}  // namespace k6::outputs
