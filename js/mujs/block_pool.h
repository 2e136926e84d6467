// Memory for the heaps of engines: small blocks in size classes, cut from pages that several States share.
//
// The States of one worker share a pool, so that what one VU's collection frees serves the next VU while it is still in
// the processor's caches, and no VU keeps half-filled pages of its own. A pool must outlive its States and belongs to
// one thread at a time.
//
//   BlockPool pool;
//   State first({.blocks = &pool});
//   State second({.blocks = &pool});
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace k6::js {

class alignas(64) BlockPool {
public:
    BlockPool() = default;
    ~BlockPool();
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    /// Null if there is no memory. Aligned for pointers and doubles.
    void* allocate(std::size_t size) {
        const std::size_t index = class_of(size);
        if (index > classes || bypassed) return allocate_large(size);
        Page* page = current_[index];
        if (page == nullptr) return allocate_slowly(index);
        void* block = page->free;
        if (block == nullptr) return allocate_slowly(index);
        page->free = *static_cast<void**>(block);
        ++page->used;
        return block;
    }

    void release(void* block) noexcept {
        if (is_large(block)) return release_large(block);
        Page* page = page_of(block);
        *static_cast<void**>(block) = page->free;
        page->free = block;
        if (--page->used == 0 || !page->listed) page_changed(page);
    }

    /// Moves the content if it has to. Null if there is no memory: then the block is as it was.
    void* reallocate(void* block, std::size_t size);

    /// What a block takes, which is at least what was asked for.
    static std::size_t size_of(const void* block) noexcept {
        return is_large(block) ? static_cast<const std::size_t*>(block)[-1] : page_of(block)->block_size;
    }
    static std::size_t size_for(std::size_t size) noexcept {
        const std::size_t index = class_of(size);
        return index > classes || bypassed ? size : index * step;
    }

    /// Bytes of pages, those that are free included.
    std::size_t mapped_bytes() const noexcept { return pages_ * page_size; }

private:
    static constexpr std::size_t page_size = 16 * 1024;
    static constexpr std::size_t step = 16;
    static constexpr std::size_t classes = 32;  // up to 512 bytes
    /// Empty pages that are kept as they are; the memory of more goes back to the system.
    static constexpr std::size_t warm_pages = 64;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    // Each block by itself, so that the sanitizers see its bounds and its end.
    static constexpr bool bypassed = true;
#else
    static constexpr bool bypassed = false;
#endif

    /// At the start of each page. A page has free blocks in its list, and behind `fresh` those never used.
    struct Page {
        void* free;
        Page* next;
        Page* previous;
        char* fresh;
        std::uint32_t block_size;
        std::uint32_t index;
        std::uint32_t used;
        bool listed;  // among those of its class that have room
    };
    static constexpr std::size_t header_size = 64;
    static_assert(sizeof(Page) <= header_size);

    /// Small blocks are multiples of 16 from their page's start; large ones stand 8 bytes behind such an address, after
    /// their size.
    static bool is_large(const void* block) noexcept { return (reinterpret_cast<std::uintptr_t>(block) & 8) != 0; }
    static Page* page_of(const void* block) noexcept {
        return reinterpret_cast<Page*>(reinterpret_cast<std::uintptr_t>(block) & ~(page_size - 1));
    }
    static std::size_t class_of(std::size_t size) noexcept { return size == 0 ? 1 : (size + step - 1) / step; }
    static void* allocate_large(std::size_t size) noexcept;
    static void release_large(void* block) noexcept;

    void* allocate_slowly(std::size_t index);
    Page* take_page();
    void page_changed(Page* page) noexcept;
    void link(Page* page) noexcept;
    void unlink(Page* page) noexcept;

    /// The first page with room of each class, or null.
    std::array<Page*, classes + 1> current_{};
    Page* empty_ = nullptr;
    std::size_t empty_count_ = 0;
    char* unused_ = nullptr;  // pages of the last mapping that were never used
    char* unused_end_ = nullptr;
    std::size_t pages_ = 0;
    struct Mapping {
        void* start;
        std::size_t size;
    };
    std::vector<Mapping> mappings_;
};

}  // namespace k6::js
