#include <array>

#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {
namespace {

using Kind = TokenKind;

constexpr int kRelational = 8;
constexpr int kExponent = 12;

// 0: no binary operator. Higher binds tighter.
constexpr std::array<std::uint8_t, kTokenKindCount> make_precedences() {
    std::array<std::uint8_t, kTokenKindCount> table{};
    const auto set = [&table](int precedence, auto... kinds) {
        ((table[static_cast<std::size_t>(kinds)] = static_cast<std::uint8_t>(precedence)), ...);
    };
    set(1, Kind::nullish);
    set(2, Kind::logical_or);
    set(3, Kind::logical_and);
    set(4, Kind::pipe);
    set(5, Kind::caret);
    set(6, Kind::ampersand);
    set(7, Kind::equal, Kind::not_equal, Kind::strict_equal, Kind::strict_not_equal);
    set(kRelational, Kind::less, Kind::less_equal, Kind::greater, Kind::greater_equal, Kind::kw_in,
        Kind::kw_instanceof);
    set(9, Kind::shift_left, Kind::shift_right, Kind::shift_right_unsigned);
    set(10, Kind::plus, Kind::minus);
    set(11, Kind::star, Kind::slash, Kind::percent);
    set(kExponent, Kind::star_star);
    return table;
}

constexpr auto kPrecedences = make_precedences();

template <class Operator>
Operator operator_of(Kind kind, Kind first) {
    return static_cast<Operator>(static_cast<int>(kind) - static_cast<int>(first));
}

bool is_logical(Kind kind) { return in_range(kind, Kind::logical_and, Kind::nullish); }

bool is_bare_literal(const Node* node) {
    return (node->is<ObjectExpression>() || node->is<ArrayExpression>()) && !node->parenthesized;
}

bool is_or_and(const Node* node) {
    const auto* logical = node->try_as<LogicalExpression>();
    return logical != nullptr && !node->parenthesized && logical->op != LogicalOperator::nullish;
}

bool is_nullish(const Node* node) {
    const auto* logical = node->try_as<LogicalExpression>();
    return logical != nullptr && !node->parenthesized && logical->op == LogicalOperator::nullish;
}

bool deletes_private_member(const Node* node) {
    if (const auto* chain = node->try_as<ChainExpression>()) node = chain->expression;
    const auto* member = node->try_as<MemberExpression>();
    return member != nullptr && member->property->is<PrivateName>();
}

}  // namespace

Expression* Parser::parse_expression() {
    const std::uint32_t start = token_.start;
    Expression* first = parse_assignment();
    if (!at(Kind::comma)) return first;
    auto* sequence = start_node<SequenceExpression>(start);
    ListBuilder<Expression> expressions(*this);
    expressions.add(first);
    while (eat(Kind::comma)) expressions.add(parse_assignment());
    sequence->expressions = expressions.finish();
    return finish(sequence);
}

Expression* Parser::parse_expression_allowing_in() {
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    return parse_expression();
}

Expression* Parser::parse_assignment_allowing_in(CoverErrors* cover) {
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    return parse_assignment(cover);
}

// With `cover`, what is wrong only in an expression or only in a pattern is left to the caller.
Expression* Parser::parse_assignment(CoverErrors* cover) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    const std::uint32_t start = token_.start;
    CoverErrors own;
    bool complete = false;
    Expression* left = parse_operand(own, complete);
    if (complete) return left;
    if (is_assignment(token_.kind)) return parse_assignment_tail(left, start, own);
    if (at(Kind::question)) {
        const auto ends_optional = [](Kind kind) {
            return kind == Kind::colon || kind == Kind::comma || kind == Kind::right_paren || kind == Kind::assign;
        };
        if (!ts_ || !ends_optional(peek().kind)) {
            report(own);
            return parse_conditional_tail(left, start);
        }
    }
    if (cover == nullptr || !is_bare_literal(left)) {
        report(own);
    } else {
        if (cover->shorthand_default == kNowhere) cover->shorthand_default = own.shorthand_default;
        if (cover->duplicate_proto == kNowhere) cover->duplicate_proto = own.duplicate_proto;
        if (cover->after_rest == kNowhere) cover->after_rest = own.after_rest;
    }
    return left;
}

// What can stand left of an assignment or conditional operator; `complete` if none can follow.
Expression* Parser::parse_operand(CoverErrors& cover, bool& complete) {
    const std::uint32_t start = token_.start;
    complete = true;
    if (yield_ && at_word(Kind::kw_yield)) return parse_yield();
    if (ts_ && at(Kind::less) && at_typed_arrow()) return parse_arrow_with_typed_head(start, false);
    arrow_start_ = start;
    Expression* left = parse_binary(cover);
    complete = is_unparenthesized_arrow(left) && left->start == start;
    return left;
}

Expression* Parser::parse_assignment_tail(Expression* left, std::uint32_t start, CoverErrors& cover) {
    auto* assignment = start_node<AssignmentExpression>(start);
    assignment->op = operator_of<AssignmentOperator>(token_.kind, Kind::assign);
    if (at(Kind::assign)) {
        if (cover.after_rest != kNowhere && is_bare_literal(left)) {
            fail(cover.after_rest, "Rest element must be last element");
        }
        assignment->target = to_pattern(left, PatternUse::assignment);
    } else {
        report(cover);
        check_simple_target(left, start, "Invalid left-hand side in assignment");
        assignment->target = left;
    }
    advance();
    assignment->value = parse_assignment();
    return finish(assignment);
}

// A loop, as a ? b : c ? d : e ... can be long.
Expression* Parser::parse_conditional_tail(Expression* test, std::uint32_t start) {
    ConditionalExpression* first = nullptr;
    ConditionalExpression* last = nullptr;
    for (;;) {
        auto* conditional = start_node<ConditionalExpression>(start);
        conditional->test = test;
        if (last == nullptr) {
            first = conditional;
        } else {
            last->alternate = conditional;
        }
        last = conditional;
        advance();
        {
            const Restore<bool> in(allow_in_, true);
            const Restore<bool> consequent(in_consequent_, true);
            conditional->consequent = parse_assignment();
        }
        expect(Kind::colon);
        start = token_.start;
        CoverErrors own;
        bool complete = false;
        Expression* alternate = parse_operand(own, complete);
        if (!complete && is_assignment(token_.kind)) {
            alternate = parse_assignment_tail(alternate, start, own);
        } else if (!complete) {
            report(own);
            if (at(Kind::question)) {
                test = alternate;
                continue;
            }
        }
        conditional->alternate = alternate;
        break;
    }
    for (Node* node = first; node != last; node = node->as<ConditionalExpression>()->alternate) finish(node);
    finish(last);
    return first;
}

// Operator precedence with an explicit stack: long chains cost no recursion.
Expression* Parser::parse_binary(CoverErrors& cover) {
    const std::size_t base = binary_stack_.size();
    for (;;) {
        std::uint32_t start = token_.start;
        Expression* operand = nullptr;
        if (at(Kind::private_name)) {
            const Token name = token_;
            PrivateName* private_name = parse_private_name();
            use_private_name(name.text, name.start);
            const bool binds_tighter = binary_stack_.size() > base && binary_stack_.back().precedence >= kRelational;
            if (!at(Kind::kw_in) || !allow_in_ || binds_tighter) unexpected(name);
            operand = private_name;
        } else {
            operand = parse_unary(cover);
            if (binary_stack_.size() == base && is_unparenthesized_arrow(operand)) return operand;
        }
        for (;;) {
            int precedence = kPrecedences[static_cast<std::size_t>(token_.kind)];
            if (at(Kind::kw_in) && !allow_in_) precedence = 0;
            const bool is_cast = ts_ && (at_word(Kind::kw_as) || at_word(Kind::kw_satisfies)) && !token_.newline_before;
            if (is_cast) precedence = kRelational;
            while (binary_stack_.size() > base &&
                   (binary_stack_.back().precedence > precedence ||
                    (binary_stack_.back().precedence == precedence && precedence != kExponent))) {
                const BinaryOperand left = binary_stack_.back();
                binary_stack_.pop_back();
                if (is_logical(left.op)) {
                    auto* logical = start_node<LogicalExpression>(left.start);
                    logical->op = operator_of<LogicalOperator>(left.op, Kind::logical_and);
                    logical->left = left.left;
                    logical->right = operand;
                    const bool mixed = left.op == Kind::nullish ? is_or_and(left.left) || is_or_and(operand)
                                                                : is_nullish(left.left) || is_nullish(operand);
                    if (mixed) fail(left.start, "Operator ?? needs parentheses beside || and &&");
                    operand = finish(logical);
                } else {
                    auto* binary = start_node<BinaryExpression>(left.start);
                    binary->op = operator_of<BinaryOperator>(left.op, Kind::plus);
                    binary->left = left.left;
                    binary->right = operand;
                    operand = finish(binary);
                }
                start = left.start;
            }
            if (is_cast) {
                const bool may_be_const = at(Kind::kw_as);
                advance();
                if (!may_be_const || !eat(Kind::kw_const)) skip_type();
                continue;
            }
            if (precedence == 0) return operand;
            if (precedence == kExponent && !operand->parenthesized &&
                (operand->is<UnaryExpression>() || operand->is<AwaitExpression>())) {
                fail(token_.start,
                     "Unary operator used immediately before exponentiation expression: parentheses are needed");
            }
            // Only ** groups to the right; the depth of the tree it makes is nesting like any other.
            if (precedence == kExponent &&
                binary_stack_.size() - base + static_cast<std::size_t>(depth_) > kMaxNesting) {
                fail(token_.start, "Nesting too deep");
            }
            binary_stack_.push_back({operand, start, token_.kind, precedence});
            advance();
            break;
        }
        if (failed()) {
            binary_stack_.resize(base);
            return operand;
        }
    }
}

Expression* Parser::parse_unary(CoverErrors& cover) {
    UnaryOperator op = UnaryOperator::minus;
    switch (token_.kind) {
        case Kind::minus:
            break;
        case Kind::plus:
            op = UnaryOperator::plus;
            break;
        case Kind::logical_not:
            op = UnaryOperator::logical_not;
            break;
        case Kind::bitwise_not:
            op = UnaryOperator::bitwise_not;
            break;
        case Kind::kw_typeof:
            op = UnaryOperator::typeof_;
            break;
        case Kind::kw_void:
            op = UnaryOperator::void_;
            break;
        case Kind::kw_delete:
            op = UnaryOperator::delete_;
            break;
        case Kind::increment:
        case Kind::decrement: {
            const Nesting nesting(*this);
            if (nesting.too_deep()) return placeholder();
            auto* update = start_node<UpdateExpression>(token_.start);
            update->op = at(Kind::increment) ? UpdateOperator::increment : UpdateOperator::decrement;
            update->prefix = true;
            advance();
            const std::uint32_t start = token_.start;
            update->argument = parse_unary(cover);
            check_simple_target(update->argument, start, "Invalid left-hand side expression in prefix operation");
            return finish(update);
        }
        case Kind::kw_await:
            if (await_ && !token_.escaped) return parse_await();
            return parse_postfix(cover);
        case Kind::less:
            if (ts_) {
                // The old way to write a cast: <T>expression.
                const Nesting nesting(*this);
                if (nesting.too_deep()) return placeholder();
                advance();
                if (!eat(Kind::kw_const)) skip_type();
                expect_greater();
                return parse_unary(cover);
            }
            return parse_postfix(cover);
        default:
            return parse_postfix(cover);
    }
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    auto* unary = start_node<UnaryExpression>(token_.start);
    unary->op = op;
    advance();
    unary->argument = parse_unary(cover);
    if (op == UnaryOperator::delete_) {
        if (strict_ && unary->argument->is<Identifier>()) {
            fail(unary->start, "Delete of an unqualified identifier in strict mode");
        } else if (deletes_private_member(unary->argument)) {
            fail(unary->start, "Private fields can not be deleted");
        }
    }
    return finish(unary);
}

Expression* Parser::parse_postfix(CoverErrors& cover) {
    const std::uint32_t start = token_.start;
    Expression* expression = parse_left_hand_side(cover);
    if ((!at(Kind::increment) && !at(Kind::decrement)) || token_.newline_before) return expression;
    if (is_unparenthesized_arrow(expression)) return expression;
    check_simple_target(expression, start, "Invalid left-hand side expression in postfix operation");
    if (failed()) return expression;
    auto* update = start_node<UpdateExpression>(start);
    update->op = at(Kind::increment) ? UpdateOperator::increment : UpdateOperator::decrement;
    update->argument = expression;
    advance();
    return finish(update);
}

Expression* Parser::parse_left_hand_side(CoverErrors& cover) {
    const Token first = token_;
    Expression* base = parse_primary(cover);
    if (is_unparenthesized_arrow(base)) return base;
    const bool maybe_async_arrow =
        first.kind == Kind::kw_async && !first.escaped && base->is<Identifier>() && first.start == arrow_start_;
    return parse_chain(base, first.start, false, maybe_async_arrow);
}

Expression* Parser::parse_chain(Expression* base, std::uint32_t start, bool no_calls, bool maybe_async_arrow) {
    bool has_optional = false;
    const auto parse_member = [&](bool optional) {
        auto* member = start_node<MemberExpression>(start);
        member->object = base;
        member->optional = optional;
        if (at(Kind::private_name)) {
            if (base->is<Super>()) {
                fail(token_.start, "Unexpected private field");
            } else {
                use_private_name(token_.text, token_.start);
            }
            member->property = parse_private_name();
        } else if (is_word(token_.kind)) {
            const Token name = token_;
            advance();
            member->property = make_identifier(name.text, name.start, name.end);
        } else {
            unexpected();
            member->property = placeholder();
        }
        base = finish(member);
    };
    const auto parse_computed = [&](bool optional) {
        auto* member = start_node<MemberExpression>(start);
        member->object = base;
        member->optional = optional;
        member->computed = true;
        advance();
        member->property = parse_expression_allowing_in();
        expect(Kind::right_bracket);
        base = finish(member);
    };
    const auto parse_call = [&](bool optional) {
        auto* call = start_node<CallExpression>(start);
        call->callee = base;
        call->optional = optional;
        const auto* name = base->try_as<Identifier>();
        if (name != nullptr && name->name.data() == name_eval_.data() && !optional) {
            call->is_direct_eval = true;
            fn_->facts.contains_direct_eval = true;
        }
        call->arguments_start = token_.start;
        call->arguments = parse_arguments();
        base = finish(call);
    };
    for (;;) {
        switch (token_.kind) {
            case Kind::dot:
                advance();
                parse_member(false);
                break;
            case Kind::left_bracket:
                parse_computed(false);
                break;
            case Kind::question_dot:
                if (no_calls) fail(token_.start, "Invalid optional chain from new expression");
                has_optional = true;
                advance();
                if (ts_ && at_less()) skip_call_type_arguments();
                if (at(Kind::left_paren)) {
                    parse_call(true);
                } else if (at(Kind::left_bracket)) {
                    parse_computed(true);
                } else if (at(Kind::template_piece)) {
                    fail(token_.start, "Invalid tagged template on optional chain");
                } else {
                    parse_member(true);
                }
                break;
            case Kind::left_paren:
                if (no_calls) return base;
                if (maybe_async_arrow && !token_.newline_before && base->is<Identifier>()) {
                    base = parse_async_call_or_arrow(base, start);
                    if (is_unparenthesized_arrow(base)) return base;
                } else {
                    parse_call(false);
                }
                break;
            case Kind::template_piece: {
                if (has_optional) fail(token_.start, "Invalid tagged template on optional chain");
                if (failed()) return base;
                auto* tagged = start_node<TaggedTemplate>(start);
                tagged->tag = base;
                tagged->quasi = parse_template(true);
                base = finish(tagged);
                break;
            }
            case Kind::logical_not:
                if (!ts_ || token_.newline_before) goto done;
                advance();
                break;
            case Kind::less:
            case Kind::shift_left:
                if (!ts_ || base->is<Super>() || !skip_call_type_arguments()) goto done;
                break;
            default:
                goto done;
        }
    }
done:
    if (!has_optional) return base;
    auto* chain = start_node<ChainExpression>(start);
    chain->expression = base;
    return finish(chain);
}

List<Expression> Parser::parse_arguments() {
    expect(Kind::left_paren);
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    ListBuilder<Expression> arguments(*this);
    while (!at(Kind::right_paren) && !at_end()) {
        if (at(Kind::ellipsis)) {
            auto* spread = start_node<SpreadElement>(token_.start);
            advance();
            spread->argument = parse_assignment();
            arguments.add(finish(spread));
        } else {
            arguments.add(parse_assignment());
        }
        if (!eat(Kind::comma)) break;
    }
    if (!at(Kind::right_paren) && !at_end()) {
        fail(token_.start, describe_unexpected(token_) + ", missing ) after argument list");
    }
    expect(Kind::right_paren);
    return arguments.finish();
}

Expression* Parser::parse_primary(CoverErrors& cover) {
    const std::uint32_t start = token_.start;
    switch (token_.kind) {
        case Kind::kw_this:
            fn_->facts.uses_this = true;
            advance();
            return finish(start_node<ThisExpression>(start));
        case Kind::kw_null:
            advance();
            return finish(start_node<NullLiteral>(start));
        case Kind::kw_true:
        case Kind::kw_false: {
            auto* literal = start_node<BooleanLiteral>(start);
            literal->value = at(Kind::kw_true);
            advance();
            return finish(literal);
        }
        case Kind::number:
        case Kind::bigint:
            return parse_number();
        case Kind::string:
            return parse_string();
        case Kind::template_piece:
            return parse_template(false);
        case Kind::slash:
        case Kind::slash_assign:
            return parse_regexp();
        case Kind::left_paren:
            return parse_parenthesized();
        case Kind::left_bracket:
            return parse_array(cover);
        case Kind::left_brace:
            return parse_object(cover);
        case Kind::kw_function:
            return parse_function_expression(false, start);
        case Kind::kw_class:
            return parse_class(NodeKind::ClassExpression, false);
        case Kind::kw_new:
            return parse_new();
        case Kind::kw_super:
            return parse_super();
        case Kind::kw_import:
            return parse_import_expression();
        default:
            if (is_identifier_like(token_.kind)) return parse_identifier_expression();
            unexpected();
            return placeholder();
    }
}

Expression* Parser::parse_identifier_expression() {
    const Token token = token_;
    const bool may_be_arrow = arrow_start_ == token.start;
    if (at_word(Kind::kw_async)) {
        const Token next = peek();
        if (!next.newline_before) {
            if (next.kind == Kind::kw_function) {
                advance();
                return parse_function_expression(true, token.start);
            }
            const auto arrow_follows = [this] {
                advance();
                advance();
                return at(Kind::arrow) && !token_.newline_before;
            };
            if (may_be_arrow && is_identifier_like(next.kind) && look_ahead(arrow_follows)) {
                advance();
                const std::size_t first_reference = scopes_.reference_count();
                const Restore<bool> await(await_, true);
                ListBuilder<Node> params(*this);
                params.add(parse_binding_identifier());
                return parse_arrow(token.start, params.finish(), true, {}, first_reference);
            }
            const auto typed_arrow_follows = [this] {
                advance();
                return at_typed_arrow();
            };
            if (ts_ && may_be_arrow && next.kind == Kind::less && look_ahead(typed_arrow_follows)) {
                advance();
                return parse_arrow_with_typed_head(token.start, true);
            }
        }
    }
    check_identifier(token, false);
    if (failed()) return placeholder();
    advance();
    Identifier* identifier = make_identifier(token.text, token.start, token.end);
    if (may_be_arrow && at(Kind::arrow) && !token_.newline_before) {
        ListBuilder<Node> params(*this);
        params.add(identifier);
        return parse_arrow(token.start, params.finish(), false, {}, scopes_.reference_count());
    }
    if (token.kind == Kind::kw_arguments) fn_->facts.uses_arguments = true;
    if (token.kind == Kind::kw_await) {
        if (await_name_at_ == kNowhere) await_name_at_ = token.start;
        const bool meant_as_operator = at(Kind::identifier) || at(Kind::number) || at(Kind::string) ||
                                       at(Kind::kw_new) || at(Kind::kw_this) || at(Kind::kw_async);
        if (meant_as_operator && !token_.newline_before) {
            fail(token.start, "await is only valid in async functions and the top level bodies of modules");
        }
    }
    scopes_.reference(identifier->name);
    return identifier;
}

Expression* Parser::parse_new() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    const std::uint32_t start = token_.start;
    advance();
    if (at(Kind::dot)) {
        advance();
        auto* meta = start_node<MetaProperty>(start);
        meta->meta = MetaKind::new_target;
        expect_word(Kind::kw_target);
        if (!fn_->allow_new_target) fail(start, "new.target expression is not allowed here");
        fn_->facts.uses_new_target = true;
        return finish(meta);
    }
    const std::uint32_t callee_start = token_.start;
    if (at(Kind::kw_import) && peek().kind == Kind::left_paren) fail(callee_start, "Cannot use new with import");
    if (at(Kind::kw_super) && peek().kind == Kind::left_paren) fail(callee_start, "'super' keyword unexpected here");
    CoverErrors cover;
    Expression* base = parse_primary(cover);
    report(cover);
    auto* created = start_node<NewExpression>(start);
    created->callee = parse_chain(base, callee_start, true, false);
    if (at(Kind::left_paren)) created->arguments = parse_arguments();
    return finish(created);
}

Expression* Parser::parse_super() {
    const std::uint32_t start = token_.start;
    advance();
    Node* super = finish(start_node<Super>(start));
    if (at(Kind::left_paren)) {
        if (!fn_->allow_super_call) fail(start, "'super' keyword unexpected here");
        fn_->facts.uses_super_call = true;
        fn_->facts.uses_this = true;
    } else if (at(Kind::dot) || at(Kind::left_bracket)) {
        if (!fn_->allow_super_property) fail(start, "'super' keyword unexpected here");
        fn_->facts.uses_super_property = true;
        fn_->facts.uses_this = true;
    } else {
        fail(start, "'super' keyword unexpected here");
    }
    return super;
}

Expression* Parser::parse_import_expression() {
    const std::uint32_t start = token_.start;
    advance();
    if (at(Kind::dot)) {
        advance();
        auto* meta = start_node<MetaProperty>(start);
        meta->meta = MetaKind::import_meta;
        expect_word(Kind::kw_meta);
        if (options_.type != SourceType::module) fail(start, "Cannot use 'import.meta' outside a module");
        program_->has_import_meta = true;
        return finish(meta);
    }
    auto* import = start_node<ImportExpression>(start);
    if (!at(Kind::left_paren)) unexpected();
    advance();
    import->source = parse_assignment_allowing_in();
    expect(Kind::right_paren);
    program_->has_dynamic_import = true;
    return finish(import);
}

Expression* Parser::parse_await() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    auto* await = start_node<AwaitExpression>(token_.start);
    if (await_at_ == kNowhere) await_at_ = token_.start;
    fn_->facts.contains_await = true;
    advance();
    CoverErrors cover;
    await->argument = parse_unary(cover);
    report(cover);
    return finish(await);
}

Expression* Parser::parse_yield() {
    auto* yield = start_node<YieldExpression>(token_.start);
    if (yield_at_ == kNowhere) yield_at_ = token_.start;
    fn_->facts.contains_yield = true;
    advance();
    if (!token_.newline_before) {
        if (eat(Kind::star)) {
            yield->delegate = true;
            yield->argument = parse_assignment();
        } else if (starts_expression(token_.kind)) {
            yield->argument = parse_assignment();
        }
    }
    return finish(yield);
}

bool Parser::report(const CoverErrors& cover) {
    if (cover.shorthand_default != kNowhere) {
        fail(cover.shorthand_default, "Invalid shorthand property initializer");
        return true;
    }
    if (cover.duplicate_proto != kNowhere) {
        fail(cover.duplicate_proto, "Duplicate __proto__ fields are not allowed in object literals");
        return true;
    }
    return false;
}

}  // namespace k6::js::syntax
