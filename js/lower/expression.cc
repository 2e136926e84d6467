#include <algorithm>
#include <cmath>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

// ---- What an expression is ----

bool Emitter::is_anonymous_function(const Node& node) {
    if (const auto* function = node.try_as<Function>()) return function->function_id == nullptr;
    if (const auto* class_node = node.try_as<Class>()) return class_node->class_id == nullptr;
    return false;
}

bool Emitter::is_literal(const Node& node) {
    switch (node.kind) {
        case NodeKind::NullLiteral:
        case NodeKind::BooleanLiteral:
        case NodeKind::NumericLiteral:
        case NodeKind::StringLiteral:
            return true;
        case NodeKind::TemplateLiteral:
            return node.as<TemplateLiteral>()->expressions.empty();
        case NodeKind::UnaryExpression: {
            const auto& unary = *node.as<UnaryExpression>();
            return unary.op != UnaryOperator::delete_ && is_literal(*unary.argument);
        }
        case NodeKind::ArrayExpression:
            return std::all_of(node.as<ArrayExpression>()->elements.begin(), node.as<ArrayExpression>()->elements.end(),
                               [](const Node* element) { return element != nullptr && is_literal(*element); });
        case NodeKind::ObjectExpression:
            return std::all_of(node.as<ObjectExpression>()->properties.begin(),
                               node.as<ObjectExpression>()->properties.end(), [](const Node* property) {
                                   const auto* named = property->try_as<Property>();
                                   return named != nullptr && named->property_kind == PropertyKind::init &&
                                          !named->computed && !named->method && is_literal(*named->value);
                               });
        default:
            return false;
    }
}

bool Emitter::is_stable(const Node& node) const {
    switch (node.kind) {
        case NodeKind::ThisExpression:
        case NodeKind::NullLiteral:
        case NodeKind::BooleanLiteral:
        case NodeKind::NumericLiteral:
            return true;
        case NodeKind::StringLiteral:
            return node.as<StringLiteral>()->value.size() < 40;
        case NodeKind::Identifier:
            return !analysis_.is_uninitialised(node) && !analysis_.needs_check(node);
        default:
            return false;
    }
}

bool Emitter::is_constant(const Node& node) const {
    if (!is_stable(node)) return false;
    if (!node.is<Identifier>()) return true;
    const Binding* binding = analysis_.binding_of(node);
    return binding != nullptr && !binding->assigned && !binding->is_member;
}

bool Emitter::is_primitive(const Node& node) const {
    switch (node.kind) {
        case NodeKind::NullLiteral:
        case NodeKind::BooleanLiteral:
        case NodeKind::NumericLiteral:
        case NodeKind::StringLiteral:
        case NodeKind::TemplateLiteral:
        case NodeKind::UpdateExpression:
            return true;
        case NodeKind::UnaryExpression:
            return true;
        case NodeKind::BinaryExpression: {
            const auto& binary = *node.as<BinaryExpression>();
            return binary.op != BinaryOperator::add || (is_primitive(*binary.left) && is_primitive(*binary.right));
        }
        default:
            return false;
    }
}

// ---- Dispatch ----

std::string Emitter::captured(const Node& node, Precedence least) {
    return capture([&] { expression(node, least); });
}

void Emitter::expression(const Node& node, Precedence least) {
    switch (node.kind) {
        case NodeKind::Identifier:
            mark(node);
            identifier(*node.as<Identifier>());
            break;
        case NodeKind::NullLiteral:
            mark(node);
            put("null");
            break;
        case NodeKind::BooleanLiteral:
            mark(node);
            put(node.as<BooleanLiteral>()->value ? "true" : "false");
            break;
        case NodeKind::NumericLiteral: {
            mark(node);
            const bool parentheses = least >= Precedence::call;
            if (parentheses) put('(');
            number(*node.as<NumericLiteral>());
            if (parentheses) put(')');
            break;
        }
        case NodeKind::BigIntLiteral:
            mark(node);
            call_support("$k_bigint");
            append_quoted(out_, node.as<BigIntLiteral>()->digits);
            put(')');
            break;
        case NodeKind::StringLiteral:
            mark(node);
            append_quoted(out_, node.as<StringLiteral>()->value);
            break;
        case NodeKind::RegExpLiteral:
            mark(node);
            regexp(*node.as<RegExpLiteral>());
            break;
        case NodeKind::TemplateLiteral:
            mark(node);
            template_literal(*node.as<TemplateLiteral>());
            break;
        case NodeKind::ArrayExpression:
            mark(node);
            array(*node.as<ArrayExpression>());
            break;
        case NodeKind::ObjectExpression:
            mark(node);
            object(*node.as<ObjectExpression>());
            break;
        case NodeKind::FunctionExpression:
        case NodeKind::ArrowFunction:
        case NodeKind::ClassExpression:
        case NodeKind::FunctionDeclaration:  // default exports
        case NodeKind::ClassDeclaration:
            named_expression(node, least, {});
            break;
        case NodeKind::UnaryExpression:
            unary(*node.as<UnaryExpression>(), least);
            break;
        case NodeKind::UpdateExpression:
            update(*node.as<UpdateExpression>(), least, true);
            break;
        case NodeKind::BinaryExpression:
            binary(*node.as<BinaryExpression>(), least);
            break;
        case NodeKind::LogicalExpression:
            logical(*node.as<LogicalExpression>(), least);
            break;
        case NodeKind::AssignmentExpression:
            assignment(*node.as<AssignmentExpression>(), least, true);
            break;
        case NodeKind::ConditionalExpression:
            conditional(*node.as<ConditionalExpression>(), least);
            break;
        case NodeKind::CallExpression:
        case NodeKind::MemberExpression:
        case NodeKind::TaggedTemplate:
            access_chain(node);
            break;
        case NodeKind::ChainExpression:
            optional_chain(node, false);
            break;
        case NodeKind::NewExpression:
            mark(node);
            new_expression(*node.as<NewExpression>());
            break;
        case NodeKind::SequenceExpression:
            sequence(*node.as<SequenceExpression>(), least, true);
            break;
        case NodeKind::ThisExpression:
            mark(node);
            this_value(node.start);
            break;
        case NodeKind::MetaProperty:
            mark(node);
            if (node.as<MetaProperty>()->meta == MetaKind::import_meta) {
                put(requests_object_ + ".meta");
            } else {
                new_target(node);
            }
            break;
        case NodeKind::ImportExpression:
            mark(node);
            put(requests_object_ + ".load(");
            expression(*node.as<ImportExpression>()->source, Precedence::assignment);
            put(')');
            break;
        case NodeKind::AwaitExpression:
            unsupported(node, "await here is");
            put('0');
            break;
        case NodeKind::YieldExpression:
            unsupported(node, "yield here is");
            put('0');
            break;
        default:
            unsupported(node, "This syntax is");
            put('0');
            break;
    }
}

void Emitter::effect(const Node& node) {
    switch (node.kind) {
        case NodeKind::UpdateExpression:
            update(*node.as<UpdateExpression>(), Precedence::comma, false);
            break;
        case NodeKind::AssignmentExpression:
            assignment(*node.as<AssignmentExpression>(), Precedence::comma, false);
            break;
        case NodeKind::SequenceExpression:
            sequence(*node.as<SequenceExpression>(), Precedence::comma, false);
            break;
        case NodeKind::CallExpression:
            if (node.as<CallExpression>()->callee->is<Super>()) {
                super_call(*node.as<CallExpression>(), false);
            } else {
                expression(node);
            }
            break;
        default:
            expression(node);
            break;
    }
}

void Emitter::named_expression(const Node& node, Precedence least, std::string_view name, const Binding* self) {
    if (const auto* function_node = node.try_as<Function>()) {
        mark(node);
        const FunctionInfo& info = *analysis_.function_of(node);
        const std::string variable = function_name(info, name, self);
        function(*function_node, FunctionForm::expression, variable,
                 function_node->function_id != nullptr ? function_node->function_id->name : name);
    } else if (const auto* class_node = node.try_as<Class>()) {
        mark(node);
        class_expression(*class_node, name, self);
    } else {
        expression(node, least);
    }
}

void Emitter::value_named_by_key(const Node& node, const std::string& key) {
    if (!is_anonymous_function(node)) {
        expression(node, Precedence::assignment);
        return;
    }
    call_support("$k_named");
    expression(node, Precedence::assignment);
    put(',' + key + ')');
}

// ---- Names and literals ----

void Emitter::identifier(const Identifier& node) {
    if (analysis_.is_uninitialised(node)) {
        call_support("$k_uninitialised");
        append_quoted(out_, node.name);
        put(')');
        return;
    }
    const Binding* binding = analysis_.binding_of(node);
    if (binding != nullptr) {
        if (is_module_namespace(node)) {
            call_support("$k_namespace");
            put(binding->code + ')');
        } else if (analysis_.needs_check(node)) {
            put('(' + binding->code + "===" + std::string(use("$k_uninitialised")) + "?$k_uninitialised(");
            append_quoted(out_, node.name);
            put("):" + binding->code + ')');
        } else {
            put(binding->code);
        }
        return;
    }
    if (node.name == "undefined") {
        put("(void 0)");
    } else if (node.name == "NaN") {
        put("(0/0)");
    } else if (node.name == "Infinity") {
        put("(1/0)");
    } else if (node.name == "arguments") {
        FunctionInfo& owner = this_function(*info_);
        if (&owner == info_ && !owner.resumable()) {
            put("arguments");
        } else {
            put(generated('a', owner.id));
        }
    } else if (node.name == "eval") {
        // A direct call would see the output's variables; this one evaluates in the global scope.
        put(std::string(use("$k_global")) + ".eval");
    } else {
        put(global_name(node.name));
    }
}

std::string Emitter::global_name(std::string_view name) {
    if (is_plain_name(name)) return std::string(name);
    // The engine does not take every letter.
    return std::string(use("$k_global")) + member_suffix(name);
}

void Emitter::number(const NumericLiteral& node) {
    const bool plain = node.raw.size() <= 15 && (node.raw.size() == 1 || node.raw[0] != '0') &&
                       std::all_of(node.raw.begin(), node.raw.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (plain) {
        put(node.raw);
    } else if (std::isinf(node.value)) {
        put("(1/0)");
    } else {
        put(number_text(node.value));
    }
}

void Emitter::regexp(const RegExpLiteral& node) {
    // The engine's syntax knows three flags, unescapes slashes, and takes no control characters.
    const bool plain =
        std::all_of(node.flags.begin(), node.flags.end(), [](char c) { return c == 'g' || c == 'i' || c == 'm'; }) &&
        std::none_of(node.pattern.begin(), node.pattern.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }) &&
        node.pattern.find("\\/") == std::string_view::npos;
    if (!plain) {
        call_support("$k_regexp");
        append_quoted(out_, node.pattern);
        put(',');
        append_quoted(out_, node.flags);
        put(')');
        return;
    }
    // In parentheses: after `)` or `}` the engine would take the slash for a division.
    put("(/");
    put(node.pattern);
    put('/');
    put(node.flags);
    put(')');
}

void Emitter::template_literal(const TemplateLiteral& node) {
    if (node.expressions.empty()) {
        append_quoted(out_, node.quasis[0]->cooked);
        return;
    }
    call_support("$k_text");
    Items items(*this);
    for (std::size_t i = 0; i < node.quasis.size(); ++i) {
        if (!node.quasis[i]->cooked.empty()) {
            items.next();
            append_quoted(out_, node.quasis[i]->cooked);
        }
        if (i < node.expressions.size()) {
            items.next();
            expression(*node.expressions[i], Precedence::assignment);
        }
    }
    put(')');
}

void Emitter::template_object(const TaggedTemplate& node) {
    const std::string variable = next_generated('q');
    template_variables_.push_back(variable);
    put('(' + variable + "||(" + variable + '=');
    call_support("$k_template");
    const auto strings = [&](bool raw) {
        put('[');
        for (const auto* quasi : node.quasi->quasis) {
            if (quasi != node.quasi->quasis.front()) put(',');
            if (raw || quasi->has_cooked) {
                append_quoted(out_, raw ? quasi->raw : quasi->cooked);
            } else {
                put("void 0");
            }
        }
        put(']');
    };
    strings(false);
    put(',');
    strings(true);
    put(")))");
}

}  // namespace k6::js::lower
