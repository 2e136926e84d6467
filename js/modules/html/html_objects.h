// The objects of k6/html: Selection and Element, over a page that they share.
//
//   Value page = make_page(state, "<a href=/x>x</a>", "http://host/dir/");   // a Selection of the whole document
//   page.get("find").call(page, {state.string("a")});
//
// The page is an object of its own, which owns the document and tells the engine how large it is; Selections and
// Elements keep it alive. Prototypes are made once per State, those of typed elements when first met.
//
// The State's thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "js/html/document.h"
#include "js/html/selector.h"
#include "js/mujs/binding.h"

namespace k6::js {

using HtmlNodes = std::vector<const html::Node*>;

struct HtmlPage {
    static constexpr const char* js_name = "Document";
    std::shared_ptr<const html::Document> document;
    /// What references in the page are relative to; may be empty.
    std::string url;
};

/// A page from one of its Selections or Elements.
struct HtmlPageRef {
    TracedValue object;
    const HtmlPage* page = nullptr;
    void js_trace(Tracer& tracer) const { tracer.visit(object); }
};

struct HtmlSelection {
    static constexpr const char* js_name = "Selection";
    static const LazyProperty<HtmlSelection> js_lazy[1];
    void js_trace(Tracer& tracer) const {
        page.js_trace(tracer);
        tracer.visit(previous);
    }
    HtmlPageRef page;
    HtmlNodes nodes;
    /// The Selection that this one was made from; undefined for the first.
    TracedValue previous;
};

struct HtmlElement {
    static constexpr const char* js_name = "Element";
    void js_trace(Tracer& tracer) const { page.js_trace(tracer); }
    HtmlPageRef page;
    const html::Node* node = nullptr;
};

/// What one State needs for all of its pages.
struct HtmlRealm {
    static constexpr const char* js_name = "html";
    void js_trace(Tracer& tracer) const {
        tracer.visit(selection_prototype);
        tracer.visit(element_prototype);
        for (const auto& [tag, prototype] : typed_prototypes) tracer.visit(prototype);
    }
    TracedValue selection_prototype;
    TracedValue element_prototype;
    std::map<std::string, TracedValue, std::less<>> typed_prototypes;
    /// By their text; null for text that is no selector.
    std::map<std::string, std::shared_ptr<const html::Selector>, std::less<>> selectors;
};
HtmlRealm& html_realm(State& state);

// Making objects

/// A Selection of a whole document.
Value make_page(State& state, std::string_view html, std::string url);
Value make_selection(State& state, const HtmlPageRef& page, HtmlNodes nodes, const Value& previous = {});
Value make_element(State& state, const HtmlPageRef& page, const html::Node& node);
/// Undefined for null.
Value make_element(State& state, const HtmlPageRef& page, const html::Node* node);
Value make_elements(State& state, const HtmlPageRef& page, const HtmlNodes& nodes);

// Finding

/// Compiled once per State; null if the text is no selector.
std::shared_ptr<const html::Selector> selector_of(State& state, std::string_view text);
/// Those below `top`; none if the text is no selector.
HtmlNodes find_all(State& state, const html::Node& top, std::string_view selector);
const html::Node* find_first(State& state, const html::Node& top, std::string_view selector);
/// The node itself, or the nearest above it, that has this tag; null if there is none.
const html::Node* closest_tag(const html::Node& node, std::string_view tag);
const html::Node* find_id(const HtmlPage& page, std::string_view id);
/// `reference` against the page's URL; as it is if there is none, or it cannot be resolved.
std::string resolve_reference(const HtmlPage& page, std::string_view reference);

// Values of form controls (html_values.cc)

/// What val() gives for one element.
Value control_value(State& state, const html::Node& node);
struct FormValue {
    std::string name;
    /// A string, or an array of them.
    Value value;
};
/// The successful controls among `nodes`, or of the forms among them.
std::vector<FormValue> form_values(State& state, const HtmlNodes& nodes);
/// application/x-www-form-urlencoded, keys in byte order.
std::string encode_form_values(State& state, const std::vector<FormValue>& values);
/// What data(name) and data() give.
Value data_value(State& state, const html::Node& node, std::string_view name);
Value data_object(State& state, const html::Node& node);

// Methods

std::span<const FunctionDefinition> selection_methods();
std::span<const FunctionDefinition> element_methods();
/// What elements of a tag have besides; empty for most.
std::span<const FunctionDefinition> typed_element_methods(std::string_view tag);

}  // namespace k6::js
