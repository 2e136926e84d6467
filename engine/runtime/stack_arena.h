// Stacks for fibers: equal slots of address space, of which only touched pages cost memory.
//
// Owned by a Worker. Each slot ends, at its low end, in guard pages, so that an overflow is a segmentation fault and
// never silent. Guards are MADV_GUARD_INSTALL marks where the kernel knows them (Linux 6.13), which cost no mapping;
// elsewhere they are mprotect'ed pages, two mappings a stack, limited by vm.max_map_count.
//
//   StackArena arena({.slot_size = std::size_t{1} << 20});
//   StackArena::Stack stack = arena.allocate();
//   ... run on it ...
//   arena.release(stack);       // the next allocate() takes the same slot, whose top is still warm
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace k6 {

class StackArena {
public:
    enum class Guard : std::uint8_t { automatic, madvise, mprotect };

    struct Config {
        /// Address space per stack with its guard; rounded up to whole pages.
        std::size_t slot_size = std::size_t{1} << 20;
        Guard guard = Guard::automatic;
        /// Free slots that keep all of their memory: for fibers that come and go.
        std::size_t hot_slots = 64;
    };

    /// Usable addresses [low, high).
    struct Stack {
        std::byte* low = nullptr;
        std::byte* high = nullptr;
    };

    explicit StackArena(Config config);
    ~StackArena();
    StackArena(const StackArena&) = delete;
    StackArena& operator=(const StackArena&) = delete;

    /// Throws std::system_error when the address space or, with mprotect guards, the mappings are used up.
    Stack allocate();
    /// The slots released last stay as they are. Of others, the memory deep in the stack goes back to the system; the
    /// pages at the top are kept for the next user.
    void release(Stack stack) noexcept;

    std::size_t in_use() const noexcept { return in_use_; }

private:
    void map_region();
    void install_guard(std::byte* slot);
    void cool(std::byte* slot) const noexcept;

    std::size_t page_size_;
    std::size_t guard_size_;
    std::size_t slot_size_;
    Guard guard_;
    std::size_t in_use_ = 0;
    std::size_t guarded_ = 0;
    std::vector<std::byte*> regions_;
    std::byte* fresh_ = nullptr;  // slots never used yet: [fresh_, fresh_end_)
    std::byte* fresh_end_ = nullptr;
    std::vector<std::byte*> free_;  // slots with their guard, last released last
    std::size_t hot_slots_;
    std::size_t cooled_ = 0;  // of free_, from its begin
};

}  // namespace k6
