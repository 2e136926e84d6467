#include "engine/runtime/stack_arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace k6 {

namespace {

// Since Linux 6.13; Debian 12's headers do not name it.
constexpr int madv_guard_install = 102;

constexpr std::size_t slots_per_region = 64;

// More than a page, so that a frame with a few large buffers does not step over it.
constexpr std::size_t guard_pages = 4;

// Kept resident in a free slot: what a shallow fiber touches. A page or two more saves the next user its faults.
constexpr std::size_t warm_size = std::size_t{16} << 10;

std::system_error guard_error(int code, std::size_t guarded) {
    std::string limit;
    std::ifstream("/proc/sys/vm/max_map_count") >> limit;
    return {code, std::generic_category(),
            "cannot guard another fiber stack after " + std::to_string(guarded) +
                ": on this kernel each needs two memory mappings, and vm.max_map_count is " +
                (limit.empty() ? "too low" : limit) + "; raise it (sysctl -w vm.max_map_count=1000000)"};
}

}  // namespace

StackArena::StackArena(Config config)
    : page_size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
      guard_size_(guard_pages * page_size_),
      slot_size_((std::max(config.slot_size, guard_size_ + 4 * page_size_) + page_size_ - 1) / page_size_ * page_size_),
      guard_(config.guard),
      hot_slots_(config.hot_slots) {}

StackArena::~StackArena() {
    for (std::byte* region : regions_) {
#if defined(__SANITIZE_ADDRESS__)
        // The addresses of abandoned stacks may be mapped again for something else.
        if (in_use_ != 0) ASAN_UNPOISON_MEMORY_REGION(region, slots_per_region * slot_size_);
#endif
        munmap(region, slots_per_region * slot_size_);
    }
}

void StackArena::map_region() {
    std::size_t size = slots_per_region * slot_size_;
    regions_.reserve(regions_.size() + 1);
    void* region =
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (region == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(),
                                "cannot map " + std::to_string(size) +
                                    " bytes of address space for fiber stacks after " + std::to_string(in_use_) +
                                    " fibers (vm.max_map_count, ulimit -v)");
    }
    // A huge page would make every stack as big as itself. Kernels without huge pages refuse; nothing is lost.
    madvise(region, size, MADV_NOHUGEPAGE);
    regions_.push_back(static_cast<std::byte*>(region));
    fresh_ = regions_.back();
    fresh_end_ = fresh_ + size;
}

void StackArena::install_guard(std::byte* slot) {
    if (guard_ != Guard::mprotect) {
        if (madvise(slot, guard_size_, madv_guard_install) == 0) return;
        if (guard_ == Guard::madvise || errno != EINVAL) {
            throw std::system_error(errno, std::generic_category(), "cannot mark the guard pages of a fiber stack");
        }
        guard_ = Guard::mprotect;
    }
    if (mprotect(slot, guard_size_, PROT_NONE) != 0) throw guard_error(errno, guarded_);
    ++guarded_;
}

StackArena::Stack StackArena::allocate() {
    std::byte* slot = nullptr;
    if (!free_.empty()) {
        slot = free_.back();
        free_.pop_back();
        cooled_ = std::min(cooled_, free_.size());
    } else {
        if (fresh_ == fresh_end_) map_region();
        // So that release() never allocates.
        if (free_.capacity() <= in_use_) free_.reserve(2 * in_use_ + slots_per_region);
        install_guard(fresh_);
        slot = fresh_;
        fresh_ += slot_size_;
    }
    ++in_use_;
    return {slot + guard_size_, slot + slot_size_};
}

void StackArena::release(Stack stack) noexcept {
#if defined(__SANITIZE_ADDRESS__)
    // Frames that were never returned from leave their red zones behind.
    ASAN_UNPOISON_MEMORY_REGION(stack.low, static_cast<std::size_t>(stack.high - stack.low));
#endif
    free_.push_back(stack.low - guard_size_);
    --in_use_;
    if (free_.size() - cooled_ > hot_slots_) cool(free_[cooled_++]);
}

void StackArena::cool(std::byte* slot) const noexcept {
    const std::size_t size = slot_size_ - guard_size_;
    if (size > warm_size) madvise(slot + guard_size_, size - warm_size, MADV_DONTNEED);
}

}  // namespace k6
