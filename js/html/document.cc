#include "js/html/document.h"

#include <gumbo.h>

#include <cstdlib>
#include <cstring>
#include <memory_resource>
#include <new>
#include <utility>
#include <vector>

namespace k6::js::html {
namespace {

using View = std::string_view;

View text_of(const GumboStringPiece& piece) { return {piece.data, piece.length}; }

/// The parser's tree goes with its memory, never node by node: its own way of freeing recurses as deep as the document
/// nests.
class ParserMemory {
public:
    ParserMemory() : options_(kGumboDefaultOptions) {
        options_.userdata = this;
        options_.max_errors = 0;
        options_.allocator = [](void* self, std::size_t size) { return static_cast<ParserMemory*>(self)->take(size); };
        options_.deallocator = [](void* self, void* block) { static_cast<ParserMemory*>(self)->give(block); };
    }
    ~ParserMemory() {
        while (first_ != nullptr) std::free(std::exchange(first_, first_->next));
    }
    ParserMemory(const ParserMemory&) = delete;
    ParserMemory& operator=(const ParserMemory&) = delete;

    const GumboOptions& options() const { return options_; }

private:
    struct alignas(std::max_align_t) Block {
        Block* previous;
        Block* next;
    };

    void* take(std::size_t size) {
        auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
        if (block == nullptr) throw std::bad_alloc();
        block->previous = nullptr;
        block->next = first_;
        if (first_ != nullptr) first_->previous = block;
        first_ = block;
        return block + 1;
    }
    void give(void* memory) {
        if (memory == nullptr) return;
        Block* block = static_cast<Block*>(memory) - 1;
        (block->previous == nullptr ? first_ : block->previous->next) = block->next;
        if (block->next != nullptr) block->next->previous = block->previous;
        std::free(block);
    }

    GumboOptions options_;
    Block* first_ = nullptr;
};

/// Counts what the document's memory resource takes.
class CountingResource final : public std::pmr::memory_resource {
public:
    std::size_t bytes() const { return bytes_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        bytes_ += bytes;
        return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    }
    void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
        bytes_ -= bytes;
        std::pmr::new_delete_resource()->deallocate(memory, bytes, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    std::size_t bytes_ = 0;
};

bool is_void(View tag) {
    static constexpr View names[] = {"area",   "base", "br",   "col",   "embed",  "hr",    "img", "input",
                                     "keygen", "link", "meta", "param", "source", "track", "wbr"};
    for (View name : names) {
        if (name == tag) return true;
    }
    return false;
}

/// Elements whose text stands as it is.
bool is_raw_text(View tag) {
    static constexpr View names[] = {"iframe",    "noembed", "noframes", "noscript",
                                     "plaintext", "script",  "style",    "xmp"};
    for (View name : names) {
        if (name == tag) return true;
    }
    return false;
}

void append_escaped(std::string& out, View text) {
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&#34;";
                break;
            case '\'':
                out += "&#39;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                out += c;
        }
    }
}

void open_html(const Node& node, const Node* outermost, std::string& out) {
    switch (node.type) {
        case NodeType::document:
            break;
        case NodeType::doctype:
            out.append("<!DOCTYPE ").append(node.name).append(">");
            break;
        case NodeType::comment:
            out.append("<!--").append(node.text).append("-->");
            break;
        case NodeType::text:
            // Seen from inside, a script's text is text like any other.
            if (node.parent != nullptr && &node != outermost && is_raw_text(node.parent->name) &&
                node.parent->name_space == Namespace::html) {
                out += node.text;
            } else {
                append_escaped(out, node.text);
            }
            break;
        case NodeType::element:
            out.append("<").append(node.name);
            for (const Attribute& attribute : node.attributes) {
                out += ' ';
                if (!attribute.prefix.empty()) out.append(attribute.prefix).append(":");
                out.append(attribute.name).append("=\"");
                append_escaped(out, attribute.value);
                out += '"';
            }
            out += is_void(node.name) ? "/>" : ">";
            // A parser drops the first line end there; one that is part of the text is doubled.
            if (node.first_child != nullptr && node.first_child->type == NodeType::text &&
                node.first_child->text.starts_with('\n') &&
                (node.name == "pre" || node.name == "listing" || node.name == "textarea")) {
                out += '\n';
            }
            break;
    }
}

void close_html(const Node& node, std::string& out) {
    if (node.is_element() && !is_void(node.name)) out.append("</").append(node.name).append(">");
}

void append_html(const Node& top, std::string& out) {
    const Node* node = &top;
    for (;;) {
        open_html(*node, &top, out);
        if (node->first_child != nullptr) {
            node = node->first_child;
            continue;
        }
        close_html(*node, out);
        while (node != &top && node->next == nullptr) {
            node = node->parent;
            close_html(*node, out);
        }
        if (node == &top) return;
        node = node->next;
    }
}

}  // namespace

struct Document::Impl {
    CountingResource counter;
    std::pmr::monotonic_buffer_resource memory{4096, &counter};
    Node* root = nullptr;
    std::uint32_t count = 0;

    View keep(View text) {
        if (text.empty()) return {};
        char* copy = static_cast<char*>(memory.allocate(text.size(), 1));
        std::memcpy(copy, text.data(), text.size());
        return {copy, text.size()};
    }

    View lower(View text) {
        char* copy = static_cast<char*>(memory.allocate(text.size() + 1, 1));
        for (std::size_t i = 0; i < text.size(); ++i) {
            copy[i] = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + ('a' - 'A')) : text[i];
        }
        return {copy, text.size()};
    }

    View tag_of(const GumboElement& element) {
        GumboStringPiece original = element.original_tag;
        if (element.tag != GUMBO_TAG_UNKNOWN) {
            // The parser's own names outlive every document.
            const View known = gumbo_normalized_tagname(element.tag);
            if (element.tag_namespace != GUMBO_NAMESPACE_SVG || original.data == nullptr) return known;
        }
        gumbo_tag_from_original_text(&original);
        if (element.tag_namespace == GUMBO_NAMESPACE_SVG) {
            if (const char* svg = gumbo_normalize_svg_tagname(&original)) return svg;
        }
        return lower(text_of(original));
    }

    std::span<const Attribute> attributes_of(const GumboVector& given) {
        if (given.length == 0) return {};
        auto* out = static_cast<Attribute*>(memory.allocate(sizeof(Attribute) * given.length, alignof(Attribute)));
        for (unsigned i = 0; i < given.length; ++i) {
            const auto& from = *static_cast<const GumboAttribute*>(given.data[i]);
            View prefix;
            if (from.attr_namespace == GUMBO_ATTR_NAMESPACE_XLINK) prefix = "xlink";
            if (from.attr_namespace == GUMBO_ATTR_NAMESPACE_XML) prefix = "xml";
            if (from.attr_namespace == GUMBO_ATTR_NAMESPACE_XMLNS) prefix = "xmlns";
            new (&out[i]) Attribute{keep(from.name), keep(from.value), prefix};
        }
        return {out, given.length};
    }

    Node* make(NodeType type, Node* parent) {
        Node* node = new (memory.allocate(sizeof(Node), alignof(Node))) Node;
        node->type = type;
        node->order = count++;
        if (type == NodeType::element && parent != nullptr) {
            const Node* const before = last_element_child(*parent);
            node->position = before == nullptr ? 1 : before->position + 1;
        }
        node->parent = parent;
        if (parent != nullptr) {
            node->previous = parent->last_child;
            (parent->last_child == nullptr ? parent->first_child : last_of(parent)->next) = node;
            parent->last_child = node;
        }
        return node;
    }
    // Nodes are const to everybody but their maker.
    static Node* last_of(Node* parent) { return const_cast<Node*>(parent->last_child); }

    /// Null for what has no place in the tree.
    Node* convert(const GumboNode& from, Node* parent) {
        switch (from.type) {
            case GUMBO_NODE_DOCUMENT:
                return make(NodeType::document, parent);
            case GUMBO_NODE_ELEMENT:
            case GUMBO_NODE_TEMPLATE: {
                const GumboElement& element = from.v.element;
                Node* node = make(NodeType::element, parent);
                node->name = tag_of(element);
                node->name_space = element.tag_namespace == GUMBO_NAMESPACE_SVG      ? Namespace::svg
                                   : element.tag_namespace == GUMBO_NAMESPACE_MATHML ? Namespace::mathml
                                                                                     : Namespace::html;
                node->attributes = attributes_of(element.attributes);
                return node;
            }
            case GUMBO_NODE_COMMENT: {
                Node* node = make(NodeType::comment, parent);
                node->text = keep(from.v.text.text);
                return node;
            }
            default: {
                Node* node = make(NodeType::text, parent);
                node->text = keep(from.v.text.text);
                return node;
            }
        }
    }

    static const GumboVector* children_of(const GumboNode& node) {
        if (node.type == GUMBO_NODE_DOCUMENT) return &node.v.document.children;
        if (node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE) return &node.v.element.children;
        return nullptr;
    }

    void build(const GumboNode& document) {
        struct Open {
            const GumboVector* children;
            unsigned next;
            Node* node;
        };
        root = make(NodeType::document, nullptr);
        if (document.v.document.has_doctype) {
            Node* doctype = make(NodeType::doctype, root);
            doctype->name = lower(document.v.document.name);
        }
        std::vector<Open> open{{children_of(document), 0, root}};
        while (!open.empty()) {
            Open& top = open.back();
            if (top.children == nullptr || top.next == top.children->length) {
                open.pop_back();
                continue;
            }
            const auto& from = *static_cast<const GumboNode*>(top.children->data[top.next++]);
            Node* node = convert(from, top.node);
            open.push_back({children_of(from), 0, node});
        }
    }
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::~Document() = default;
const Node& Document::root() const noexcept { return *impl_->root; }
std::size_t Document::bytes() const noexcept { return sizeof(Impl) + impl_->counter.bytes(); }

std::shared_ptr<const Document> Document::parse(std::string_view html) {
    ParserMemory memory;
    // A null pointer is no text to the parser, not even an empty one.
    const GumboOutput* output =
        gumbo_parse_with_options(&memory.options(), html.empty() ? "" : html.data(), html.size());
    auto impl = std::make_unique<Impl>();
    impl->build(*output->document);
    return std::shared_ptr<const Document>(new Document(std::move(impl)));
}

std::optional<std::string_view> Node::attribute(std::string_view attribute_name) const noexcept {
    for (const Attribute& attribute : attributes) {
        if (attribute.name == attribute_name) return attribute.value;
    }
    return {};
}

const Node* next_in(const Node& within, const Node& node) {
    if (node.first_child != nullptr) return node.first_child;
    const Node* at = &node;
    while (at != &within && at->next == nullptr) at = at->parent;
    return at == &within ? nullptr : at->next;
}

const Node* next_element_sibling(const Node& node) {
    const Node* at = node.next;
    while (at != nullptr && !at->is_element()) at = at->next;
    return at;
}

const Node* previous_element_sibling(const Node& node) {
    const Node* at = node.previous;
    while (at != nullptr && !at->is_element()) at = at->previous;
    return at;
}

const Node* first_element_child(const Node& node) {
    const Node* at = node.first_child;
    while (at != nullptr && !at->is_element()) at = at->next;
    return at;
}

const Node* last_element_child(const Node& node) {
    const Node* at = node.last_child;
    while (at != nullptr && !at->is_element()) at = at->previous;
    return at;
}

const Node* parent_element(const Node& node) {
    return node.parent != nullptr && node.parent->is_element() ? node.parent : nullptr;
}

bool is_below(const Node& node, const Node& ancestor) {
    for (const Node* at = node.parent; at != nullptr; at = at->parent) {
        if (at == &ancestor) return true;
    }
    return false;
}

std::string text_content(const Node& node) {
    std::string out;
    for (const Node* at = &node; at != nullptr; at = next_in(node, *at)) {
        if (at->type == NodeType::text) out += at->text;
    }
    return out;
}

std::string own_text(const Node& node) {
    std::string out;
    for (const Node* child = node.first_child; child != nullptr; child = child->next) {
        if (child->type == NodeType::text) out += child->text;
    }
    return out;
}

std::string inner_html(const Node& node) {
    std::string out;
    for (const Node* child = node.first_child; child != nullptr; child = child->next) append_html(*child, out);
    return out;
}

std::string outer_html(const Node& node) {
    std::string out;
    append_html(node, out);
    return out;
}

}  // namespace k6::js::html
