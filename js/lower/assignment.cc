// Assignments, plain, compound and logical, to every kind of target.
#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

BinaryOperator Emitter::operator_of(AssignmentOperator op) {
    switch (op) {
        case AssignmentOperator::add:
            return BinaryOperator::add;
        case AssignmentOperator::subtract:
            return BinaryOperator::subtract;
        case AssignmentOperator::multiply:
            return BinaryOperator::multiply;
        case AssignmentOperator::divide:
            return BinaryOperator::divide;
        case AssignmentOperator::remainder:
            return BinaryOperator::remainder;
        case AssignmentOperator::exponent:
            return BinaryOperator::exponent;
        case AssignmentOperator::shift_left:
            return BinaryOperator::shift_left;
        case AssignmentOperator::shift_right:
            return BinaryOperator::shift_right;
        case AssignmentOperator::shift_right_unsigned:
            return BinaryOperator::shift_right_unsigned;
        case AssignmentOperator::bitwise_and:
            return BinaryOperator::bitwise_and;
        case AssignmentOperator::bitwise_or:
            return BinaryOperator::bitwise_or;
        default:
            return BinaryOperator::bitwise_xor;
    }
}

void Emitter::assignment(const AssignmentExpression& node, Precedence least, bool value_used) {
    const Node& target = *node.target;
    if (target.is<ArrayPattern>() || target.is<ObjectPattern>()) {
        put('(');
        Items items(*this);
        if (value_used || !swap_pattern(target, *node.value, false, items)) {
            std::string result;
            pattern_of(target, *node.value, false, items, value_used ? &result : nullptr);
            if (value_used) put(',' + result);
        }
        if (items.empty()) put('0');
        put(')');
        return;
    }
    const bool logical_op = node.op == AssignmentOperator::logical_and || node.op == AssignmentOperator::logical_or ||
                            node.op == AssignmentOperator::nullish;
    if (logical_op) {
        logical_assignment(node);
        return;
    }
    const bool parentheses = least > Precedence::assignment;
    if (const auto* name = target.try_as<Identifier>()) {
        const Binding* binding = analysis_.binding_of(*name);
        if (binding != nullptr && binding->is_read_only()) {
            put('(');
            if (node.op != AssignmentOperator::assign) {
                expression(target, Precedence::assignment);
                put(',');
            }
            expression(*node.value, Precedence::assignment);
            put(',');
            if (analysis_.is_uninitialised(*name) || analysis_.needs_check(*name)) {
                identifier(*name);
                put(',');
            }
            call_support("$k_constant");
            append_quoted(out_, name->name);
            put("))");
            return;
        }
        if (parentheses) put('(');
        mark(target);
        const bool checked = analysis_.is_uninitialised(*name) || analysis_.needs_check(*name);
        if (checked && node.op == AssignmentOperator::assign) {
            // The value comes first.
            const Temporary value(*this);
            put('(' + value.name() + '=');
            named_expression(*node.value, Precedence::assignment, name->name, binding);
            put(',');
            identifier(*name);
            put(',');
            store(*binding, value.name());
            put(')');
            if (parentheses) put(')');
            return;
        }
        if (checked) {
            put('(');
            identifier(*name);
            put(',');
        }
        const auto exports = [&] {
            if (binding == nullptr) return;
            for (std::string_view exported : binding->exported_as) {
                put(binding->export_object != nullptr ? binding->export_object->code : namespace_object_);
                put(member_suffix(exported) + '=');
            }
        };
        if (node.op == AssignmentOperator::assign) {
            if (binding != nullptr) {
                store_prefix(*binding);
            } else {
                put(global_name(name->name) + '=');
            }
            named_expression(*node.value, Precedence::assignment, name->name, binding);
        } else if (node.op == AssignmentOperator::exponent) {
            if (binding != nullptr) {
                store_prefix(*binding);
            } else {
                put(global_name(name->name) + '=');
            }
            call_support("$k_power");
            put(binding != nullptr ? binding->code : global_name(name->name));
            put(',');
            expression(*node.value, Precedence::assignment);
            put(')');
        } else {
            exports();
            put(binding != nullptr ? binding->code : global_name(name->name));
            put(spelling(node.op));
            expression(*node.value, Precedence::assignment);
        }
        if (checked) put(')');
        if (parentheses) put(')');
        return;
    }
    const auto& member = *target.as<MemberExpression>();
    if (member.object->is<Super>()) {
        mark(member);
        const std::string home = home_code(member);
        if (node.op == AssignmentOperator::assign) {
            call_support("$k_super_set");
            put(home + ',');
            if (member.computed) {
                expression(*member.property, Precedence::assignment);
            } else {
                append_quoted(out_, member.property->as<Identifier>()->name);
            }
            put(',' + this_code() + ',');
            expression(*node.value, Precedence::assignment);
            put(')');
            return;
        }
        const Temporary key(*this);
        const Temporary old(*this);
        put('(' + key.name() + '=');
        if (member.computed) {
            expression(*member.property, Precedence::assignment);
        } else {
            append_quoted(out_, member.property->as<Identifier>()->name);
        }
        put(',' + old.name() + '=');
        call_support("$k_super_get");
        put(home + ',' + key.name() + ',' + this_code() + "),");
        call_support("$k_super_set");
        put(home + ',' + key.name() + ',' + this_code() + ',');
        const BinaryOperator op = operator_of(node.op);
        if (op == BinaryOperator::exponent) call_support("$k_power");
        put(old.name());
        put(op == BinaryOperator::exponent ? "," : spelling(op));
        expression(*node.value, op == BinaryOperator::exponent ? Precedence::assignment : above(precedence_of(op)));
        if (op == BinaryOperator::exponent) put(')');
        put("))");
        return;
    }
    if (is_module_namespace(*member.object)) {
        put('(');
        expression(*node.value, Precedence::assignment);
        put(',');
        refuse_namespace_member(member);
        put(')');
        return;
    }
    if (parentheses) put('(');
    if (node.op != AssignmentOperator::exponent) {
        const std::size_t start = here();
        if (member.property->is<PrivateName>()) {
            private_target(member);
        } else {
            access_chain(member);
        }
        if (node.op == AssignmentOperator::divide && hides_division(out_)) {
            insert(start, "(");
            put(')');
        }
        put(node.op == AssignmentOperator::assign ? "=" : spelling(node.op));
        expression(*node.value, Precedence::assignment);
    } else {
        // object[key] = power(object[key], value)
        const Temporary object(*this);
        const Temporary key(*this);
        put("(" + object.name() + '=');
        expression(*member.object, Precedence::assignment);
        put(")[" + key.name() + '=');
        if (const auto* name = member.property->try_as<PrivateName>()) {
            const PrivateMember* private_member = find_private(*name);
            put(private_member != nullptr ? private_member->key : "\"\"");
        } else if (member.computed) {
            expression(*member.property, Precedence::assignment);
        } else {
            append_quoted(out_, member.property->as<Identifier>()->name);
        }
        put("]=");
        call_support("$k_power");
        put(object.name() + '[' + key.name() + "],");
        expression(*node.value, Precedence::assignment);
        put(')');
    }
    if (parentheses) put(')');
}

/// `import * as` of it: its members are read-only.
bool Emitter::is_module_namespace(const Node& node) const {
    const Binding* binding = node.is<Identifier>() ? analysis_.binding_of(node) : nullptr;
    return binding != nullptr && binding->kind == BindingKind::import && binding->imported.empty();
}

void Emitter::refuse_namespace_member(const MemberExpression& member) {
    call_support("$k_read_only");
    if (member.computed) {
        expression(*member.property, Precedence::assignment);
    } else {
        append_quoted(out_, member.property->as<Identifier>()->name);
    }
    put(')');
}

void Emitter::logical_assignment(const AssignmentExpression& node) {
    const Node& target = *node.target;
    const auto assign_if = [&](const std::string& read, const auto& write) {
        switch (node.op) {
            case AssignmentOperator::logical_and:
                put(read + "&&(");
                write();
                put(')');
                break;
            case AssignmentOperator::logical_or:
                put(read + "||(");
                write();
                put(')');
                break;
            default: {
                const Temporary value(*this);
                put('(' + value.name() + '=' + read + ")!=null?" + value.name() + ":(");
                write();
                put(')');
            }
        }
    };
    put('(');
    if (const auto* name = target.try_as<Identifier>()) {
        const Binding* binding = analysis_.binding_of(*name);
        const std::string read = captured(target, Precedence::equality);
        assign_if(read, [&] {
            if (binding != nullptr && binding->is_read_only()) {
                expression(*node.value, Precedence::assignment);
                put(',');
                call_support("$k_constant");
                append_quoted(out_, name->name);
                put(')');
            } else {
                if (binding != nullptr) {
                    store_prefix(*binding);
                } else {
                    put(global_name(name->name) + '=');
                }
                named_expression(*node.value, Precedence::assignment, name->name, binding);
            }
        });
        put(')');
        return;
    }
    const auto& member = *target.as<MemberExpression>();
    const Temporary key(*this);
    if (member.object->is<Super>()) {
        const std::string home = home_code(member);
        put(key.name() + '=');
        if (member.computed) {
            expression(*member.property, Precedence::assignment);
        } else {
            append_quoted(out_, member.property->as<Identifier>()->name);
        }
        put(',');
        const std::string read =
            std::string(use("$k_super_get")) + '(' + home + ',' + key.name() + ',' + this_code() + ')';
        assign_if(read, [&] {
            call_support("$k_super_set");
            put(home + ',' + key.name() + ',' + this_code() + ',');
            expression(*node.value, Precedence::assignment);
            put(')');
        });
        put(')');
        return;
    }
    const Temporary object(*this);
    std::string base;
    if (is_constant(*member.object)) {
        base = captured(*member.object, Precedence::member);
    } else {
        base = object.name();
        put(base + '=');
        expression(*member.object, Precedence::assignment);
        put(',');
    }
    std::string access;
    if (const auto* name = member.property->try_as<PrivateName>()) {
        const PrivateMember* private_member = find_private(*name);
        const std::string private_key = private_member != nullptr ? private_member->key : "\"\"";
        const std::string read = std::string(use("$k_private")) + '(' + base + ',' + private_key + ')';
        assign_if(read, [&] {
            put(base + '[' + private_key + "]=");
            expression(*node.value, Precedence::assignment);
        });
        put(')');
        return;
    }
    if (!member.computed) {
        access = base + member_suffix(member.property->as<Identifier>()->name);
    } else if (is_constant(*member.property)) {
        access = base + '[' + captured(*member.property, Precedence::comma) + ']';
    } else {
        put(key.name() + '=');
        expression(*member.property, Precedence::assignment);
        put(',');
        access = base + '[' + key.name() + ']';
    }
    assign_if(access, [&] {
        put(access + '=');
        expression(*node.value, Precedence::assignment);
    });
    put(')');
}

}  // namespace k6::js::lower
