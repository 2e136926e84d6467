#include "base/testing/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t of_this_thread = 0;
std::atomic<std::size_t> of_all_threads = 0;

void* counted(void* memory) noexcept {
    ++of_this_thread;
    of_all_threads.fetch_add(1, std::memory_order_relaxed);
    return memory;
}

void* needed(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return counted(memory);
}

void* allocate(std::size_t size) noexcept { return std::malloc(size == 0 ? 1 : size); }

}  // namespace

namespace k6 {
std::size_t allocations_of_this_thread() noexcept { return of_this_thread; }
std::size_t allocations_of_all_threads() noexcept { return of_all_threads.load(std::memory_order_relaxed); }
}  // namespace k6

// Not inlined, or GCC sees free() meet what operator new returned and warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) { return needed(allocate(size)); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return needed(allocate(size)); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted(allocate(size));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto align = static_cast<std::size_t>(alignment);
    return needed(std::aligned_alloc(align, (size + align - 1) / align * align));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
