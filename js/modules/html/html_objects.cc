#include "js/modules/html/html_objects.h"

#include "proto_http/url.h"

namespace k6::js {
namespace {

constexpr char realm_name[] = "k6/html";
// A script has so many at most; one that makes up selectors gets them compiled anew.
constexpr std::size_t kept_selectors = 256;

Value url(State& state, HtmlSelection& self) { return state.string(self.page.page->url); }

/// Objects of C++ data, as the engine accounts for them.
std::size_t memory_of(const HtmlNodes& nodes) { return sizeof(HtmlSelection) + nodes.capacity() * sizeof(nodes[0]); }

}  // namespace

const LazyProperty<HtmlSelection> HtmlSelection::js_lazy[1] = {{"url", url}};

HtmlRealm& html_realm(State& state) {
    const Value known = state.hidden(realm_name);
    if (known.is_object()) return *known.native<HtmlRealm>();
    const Value selection = state.object();
    state.define_functions(selection, selection_methods());
    const Value element = state.object();
    state.define_functions(element, element_methods());
    const Value made = state.native<HtmlRealm>(state.object(), sizeof(HtmlRealm));
    HtmlRealm& realm = *made.native<HtmlRealm>();
    realm.selection_prototype = selection;
    realm.element_prototype = element;
    state.set_hidden(realm_name, made);
    return realm;
}

Value make_page(State& state, std::string_view html, std::string url) {
    auto document = html::Document::parse(html);
    const std::size_t bytes = document->bytes() + url.size();
    const html::Node& root = document->root();
    const Value page = state.native<HtmlPage>(state.object(), bytes, std::move(document), std::move(url));
    return make_selection(state, {page, page.native<HtmlPage>()}, {&root});
}

Value make_selection(State& state, const HtmlPageRef& page, HtmlNodes nodes, const Value& previous) {
    const std::size_t bytes = memory_of(nodes);
    return state.native<HtmlSelection>(html_realm(state).selection_prototype.load(state), bytes, page, std::move(nodes),
                                       TracedValue(previous));
}

Value make_element(State& state, const HtmlPageRef& page, const html::Node& node) {
    HtmlRealm& realm = html_realm(state);
    Value prototype = realm.element_prototype.load(state);
    if (node.is_element()) {
        const auto methods = typed_element_methods(node.name);
        if (!methods.empty()) {
            const auto known = realm.typed_prototypes.find(node.name);
            if (known != realm.typed_prototypes.end()) {
                prototype = known->second.load(state);
            } else {
                prototype = state.object(prototype);
                state.define_functions(prototype, methods);
                realm.typed_prototypes.emplace(node.name, prototype);
            }
        }
    }
    return state.native<HtmlElement>(prototype, sizeof(HtmlElement), page, &node);
}

Value make_element(State& state, const HtmlPageRef& page, const html::Node* node) {
    return node == nullptr ? Value() : make_element(state, page, *node);
}

Value make_elements(State& state, const HtmlPageRef& page, const HtmlNodes& nodes) {
    const Value array = state.array();
    for (const html::Node* node : nodes) array.append(make_element(state, page, *node));
    return array;
}

std::shared_ptr<const html::Selector> selector_of(State& state, std::string_view text) {
    auto& known = html_realm(state).selectors;
    if (const auto found = known.find(text); found != known.end()) return found->second;
    if (known.size() >= kept_selectors) known.clear();
    auto compiled = html::Selector::compile(text);
    auto selector = compiled ? std::make_shared<const html::Selector>(std::move(*compiled)) : nullptr;
    known.emplace(text, selector);
    return selector;
}

HtmlNodes find_all(State& state, const html::Node& top, std::string_view selector) {
    const auto compiled = selector_of(state, selector);
    return compiled == nullptr ? HtmlNodes() : compiled->all_in(top);
}

const html::Node* find_first(State& state, const html::Node& top, std::string_view selector) {
    const auto compiled = selector_of(state, selector);
    return compiled == nullptr ? nullptr : compiled->first_in(top);
}

const html::Node* closest_tag(const html::Node& node, std::string_view tag) {
    const html::Node* at = &node;
    while (at != nullptr && !at->is_element(tag)) at = at->parent;
    return at;
}

const html::Node* find_id(const HtmlPage& page, std::string_view id) {
    const html::Node& root = page.document->root();
    for (const html::Node* at = &root; at != nullptr; at = html::next_in(root, *at)) {
        if (at->is_element() && at->attribute("id") == id) return at;
    }
    return nullptr;
}

std::string resolve_reference(const HtmlPage& page, std::string_view reference) {
    if (page.url.empty()) return std::string(reference);
    const auto base = http::Url::parse(page.url);
    if (!base) return std::string(reference);
    const auto resolved = base->resolve(reference);
    return resolved ? resolved->text() : std::string(reference);
}

}  // namespace k6::js
