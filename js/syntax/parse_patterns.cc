#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {

// ---- Expressions that turn out to be patterns ----

Pattern* Parser::to_pattern(Node* node, PatternUse use) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    const bool binding = use == PatternUse::parameter;
    const char* const message =
        binding ? "Invalid destructuring assignment target" : "Invalid left-hand side in assignment";
    switch (node->kind) {
        case NodeKind::Identifier:
            if (binding && node->parenthesized) break;
            check_strict_binding_name(*node->as<Identifier>());
            return node;
        case NodeKind::MemberExpression:
            if (binding) break;
            return node;
        case NodeKind::ObjectExpression:
            if (node->parenthesized) break;
            return to_object_pattern(node->as<ObjectExpression>(), use);
        case NodeKind::ArrayExpression:
            if (node->parenthesized) break;
            return to_array_pattern(node->as<ArrayExpression>(), use);
        case NodeKind::AssignmentExpression: {
            auto* assignment = node->as<AssignmentExpression>();
            if (node->parenthesized || assignment->op != AssignmentOperator::assign) break;
            if (binding) check_binding(assignment->target);
            auto* with_default = start_node<AssignmentPattern>(node->start);
            with_default->end = node->end;
            with_default->target = assignment->target;
            with_default->default_value = assignment->value;
            return with_default;
        }
        case NodeKind::AssignmentPattern: {
            auto* with_default = node->as<AssignmentPattern>();
            with_default->target = to_pattern(with_default->target, use);
            return with_default;
        }
        case NodeKind::ArrayPattern:
        case NodeKind::ObjectPattern:
            if (binding) check_binding(node);
            return node;
        case NodeKind::RestElement:
            return node;
        default:
            break;
    }
    fail(node->start, message);
    return placeholder();
}

Pattern* Parser::to_object_pattern(ObjectExpression* object, PatternUse use) {
    auto* pattern = start_node<ObjectPattern>(object->start);
    pattern->end = object->end;
    ListBuilder<Node> properties(*this);
    for (Node* node : object->properties) {
        if (auto* spread = node->try_as<SpreadElement>()) {
            properties.add(to_rest(spread, use, true));
            continue;
        }
        auto* property = node->as<Property>();
        if (property->property_kind != PropertyKind::init || property->method) {
            fail(property->start, "Invalid destructuring assignment target");
            break;
        }
        auto* converted = start_node<PatternProperty>(property->start);
        converted->end = property->end;
        converted->key = property->key;
        converted->computed = property->computed;
        converted->shorthand = property->shorthand;
        // {a: (b)} may assign to b, but neither a parameter nor a default can be in parentheses; to_pattern() knows.
        converted->value = to_pattern(property->value, use);
        properties.add(converted);
    }
    pattern->properties = properties.finish();
    return pattern;
}

Pattern* Parser::to_array_pattern(ArrayExpression* array, PatternUse use) {
    auto* pattern = start_node<ArrayPattern>(array->start);
    pattern->end = array->end;
    ListBuilder<Pattern> elements(*this);
    for (Node* node : array->elements) {
        if (node == nullptr) {
            elements.add(nullptr);
        } else if (auto* spread = node->try_as<SpreadElement>()) {
            elements.add(to_rest(spread, use, false));
        } else {
            elements.add(to_pattern(node, use));
        }
    }
    pattern->elements = elements.finish();
    return pattern;
}

Pattern* Parser::to_rest(SpreadElement* spread, PatternUse use, bool in_object) {
    auto* rest = start_node<RestElement>(spread->start);
    rest->end = spread->end;
    Node* const argument = spread->argument;
    const bool is_literal = argument->is<ObjectExpression>() || argument->is<ArrayExpression>();
    if (argument->is<AssignmentExpression>()) {
        fail(argument->start, "Rest elements may not have a default initializer");
    } else if (in_object && is_literal) {
        fail(argument->start, "`...` must be followed by an assignable reference in assignment contexts");
    }
    rest->argument = failed() ? placeholder() : to_pattern(argument, use);
    return rest;
}

void Parser::check_binding(Node* pattern) {
    const Nesting nesting(*this);
    if (nesting.too_deep() || pattern == nullptr) return;
    switch (pattern->kind) {
        case NodeKind::Identifier:
            if (!pattern->parenthesized) return;
            break;
        case NodeKind::ArrayPattern:
            for (Node* element : pattern->as<ArrayPattern>()->elements) check_binding(element);
            return;
        case NodeKind::ObjectPattern:
            for (Node* property : pattern->as<ObjectPattern>()->properties) check_binding(property);
            return;
        case NodeKind::PatternProperty:
            check_binding(pattern->as<PatternProperty>()->value);
            return;
        case NodeKind::AssignmentPattern:
            check_binding(pattern->as<AssignmentPattern>()->target);
            return;
        case NodeKind::RestElement:
            check_binding(pattern->as<RestElement>()->argument);
            return;
        default:
            break;
    }
    fail(pattern->start, "Invalid destructuring assignment target");
}

void Parser::check_simple_target(Node* target, std::uint32_t start, std::string_view message) {
    if (auto* identifier = target->try_as<Identifier>()) {
        check_strict_binding_name(*identifier);
    } else if (!target->is<MemberExpression>()) {
        fail(start, std::string(message));
    }
}

// ---- Bindings ----

Pattern* Parser::parse_binding_target() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    if (at(Kind::left_bracket)) return parse_array_binding();
    if (at(Kind::left_brace)) return parse_object_binding();
    return parse_binding_identifier();
}

Pattern* Parser::parse_binding_element() {
    const std::uint32_t start = token_.start;
    Pattern* target = parse_binding_target();
    if (!at(Kind::assign)) return target;
    auto* with_default = start_node<AssignmentPattern>(start);
    with_default->target = target;
    advance();
    with_default->default_value = parse_assignment_allowing_in();
    return finish(with_default);
}

Pattern* Parser::parse_array_binding() {
    auto* pattern = start_node<ArrayPattern>(token_.start);
    advance();
    ListBuilder<Pattern> elements(*this);
    while (!at(Kind::right_bracket) && !at_end()) {
        if (eat(Kind::comma)) {
            elements.add(nullptr);
            continue;
        }
        if (at(Kind::ellipsis)) {
            auto* rest = start_node<RestElement>(token_.start);
            advance();
            rest->argument = parse_binding_target();
            elements.add(finish(rest));
            if (at(Kind::comma)) fail(token_.start, "Rest element must be last element");
            break;
        }
        elements.add(parse_binding_element());
        if (!at(Kind::right_bracket)) expect(Kind::comma);
    }
    expect(Kind::right_bracket);
    pattern->elements = elements.finish();
    return finish(pattern);
}

Pattern* Parser::parse_object_binding() {
    auto* pattern = start_node<ObjectPattern>(token_.start);
    advance();
    ListBuilder<Node> properties(*this);
    while (!at(Kind::right_brace) && !at_end()) {
        if (at(Kind::ellipsis)) {
            auto* rest = start_node<RestElement>(token_.start);
            advance();
            rest->argument = parse_binding_identifier();
            properties.add(finish(rest));
            if (at(Kind::comma)) fail(token_.start, "Rest element must be last element");
            break;
        }
        auto* property = start_node<PatternProperty>(token_.start);
        const Token key = token_;
        property->key = parse_property_key(property->computed, false);
        if (eat(Kind::colon)) {
            property->value = parse_binding_element();
        } else if (is_identifier_like(key.kind)) {
            property->shorthand = true;
            check_identifier(key, true);
            property->value = make_identifier(key.text, key.start, key.end);
            if (at(Kind::assign)) {
                auto* with_default = start_node<AssignmentPattern>(key.start);
                with_default->target = property->value;
                advance();
                with_default->default_value = parse_assignment_allowing_in();
                property->value = finish(with_default);
            }
        } else {
            is_word(key.kind) ? unexpected(key) : unexpected();
            property->value = placeholder();
        }
        properties.add(finish(property));
        if (!at(Kind::right_brace)) expect(Kind::comma);
    }
    expect(Kind::right_brace);
    pattern->properties = properties.finish();
    return finish(pattern);
}

Identifier* Parser::parse_binding_identifier() {
    const Token token = token_;
    check_identifier(token, true);
    if (failed()) return placeholder();
    advance();
    return make_identifier(token.text, token.start, token.end);
}

void Parser::check_identifier(const Token& token, bool binding) {
    if (!is_identifier_like(token.kind)) return unexpected(token);
    if (token.kind == Kind::identifier) return;
    switch (token.kind) {
        case Kind::kw_yield:
            if (yield_ || strict_) unexpected(token);
            return;
        case Kind::kw_await:
            if (await_ || options_.type == SourceType::module || fn_->forbid_await_name) {
                fail(token.start, await_
                                      ? "Unexpected reserved word 'await'"
                                      : "await is only valid in async functions and the top level bodies of modules");
            }
            return;
        case Kind::kw_arguments:
            if (!binding && fn_->forbid_arguments) {
                fail(token.start,
                     "'arguments' is not allowed in class field initializer or static initialization block");
            }
            [[fallthrough]];
        case Kind::kw_eval:
            if (binding && strict_ && !ambient_) fail(token.start, "Unexpected eval or arguments in strict mode");
            return;
        default:
            if (strict_ && is_strict_reserved_word(token.kind)) unexpected(token);
    }
}

// For names that were read before the code around them was known to be strict, or to be assigned.
void Parser::check_strict_binding_name(const Identifier& identifier) {
    if (!strict_) return;
    const char* const name = identifier.name.data();
    if (name == name_eval_.data() || name == name_arguments_.data()) {
        fail(identifier.start, "Unexpected eval or arguments in strict mode");
    } else if (is_strict_reserved(identifier.name)) {
        fail(identifier.start, "Unexpected strict mode reserved word '" + std::string(identifier.name) + "'");
    }
}

bool Parser::is_strict_reserved(std::string_view name) {
    // Asked for every assigned name of strict code: most are told apart by their first letter.
    if (name.size() < 3 || std::string_view("ilpsy").find(name[0]) == std::string_view::npos) return false;
    for (int kind = static_cast<int>(Kind::kw_implements); kind <= static_cast<int>(Kind::kw_yield); ++kind) {
        if (name == spelling(static_cast<Kind>(kind))) return true;
    }
    return false;
}

void Parser::check_strict_pattern(Node* pattern) {
    if (pattern == nullptr) return;
    switch (pattern->kind) {
        case NodeKind::Identifier:
            check_strict_binding_name(*pattern->as<Identifier>());
            break;
        case NodeKind::ArrayPattern:
            for (Node* element : pattern->as<ArrayPattern>()->elements) check_strict_pattern(element);
            break;
        case NodeKind::ObjectPattern:
            for (Node* property : pattern->as<ObjectPattern>()->properties) check_strict_pattern(property);
            break;
        case NodeKind::PatternProperty:
            check_strict_pattern(pattern->as<PatternProperty>()->value);
            break;
        case NodeKind::AssignmentPattern:
            check_strict_pattern(pattern->as<AssignmentPattern>()->target);
            break;
        case NodeKind::RestElement:
            check_strict_pattern(pattern->as<RestElement>()->argument);
            break;
        default:
            break;
    }
}

void Parser::declare_pattern(Node* pattern, BindingKind kind) {
    if (pattern == nullptr || failed()) return;
    switch (pattern->kind) {
        case NodeKind::Identifier:
            declare_name(*pattern->as<Identifier>(), kind);
            break;
        case NodeKind::ArrayPattern:
            for (Node* element : pattern->as<ArrayPattern>()->elements) declare_pattern(element, kind);
            break;
        case NodeKind::ObjectPattern:
            for (Node* property : pattern->as<ObjectPattern>()->properties) declare_pattern(property, kind);
            break;
        case NodeKind::PatternProperty:
            declare_pattern(pattern->as<PatternProperty>()->value, kind);
            break;
        case NodeKind::AssignmentPattern:
            declare_pattern(pattern->as<AssignmentPattern>()->target, kind);
            break;
        case NodeKind::RestElement:
            declare_pattern(pattern->as<RestElement>()->argument, kind);
            break;
        default:
            break;
    }
}

void Parser::declare_name(const Identifier& identifier, BindingKind kind) {
    const std::string_view name = identifier.name;
    bool free = true;
    switch (kind) {
        case BindingKind::parameter:
            if (!scopes_.declare_parameter(name) && duplicate_parameter_at_ == kNowhere) {
                duplicate_parameter_at_ = identifier.start;
            }
            return;
        case BindingKind::var:
            free = scopes_.declare_var(name);
            break;
        case BindingKind::var_of_for_of:
            free = scopes_.declare_var(name, true);
            break;
        case BindingKind::lexical:
            if (name.data() == name_let_.data()) fail(identifier.start, "let is disallowed as a lexically bound name");
            free = scopes_.declare_lexical(name);
            break;
        case BindingKind::catch_simple:
            free = scopes_.declare_catch_parameter(name, true);
            break;
        case BindingKind::catch_pattern:
            free = scopes_.declare_catch_parameter(name, false);
            break;
    }
    if (!free) redeclared(identifier.start, name);
}

}  // namespace k6::js::syntax
