// Input: a selector, a line end, HTML.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "js/html/document.h"
#include "js/html/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace k6::js::html;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = input.find('\n');
    const auto page = Document::parse(end == std::string_view::npos ? input : input.substr(end + 1));
    // A tree whose links agree, with one html element.
    std::size_t elements = 0;
    for (const Node* node = &page->root(); node != nullptr; node = next_in(page->root(), *node)) {
        if (node->is_element()) ++elements;
        if (node->next != nullptr && node->next->previous != node) std::abort();
        if (node->first_child != nullptr && node->first_child->parent != node) std::abort();
    }
    if (elements < 3) std::abort();
    (void)inner_html(page->root());
    (void)text_content(page->root());
    if (const auto selector = Selector::compile(input.substr(0, end))) {
        const auto found = selector->all_in(page->root());
        if (found.size() > elements) std::abort();
        if ((found.empty() ? nullptr : found.front()) != selector->first_in(page->root())) std::abort();
    }
    return 0;
}
