// Literals: arrays, objects and their keys, templates, regular expressions, numbers, strings; private names.
#include "js/syntax/parser_impl.h"
#include "js/syntax/regexp_syntax.h"

namespace k6::js::syntax {

using Kind = TokenKind;

Expression* Parser::parse_array(CoverErrors& cover) {
    auto* array = start_node<ArrayExpression>(token_.start);
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    advance();
    ListBuilder<Expression> elements(*this);
    while (!at(Kind::right_bracket) && !at_end()) {
        if (eat(Kind::comma)) {
            elements.add(nullptr);
            continue;
        }
        if (at(Kind::ellipsis)) {
            auto* spread = start_node<SpreadElement>(token_.start);
            advance();
            spread->argument = parse_assignment(&cover);
            elements.add(finish(spread));
            if (at(Kind::comma) && cover.after_rest == kNowhere) cover.after_rest = token_.start;
        } else {
            elements.add(parse_assignment(&cover));
        }
        if (!at(Kind::right_bracket)) expect(Kind::comma);
    }
    expect(Kind::right_bracket);
    array->elements = elements.finish();
    return finish(array);
}

Expression* Parser::parse_object(CoverErrors& cover) {
    auto* object = start_node<ObjectExpression>(token_.start);
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    advance();
    ListBuilder<Node> properties(*this);
    bool has_proto = false;
    while (!at(Kind::right_brace) && !at_end()) {
        properties.add(parse_property(cover, has_proto));
        if (!at(Kind::right_brace)) expect(Kind::comma);
    }
    expect(Kind::right_brace);
    object->properties = properties.finish();
    return finish(object);
}

Node* Parser::parse_property(CoverErrors& cover, bool& has_proto) {
    if (at(Kind::ellipsis)) {
        auto* spread = start_node<SpreadElement>(token_.start);
        advance();
        spread->argument = parse_assignment(&cover);
        if (at(Kind::comma) && cover.after_rest == kNowhere) cover.after_rest = token_.start;
        return finish(spread);
    }
    auto* property = start_node<Property>(token_.start);
    const auto ends_key = [this](Kind kind) {
        return kind == Kind::comma || kind == Kind::colon || kind == Kind::left_paren || kind == Kind::right_brace ||
               kind == Kind::assign || kind == Kind::end_of_file || (ts_ && kind == Kind::less);
    };
    bool is_async = false;
    bool is_generator = false;
    if (eat(Kind::star)) {
        is_generator = true;
    } else if (at_word(Kind::kw_async)) {
        const Token next = peek();
        if (!next.newline_before && !ends_key(next.kind)) {
            advance();
            is_async = true;
            is_generator = eat(Kind::star);
        }
    } else if ((at_word(Kind::kw_get) || at_word(Kind::kw_set)) && !ends_key(peek().kind)) {
        property->property_kind = at(Kind::kw_get) ? PropertyKind::get : PropertyKind::set;
        advance();
    }
    const Token key = token_;
    property->key = parse_property_key(property->computed, false);
    if (property->property_kind != PropertyKind::init) {
        property->value = parse_method(
            property->property_kind == PropertyKind::get ? FunctionFlavour::getter : FunctionFlavour::setter,
            property->start, false, false);
    } else if (is_async || is_generator || at(Kind::left_paren) || (ts_ && at(Kind::less))) {
        property->method = true;
        property->value = parse_method(FunctionFlavour::method, property->start, is_async, is_generator);
    } else if (eat(Kind::colon)) {
        property->value = parse_assignment(&cover);
        const bool is_proto = !property->computed && ((is_word(key.kind) && key.text == "__proto__") ||
                                                      (key.kind == Kind::string && key.text == "__proto__"));
        if (is_proto && has_proto && cover.duplicate_proto == kNowhere) cover.duplicate_proto = key.start;
        has_proto = has_proto || is_proto;
    } else {
        if (!is_identifier_like(key.kind)) {
            // A key that only a colon or a method could follow: name what stands there instead, unless the key is a
            // word that is misused as a shorthand.
            if (is_word(key.kind) && (at(Kind::comma) || at(Kind::right_brace) || at(Kind::assign))) {
                unexpected(key);
            } else {
                unexpected();
            }
            property->value = placeholder();
            return finish(property);
        }
        check_identifier(key, false);
        property->shorthand = true;
        Identifier* value = make_identifier(key.text, key.start, key.end);
        property->value = value;
        if (key.kind == Kind::kw_arguments) fn_->facts.uses_arguments = true;
        if (key.kind == Kind::kw_await && await_name_at_ == kNowhere) await_name_at_ = key.start;
        scopes_.reference(value->name);
        if (at(Kind::assign)) {
            if (cover.shorthand_default == kNowhere) cover.shorthand_default = token_.start;
            auto* with_default = start_node<AssignmentPattern>(key.start);
            with_default->target = value;
            advance();
            with_default->default_value = parse_assignment();
            property->value = finish(with_default);
        }
    }
    // TypeScript lets bodies be absent in classes and declarations, not here.
    if (const auto* method = property->value->try_as<Function>();
        method != nullptr && method->is_method && method->body == nullptr) {
        unexpected();
    }
    return finish(property);
}

Expression* Parser::parse_property_key(bool& computed, bool allow_private) {
    const Token key = token_;
    if (is_word(key.kind)) {
        advance();
        return make_identifier(key.text, key.start, key.end);
    }
    switch (key.kind) {
        case Kind::string:
            return parse_string();
        case Kind::number:
        case Kind::bigint:
            return parse_number();
        case Kind::left_bracket: {
            computed = true;
            advance();
            Expression* expression = parse_assignment_allowing_in();
            expect(Kind::right_bracket);
            return expression;
        }
        case Kind::private_name:
            if (allow_private) return parse_private_name();
            [[fallthrough]];
        default:
            unexpected();
            return placeholder();
    }
}

TemplateLiteral* Parser::parse_template(bool tagged) {
    auto* literal = start_node<TemplateLiteral>(token_.start);
    ListBuilder<Expression> expressions(*this);
    std::vector<TemplateElement*> quasis;
    for (;;) {
        auto* element = start_node<TemplateElement>(token_.start);
        element->cooked = token_.text;
        element->raw = token_.raw;
        element->has_cooked = token_.has_cooked;
        element->end = token_.end;
        quasis.push_back(element);
        if (!token_.has_cooked && !tagged) fail(token_.escape_offset, "Invalid escape sequence in template");
        if (token_.tail || failed()) break;
        advance();
        expressions.add(parse_expression_allowing_in());
        if (!at(Kind::right_brace)) {
            unexpected();
            break;
        }
        token_ = lexer_.rescan_template(token_);
        if (at_end()) break;
    }
    advance();
    literal->expressions = expressions.finish();
    literal->quasis = arena_.copy(std::span<TemplateElement* const>(quasis));
    return finish(literal);
}

Expression* Parser::parse_regexp() {
    token_ = lexer_.rescan_regexp(token_);
    auto* regexp = start_node<RegExpLiteral>(token_.start);
    if (failed()) return regexp;
    regexp->pattern = token_.text;
    regexp->flags = token_.raw;
    if (const std::string problem = check_regexp(token_.text, token_.raw); !problem.empty()) {
        fail(token_.start, "Invalid regular expression: /" + std::string(token_.text) + "/" + std::string(token_.raw) +
                               ": " + problem);
        return regexp;
    }
    advance();
    return finish(regexp);
}

Expression* Parser::parse_number() {
    const Token token = token_;
    if (token.legacy_octal && strict_) {
        fail(token.start, "Octal literals and decimals with leading zeros are not allowed in strict mode");
    }
    advance();
    if (token.kind == Kind::bigint) {
        auto* literal = start_node<BigIntLiteral>(token.start);
        literal->digits = token.text;
        return finish(literal);
    }
    auto* literal = start_node<NumericLiteral>(token.start);
    literal->value = token.number;
    literal->raw = source_.substr(token.start, token.end - token.start);
    return finish(literal);
}

StringLiteral* Parser::parse_string() {
    const Token token = token_;
    if (token.legacy_octal && strict_) {
        fail(token.escape_offset, "Octal escape sequences are not allowed in strict mode");
    }
    advance();
    auto* literal = start_node<StringLiteral>(token.start);
    literal->value = token.text;
    literal->raw = source_.substr(token.start, token.end - token.start);
    literal->end = token.end;
    return literal;
}

PrivateName* Parser::parse_private_name() {
    auto* name = start_node<PrivateName>(token_.start);
    name->name = token_.text;
    advance();
    return finish(name);
}

void Parser::use_private_name(std::string_view name, std::uint32_t offset) {
    if (class_ == nullptr) {
        fail(offset, "Private field '#" + std::string(name) + "' must be declared in an enclosing class");
        return;
    }
    private_uses_.push_back({name, offset});
}

}  // namespace k6::js::syntax
