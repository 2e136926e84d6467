// Memory for a C library that takes and gives back the same few sizes again and again: freed blocks are kept, by size
// classes, so that in the steady state nothing goes to the heap; and what was given back last, and is still in the
// processor's caches, is lent first.
//
//   BlockPool pool;
//   void* memory = pool.allocate(100);
//   memory = pool.reallocate(memory, 300);
//   pool.release(memory);
//
// Outlives what it lends. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace k6::http {

/// Aligned for everything. Null when the heap has nothing left.
class BlockPool {
public:
    BlockPool() = default;
    ~BlockPool() {
        for (Block* list : free_) {
            while (list != nullptr) std::free(std::exchange(list, list->next));
        }
    }
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    void* allocate(std::size_t size) {
        const std::size_t size_class = class_of(size);
        const bool kept = size_class < classes;
        if (kept && free_[size_class] != nullptr) {
            --kept_[size_class];
            return std::exchange(free_[size_class], free_[size_class]->next)->memory();
        }
        auto* const block = static_cast<Block*>(std::malloc(sizeof(Block) + (kept ? size_of(size_class) : size)));
        if (block == nullptr) return nullptr;
        block->size_class = size_class;
        return block->memory();
    }
    void release(void* memory) {
        if (memory == nullptr) return;
        Block* const block = Block::of(memory);
        if (block->size_class == classes) return std::free(block);
        if (kept_[block->size_class] == most_kept) return std::free(block);
        ++kept_[block->size_class];
        block->next = std::exchange(free_[block->size_class], block);
    }
    void* reallocate(void* memory, std::size_t size) {
        if (memory == nullptr) return allocate(size);
        Block* const block = Block::of(memory);
        if (block->size_class < classes && size <= size_of(block->size_class)) return memory;
        if (block->size_class == classes && size > size_of(classes - 1)) {
            auto* const grown = static_cast<Block*>(std::realloc(static_cast<void*>(block), sizeof(Block) + size));
            return grown != nullptr ? grown->memory() : nullptr;
        }
        void* const other = allocate(size);
        if (other == nullptr) return nullptr;
        // From a kept block to a larger one, or from a large one to one that is smaller than it was.
        std::memcpy(other, memory, block->size_class < classes ? size_of(block->size_class) : size);
        release(memory);
        return other;
    }

private:
    static constexpr std::size_t classes = 6;
    static constexpr std::size_t smallest = 64;
    /// Of each class.
    static constexpr std::uint32_t most_kept = 1024;

    struct alignas(std::max_align_t) Block {
        /// While lent: the size class, or `classes` for what is too large to be kept.
        std::size_t size_class;
        /// While free.
        Block* next;
        char* memory() { return reinterpret_cast<char*>(this) + sizeof(Block); }
        static Block* of(void* memory) { return reinterpret_cast<Block*>(static_cast<char*>(memory) - sizeof(Block)); }
    };

    static constexpr std::size_t size_of(std::size_t size_class) { return smallest << size_class; }
    /// `classes` for what is larger than all of them.
    static constexpr std::size_t class_of(std::size_t size) {
        const auto exact = static_cast<std::size_t>(std::bit_width((size - (size != 0)) / smallest));
        return std::min(exact, classes);
    }

    std::array<Block*, classes> free_{};
    std::array<std::uint32_t, classes> kept_{};
};

}  // namespace k6::http
