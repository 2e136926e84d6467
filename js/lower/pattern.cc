#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

Emitter::Temporary::Temporary(Emitter& emitter) : emitter_(&emitter), frame_(emitter.frame_) {
    auto& used = frame_->temporaries;
    index_ = static_cast<std::size_t>(std::find(used.begin(), used.end(), false) - used.begin());
    if (index_ == used.size()) used.push_back(true);
    used[index_] = true;
    name_ = emitter.analysis_.sigil() + std::to_string(index_ + 1);
}

void Emitter::store_prefix(const Binding& binding) {
    put(binding.code);
    put('=');
    for (std::string_view exported : binding.exported_as) {
        put(binding.export_object != nullptr ? binding.export_object->code : namespace_object_);
        put(member_suffix(exported));
        put('=');
    }
}

void Emitter::store(const Binding& binding, std::string_view value) {
    store_prefix(binding);
    put(value);
}

void Emitter::declare_pattern(const Node& pattern) {
    for_each_declared_name(pattern, [&](const Identifier& name) {
        const Binding* binding = analysis_.binding_of(name);
        if (binding != nullptr && !binding->is_member && !binding->needs_own_environment()) declare(binding->code);
    });
}

/// target = value, for a target that is no pattern; `put_value` writes the value.
void Emitter::pattern_leaf(const Node& target, bool declares, const std::function<void()>& put_value) {
    if (const auto* name = target.try_as<Identifier>()) {
        const Binding* binding = analysis_.binding_of(*name);
        const bool checked =
            !declares && binding != nullptr && (analysis_.is_uninitialised(*name) || analysis_.needs_check(*name));
        if (!declares && binding != nullptr && binding->is_read_only()) {
            put('(');
            put_value();
            put(',');
            if (checked) {
                identifier(*name);
                put(',');
            }
            call_support("$k_constant");
            append_quoted(out_, name->name);
            put("))");
            return;
        }
        if (checked) {
            const Temporary kept(*this);
            put('(' + kept.name() + '=');
            put_value();
            put(',');
            identifier(*name);
            put(',');
            store(*binding, kept.name());
            put(')');
            return;
        }
        if (binding != nullptr) {
            store_prefix(*binding);
        } else {
            put(global_name(name->name) + '=');
        }
        put_value();
        return;
    }
    const auto& member = *target.as<MemberExpression>();
    if (member.object->is<Super>()) {
        call_support("$k_super_set");
        put(home_code(member) + ',');
        if (member.computed) {
            expression(*member.property, Precedence::assignment);
        } else {
            append_quoted(out_, member.property->as<Identifier>()->name);
        }
        put(',' + this_code() + ',');
        put_value();
        put(')');
        return;
    }
    if (is_module_namespace(*member.object)) {
        put('(');
        put_value();
        put(',');
        refuse_namespace_member(member);
        put(')');
        return;
    }
    if (member.property->is<PrivateName>()) {
        private_target(member);
    } else {
        expression(member, Precedence::call);
    }
    put('=');
    put_value();
}

void Emitter::pattern_element(const Node& element, const std::string& value, bool declares, Items& items) {
    const Node* target = &element;
    const Node* default_value = nullptr;
    if (const auto* with_default = element.try_as<AssignmentPattern>()) {
        target = with_default->target;
        default_value = with_default->default_value;
    }
    const bool nested = target->is<ArrayPattern>() || target->is<ObjectPattern>();
    if (nested) {
        const Temporary inner(*this);
        items.next();
        put(inner.name() + '=');
        put(value);
        if (default_value != nullptr) {
            items.next();
            put(inner.name() + "===void 0&&(" + inner.name() + '=');
            expression(*default_value, Precedence::assignment);
            put(')');
        }
        pattern(*target, inner.name(), declares, items);
        return;
    }
    const Binding* binding = target->is<Identifier>() ? analysis_.binding_of(*target) : nullptr;
    const std::string_view name = target->is<Identifier>() ? target->as<Identifier>()->name : std::string_view();
    if (default_value == nullptr) {
        items.next();
        mark(*target);
        pattern_leaf(*target, declares, [&] { put(value); });
    } else if (declares && binding != nullptr && is_plain_variable(*binding)) {
        items.next();
        mark(*target);
        put(binding->code + '=' + value);
        items.next();
        put(binding->code + "===void 0&&(" + binding->code + '=');
        named_expression(*default_value, Precedence::assignment, name, binding);
        put(')');
    } else {
        const Temporary got(*this);
        items.next();
        mark(*target);
        pattern_leaf(*target, declares, [&] {
            put('(' + got.name() + '=' + value + ")===void 0?");
            named_expression(*default_value, Precedence::assignment, name, binding);
            put(':' + got.name());
        });
    }
}

/// Whether scripts can tell taking the values one by one from taking them all first.
bool Emitter::takes_steps(const ArrayPattern& pattern) {
    for (const Node* element : pattern.elements) {
        if (element == nullptr) continue;
        if (const auto* rest = element->try_as<RestElement>()) element = rest->argument;
        if (const auto* with_default = element->try_as<AssignmentPattern>()) {
            if (!is_literal(*with_default->default_value)) return true;
            element = with_default->target;
        }
        if (!element->is<Identifier>()) return true;
    }
    return false;
}

void Emitter::pattern(const Node& node, const std::string& source, bool declares, Items& items) {
    if (const auto* array = node.try_as<ArrayPattern>()) {
        const bool rest =
            !array->elements.empty() && array->elements.back() != nullptr && array->elements.back()->is<RestElement>();
        const Temporary values(*this);
        const bool steps = takes_steps(*array);
        items.next();
        put(values.name() + '=');
        if (steps) {
            call_support("$k_steps");
            put(source + ",true)");
        } else {
            call_support("$k_array");
            put(source + ',' + (rest ? "-1" : std::to_string(array->elements.size())) + ')');
        }
        for (std::size_t i = 0; i < array->elements.size(); ++i) {
            const Node* element = array->elements[i];
            if (element == nullptr) {
                if (!steps) continue;
                items.next();
                put(values.name() + '[' + std::to_string(i) + ']');
                continue;
            }
            if (const auto* rest_element = element->try_as<RestElement>()) {
                const std::string tail =
                    std::string(use("$k_slice")) + '(' + values.name() + ',' + std::to_string(i) + ')';
                pattern_element(*rest_element->argument, tail, declares, items);
            } else {
                pattern_element(*element, values.name() + '[' + std::to_string(i) + ']', declares, items);
            }
        }
        if (steps) {
            items.next();
            put(values.name() + "===" + source + "||");
            call_support("$k_close");
            put(values.name() + ')');
        }
        return;
    }
    const auto& object = *node.as<ObjectPattern>();
    const auto* first = object.properties.empty() ? nullptr : object.properties.front()->try_as<PatternProperty>();
    if (first == nullptr || first->computed || first->value->is<MemberExpression>()) {
        // No property is read first thing, so nothing else would refuse null and undefined.
        items.next();
        call_support("$k_coercible");
        put(source + ')');
    }
    const bool rest = !object.properties.empty() && object.properties.back()->is<RestElement>();
    std::vector<std::string> keys;  // expressions
    std::deque<Temporary> computed_keys;
    for (const Node* member : object.properties) {
        if (const auto* rest_element = member->try_as<RestElement>()) {
            std::string others = std::string(use("$k_omit")) + '(' + source;
            for (const std::string& key : keys) others += ',' + key;
            pattern_element(*rest_element->argument, others + ')', declares, items);
            continue;
        }
        const auto& property = *member->as<PatternProperty>();
        if (const auto key = static_key(property.computed, *property.key)) {
            if (rest) keys.push_back(quoted(*key));
            pattern_element(*property.value, source + member_suffix(*key), declares, items);
            continue;
        }
        computed_keys.emplace_back(*this);
        const std::string& key = computed_keys.back().name();
        items.next();
        put(key + '=');
        if (rest) {
            call_support("$k_key");
            keys.push_back(key);
        }
        expression(*property.key, Precedence::assignment);
        if (rest) put(')');
        pattern_element(*property.value, source + '[' + key + ']', declares, items);
        if (!rest) computed_keys.clear();
    }
}

void Emitter::pattern_of(const Node& node, const Node& value, bool declares, Items& items, std::string* result) {
    if (is_constant(value) && !value.is<ThisExpression>()) {
        const std::string source = captured(value, Precedence::member);
        pattern(node, source, declares, items);
        if (result != nullptr) *result = source;
        return;
    }
    const Temporary source(*this);
    items.next();
    put(source.name() + '=');
    expression(value, Precedence::assignment);
    pattern(node, source.name(), declares, items);
    if (result != nullptr) *result = source.name();
}

/// [a, b] = [b, a]: no arrays are made.
bool Emitter::swap_pattern(const Node& node, const Node& value, bool declares, Items& items) {
    const auto* targets = node.try_as<ArrayPattern>();
    const auto* values = value.try_as<ArrayExpression>();
    if (targets == nullptr || values == nullptr || targets->elements.size() != values->elements.size() ||
        targets->elements.empty() || targets->elements.size() > 8) {
        return false;
    }
    for (std::size_t i = 0; i < targets->elements.size(); ++i) {
        const Node* target = targets->elements[i];
        const Node* element = values->elements[i];
        if (target == nullptr || !(target->is<Identifier>() || target->is<MemberExpression>())) return false;
        if (element == nullptr || element->is<SpreadElement>() || is_anonymous_function(*element)) return false;
    }
    std::deque<Temporary> temporaries;
    for (const Node* element : values->elements) {
        temporaries.emplace_back(*this);
        items.next();
        put(temporaries.back().name() + '=');
        expression(*element, Precedence::assignment);
    }
    for (std::size_t i = 0; i < targets->elements.size(); ++i) {
        items.next();
        pattern_leaf(*targets->elements[i], declares, [&] { put(temporaries[i].name()); });
    }
    return true;
}

}  // namespace k6::js::lower
