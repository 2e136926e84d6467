// The types of TypeScript, which are read and forgotten.
#include <algorithm>
#include <vector>

#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {

// ---- Helpers ----

bool Parser::at_less() const { return at(Kind::less) || at(Kind::shift_left); }

// The closing > of a type list, which the lexer may have joined with what follows: >> >= >>>= ...
void Parser::expect_greater() {
    switch (token_.kind) {
        case Kind::greater_equal:
        case Kind::shift_right:
        case Kind::shift_right_assign:
        case Kind::shift_right_unsigned:
        case Kind::shift_right_unsigned_assign:
            token_ = lexer_.rescan_angle(token_);
            break;
        default:
            break;
    }
    expect(Kind::greater);
}

bool Parser::next_is_word_on_same_line() {
    const Token next = peek();
    return is_identifier_like(next.kind) && !next.newline_before;
}

// From an opening bracket to behind its closing one, by tokens alone.
void Parser::skip_balanced() {
    struct Open {
        Kind closed_by;  // a bracket, or template_piece for the rest of a template
        std::uint32_t start;
    };
    std::vector<Open> open;
    Kind previous = Kind::comma;
    do {
        const Kind kind = token_.kind;
        if (open.size() > kMaxNesting) return fail(token_.start, "Nesting too deep");
        switch (kind) {
            case Kind::left_paren:
                // Nested candidates would be skipped again and again; their ends are known from the first time.
                if (const auto known = closing_parens_.find(token_.start); known != closing_parens_.end()) {
                    lexer_.set_offset(known->second);
                    token_.kind = Kind::right_paren;
                    break;
                }
                open.push_back({Kind::right_paren, token_.start});
                break;
            case Kind::left_bracket:
                open.push_back({Kind::right_bracket, token_.start});
                break;
            case Kind::left_brace:
                open.push_back({Kind::right_brace, token_.start});
                break;
            case Kind::template_piece:
                if (!token_.tail) open.push_back({Kind::template_piece, token_.start});
                break;
            case Kind::right_brace:
                if (open.back().closed_by == Kind::template_piece) {
                    token_ = lexer_.rescan_template(token_);
                    if (token_.tail) open.pop_back();
                    break;
                }
                [[fallthrough]];
            case Kind::right_paren:
            case Kind::right_bracket:
                if (open.back().closed_by != kind) return unexpected();
                if (kind == Kind::right_paren) closing_parens_.emplace(open.back().start, token_.end);
                open.pop_back();
                break;
            case Kind::slash:
            case Kind::slash_assign: {
                const bool divides = is_identifier_like(previous) || previous == Kind::number ||
                                     previous == Kind::string || previous == Kind::right_paren ||
                                     previous == Kind::right_bracket || previous == Kind::right_brace ||
                                     previous == Kind::kw_this || previous == Kind::template_piece;
                if (!divides) token_ = lexer_.rescan_regexp(token_);
                break;
            }
            case Kind::end_of_file:
                return unexpected();
            default:
                break;
        }
        previous = token_.kind;
        advance();
    } while (!open.empty() && !failed());
}

// ---- Types ----

void Parser::skip_type_annotation() {
    expect(Kind::colon);
    skip_type();
}

void Parser::skip_optional_type_annotation() {
    if (at(Kind::colon)) skip_type_annotation();
}

void Parser::skip_return_type() {
    expect(Kind::colon);
    skip_type_or_predicate();
}

void Parser::skip_type_or_predicate() {
    const auto names_value = [](Kind kind) { return is_identifier_like(kind) || kind == Kind::kw_this; };
    if (at_word(Kind::kw_asserts)) {
        const Token next = peek();
        if (names_value(next.kind) && !next.newline_before && next.kind != Kind::kw_is) {
            advance();
            advance();
            if (eat_word(Kind::kw_is)) skip_type();
            return;
        }
    }
    if (names_value(token_.kind)) {
        const Token next = peek();
        if (next.kind == Kind::kw_is && !next.newline_before) {
            advance();
            advance();
        }
    }
    skip_type();
}

void Parser::skip_type() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return;
    for (;;) {
        if (at_word(Kind::kw_abstract) && peek().kind == Kind::kw_new) advance();
        if (at(Kind::kw_new) || at_function_type()) {
            eat(Kind::kw_new);
            skip_function_type_rest();
            return;
        }
        skip_union_type();
        // A extends B ? C : D
        if (no_conditional_type_ || !at(Kind::kw_extends) || token_.newline_before) return;
        advance();
        {
            const Restore<bool> no_conditional(no_conditional_type_, true);
            skip_type();
        }
        expect(Kind::question);
        skip_type();
        expect(Kind::colon);
        if (failed()) return;
    }
}

bool Parser::at_function_type() {
    if (at_less()) return true;
    if (!at(Kind::left_paren)) return false;
    return look_ahead([this] {
        advance();
        if (at(Kind::right_paren) || at(Kind::ellipsis)) return true;
        if (is_identifier_like(token_.kind) || at(Kind::kw_this)) {
            advance();
        } else if (at(Kind::left_brace) || at(Kind::left_bracket)) {
            skip_balanced();
        } else {
            return false;
        }
        if (at(Kind::right_paren)) {
            advance();
            return at(Kind::arrow);
        }
        return at(Kind::colon) || at(Kind::comma) || at(Kind::question) || at(Kind::assign);
    });
}

void Parser::skip_function_type_rest() {
    skip_optional_type_parameters();
    skip_type_params_list();
    expect(Kind::arrow);
    const Restore<bool> conditional(no_conditional_type_, false);
    skip_type_or_predicate();
}

// The parameters of a function type or signature.
void Parser::skip_type_params_list() {
    const Restore<bool> conditional(no_conditional_type_, false);
    expect(Kind::left_paren);
    while (!at(Kind::right_paren) && !at_end()) {
        eat(Kind::ellipsis);
        if (at(Kind::left_brace) || at(Kind::left_bracket)) {
            skip_balanced();
        } else if (is_identifier_like(token_.kind) || at(Kind::kw_this)) {
            advance();
        } else {
            unexpected();
        }
        eat(Kind::question);
        skip_optional_type_annotation();
        if (!at(Kind::right_paren)) expect(Kind::comma);
    }
    expect(Kind::right_paren);
}

void Parser::skip_union_type() {
    if (!eat(Kind::pipe)) eat(Kind::ampersand);
    do {
        skip_type_operator();
    } while (eat(Kind::pipe) || eat(Kind::ampersand));
}

void Parser::skip_type_operator() {
    for (;;) {
        if (at_word(Kind::kw_keyof) || at_word(Kind::kw_unique) || at_word(Kind::kw_readonly)) {
            const Kind next = peek().kind;
            const bool is_operator = is_identifier_like(next) || next == Kind::left_brace || next == Kind::left_paren ||
                                     next == Kind::left_bracket || next == Kind::kw_typeof || next == Kind::kw_this ||
                                     next == Kind::kw_import || next == Kind::string || next == Kind::template_piece ||
                                     next == Kind::kw_void || next == Kind::kw_null;
            if (!is_operator) break;
            advance();
            continue;
        }
        if (at_word(Kind::kw_infer) && is_identifier_like(peek().kind)) {
            advance();
            advance();
            if (at(Kind::kw_extends)) {
                const auto constraint = [this] {
                    const bool in_extends_clause = no_conditional_type_;
                    advance();
                    {
                        const Restore<bool> no_conditional(no_conditional_type_, true);
                        skip_type();
                    }
                    return in_extends_clause || !at(Kind::question);
                };
                attempt(constraint);
            }
            return;
        }
        break;
    }
    skip_postfix_type();
}

void Parser::skip_postfix_type() {
    skip_primary_type();
    while (at(Kind::left_bracket) && !token_.newline_before) {
        const Restore<bool> conditional(no_conditional_type_, false);
        advance();
        if (!at(Kind::right_bracket)) skip_type();
        expect(Kind::right_bracket);
    }
}

void Parser::skip_primary_type() {
    switch (token_.kind) {
        case Kind::string:
        case Kind::number:
        case Kind::bigint:
        case Kind::kw_true:
        case Kind::kw_false:
        case Kind::kw_null:
        case Kind::kw_void:
        case Kind::kw_this:
            advance();
            return;
        case Kind::minus:
            advance();
            if (!at(Kind::number) && !at(Kind::bigint)) unexpected();
            advance();
            return;
        case Kind::template_piece:
            return skip_template_type();
        case Kind::kw_typeof:
            advance();
            if (at(Kind::kw_import)) return skip_import_type();
            if (!is_identifier_like(token_.kind) && !at(Kind::kw_this)) return unexpected();
            advance();
            while (eat(Kind::dot)) {
                if (!is_word(token_.kind) && !at(Kind::private_name)) return unexpected();
                advance();
            }
            if (at_less() && !token_.newline_before) skip_type_arguments();
            return;
        case Kind::kw_import:
            return skip_import_type();
        case Kind::left_brace:
            return skip_object_type();
        case Kind::left_bracket:
            return skip_tuple_type();
        case Kind::left_paren: {
            const Restore<bool> conditional(no_conditional_type_, false);
            advance();
            skip_type();
            expect(Kind::right_paren);
            return;
        }
        default:
            if (is_identifier_like(token_.kind)) return skip_type_reference();
            unexpected();
    }
}

void Parser::skip_type_reference() {
    if (!is_identifier_like(token_.kind)) return unexpected();
    advance();
    while (eat(Kind::dot)) {
        if (!is_word(token_.kind)) return unexpected();
        advance();
    }
    if (at_less() && !token_.newline_before) skip_type_arguments();
}

// import("module").Name<T>
void Parser::skip_import_type() {
    advance();
    expect(Kind::left_paren);
    skip_type();
    expect(Kind::right_paren);
    while (eat(Kind::dot)) {
        if (!is_word(token_.kind)) return unexpected();
        advance();
    }
    if (at_less() && !token_.newline_before) skip_type_arguments();
}

void Parser::skip_template_type() {
    const Restore<bool> conditional(no_conditional_type_, false);
    while (!token_.tail && !failed()) {
        advance();
        skip_type();
        if (!at(Kind::right_brace)) return unexpected();
        token_ = lexer_.rescan_template(token_);
    }
    advance();
}

void Parser::skip_tuple_type() {
    const Restore<bool> conditional(no_conditional_type_, false);
    advance();
    while (!at(Kind::right_bracket) && !at_end()) {
        eat(Kind::ellipsis);
        const auto is_labelled = [this] {
            advance();
            eat(Kind::question);
            return at(Kind::colon);
        };
        if (is_word(token_.kind) && look_ahead(is_labelled)) {
            advance();
            eat(Kind::question);
            advance();
        }
        skip_type();
        eat(Kind::question);
        if (!at(Kind::right_bracket)) expect(Kind::comma);
    }
    expect(Kind::right_bracket);
}

// An object type, the body of an interface, or a mapped type.
void Parser::skip_object_type() {
    const Restore<bool> conditional(no_conditional_type_, false);
    const auto is_mapped = [this] {
        advance();
        if (at(Kind::plus) || at(Kind::minus)) return true;
        if (at_word(Kind::kw_readonly)) advance();
        if (!eat(Kind::left_bracket) || !is_identifier_like(token_.kind)) return false;
        advance();
        return at(Kind::kw_in);
    };
    if (!at(Kind::left_brace)) return unexpected();
    const bool mapped = look_ahead(is_mapped);
    advance();
    if (mapped) {
        if (at(Kind::plus) || at(Kind::minus)) advance();
        eat_word(Kind::kw_readonly);
        expect(Kind::left_bracket);
        if (!is_identifier_like(token_.kind)) return unexpected();
        advance();
        expect(Kind::kw_in);
        skip_type();
        if (eat_word(Kind::kw_as)) skip_type();
        expect(Kind::right_bracket);
        if (at(Kind::plus) || at(Kind::minus)) advance();
        eat(Kind::question);
        skip_optional_type_annotation();
        eat(Kind::semicolon);
        expect(Kind::right_brace);
        return;
    }
    while (!at(Kind::right_brace) && !at_end()) {
        skip_type_member();
        if (!eat(Kind::comma)) consume_semicolon();
    }
    expect(Kind::right_brace);
}

bool Parser::skip_index_signature() {
    if (!at(Kind::left_bracket)) return false;
    const auto is_signature = [this] {
        advance();
        if (!is_identifier_like(token_.kind)) return false;
        advance();
        return at(Kind::colon);
    };
    if (!look_ahead(is_signature)) return false;
    advance();
    advance();
    skip_type_annotation();
    expect(Kind::right_bracket);
    skip_optional_type_annotation();
    return true;
}

void Parser::skip_type_member() {
    const auto skip_signature = [this] {
        skip_optional_type_parameters();
        skip_type_params_list();
        if (at(Kind::colon)) skip_return_type();
    };
    if (at(Kind::left_paren) || at_less()) return skip_signature();
    if (at(Kind::kw_new)) {
        const Kind next = peek().kind;
        if (next == Kind::left_paren || next == Kind::less) {
            advance();
            return skip_signature();
        }
    }
    while (at_word(Kind::kw_readonly) || at_word(Kind::kw_get) || at_word(Kind::kw_set)) {
        const Token next = peek();
        const bool is_modifier = is_word(next.kind) || next.kind == Kind::string || next.kind == Kind::number ||
                                 next.kind == Kind::left_bracket || next.kind == Kind::private_name;
        if (!is_modifier || next.newline_before) break;
        advance();
    }
    if (skip_index_signature()) return;
    // The expression of a computed key is no use of the names in it.
    const std::size_t references = scopes_.reference_count();
    bool computed = false;
    parse_property_key(computed, false);
    scopes_.forget_references(references);
    eat(Kind::question);
    if (at(Kind::left_paren) || at_less()) return skip_signature();
    skip_optional_type_annotation();
}

void Parser::skip_type_arguments() {
    const std::uint32_t start = token_.start;
    if (at(Kind::shift_left)) token_ = lexer_.rescan_angle(token_);
    const Restore<bool> conditional(no_conditional_type_, false);
    expect(Kind::less);
    do {
        skip_type();
    } while (eat(Kind::comma) && !failed());
    expect_greater();
    if (failed()) not_type_arguments_.insert(start);
}

void Parser::skip_optional_type_parameters() {
    if (at_less()) skip_type_parameters();
}

void Parser::skip_type_parameters() {
    const Restore<bool> conditional(no_conditional_type_, false);
    expect(Kind::less);
    do {
        if (at(Kind::greater)) break;
        while (at(Kind::kw_const) || at(Kind::kw_in) || (at_word(Kind::kw_out) && is_word(peek().kind))) advance();
        if (!is_identifier_like(token_.kind)) return unexpected();
        advance();
        if (eat(Kind::kw_extends)) skip_type();
        if (eat(Kind::assign)) skip_type();
    } while (eat(Kind::comma));
    expect_greater();
}

// The <T> of f<T>(), new C<T>() or f<T>`...`, if it is that and no comparison.
bool Parser::skip_call_type_arguments() {
    if (not_type_arguments_.contains(token_.start)) return false;
    return attempt([this] {
        skip_type_arguments();
        switch (token_.kind) {
            case Kind::left_paren:
            case Kind::template_piece:
                return true;
            case Kind::less:
            case Kind::greater:
            case Kind::plus:
            case Kind::minus:
                return false;
            case Kind::slash:
                return true;
            default:
                return token_.newline_before || at_word(Kind::kw_as) || at_word(Kind::kw_satisfies) ||
                       !starts_expression(token_.kind);
        }
    });
}

// At a < where an expression may begin: the type parameters of an arrow function, or a cast?
bool Parser::at_typed_arrow() {
    if (!at(Kind::less)) return false;
    return look_ahead([this] {
        skip_type_parameters();
        if (!at(Kind::left_paren)) return false;
        skip_balanced();
        if (at(Kind::colon)) skip_return_type();
        return at(Kind::arrow);
    });
}

void Parser::skip_heritage_types() {
    do {
        skip_type_reference();
    } while (eat(Kind::comma));
}

}  // namespace k6::js::syntax
