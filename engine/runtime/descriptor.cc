#include "engine/runtime/descriptor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
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

void Descriptor::tell_again(unsigned events) { worker_.tell_again(*this, events); }

void reserve_descriptors(std::size_t count) noexcept {
    rlimit limit{};
    if (count == 0 || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const auto highest = static_cast<int>(std::min<rlim_t>(count, limit.rlim_cur)) - 1;
    // The table has room up to the highest that was ever open.
    const int any = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (any < 0) return;
    const int far = ::fcntl(any, F_DUPFD_CLOEXEC, highest);
    if (far >= 0) ::close(far);
    ::close(any);
}

}  // namespace k6
