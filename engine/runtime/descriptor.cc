#include "engine/runtime/descriptor.h"

#include <unistd.h>

#include <chrono>
#include <utility>

#include "engine/runtime/worker.h"

namespace k6 {

int Descriptor::open(int fd) {
    close();
    fd_ = fd;
    return worker_.watch(*this);
}

void Descriptor::close() noexcept {
    if (fd_ < 0) return;
    worker_.forget(*this);
    // It has no duplicates: this takes it out of the loop as well.
    ::close(std::exchange(fd_, -1));
}

TimePoint Descriptor::from_short(ShortTime time) const noexcept {
    const TimePoint now = worker_.batch_time();
    const ShortTime ago = short_time(now) - time;
    return now - std::chrono::nanoseconds(std::int64_t{ago} << short_time_shift);
}

void Descriptor::tell_again() { worker_.tell_again(*this); }

}  // namespace k6
