#include "engine/runtime/stack_trim.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace k6 {

// Not inlined: its frame lies below the caller's.
[[gnu::noinline]] void release_unused_stack(const Fiber& current) noexcept {
    // What the way down from here to the switch of stacks needs, and the red zone of the ABI.
    constexpr std::uintptr_t room = 512;
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto low = reinterpret_cast<std::uintptr_t>(current.stack_low());
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const std::uintptr_t end = (here - room) & ~(page - 1);
    if (end > low) ::madvise(current.stack_low(), end - low, MADV_DONTNEED);
}

}  // namespace k6
