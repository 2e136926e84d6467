// Calls, member accesses and optional chains; this, super, new.target and private names.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

void Emitter::arguments(List<Expression> arguments) {
    put('(');
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i != 0) put(',');
        expression(*arguments[i], Precedence::assignment);
    }
    put(')');
}

void Emitter::new_expression(const NewExpression& node) {
    if (has_spread(node.arguments)) {
        call_support("$k_construct");
        expression(*node.callee, Precedence::assignment);
        put(',');
        spread_arguments(node.arguments);
        put(')');
        return;
    }
    put("new ");
    // The first call in the callee's text would be taken for the arguments.
    const Node* base = node.callee;
    bool plain = true;
    while (const auto* member = base->try_as<MemberExpression>()) {
        plain = plain && !member->property->is<PrivateName>() && !member->object->is<Super>();
        base = member->object;
    }
    plain = plain && ((base->is<Identifier>() && is_stable(*base)) || base->is<ThisExpression>());
    if (!plain) put('(');
    expression(*node.callee, Precedence::member);
    if (!plain) put(')');
    arguments(node.arguments);
}

void Emitter::member_access(const MemberExpression& member) {
    mark(*member.property);
    if (!member.computed) {
        put(member_suffix(member.property->as<Identifier>()->name));
    } else if (const auto* text = member.property->try_as<StringLiteral>();
               text != nullptr && is_plain_name(text->value)) {
        put(member_suffix(text->value));
    } else {
        put('[');
        expression(*member.property);
        put(']');
    }
}

void Emitter::access_chain(const Node& node) {
    // Outermost link first.
    std::vector<const Node*> links;
    const Node* base = &node;
    for (;;) {
        if (const auto* member = base->try_as<MemberExpression>()) {
            if (member->object->is<Super>()) break;
            links.push_back(base);
            base = member->object;
        } else if (const auto* call = base->try_as<CallExpression>()) {
            if (call->callee->is<Super>()) break;
            links.push_back(base);
            base = call->callee;
        } else if (const auto* tagged = base->try_as<TaggedTemplate>()) {
            links.push_back(base);
            base = tagged->tag;
        } else {
            break;
        }
    }
    std::reverse(links.begin(), links.end());
    std::size_t start = here();
    std::size_t next = 0;
    const auto call_arguments = [&](const Node& link) -> List<Expression> {
        return link.is<CallExpression>() ? link.as<CallExpression>()->arguments : List<Expression>();
    };
    const auto is_call = [&](std::size_t i) {
        return i < links.size() && (links[i]->is<CallExpression>() || links[i]->is<TaggedTemplate>());
    };
    const auto put_call = [&](const Node& link) {
        if (const auto* tagged = link.try_as<TaggedTemplate>()) {
            put('(');
            template_object(*tagged);
            for (const Node* argument : tagged->quasi->expressions) {
                put(',');
                expression(*argument, Precedence::assignment);
            }
            put(')');
        } else {
            mark(link.as<CallExpression>()->arguments_start);
            arguments(link.as<CallExpression>()->arguments);
        }
    };
    const auto spreads = [&](std::size_t i) {
        return i < links.size() && links[i]->is<CallExpression>() && has_spread(call_arguments(*links[i]));
    };

    // The base
    if (const auto* call = base->try_as<CallExpression>()) {
        super_call(*call, true);
    } else if (const auto* member = base->try_as<MemberExpression>()) {
        mark(*base);
        const std::string home = home_code(*member);
        const auto key = [&] {
            if (member->computed) {
                expression(*member->property, Precedence::assignment);
            } else {
                append_quoted(out_, member->property->as<Identifier>()->name);
            }
        };
        if (is_call(0)) {
            // mask, home, key, this, arguments
            call_support("$k_super_invoke");
            if (!spreads(0)) {
                put("0," + home + ',');
                key();
                put(',' + this_code());
                if (const auto* tagged = links[0]->try_as<TaggedTemplate>()) {
                    put(',');
                    template_object(*tagged);
                    for (const Node* argument : tagged->quasi->expressions) {
                        put(',');
                        expression(*argument, Precedence::assignment);
                    }
                } else {
                    for (const Node* argument : call_arguments(*links[0])) {
                        put(',');
                        expression(*argument, Precedence::assignment);
                    }
                }
            } else {
                std::string list = capture([&] { spread_arguments(call_arguments(*links[0])); });
                const std::size_t comma = list.find(',');
                put(list.substr(0, comma) + ',' + home + ',');
                key();
                put(',' + this_code() + list.substr(comma));
            }
            put(')');
            next = 1;
        } else {
            call_support("$k_super_get");
            put(home + ',');
            key();
            put(',' + this_code() + ')');
        }
    } else if (const auto* name = base->try_as<Identifier>(); name != nullptr && is_call(0) && !spreads(0) &&
                                                              analysis_.binding_of(*base) != nullptr &&
                                                              analysis_.binding_of(*base)->is_member) {
        put("(0,");
        mark(*base);
        identifier(*name);
        put(')');
    } else if (const auto* chain = base->try_as<ChainExpression>();
               chain != nullptr && is_call(0) && chain->expression->is<MemberExpression>()) {
        // (a?.b)(c): the object of the chain is `this` all the same.
        const auto& link = *chain->expression->as<MemberExpression>();
        const Temporary object(*this);
        put('(' + object.name() + '=');
        expression(*link.object, Precedence::assignment);
        put(',');
        std::string function_code = object.name();
        if (link.optional) {
            function_code = '(' + object.name() + "==null?void 0:" + capture([&] {
                                put(object.name());
                                member_access(link);
                            }) +
                            ')';
        } else {
            function_code += capture([&] { member_access(link); });
        }
        put(std::string(use("$k_apply_this")) + '(');
        std::string list = capture([&] { spread_arguments(call_arguments(*links[0])); });
        const std::size_t comma = std::min(list.find(','), list.size());
        put(list.substr(0, comma) + ',' + function_code + ',' + object.name() + list.substr(comma) + "))");
        next = 1;
    } else if (is_module_namespace(*base)) {
        mark(*base);
        put(analysis_.binding_of(*base)->code);
    } else {
        expression(*base, Precedence::member);
    }

    std::optional<Temporary> step;
    std::size_t segment = start;
    std::size_t since_step = 0;
    for (; next < links.size(); ++next) {
        const Node& link = *links[next];
        if (++since_step > max_chain && link.is<MemberExpression>()) {
            // Too deep for the engine: the value so far goes to a temporary.
            if (!step) {
                step.emplace(*this);
                insert(start, "(" + step->name() + '=');
            } else {
                insert(segment, step->name() + '=');
            }
            put(',');
            segment = here();
            put(step->name());
            since_step = 0;
        }
        if (link.is<CallExpression>() && spreads(next)) {
            insert(segment, std::string(use("$k_apply")) + '(');
            put(',');
            spread_arguments(call_arguments(link));
            put(')');
            continue;
        }
        if (is_call(next)) {
            put_call(link);
            continue;
        }
        const auto& member = *link.as<MemberExpression>();
        const auto* private_name = member.property->try_as<PrivateName>();
        if (spreads(next + 1)) {
            insert(segment, std::string(use("$k_invoke")) + '(');
            put(',');
            mark(*member.property);
            if (private_name != nullptr) {
                const PrivateMember* found = find_private(*private_name);
                put(found != nullptr ? found->key : "\"\"");
            } else if (member.computed) {
                expression(*member.property, Precedence::assignment);
            } else {
                append_quoted(out_, member.property->as<Identifier>()->name);
            }
            put(',');
            spread_arguments(call_arguments(*links[next + 1]));
            put(')');
            ++next;
            continue;
        }
        if (private_name == nullptr) {
            member_access(member);
            continue;
        }
        const PrivateMember* found = find_private(*private_name);
        const std::string key = found != nullptr ? found->key : "\"\"";
        mark(*member.property);
        if (is_call(next + 1)) {
            // Calling what is not there is a TypeError in any case.
            if (found != nullptr && found->is_static) {
                insert(segment, std::string(use("$k_own")) + '(');
                put(',' + key + ')');
            }
            put('[' + key + ']');
        } else if (found != nullptr && found->kind == PrivateMember::Kind::field && is_stable(*member.object) &&
                   next == 0) {
            const std::string object(out_, start);
            put('[' + key + "]||" + std::string(use("$k_private")) + '(' + object + ',' + key + "))");
            insert(start, "(");
        } else {
            insert(segment, std::string(use("$k_private")) + '(');
            put(',' + key + ')');
        }
    }
    if (step) put(')');
}

void Emitter::optional_chain(const Node& chain_node, bool deleted) {
    std::vector<const Node*> links;
    const Node* base = chain_node.as<ChainExpression>()->expression;
    for (;;) {
        if (const auto* member = base->try_as<MemberExpression>()) {
            if (member->object->is<Super>()) break;
            links.push_back(base);
            base = member->object;
        } else if (const auto* call = base->try_as<CallExpression>()) {
            if (call->callee->is<Super>()) break;
            links.push_back(base);
            base = call->callee;
        } else {
            break;
        }
    }
    std::reverse(links.begin(), links.end());
    const auto is_optional = [](const Node& link) {
        return link.is<MemberExpression>() ? link.as<MemberExpression>()->optional
                                           : link.as<CallExpression>()->optional;
    };
    std::deque<Temporary> temporaries;
    const auto keep = [&](const std::string& code) {
        temporaries.emplace_back(*this);
        return std::make_pair(temporaries.back().name(), '(' + temporaries.back().name() + '=' + code + ')');
    };
    const std::string_view missing = deleted ? "==null?true:" : "==null?void 0:";
    std::string head;
    std::string code;
    bool stable = is_stable(*base);
    bool member_value = false;  // a call of `code` needs no further care for `this`
    std::string this_object;    // `this` of the call that follows
    if (base->is<MemberExpression>()) {
        code = captured(*base, Precedence::member);
        this_object = this_code();
    } else {
        code = captured(*base, Precedence::member);
        const Binding* binding = base->is<Identifier>() ? analysis_.binding_of(*base) : nullptr;
        member_value = binding != nullptr && binding->is_member;
    }
    for (std::size_t i = 0; i < links.size(); ++i) {
        const Node& link = *links[i];
        std::string test = code;
        if (is_optional(link)) {
            if (!stable) std::tie(code, test) = keep(code);
            head += test;
            head += missing;
            stable = true;
        }
        if (const auto* member = link.try_as<MemberExpression>()) {
            const auto* call = i + 1 < links.size() ? links[i + 1]->try_as<CallExpression>() : nullptr;
            const bool needs_this = call != nullptr && (call->optional || has_spread(call->arguments));
            this_object.clear();
            std::string object = code;
            if (needs_this) {
                if (stable) {
                    this_object = code;
                } else {
                    std::tie(this_object, object) = keep(code);
                }
            }
            if (const auto* name = member->property->try_as<PrivateName>()) {
                const PrivateMember* found = find_private(*name);
                const std::string key = found != nullptr ? found->key : "\"\"";
                code = call != nullptr && !call->optional
                           ? object + '[' + key + ']'
                           : std::string(use("$k_private")) + '(' + object + ',' + key + ')';
            } else {
                code = object + capture([&] { member_access(*member); });
            }
            member_value = false;
        } else {
            const auto& call = *link.as<CallExpression>();
            if (has_spread(call.arguments)) {
                const std::string list = capture([&] { spread_arguments(call.arguments); });
                const std::size_t comma = list.find(',');
                code = std::string(use("$k_apply_this")) + '(' + list.substr(0, comma) + ',' + code + ',' +
                       (this_object.empty() ? "void 0" : this_object) + list.substr(comma) + ')';
            } else if (!this_object.empty()) {
                code += ".call(" + this_object;
                for (const Node* argument : call.arguments) code += ',' + captured(*argument, Precedence::assignment);
                code += ')';
            } else {
                if (member_value) code = "(0," + code + ')';
                code += capture([&] {
                    mark(call.arguments_start);
                    arguments(call.arguments);
                });
            }
            this_object.clear();
            member_value = false;
        }
        stable = false;
    }
    put('(' + head);
    if (deleted) put("delete ");
    put(code);
    put(')');
}

// ---- this, super, new.target ----

std::string Emitter::this_code() {
    FunctionInfo& owner = this_function(*info_);
    if (const auto known = this_codes_.find(&owner); known != this_codes_.end()) return known->second;
    switch (owner.kind) {
        case FunctionKind::module:
            return "(void 0)";
        case FunctionKind::derived_constructor:
            return generated('t', owner.id);
        default:
            return &owner == info_ && !owner.resumable() ? "this" : generated('t', owner.id);
    }
}

void Emitter::this_value(std::uint32_t position) {
    FunctionInfo& owner = this_function(*info_);
    if (owner.kind == FunctionKind::derived_constructor) {
        const auto constructor = derived_.find(&owner);
        const std::string name = generated('t', owner.id);
        if (constructor != derived_.end() && constructor->second.initialised_at != 0 &&
            position >= constructor->second.initialised_at) {
            put(name);
        } else {
            put('(' + name + "||" + std::string(use("$k_no_this")) + "())");
        }
        return;
    }
    put(this_code());
}

void Emitter::new_target(const Node&) {
    FunctionInfo& owner = this_function(*info_);
    switch (owner.kind) {
        case FunctionKind::function:
        case FunctionKind::base_constructor:
        case FunctionKind::derived_constructor:
            put(generated('n', owner.id));
            break;
        default:
            put("(void 0)");
            break;
    }
}

std::string Emitter::home_code(const Node& node) {
    FunctionInfo& owner = this_function(*info_);
    const auto known = homes_.find(&owner);
    if (known != homes_.end()) return known->second;
    unsupported(node, "super here is");
    return "{}";
}

void Emitter::super_call(const CallExpression& node, bool value_used) {
    FunctionInfo& owner = this_function(*info_);
    const auto found = derived_.find(&owner);
    if (found == derived_.end()) {
        unsupported(node, "super() here is");
        put('0');
        return;
    }
    ClassState& state = *found->second.state;
    const std::string self = generated('t', owner.id);
    const std::string original = &owner == info_ && !owner.resumable() ? "this" : generated('o', owner.id);
    mark(node);
    if (value_used) put('(');
    put(self + '=');
    if (owner.super_calls > 1) {
        call_support("$k_once");
        put(self + ',');
    }
    if (has_spread(node.arguments)) {
        call_support("$k_super_spread");
        put(state.super + ',' + original + ',');
        spread_arguments(node.arguments);
    } else {
        call_support("$k_super");
        put(state.super + ',' + original);
        for (const Node* argument : node.arguments) {
            put(',');
            expression(*argument, Precedence::assignment);
        }
    }
    put(owner.super_calls > 1 ? "))" : ")");
    field_initialisers(state, self);
    if (state.node->constructor != nullptr) parameter_properties(*state.node->constructor->value, self);
    if (value_used) put(',' + self + ')');
}

// ---- Private names ----

const Emitter::PrivateMember* Emitter::find_private(const PrivateName& name) const {
    for (const ClassState* state = class_; state != nullptr; state = state->outer) {
        const auto found = state->members.find(name.name);
        if (found != state->members.end()) return &found->second;
    }
    return nullptr;
}

void Emitter::private_target(const MemberExpression& member) {
    const auto& name = *member.property->as<PrivateName>();
    const PrivateMember* found = find_private(name);
    const std::string key = found != nullptr ? found->key : "\"\"";
    if (found != nullptr && found->kind == PrivateMember::Kind::accessor) {
        call_support("$k_own");
        expression(*member.object, Precedence::assignment);
        put(',' + key + ")[" + key + ']');
        return;
    }
    const auto missing = [&] {
        std::string code(use(found != nullptr && found->kind == PrivateMember::Kind::method ? "$k_read_only_private"
                                                                                            : "$k_no_private"));
        return code + '(' + quoted(name.name) + ')';
    };
    if (found != nullptr && found->kind == PrivateMember::Kind::method) {
        expression(*member.object, Precedence::member);
        put('[' + missing() + ']');
    } else if (is_stable(*member.object)) {
        const std::string object = captured(*member.object, Precedence::member);
        put(object + '[' + key + " in " + object + '?' + key + ':' + missing() + ']');
    } else {
        const Temporary object(*this);
        put('(' + object.name() + '=');
        expression(*member.object, Precedence::assignment);
        put(")[" + key + " in " + object.name() + '?' + key + ':' + missing() + ']');
    }
}

}  // namespace k6::js::lower
