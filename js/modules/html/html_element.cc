// The methods of every Element.
#include <algorithm>

#include "js/modules/html/html_accessors.h"

namespace k6::js {
namespace {

using html::Node;
using html::NodeType;

/// A neighbour as an Element, undefined if there is none.
Value element(Call& call, const Node* node) { return make_element(call.state(), element_of(call).page, node); }

Value optional_text(Call& call, std::optional<std::string_view> text) {
    return text ? call.state().string(*text) : Value();
}

std::string_view namespace_uri_of(const Node& node) {
    switch (node.name_space) {
        case html::Namespace::svg:
            return "http://www.w3.org/2000/svg";
        case html::Namespace::mathml:
            return "http://www.w3.org/1998/Math/MathML";
        default:
            return "http://www.w3.org/1999/xhtml";
    }
}

Value node_name(Call& call) {
    const Node& node = node_of(call);
    switch (node.type) {
        case NodeType::text:
            return call.state().literal("#text");
        case NodeType::comment:
            return call.state().literal("#comment");
        case NodeType::document:
            return call.state().literal("#document");
        default:
            return call.state().string(node.name);
    }
}

Value node_type(Call& call) { return static_cast<int>(node_of(call).type); }

Value node_value(Call& call) {
    const Node& node = node_of(call);
    return node.type == NodeType::text || node.type == NodeType::comment ? call.state().string(node.text) : Value();
}

Value inner_html(Call& call) { return call.state().string(html::inner_html(node_of(call))); }
Value text_content(Call& call) { return call.state().string(html::text_content(node_of(call))); }
Value id(Call& call) { return call.state().string(node_of(call).attribute_or("id", "")); }
Value lang(Call& call) { return call.state().string(node_of(call).attribute_or("lang", "")); }
Value class_name(Call& call) { return optional_text(call, node_of(call).attribute("class")); }
Value class_list(Call& call) { return word_list(call.state(), node_of(call).attribute_or("class", "")); }

/// An attribute as an object of its own.
struct HtmlAttribute {
    static constexpr const char* js_name = "Attribute";
    const html::Attribute* attribute;
    std::string_view uri;
    /// Keeps the texts alive.
    HtmlPageRef page;
    void js_trace(Tracer& tracer) const { page.js_trace(tracer); }
};

constexpr FunctionDefinition attribute_methods[] = {
    {"localName", 0,
     [](Call& call) -> Value { return call.state().string(call.self<HtmlAttribute>().attribute->name); }},
    {"namespaceURI", 0, [](Call& call) -> Value { return call.state().string(call.self<HtmlAttribute>().uri); }},
    {"prefix", 0,
     [](Call& call) -> Value { return call.state().string(call.self<HtmlAttribute>().attribute->prefix); }},
};

Value attribute_object(Call& call, const html::Attribute& attribute) {
    State& state = call.state();
    const Value prototype = state.object();
    state.define_functions(prototype, attribute_methods);
    std::string_view uri;
    if (attribute.prefix == "xlink") uri = "http://www.w3.org/1999/xlink";
    if (attribute.prefix == "xml") uri = "http://www.w3.org/XML/1998/namespace";
    if (attribute.prefix == "xmlns") uri = "http://www.w3.org/2000/xmlns/";
    const Value object =
        state.native<HtmlAttribute>(prototype, sizeof(HtmlAttribute), &attribute, uri, element_of(call).page);
    object.set("name", state.string(attribute.name));
    object.set("value", state.string(attribute.value));
    object.set("owner_element", call.this_value());
    return object;
}

Value attributes(Call& call) {
    const Value object = call.state().object();
    for (const html::Attribute& attribute : node_of(call).attributes) {
        object.set(attribute.name, attribute_object(call, attribute));
    }
    return object;
}

Value get_attribute(Call& call) { return optional_text(call, node_of(call).attribute(call.text(0))); }
Value has_attribute(Call& call) { return node_of(call).has_attribute(call.text(0)); }
Value has_attributes(Call& call) { return !node_of(call).attributes.empty(); }

Value get_attribute_node(Call& call) {
    const std::string_view name = call.text(0);
    for (const html::Attribute& attribute : node_of(call).attributes) {
        if (attribute.name == name) return attribute_object(call, attribute);
    }
    return {};
}

Value has_child_nodes(Call& call) { return node_of(call).first_child != nullptr; }

Value child_nodes(Call& call) {
    HtmlNodes nodes;
    for (const Node* at = node_of(call).first_child; at != nullptr; at = at->next) nodes.push_back(at);
    return make_elements(call.state(), element_of(call).page, nodes);
}

HtmlNodes element_children(const Node& node) {
    HtmlNodes nodes;
    for (const Node* at = html::first_element_child(node); at != nullptr; at = html::next_element_sibling(*at)) {
        nodes.push_back(at);
    }
    return nodes;
}

Value children(Call& call) {
    return make_elements(call.state(), element_of(call).page, element_children(node_of(call)));
}
Value child_element_count(Call& call) { return element_children(node_of(call)).size(); }

Value first_child(Call& call) { return element(call, node_of(call).first_child); }
Value last_child(Call& call) { return element(call, node_of(call).last_child); }
Value next_sibling(Call& call) { return element(call, node_of(call).next); }
Value previous_sibling(Call& call) { return element(call, node_of(call).previous); }
Value first_element_child(Call& call) { return element(call, html::first_element_child(node_of(call))); }
Value last_element_child(Call& call) { return element(call, html::last_element_child(node_of(call))); }
Value next_element_sibling(Call& call) { return element(call, html::next_element_sibling(node_of(call))); }
Value previous_element_sibling(Call& call) { return element(call, html::previous_element_sibling(node_of(call))); }
Value parent_node(Call& call) { return element(call, node_of(call).parent); }
Value parent_element(Call& call) { return element(call, html::parent_element(node_of(call))); }
Value owner_document(Call& call) { return element(call, &element_of(call).page.page->document->root()); }

Value query_selector(Call& call) { return element(call, find_first(call.state(), node_of(call), call.text(0))); }
Value query_selector_all(Call& call) {
    return make_elements(call.state(), element_of(call).page, find_all(call.state(), node_of(call), call.text(0)));
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
        return lower(x) == lower(y);
    });
}

Value get_elements_by_tag_name(Call& call) {
    const std::string_view name = call.text(0);
    const Node& top = node_of(call);
    HtmlNodes nodes;
    for (const Node* at = html::next_in(top, top); at != nullptr; at = html::next_in(top, *at)) {
        if (at->is_element() && (name == "*" || same_name(at->name, name))) nodes.push_back(at);
    }
    return make_elements(call.state(), element_of(call).page, nodes);
}

bool has_class(const Node& node, std::string_view name) {
    std::string_view classes = node.attribute_or("class", "");
    while (!classes.empty()) {
        const std::size_t size = std::min(classes.find_first_of(" \t\n\r\f"), classes.size());
        if (size > 0 && classes.substr(0, size) == name) return true;
        classes.remove_prefix(std::min(size + 1, classes.size()));
    }
    return false;
}

/// Several names, separated by blanks, are all asked for.
Value get_elements_by_class_name(Call& call) {
    const std::string_view names = call.text(0);
    const Node& top = node_of(call);
    HtmlNodes nodes;
    for (const Node* at = html::next_in(top, top); at != nullptr; at = html::next_in(top, *at)) {
        if (!at->is_element()) continue;
        bool all = false;
        std::string_view rest = names;
        while (!rest.empty()) {
            const std::size_t size = std::min(rest.find(' '), rest.size());
            const std::string_view name = rest.substr(0, size);
            rest.remove_prefix(std::min(size + 1, rest.size()));
            if (name.empty()) continue;
            all = has_class(*at, name);
            if (!all) break;
        }
        if (all) nodes.push_back(at);
    }
    return make_elements(call.state(), element_of(call).page, nodes);
}

Value matches(Call& call) {
    const auto selector = selector_of(call.state(), call.text(0));
    return selector != nullptr && selector->matches(node_of(call));
}

const HtmlElement* other_of(Call& call) { return call[0].native<HtmlElement>(); }

Value contains(Call& call) {
    const HtmlElement* other = other_of(call);
    return other != nullptr && html::is_below(*other->node, node_of(call));
}
Value is_same_node(Call& call) {
    const HtmlElement* other = other_of(call);
    return other != nullptr && other->node == &node_of(call);
}
Value is_equal_node(Call& call) {
    const HtmlElement* other = other_of(call);
    return other != nullptr && html::inner_html(*other->node) == html::inner_html(node_of(call));
}

Value namespace_uri(Call& call) { return call.state().string(namespace_uri_of(node_of(call))); }
Value is_default_namespace(Call& call) { return node_of(call).name_space == html::Namespace::html; }

Value selection(Call& call) { return make_selection(call.state(), element_of(call).page, {&node_of(call)}); }
Value to_string(Call& call) {
    static_cast<void>(element_of(call));
    return call.state().literal("[object html.Node]");
}

constexpr FunctionDefinition methods[] = {
    {"attributes", 0, attributes},
    {"childElementCount", 0, child_element_count},
    {"childNodes", 0, child_nodes},
    {"children", 0, children},
    {"classList", 0, class_list},
    {"className", 0, class_name},
    {"contains", 1, contains},
    {"firstChild", 0, first_child},
    {"firstElementChild", 0, first_element_child},
    {"getAttribute", 1, get_attribute},
    {"getAttributeNode", 1, get_attribute_node},
    {"getElementsByClassName", 1, get_elements_by_class_name},
    {"getElementsByTagName", 1, get_elements_by_tag_name},
    {"hasAttribute", 1, has_attribute},
    {"hasAttributes", 0, has_attributes},
    {"hasChildNodes", 0, has_child_nodes},
    {"id", 0, id},
    {"innerHTML", 0, inner_html},
    {"isDefaultNamespace", 0, is_default_namespace},
    {"isEqualNode", 1, is_equal_node},
    {"isSameNode", 1, is_same_node},
    {"lang", 0, lang},
    {"lastChild", 0, last_child},
    {"lastElementChild", 0, last_element_child},
    {"matches", 1, matches},
    {"namespaceURI", 0, namespace_uri},
    {"nextElementSibling", 0, next_element_sibling},
    {"nextSibling", 0, next_sibling},
    {"nodeName", 0, node_name},
    {"nodeType", 0, node_type},
    {"nodeValue", 0, node_value},
    {"ownerDocument", 0, owner_document},
    {"parentElement", 0, parent_element},
    {"parentNode", 0, parent_node},
    {"previousElementSibling", 0, previous_element_sibling},
    {"previousSibling", 0, previous_sibling},
    {"querySelector", 1, query_selector},
    {"querySelectorAll", 1, query_selector_all},
    {"selection", 0, selection},
    {"textContent", 0, text_content},
    {"toString", 0, to_string},
};

}  // namespace

Value word_list(State& state, std::string_view text) {
    const Value array = state.array();
    while (!text.empty()) {
        const std::size_t begin = text.find_first_not_of(" \t\n\r\f");
        if (begin == std::string_view::npos) break;
        text.remove_prefix(begin);
        const std::size_t size = std::min(text.find_first_of(" \t\n\r\f"), text.size());
        array.append(state.string(text.substr(0, size)));
        text.remove_prefix(size);
    }
    return array;
}

std::span<const FunctionDefinition> element_methods() { return methods; }

}  // namespace k6::js
