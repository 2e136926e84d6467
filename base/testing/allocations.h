// How often memory was asked for: for tests that promise a path without allocation.
//
//   const std::size_t before = allocations_of_this_thread();
//   …
//   EXPECT_EQ(allocations_of_this_thread(), before);
//
// Linking it replaces operator new and delete. For tests; any thread.
#pragma once

#include <cstddef>

namespace k6 {

/// Calls of operator new so far.
std::size_t allocations_of_this_thread() noexcept;
/// The same of the whole process.
std::size_t allocations_of_all_threads() noexcept;

}  // namespace k6
