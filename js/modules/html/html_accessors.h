// Native functions that read one attribute of an element, made from its name and type.
//
//   constexpr FunctionDefinition methods[] = {{"src", 0, url_attribute<"src">}, {"width", 0, int_attribute<"width",
//   0>}};
//
// The State's thread only.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "js/modules/html/html_objects.h"

namespace k6::js {

/// A string as a template argument.
template <std::size_t N>
struct AttributeName {
    consteval AttributeName(const char (&name)[N]) { std::copy_n(name, N, text); }
    constexpr std::string_view view() const { return {text, N - 1}; }
    char text[N];
};

inline const HtmlElement& element_of(Call& call) { return call.self<HtmlElement>(); }
inline const html::Node& node_of(Call& call) { return *element_of(call).node; }

inline Value attribute_text(Call& call, std::string_view name, std::string_view otherwise = {}) {
    return call.state().string(node_of(call).attribute_or(name, otherwise));
}

/// The attribute, or ''.
template <AttributeName Name>
Value string_attribute(Call& call) {
    return attribute_text(call, Name.view());
}

template <AttributeName Name, AttributeName Otherwise>
Value string_attribute_or(Call& call) {
    return attribute_text(call, Name.view(), Otherwise.view());
}

/// Whether it is there.
template <AttributeName Name>
Value bool_attribute(Call& call) {
    return node_of(call).has_attribute(Name.view());
}

inline int parse_int(std::string_view text, int otherwise) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

template <AttributeName Name, int Otherwise>
Value int_attribute(Call& call) {
    return parse_int(node_of(call).attribute_or(Name.view(), ""), Otherwise);
}

/// Against the page's URL; '' if there is none.
inline Value url_of(Call& call, std::string_view name) {
    const auto value = node_of(call).attribute(name);
    return call.state().string(value ? resolve_reference(*element_of(call).page.page, *value) : std::string());
}
template <AttributeName Name>
Value url_attribute(Call& call) {
    return url_of(call, Name.view());
}

/// One of the values, else the first.
template <AttributeName Name, AttributeName First, AttributeName... Others>
Value enum_attribute(Call& call) {
    const std::string_view value = node_of(call).attribute_or(Name.view(), "");
    const bool listed = ((value == Others.view()) || ...);
    return call.state().string(listed ? value : First.view());
}

/// One of the values, else undefined.
template <AttributeName Name, AttributeName... Listed>
Value optional_enum_attribute(Call& call) {
    const std::string_view value = node_of(call).attribute_or(Name.view(), "");
    const bool listed = ((value == Listed.view()) || ...);
    return listed ? call.state().string(value) : Value();
}

template <AttributeName Text>
Value constant_text(Call& call) {
    static_cast<void>(element_of(call));
    return call.state().string(Text.view());
}

/// Words of an attribute.
Value word_list(State& state, std::string_view text);
template <AttributeName Name>
Value list_attribute(Call& call) {
    return word_list(call.state(), node_of(call).attribute_or(Name.view(), ""));
}

inline Value own_text(Call& call) { return call.state().string(html::text_content(node_of(call))); }

// Neighbours as Elements
inline Value element_or_undefined(Call& call, const html::Node* node) {
    return make_element(call.state(), element_of(call).page, node);
}
inline Value elements(Call& call, const HtmlNodes& nodes) {
    return make_elements(call.state(), element_of(call).page, nodes);
}

/// The form that a control belongs to: by its `form` attribute, or the one around it.
const html::Node* owner_form(Call& call);
Value owner_form_element(Call& call);
/// Labels for an element or around it.
Value labels(Call& call);

/// `a`, `area`; form controls; tables: each in a file of its own.
std::span<const FunctionDefinition> link_element_methods(std::string_view tag);
std::span<const FunctionDefinition> form_element_methods(std::string_view tag);
std::span<const FunctionDefinition> table_element_methods(std::string_view tag);

}  // namespace k6::js
