// Operators.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

/// Binary operators that the engine has as they are.
bool is_plain_binary(const Node& node) {
    const auto* binary = node.try_as<BinaryExpression>();
    return binary != nullptr && binary->op != BinaryOperator::exponent && !binary->left->is<PrivateName>();
}

}  // namespace

void Emitter::unary(const UnaryExpression& node, Precedence least) {
    const bool parentheses = least > Precedence::unary;
    if (node.op == UnaryOperator::delete_) {
        const auto* chain = node.argument->try_as<ChainExpression>();
        if (chain != nullptr && chain->expression->is<MemberExpression>()) {
            optional_chain(*chain, true);
            return;
        }
        const auto* member = node.argument->try_as<MemberExpression>();
        if (member != nullptr && member->object->is<Super>()) {
            put('(');
            if (member->computed)
                expression(*member->property, Precedence::assignment);
            else
                put('0');
            put(',');
            call_support("$k_delete_super");
            put("))");
            return;
        }
        if (member == nullptr) {
            put('(');
            expression(*node.argument, Precedence::assignment);
            put(",true)");
            return;
        }
    }
    if (parentheses) put('(');
    mark(node);
    put(spelling(node.op));
    if (node.op == UnaryOperator::typeof_ || node.op == UnaryOperator::void_ || node.op == UnaryOperator::delete_)
        put(' ');
    const std::size_t operand = here();
    if (node.op == UnaryOperator::typeof_ && node.argument->is<Identifier>() &&
        analysis_.binding_of(*node.argument) == nullptr) {
        const std::string_view name = node.argument->as<Identifier>()->name;
        if (name == "undefined" || name == "arguments" || name == "eval") {
            identifier(*node.argument->as<Identifier>());
        } else if ((name == "module" || name == "exports") && program_.source_type == SourceType::module) {
            // Bundles ask which kind of file they are in; reading these in an ES module throws.
            put("void 0");
        } else {
            put(global_name(name));
        }
    } else {
        expression(*node.argument, Precedence::unary);
    }
    if (node.op == UnaryOperator::minus || node.op == UnaryOperator::plus) {
        const std::size_t first = skip_marks(out_, operand);
        if (first < out_.size() && out_[first] == spelling(node.op)[0]) insert(operand, " ");
    }
    if (parentheses) put(')');
}

void Emitter::update(const UpdateExpression& node, Precedence least, bool value_used) {
    const std::string_view op = spelling(node.op);
    const std::string_view step = node.op == UpdateOperator::increment ? "+1" : "-1";
    const Node& argument = *node.argument;
    if (const auto* name = argument.try_as<Identifier>()) {
        mark(node);
        const Binding* binding = analysis_.binding_of(*name);
        if (analysis_.is_uninitialised(*name) || analysis_.needs_check(*name)) {
            put('(');
            identifier(*name);
            put(',');
        }
        if (binding != nullptr && binding->is_read_only()) {
            call_support("$k_constant");
            append_quoted(out_, name->name);
            put(')');
        } else if (binding == nullptr || binding->exported_as.empty()) {
            const bool parentheses = least > Precedence::unary;
            if (parentheses) put('(');
            if (node.prefix || !value_used) put(op);
            put(binding != nullptr ? binding->code : global_name(name->name));
            if (!node.prefix && value_used) put(op);
            if (parentheses) put(')');
        } else if (node.prefix || !value_used) {
            put('(');
            for (std::string_view exported : binding->exported_as) {
                put(binding->export_object != nullptr ? binding->export_object->code : namespace_object_);
                put(member_suffix(exported) + '=');
            }
            put(std::string(op) + binding->code + ')');
        } else {
            const Temporary old(*this);
            put('(' + old.name() + '=' + binding->code + std::string(op));
            for (std::string_view exported : binding->exported_as) {
                put(',');
                put(binding->export_object != nullptr ? binding->export_object->code : namespace_object_);
                put(member_suffix(exported) + '=' + binding->code);
            }
            put(',' + old.name() + ')');
        }
        if (analysis_.is_uninitialised(*name) || analysis_.needs_check(*name)) put(')');
        return;
    }
    const auto& member = *argument.as<MemberExpression>();
    if (member.object->is<Super>()) {
        std::string key;
        Temporary old(*this);
        Temporary name(*this);
        put('(' + name.name() + '=');
        if (member.computed) {
            expression(*member.property, Precedence::assignment);
        } else {
            append_quoted(out_, member.property->as<Identifier>()->name);
        }
        const std::string home = home_code(member);
        put(',' + old.name() + "=+");
        call_support("$k_super_get");
        put(home + ',' + name.name() + ',' + this_code() + "),");
        call_support("$k_super_set");
        put(home + ',' + name.name() + ',' + this_code() + ',' + old.name() + std::string(step) + ')');
        if (!node.prefix && value_used) put(',' + old.name());
        put(')');
        return;
    }
    if (is_module_namespace(*member.object)) {
        refuse_namespace_member(member);
        return;
    }
    const bool parentheses = least > Precedence::unary;
    if (parentheses) put('(');
    mark(node);
    if (node.prefix || !value_used) put(op);
    if (member.property->is<PrivateName>()) {
        private_target(member);
    } else {
        access_chain(member);
    }
    if (!node.prefix && value_used) put(op);
    if (parentheses) put(')');
}

void Emitter::binary(const BinaryExpression& node, Precedence least) {
    if (node.op == BinaryOperator::exponent) {
        call_support("$k_power");
        expression(*node.left, Precedence::assignment);
        put(',');
        expression(*node.right, Precedence::assignment);
        put(')');
        return;
    }
    if (const auto* name = node.left->try_as<PrivateName>()) {
        const PrivateMember* member = find_private(*name);
        call_support("$k_has_private");
        put(member != nullptr ? member->key : "\"\"");
        put(',');
        expression(*node.right, Precedence::assignment);
        put(')');
        return;
    }
    // The left spine, outermost operator first.
    std::vector<const BinaryExpression*> spine;
    const Node* base = &node;
    while (is_plain_binary(*base)) {
        spine.push_back(base->as<BinaryExpression>());
        base = base->as<BinaryExpression>()->left;
    }
    std::vector<bool> parentheses(spine.size());
    bool flat = true;
    for (std::size_t i = 0; i < spine.size(); ++i) {
        const Precedence needed = i == 0 ? least : precedence_of(spine[i - 1]->op);
        parentheses[i] = precedence_of(spine[i]->op) < needed || spine[i]->op == BinaryOperator::in;
        if (i != 0 && parentheses[i]) flat = false;
    }
    std::optional<Temporary> step;
    if (flat && spine.size() > max_chain) step.emplace(*this);
    for (const bool open : parentheses)
        if (open) put('(');
    if (step) put((parentheses[0] ? "" : "(") + step->name() + '=');
    const std::size_t left = here();
    expression(*base, spine.empty() ? least : precedence_of(spine.back()->op));
    std::size_t count = 0;
    for (std::size_t i = spine.size(); i-- > 0;) {
        const BinaryExpression& operation = *spine[i];
        if (step && ++count % max_chain == 0) put(',' + step->name() + '=' + step->name());
        const std::string_view op = spelling(operation.op);
        const bool word = op[0] == 'i';
        if (op == "/" && hides_division(out_)) {
            insert(left, "(");
            put(')');
        }
        if (word) put(' ');
        put(op);
        if (word) put(' ');
        const std::size_t right = here();
        expression(*operation.right, above(precedence_of(operation.op)));
        const std::size_t first = skip_marks(out_, right);
        if ((op == "+" || op == "-") && first < out_.size() && out_[first] == op[0]) insert(right, " ");
        if (parentheses[i]) put(')');
    }
    if (step && !parentheses[0]) put(')');
}

void Emitter::logical_group(const std::vector<const Node*>& operands, std::size_t first, std::size_t last,
                            std::string_view op, Precedence strength) {
    if (last - first <= max_chain) {
        for (std::size_t i = first; i < last; ++i) {
            if (i != first) put(op);
            expression(*operands[i], above(strength));
        }
        return;
    }
    // Both operators are associative: groups of operands do as well.
    const std::size_t groups = (last - first + max_chain - 1) / max_chain;
    const std::size_t size = groups <= max_chain ? max_chain : (last - first + max_chain - 1) / max_chain;
    for (std::size_t i = first; i < last; i += size) {
        if (i != first) put(op);
        put('(');
        logical_group(operands, i, std::min(last, i + size), op, strength);
        put(')');
    }
}

void Emitter::logical(const LogicalExpression& node, Precedence least) {
    if (node.op == LogicalOperator::nullish) {
        nullish(node);
        return;
    }
    const Precedence strength =
        node.op == LogicalOperator::logical_and ? Precedence::logical_and : Precedence::logical_or;
    std::vector<const Node*> operands;
    const Node* left = &node;
    while (left->is<LogicalExpression>() && left->as<LogicalExpression>()->op == node.op) {
        operands.push_back(left->as<LogicalExpression>()->right);
        left = left->as<LogicalExpression>()->left;
    }
    operands.push_back(left);
    std::reverse(operands.begin(), operands.end());
    const bool parentheses = strength < least;
    if (parentheses) put('(');
    logical_group(operands, 0, operands.size(), spelling(node.op), strength);
    if (parentheses) put(')');
}

void Emitter::nullish(const LogicalExpression& node) {
    std::vector<const Node*> operands;
    const Node* left = &node;
    while (left->is<LogicalExpression>() && left->as<LogicalExpression>()->op == LogicalOperator::nullish) {
        operands.push_back(left->as<LogicalExpression>()->right);
        left = left->as<LogicalExpression>()->left;
    }
    operands.push_back(left);
    std::reverse(operands.begin(), operands.end());
    put('(');
    if (operands.size() == 2 && is_stable(*left)) {
        expression(*left, Precedence::equality);
        put("!=null?");
        expression(*left, Precedence::assignment);
        put(':');
        expression(*operands[1], Precedence::assignment);
    } else if (operands.size() == 2) {
        const Temporary value(*this);
        put('(' + value.name() + '=');
        expression(*left, Precedence::assignment);
        put(")!=null?" + value.name() + ':');
        expression(*operands[1], Precedence::assignment);
    } else {
        const Temporary value(*this);
        put('(');
        for (std::size_t i = 0; i < operands.size(); ++i) {
            if (i != 0 && i % max_chain == 0)
                put(")||(");
            else if (i != 0)
                put("||");
            put('(' + value.name() + '=');
            expression(*operands[i], Precedence::assignment);
            put(i + 1 < operands.size() ? ")!=null" : ")");
        }
        put(")," + value.name());
    }
    put(')');
}

void Emitter::conditional(const ConditionalExpression& node, Precedence least) {
    std::size_t length = 0;
    for (const Node* next = &node; next->is<ConditionalExpression>();
         next = next->as<ConditionalExpression>()->alternate)
        ++length;
    const bool parentheses = least > Precedence::conditional;
    if (length <= max_chain) {
        if (parentheses) put('(');
        const Node* next = &node;
        while (const auto* condition = next->try_as<ConditionalExpression>()) {
            expression(*condition->test, Precedence::logical_or);
            put('?');
            expression(*condition->consequent, Precedence::assignment);
            put(':');
            next = condition->alternate;
        }
        expression(*next, Precedence::assignment);
        if (parentheses) put(')');
        return;
    }
    // Groups that are true once one of their tests was.
    const Temporary value(*this);
    put("((");
    const Node* next = &node;
    std::size_t count = 0;
    while (const auto* condition = next->try_as<ConditionalExpression>()) {
        if (count != 0 && count % max_chain == 0) put("false)||(");
        ++count;
        expression(*condition->test, Precedence::logical_or);
        put("?(" + value.name() + '=');
        expression(*condition->consequent, Precedence::assignment);
        put(",true):");
        next = condition->alternate;
    }
    put('(' + value.name() + '=');
    expression(*next, Precedence::assignment);
    put(",true))," + value.name() + ')');
}

void Emitter::sequence(const SequenceExpression& node, Precedence least, bool value_used) {
    const bool groups = node.expressions.size() > max_chain;
    const bool parentheses = least > Precedence::comma || groups;
    if (parentheses) put('(');
    if (groups) put('(');
    for (std::size_t i = 0; i < node.expressions.size(); ++i) {
        if (i != 0 && i % max_chain == 0)
            put("),(");
        else if (i != 0)
            put(',');
        if (i + 1 < node.expressions.size() || !value_used) {
            effect(*node.expressions[i]);
        } else {
            expression(*node.expressions[i], Precedence::assignment);
        }
    }
    if (groups) put(')');
    if (parentheses) put(')');
}

}  // namespace k6::js::lower
