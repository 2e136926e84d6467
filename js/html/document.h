// An HTML document as a tree that does not change: parsed by the rules of HTML5, whatever the text.
//
//   std::shared_ptr<const Document> page = Document::parse("<p id=a>Hello <b>you</b>");
//   const Node& body = *page->root().first_child->last_child;        // html, then body
//   body.first_child->attribute("id") == "a";
//   text_content(body) == "Hello you";
//   inner_html(*body.first_child) == "Hello <b>you</b>";
//
// All nodes and texts lie in the document's own memory: pointers hold as long as the document. Nothing here recurses
// over the tree. Reading from several threads is fine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace k6::js::html {

/// The numbers are those of the DOM's nodeType.
enum class NodeType : std::uint8_t { element = 1, text = 3, comment = 8, document = 9, doctype = 10 };
enum class Namespace : std::uint8_t { html, svg, mathml };

struct Attribute {
    /// Lower case in HTML elements.
    std::string_view name;
    std::string_view value;
    /// "xlink" of xlink:href; mostly empty.
    std::string_view prefix;
};

struct Node {
    NodeType type = NodeType::element;
    Namespace name_space = Namespace::html;
    /// Place in document order.
    std::uint32_t order = 0;
    /// Of an element among its parent's elements, from 1.
    std::uint32_t position = 0;
    /// An element's tag, a doctype's name.
    std::string_view name;
    /// Of text and comments.
    std::string_view text;
    std::span<const Attribute> attributes;
    const Node* parent = nullptr;
    const Node* first_child = nullptr;
    const Node* last_child = nullptr;
    const Node* previous = nullptr;
    const Node* next = nullptr;

    bool is_element() const noexcept { return type == NodeType::element; }
    bool is_element(std::string_view tag) const noexcept { return is_element() && name == tag; }
    bool has_attribute(std::string_view attribute_name) const noexcept { return attribute(attribute_name).has_value(); }
    std::optional<std::string_view> attribute(std::string_view attribute_name) const noexcept;
    std::string_view attribute_or(std::string_view attribute_name, std::string_view otherwise) const noexcept {
        return attribute(attribute_name).value_or(otherwise);
    }
};

class Document {
public:
    static std::shared_ptr<const Document> parse(std::string_view html);
    ~Document();
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    const Node& root() const noexcept;
    /// Memory that the document takes.
    std::size_t bytes() const noexcept;

private:
    struct Impl;
    explicit Document(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Walking

/// The next node in document order within `within`, or null at its end.
const Node* next_in(const Node& within, const Node& node);
const Node* next_element_sibling(const Node& node);
const Node* previous_element_sibling(const Node& node);
const Node* first_element_child(const Node& node);
const Node* last_element_child(const Node& node);
/// Null for the outermost element.
const Node* parent_element(const Node& node);
/// Whether `node` is below `ancestor`; not for itself.
bool is_below(const Node& node, const Node& ancestor);

// Text

/// All text inside of an element; the text itself of a text node; empty for comments.
std::string text_content(const Node& node);
/// The text directly inside of an element.
std::string own_text(const Node& node);
/// The content as HTML.
std::string inner_html(const Node& node);
/// The node itself as HTML.
std::string outer_html(const Node& node);

}  // namespace k6::js::html
