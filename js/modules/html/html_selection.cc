#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "js/modules/html/html_objects.h"

namespace k6::js {
namespace {

using html::Node;

HtmlSelection& self_of(Call& call) { return call.self<HtmlSelection>(); }

/// A Selection made from the one that the method is called on.
Value derived(Call& call, HtmlNodes nodes) {
    return make_selection(call.state(), self_of(call).page, std::move(nodes), call.this_value());
}

/// Collects nodes once each, in the order they come.
class Collector {
public:
    void add(const Node* node) {
        if (node != nullptr && seen_.insert(node).second) nodes_.push_back(node);
    }
    HtmlNodes take() { return std::move(nodes_); }

private:
    HtmlNodes nodes_;
    std::unordered_set<const Node*> seen_;
};

const char* kind_of(const Value& value) {
    switch (value.type()) {
        case Value::Type::undefined:
            return "undefined";
        case Value::Type::null:
            return "null";
        case Value::Type::boolean:
            return "boolean";
        case Value::Type::number:
            return "number";
        case Value::Type::function:
            return "function";
        default:
            return value.is_array() ? "array" : "object";
    }
}

/// What a method's argument picks: nodes that match a selector, or that belong to a set.
class Picker {
public:
    /// Selector text, a Selection or an Element; anything else is a GoError.
    Picker(Call& call, std::size_t index) {
        const Value argument = call[index];
        if (argument.is_string()) {
            selector_ = selector_of(call.state(), call.text(index));
        } else if (const auto* selection = argument.native<HtmlSelection>()) {
            set_ = selection->nodes;
            is_set_ = true;
        } else if (const auto* element = argument.native<HtmlElement>()) {
            set_ = {element->node};
            is_set_ = true;
        } else {
            throw GoError(std::string("invalid argument, cannot use a '") + kind_of(argument) + "' as a selector");
        }
    }

    bool is_set() const { return is_set_; }
    const HtmlNodes& set() const { return set_; }
    const html::Selector* selector() const { return selector_.get(); }

    bool picks(const Node& node) const {
        if (is_set_) return std::find(set_.begin(), set_.end(), &node) != set_.end();
        return selector_ != nullptr && selector_->matches(node);
    }

private:
    std::shared_ptr<const html::Selector> selector_;
    HtmlNodes set_;
    bool is_set_ = false;
};

/// The optional selector of children(), next() and the like.
class OptionalFilter {
public:
    OptionalFilter(Call& call, std::size_t index) {
        if (!call[index].is_nullish()) picker_.emplace(call, index);
    }
    bool passes(const Node& node) const { return !picker_ || picker_->picks(node); }

private:
    std::optional<Picker> picker_;
};

/// A method that goes from each node to others by `step(node, add)`.
template <class Step>
Value traverse(Call& call, Step&& step) {
    const OptionalFilter filter(call, 0);
    Collector found;
    const auto add = [&](const Node* node) {
        if (node != nullptr && filter.passes(*node)) found.add(node);
    };
    for (const Node* node : self_of(call).nodes) step(*node, add);
    return derived(call, found.take());
}

/// The same with an end: `next(node)` steps on, until the first that the argument picks.
template <class Next>
Value traverse_until(Call& call, Next&& next) {
    std::optional<Picker> until;
    if (!call[0].is_nullish()) until.emplace(call, 0);
    const OptionalFilter filter(call, 1);
    Collector found;
    for (const Node* node : self_of(call).nodes) {
        for (const Node* at = next(*node); at != nullptr && !(until && until->picks(*at)); at = next(*at)) {
            if (filter.passes(*at)) found.add(at);
        }
    }
    return derived(call, found.take());
}

// ---- more and fewer nodes

Value find(Call& call) {
    const Picker picker(call, 0);
    Collector found;
    for (const Node* top : self_of(call).nodes) {
        if (picker.is_set()) {
            for (const Node* node : picker.set()) {
                if (html::is_below(*node, *top)) found.add(node);
            }
        } else if (picker.selector() != nullptr) {
            for (const Node* node : picker.selector()->all_in(*top)) found.add(node);
        }
    }
    return derived(call, found.take());
}

Value single(Call& call) {
    const auto selector = selector_of(call.state(), call.text(0));
    if (selector == nullptr) return derived(call, {});
    for (const Node* top : self_of(call).nodes) {
        if (const Node* node = selector->first_in(*top)) return derived(call, {node});
    }
    return derived(call, {});
}

Value add(Call& call) {
    const Picker picker(call, 0);
    HtmlSelection& self = self_of(call);
    Collector found;
    for (const Node* node : self.nodes) found.add(node);
    if (picker.is_set()) {
        for (const Node* node : picker.set()) found.add(node);
    } else if (picker.selector() != nullptr) {
        for (const Node* node : picker.selector()->all_in(self.page.page->document->root())) found.add(node);
    }
    return derived(call, found.take());
}

Value closest(Call& call) {
    const Picker picker(call, 0);
    Collector found;
    for (const Node* node : self_of(call).nodes) {
        const Node* at = node;
        while (at != nullptr && !picker.picks(*at)) at = at->parent;
        found.add(at);
    }
    return derived(call, found.take());
}

Value has(Call& call) {
    const Picker picker(call, 0);
    HtmlNodes kept;
    for (const Node* node : self_of(call).nodes) {
        const bool holds = picker.is_set()
                               ? std::any_of(picker.set().begin(), picker.set().end(),
                                             [&](const Node* inner) { return html::is_below(*inner, *node); })
                               : picker.selector() != nullptr && picker.selector()->first_in(*node) != nullptr;
        if (holds) kept.push_back(node);
    }
    return derived(call, std::move(kept));
}

/// For filter, not and is, whose argument may be a function, too: calls `take(node)` for the nodes that it picks.
template <class Take>
void pick(Call& call, Take&& take) {
    const HtmlNodes nodes = self_of(call).nodes;
    if (!call[0].is_function()) {
        const Picker picker(call, 0);
        for (const Node* node : nodes) take(*node, picker.picks(*node));
        return;
    }
    const Value test = call[0];
    const HtmlPageRef page = self_of(call).page;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Value one = make_selection(call.state(), page, {nodes[i]});
        take(*nodes[i], test.call({}, {Value(i), one}).truthy());
    }
}

Value filter(Call& call) {
    HtmlNodes kept;
    pick(call, [&](const Node& node, bool picked) {
        if (picked) kept.push_back(&node);
    });
    return derived(call, std::move(kept));
}

Value negation(Call& call) {
    HtmlNodes kept;
    pick(call, [&](const Node& node, bool picked) {
        if (!picked) kept.push_back(&node);
    });
    return derived(call, std::move(kept));
}

Value is(Call& call) {
    bool any = false;
    pick(call, [&](const Node&, bool picked) { any = any || picked; });
    return any;
}

// ---- neighbours

Value children(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) {
        for (const Node* at = html::first_element_child(node); at != nullptr; at = html::next_element_sibling(*at))
            add(at);
    });
}
Value contents(Call& call) {
    Collector found;
    for (const Node* node : self_of(call).nodes) {
        for (const Node* at = node->first_child; at != nullptr; at = at->next) found.add(at);
    }
    return derived(call, found.take());
}
Value parent(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) { add(html::parent_element(node)); });
}
Value parents(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) {
        for (const Node* at = html::parent_element(node); at != nullptr; at = html::parent_element(*at)) add(at);
    });
}
Value siblings(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) {
        if (node.parent == nullptr) return;
        for (const Node* at = html::first_element_child(*node.parent); at != nullptr;
             at = html::next_element_sibling(*at)) {
            if (at != &node) add(at);
        }
    });
}
Value next(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) { add(html::next_element_sibling(node)); });
}
Value next_all(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) {
        for (const Node* at = html::next_element_sibling(node); at != nullptr; at = html::next_element_sibling(*at))
            add(at);
    });
}
Value prev(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) { add(html::previous_element_sibling(node)); });
}
Value prev_all(Call& call) {
    return traverse(call, [](const Node& node, const auto& add) {
        for (const Node* at = html::previous_element_sibling(node); at != nullptr;
             at = html::previous_element_sibling(*at)) {
            add(at);
        }
    });
}
Value next_until(Call& call) { return traverse_until(call, html::next_element_sibling); }
Value prev_until(Call& call) { return traverse_until(call, html::previous_element_sibling); }
Value parents_until(Call& call) { return traverse_until(call, html::parent_element); }

// ---- places in the set

/// An index argument within [-size, size], counted from the end if negative; `missing` if it is not given.
std::ptrdiff_t position(Call& call, std::size_t argument, std::ptrdiff_t size, std::ptrdiff_t missing) {
    if (!call.has(argument)) return missing;
    const std::int64_t given = call.integer(argument);
    return static_cast<std::ptrdiff_t>(given < 0 ? std::max<std::int64_t>(given + size, -1)
                                                 : std::min<std::int64_t>(given, size));
}

Value at_position(Call& call, std::ptrdiff_t index) {
    const HtmlNodes& nodes = self_of(call).nodes;
    if (index < 0 || index >= std::ssize(nodes)) return derived(call, {});
    return derived(call, {nodes[static_cast<std::size_t>(index)]});
}
Value eq(Call& call) { return at_position(call, position(call, 0, std::ssize(self_of(call).nodes), 0)); }
Value first(Call& call) { return at_position(call, 0); }
Value last(Call& call) { return at_position(call, std::ssize(self_of(call).nodes) - 1); }

Value slice(Call& call) {
    const HtmlNodes& nodes = self_of(call).nodes;
    const std::ptrdiff_t size = std::ssize(nodes);
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(position(call, 0, size, 0), 0);
    const std::ptrdiff_t end = std::max<std::ptrdiff_t>(position(call, 1, size, size), 0);
    if (begin >= end) return derived(call, {});
    return derived(call, HtmlNodes(nodes.begin() + begin, nodes.begin() + end));
}

Value end(Call& call) {
    State& state = call.state();
    const Value previous = self_of(call).previous.load(state);
    return previous.is_undefined() ? make_selection(state, self_of(call).page, {}) : previous;
}

Value get(Call& call) {
    const HtmlSelection& self = self_of(call);
    if (!call.has(0)) return make_elements(call.state(), self.page, self.nodes);
    const std::int64_t index = call.integer(0);
    const std::int64_t size = std::ssize(self.nodes);
    if (index >= size || index <= -size) return {};
    return make_element(call.state(), self.page,
                        *self.nodes[static_cast<std::size_t>(index < 0 ? index + size : index)]);
}

Value to_array(Call& call) {
    const Value array = call.state().array();
    for (const Node* node : self_of(call).nodes) array.append(derived(call, {node}));
    return array;
}

Value size(Call& call) { return self_of(call).nodes.size(); }

double index_in(const HtmlNodes& nodes, const Node* node) {
    const auto found = std::find(nodes.begin(), nodes.end(), node);
    return found == nodes.end() ? -1 : static_cast<double>(found - nodes.begin());
}

Value index(Call& call) {
    const HtmlSelection& self = self_of(call);
    if (self.nodes.empty()) return -1;
    if (!call.has(0)) {
        const Node& node = *self.nodes.front();
        return node.is_element() && node.parent != nullptr ? static_cast<double>(node.position) - 1 : -1.0;
    }
    const Picker picker(call, 0);
    if (picker.is_set()) return picker.set().empty() ? -1.0 : index_in(self.nodes, picker.set().front());
    if (picker.selector() == nullptr) return -1;
    return index_in(picker.selector()->all_in(self.page.page->document->root()), self.nodes.front());
}

// ---- functions for each

Value each(Call& call) {
    const Value visit = call[0];
    if (!visit.is_function()) throw GoError("the argument to each() must be a function");
    State& state = call.state();
    const HtmlNodes nodes = self_of(call).nodes;
    const HtmlPageRef page = self_of(call).page;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        try {
            visit.call({}, {Value(i), make_element(state, page, *nodes[i])});
        } catch (const ScriptException& thrown) {
            throw GoError("the function passed to each() failed: " + describe(state, thrown.value()).text);
        }
    }
    return call.this_value();
}

Value map(Call& call) {
    const Value visit = call[0];
    if (!visit.is_function()) throw GoError("the argument to map() must be a function");
    State& state = call.state();
    const HtmlNodes nodes = self_of(call).nodes;
    const HtmlPageRef page = self_of(call).page;
    const Value results = state.array();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        try {
            results.append(visit.call({}, {Value(i), make_selection(state, page, {nodes[i]})}));
        } catch (const ScriptException&) {
            // The reference leaves such an item out, too.
        }
    }
    return results;
}

// ---- content

Value text(Call& call) {
    std::string out;
    for (const Node* node : self_of(call).nodes) out += html::text_content(*node);
    return call.state().string(out);
}

Value inner_html(Call& call) {
    const HtmlNodes& nodes = self_of(call).nodes;
    return call.state().string(nodes.empty() ? std::string() : html::inner_html(*nodes.front()));
}

Value attr(Call& call) {
    const HtmlNodes& nodes = self_of(call).nodes;
    if (!nodes.empty()) {
        if (const auto value = nodes.front()->attribute(call.text(0))) return call.state().string(*value);
    }
    return call[1];
}

Value val(Call& call) {
    const HtmlNodes& nodes = self_of(call).nodes;
    return nodes.empty() ? Value() : control_value(call.state(), *nodes.front());
}

Value data(Call& call) {
    const HtmlNodes& nodes = self_of(call).nodes;
    if (nodes.empty()) return {};
    if (call.has(0)) return data_value(call.state(), *nodes.front(), call.text(0));
    return data_object(call.state(), *nodes.front());
}

Value serialize(Call& call) {
    State& state = call.state();
    return state.string(encode_form_values(state, form_values(state, self_of(call).nodes)));
}

Value serialize_array(Call& call) {
    State& state = call.state();
    const Value array = state.array();
    for (const FormValue& value : form_values(state, self_of(call).nodes)) {
        const Value entry = state.object();
        entry.set("name", state.string(value.name));
        entry.set("value", value.value);
        array.append(entry);
    }
    return array;
}

Value serialize_object(Call& call) {
    State& state = call.state();
    const Value object = state.object();
    for (const FormValue& value : form_values(state, self_of(call).nodes)) object.set(value.name, value.value);
    return object;
}

constexpr FunctionDefinition methods[] = {
    {"add", 1, add},
    {"attr", 2, attr},
    {"children", 1, children},
    {"closest", 1, closest},
    {"contents", 0, contents},
    {"data", 1, data},
    {"each", 1, each},
    {"end", 0, end},
    {"eq", 1, eq},
    {"filter", 1, filter},
    {"find", 1, find},
    {"first", 0, first},
    {"get", 1, get},
    {"has", 1, has},
    {"html", 0, inner_html},
    {"index", 1, index},
    {"is", 1, is},
    {"last", 0, last},
    {"map", 1, map},
    {"next", 1, next},
    {"nextAll", 1, next_all},
    {"nextUntil", 2, next_until},
    {"not", 1, negation},
    {"parent", 1, parent},
    {"parents", 1, parents},
    {"parentsUntil", 2, parents_until},
    {"prev", 1, prev},
    {"prevAll", 1, prev_all},
    {"prevUntil", 2, prev_until},
    {"serialize", 0, serialize},
    {"serializeArray", 0, serialize_array},
    {"serializeObject", 0, serialize_object},
    {"siblings", 1, siblings},
    {"single", 1, single},
    {"size", 0, size},
    {"slice", 2, slice},
    {"text", 0, text},
    {"toArray", 0, to_array},
    {"val", 0, val},
};

}  // namespace

std::span<const FunctionDefinition> selection_methods() { return methods; }

}  // namespace k6::js
