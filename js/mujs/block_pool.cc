#include "js/mujs/block_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace k6::js {
namespace {

// The first one is small: many States have a pool of their own.
constexpr std::size_t first_mapping = std::size_t{256} << 10;
constexpr std::size_t next_mappings = std::size_t{1} << 20;

}  // namespace

BlockPool::~BlockPool() {
    for (const Mapping& mapping : mappings_) ::munmap(mapping.start, mapping.size);
}

void* BlockPool::allocate_large(std::size_t size) noexcept {
    auto* memory = static_cast<std::size_t*>(std::malloc(size + step));
    if (memory == nullptr) return nullptr;
    static_assert(sizeof(std::size_t) == 8);
    *memory = size;
    return memory + 1;
}

void BlockPool::release_large(void* block) noexcept { std::free(static_cast<std::size_t*>(block) - 1); }

void* BlockPool::reallocate(void* block, std::size_t size) {
    const std::size_t old_size = size_of(block);
    if (!is_large(block) && size_for(size) == old_size) return block;
    if (is_large(block) && (bypassed || size > classes * step)) {
        auto* memory = static_cast<std::size_t*>(std::realloc(static_cast<std::size_t*>(block) - 1, size + step));
        if (memory == nullptr) return nullptr;
        *memory = size;
        return memory + 1;
    }
    void* moved = allocate(size);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, std::min(old_size, size));
    release(block);
    return moved;
}

void BlockPool::link(Page* page) noexcept {
    Page*& first = current_[page->index];
    page->previous = nullptr;
    page->next = first;
    if (first != nullptr) first->previous = page;
    first = page;
    page->listed = true;
}

void BlockPool::unlink(Page* page) noexcept {
    (page->previous != nullptr ? page->previous->next : current_[page->index]) = page->next;
    if (page->next != nullptr) page->next->previous = page->previous;
    page->listed = false;
}

BlockPool::Page* BlockPool::take_page() {
    if (empty_ != nullptr) {
        --empty_count_;
        Page* page = empty_;
        empty_ = page->next;
        return page;
    }
    if (unused_ == unused_end_) {
        const std::size_t size = mappings_.empty() ? first_mapping : next_mappings;
        // One page more than what is used, to begin at a multiple of a page's size.
        void* memory = ::mmap(nullptr, size + page_size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) return nullptr;
        mappings_.push_back({memory, size + page_size});
        const auto address = reinterpret_cast<std::uintptr_t>(memory);
        unused_ = static_cast<char*>(memory) + (page_size - address % page_size) % page_size;
        unused_end_ = unused_ + size;
    }
    auto* page = reinterpret_cast<Page*>(unused_);
    unused_ += page_size;
    ++pages_;
    return page;
}

/// The current page has no free block: takes one never used, or one of another page.
void* BlockPool::allocate_slowly(std::size_t index) {
    for (;;) {
        Page* page = current_[index];
        if (page == nullptr) {
            page = take_page();
            if (page == nullptr) return nullptr;
            page->free = nullptr;
            page->fresh = reinterpret_cast<char*>(page) + header_size;
            page->block_size = static_cast<std::uint32_t>(index * step);
            page->index = static_cast<std::uint32_t>(index);
            page->used = 0;
            link(page);
        }
        if (void* block = page->free) {
            page->free = *static_cast<void**>(block);
            ++page->used;
            return block;
        }
        if (page->fresh + page->block_size <= reinterpret_cast<char*>(page) + page_size) {
            void* block = page->fresh;
            page->fresh += page->block_size;
            ++page->used;
            return block;
        }
        unlink(page);
    }
}

/// A block of it became free, and it was full, or is empty now.
void BlockPool::page_changed(Page* page) noexcept {
    if (!page->listed) link(page);
    if (page->used > 0) return;
    // The last page of a class stays, or a lone block that comes and goes would move it to and fro.
    if (page->previous == nullptr && page->next == nullptr) return;
    unlink(page);
    if (empty_count_ >= std::max(warm_pages, pages_ / 8)) {
        // All but the header's memory goes; the next use finds zeroes, which it does not need.
        constexpr std::size_t kept = 4096;
        ::madvise(reinterpret_cast<char*>(page) + kept, page_size - kept, MADV_DONTNEED);
    }
    page->next = empty_;
    empty_ = page;
    ++empty_count_;
}

}  // namespace k6::js
