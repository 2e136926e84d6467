#include "js/html/selector.h"

#include <string>

#include "js/html/selector_tree.h"

namespace k6::js::html {
namespace {

using View = std::string_view;

bool has_word(View list, View word, bool ignore_case) {
    while (!list.empty()) {
        while (!list.empty() && is_blank(list.front())) list.remove_prefix(1);
        std::size_t size = 0;
        while (size < list.size() && !is_blank(list[size])) ++size;
        const View candidate = list.substr(0, size);
        if (size > 0 && (ignore_case ? equal_ignoring_case(candidate, word) : candidate == word)) return true;
        list.remove_prefix(size);
    }
    return false;
}

bool matches_attribute(const Simple& simple, const Node& node) {
    const auto found = node.attribute(simple.name);
    if (simple.test == AttributeTest::not_equal) {
        return !found || !(simple.ignore_case ? equal_ignoring_case(*found, simple.value) : *found == simple.value);
    }
    if (!found) return false;
    if (simple.test == AttributeTest::present) return true;
    if (simple.test == AttributeTest::regex) return simple.regex->matches(*found);
    const std::string value_copy = simple.ignore_case ? lowered(*found) : std::string();
    const std::string wanted_copy = simple.ignore_case ? lowered(simple.value) : std::string();
    const View value = simple.ignore_case ? View(value_copy) : *found;
    const View wanted = simple.ignore_case ? View(wanted_copy) : View(simple.value);
    switch (simple.test) {
        case AttributeTest::equal:
            return value == wanted;
        case AttributeTest::word:
            return has_word(value, wanted, false);
        case AttributeTest::dash:
            return value == wanted ||
                   (value.size() > wanted.size() && value.starts_with(wanted) && value[wanted.size()] == '-');
        case AttributeTest::prefix:
            return !wanted.empty() && value.starts_with(wanted);
        case AttributeTest::suffix:
            return !wanted.empty() && value.ends_with(wanted);
        case AttributeTest::substring:
            return !wanted.empty() && value.find(wanted) != View::npos;
        default:
            return false;
    }
}

bool matches_list(const SelectorList& list, const Node& node);

int position_of_type(bool from_end, const Node& node) {
    int position = 1;
    for (const Node* at = from_end ? node.next : node.previous; at != nullptr;
         at = from_end ? at->next : at->previous) {
        if (at->is_element() && at->name == node.name) ++position;
    }
    return position;
}

bool matches_nth(const Simple& simple, const Node& node) {
    // Only elements inside of something are counted, the outermost one too.
    if (node.parent == nullptr) return false;
    int position = 0;
    if (!simple.of_type) {
        const auto last = static_cast<int>(last_element_child(*node.parent)->position);
        position = simple.from_end ? last + 1 - static_cast<int>(node.position) : static_cast<int>(node.position);
    } else {
        position = position_of_type(simple.from_end, node);
    }
    const int offset = position - simple.b;
    if (simple.a == 0) return offset == 0;
    return offset % simple.a == 0 && offset / simple.a >= 0;
}

bool is_only(const Simple& simple, const Node& node) {
    if (node.parent == nullptr) return false;
    for (const Node* at = node.parent->first_child; at != nullptr; at = at->next) {
        if (at != &node && at->is_element() && (!simple.of_type || at->name == node.name)) return false;
    }
    return true;
}

bool is_empty(const Node& node) {
    for (const Node* child = node.first_child; child != nullptr; child = child->next) {
        if (child->type == NodeType::element || child->type == NodeType::text) return false;
    }
    return true;
}

bool can_be_disabled(const Node& node) {
    return node.name == "button" || node.name == "input" || node.name == "select" || node.name == "textarea" ||
           node.name == "optgroup" || node.name == "option" || node.name == "fieldset" || node.name == "menuitem";
}

/// Inside a disabled fieldset, but not in its first legend.
bool in_disabled_fieldset(const Node& node) {
    for (const Node* at = &node; at->parent != nullptr; at = at->parent) {
        const Node& parent = *at->parent;
        if (!parent.is_element("fieldset") || !parent.has_attribute("disabled")) continue;
        const Node* legend = first_element_child(parent);
        while (legend != nullptr && legend->name != "legend") legend = next_element_sibling(*legend);
        if (legend != at) return true;
    }
    return false;
}

bool is_disabled(const Node& node) {
    if (!can_be_disabled(node)) return false;
    if (node.has_attribute("disabled")) return true;
    if (node.name == "option") {
        return node.parent != nullptr && node.parent->is_element("optgroup") && node.parent->has_attribute("disabled");
    }
    return (node.name == "button" || node.name == "input" || node.name == "select" || node.name == "textarea") &&
           in_disabled_fieldset(node);
}

bool is_enabled(const Node& node) {
    if (node.name == "a" || node.name == "area" || node.name == "link") return node.has_attribute("href");
    return can_be_disabled(node) && !is_disabled(node);
}

bool is_checked(const Node& node) {
    if (node.name == "option") return node.has_attribute("selected");
    if (node.name != "input") return false;
    const View type = node.attribute_or("type", "");
    return (equal_ignoring_case(type, "checkbox") || equal_ignoring_case(type, "radio")) &&
           node.has_attribute("checked");
}

bool has_language(const Node& node, View language) {
    for (const Node* at = &node; at != nullptr; at = at->parent) {
        const auto value = at->attribute("lang");
        if (!value) continue;
        const std::string own = lowered(*value);
        return own == language ||
               (own.size() > language.size() && own.starts_with(language) && own[language.size()] == '-');
    }
    return false;
}

bool has_match(const SelectorList& list, const Node& node, bool children_only) {
    if (children_only) {
        for (const Node* child = node.first_child; child != nullptr; child = child->next) {
            if (child->is_element() && matches_list(list, *child)) return true;
        }
        return false;
    }
    for (const Node* at = next_in(node, node); at != nullptr; at = next_in(node, *at)) {
        if (at->is_element() && matches_list(list, *at)) return true;
    }
    return false;
}

bool matches_pseudo(const Simple& simple, const Node& node) {
    switch (simple.pseudo) {
        case Pseudo::never:
            return false;
        case Pseudo::root:
            return node.parent != nullptr && node.parent->type == NodeType::document;
        case Pseudo::empty:
            return is_empty(node);
        case Pseudo::nth:
            return matches_nth(simple, node);
        case Pseudo::only:
            return is_only(simple, node);
        case Pseudo::checked:
            return is_checked(node);
        case Pseudo::disabled:
            return is_disabled(node);
        case Pseudo::enabled:
            return is_enabled(node);
        case Pseudo::link:
            return (node.name == "a" || node.name == "area" || node.name == "link") && node.has_attribute("href");
        case Pseudo::lang:
            return has_language(node, simple.value);
        case Pseudo::input:
            return node.name == "input" || node.name == "select" || node.name == "textarea" || node.name == "button";
        case Pseudo::negation:
            return !matches_list(*simple.inner, node);
        case Pseudo::has:
            return has_match(*simple.inner, node, false);
        case Pseudo::has_child:
            return has_match(*simple.inner, node, true);
        case Pseudo::contains:
            return lowered(text_content(node)).find(simple.value) != std::string::npos;
        case Pseudo::contains_own:
            return lowered(own_text(node)).find(simple.value) != std::string::npos;
        case Pseudo::matches:
            return simple.regex->matches(text_content(node));
        case Pseudo::matches_own:
            return simple.regex->matches(own_text(node));
    }
    return false;
}

bool matches_simple(const Simple& simple, const Node& node) {
    switch (simple.kind) {
        case Simple::Kind::any:
            return true;
        case Simple::Kind::tag:
            return node.name == simple.name ||
                   (node.name_space != Namespace::html && equal_ignoring_case(node.name, simple.name));
        case Simple::Kind::id:
            return node.attribute("id") == View(simple.name);
        case Simple::Kind::class_name:
            return has_word(node.attribute_or("class", ""), simple.name, false);
        case Simple::Kind::attribute:
            return matches_attribute(simple, node);
        case Simple::Kind::pseudo:
            return matches_pseudo(simple, node);
    }
    return false;
}

bool matches_compound(const Compound& compound, const Node& node) {
    if (!node.is_element()) return false;
    for (const Simple& simple : compound) {
        if (!matches_simple(simple, node)) return false;
    }
    return true;
}

/// Whether `node`, which matches compound `last`, has before or above it what the compounds to its left ask for.
///
/// From right to left, taking the nearest element where there is a choice. A step that cannot be made goes back to the
/// last choice that can matter to it: among siblings to one further left, among ancestors to one further up. Earlier
/// choices of the same kind cannot, as they would only leave fewer elements; so the effort does not multiply.
bool matches_left(const Complex& complex, const Node& node) {
    struct Choice {
        std::size_t compound = 0;
        const Node* taken = nullptr;
    };
    Choice ancestor;
    Choice sibling;
    std::size_t i = complex.compounds.size() - 1;
    const Node* at = &node;
    while (i > 0) {
        const char combinator = complex.combinators[i - 1];
        const Compound& wanted = complex.compounds[i - 1];
        const bool upwards = combinator == '>' || combinator == ' ';
        const bool chooses = combinator == ' ' || combinator == '~';
        const Node* candidate = upwards ? parent_element(*at) : previous_element_sibling(*at);
        while (candidate != nullptr && !matches_compound(wanted, *candidate)) {
            if (!chooses) {
                candidate = nullptr;
                break;
            }
            candidate = upwards ? parent_element(*candidate) : previous_element_sibling(*candidate);
        }
        if (candidate != nullptr) {
            --i;
            at = candidate;
            if (upwards) sibling = {};
            if (chooses) (upwards ? ancestor : sibling) = {i, at};
            continue;
        }
        if (combinator == ' ') return false;
        const Choice& last = combinator == '+' && sibling.taken != nullptr ? sibling : ancestor;
        if (last.taken == nullptr) return false;
        // The step of that choice again, from where it stood.
        i = last.compound + 1;
        at = last.taken;
        if (&last == &ancestor) sibling = {};
    }
    return true;
}

bool matches_list(const SelectorList& list, const Node& node) {
    for (const Complex& complex : list.alternatives) {
        if (matches_compound(complex.compounds.back(), node) && matches_left(complex, node)) return true;
    }
    return false;
}

}  // namespace

struct Selector::Impl {
    SelectorList list;
};

Selector::Selector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Selector::Selector(Selector&&) noexcept = default;
Selector& Selector::operator=(Selector&&) noexcept = default;
Selector::~Selector() = default;

std::optional<Selector> Selector::compile(std::string_view text) {
    auto list = parse_selector(text);
    if (!list) return {};
    return Selector(std::make_unique<Impl>(Impl{std::move(*list)}));
}

bool Selector::matches(const Node& node) const { return node.is_element() && matches_list(impl_->list, node); }

std::vector<const Node*> Selector::all_in(const Node& top) const {
    std::vector<const Node*> found;
    for (const Node* at = next_in(top, top); at != nullptr; at = next_in(top, *at)) {
        if (matches(*at)) found.push_back(at);
    }
    return found;
}

const Node* Selector::first_in(const Node& top) const {
    for (const Node* at = next_in(top, top); at != nullptr; at = next_in(top, *at)) {
        if (matches(*at)) return at;
    }
    return nullptr;
}

}  // namespace k6::js::html
