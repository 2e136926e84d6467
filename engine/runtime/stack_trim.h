// Memory of fibers that rest: what a deep call has touched of their stacks goes back to the system.
//
//   release_unused_stack(*Fiber::current());     // before a long wait
//
// A page that is given back costs a system call, and a fault when it is needed again: not for waits of milliseconds.
// On the fiber itself.
#pragma once

#include "base/duration.h"
#include "engine/runtime/fiber.h"

namespace k6 {

/// Sleeps above this give unused stack back. The most common think time is not above it.
inline constexpr Duration long_rest = std::chrono::seconds(1);

/// All pages below the caller's frame, but for a little room.
void release_unused_stack(const Fiber& current) noexcept;

}  // namespace k6
