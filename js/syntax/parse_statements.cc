#include <algorithm>

#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {

Statement* Parser::parse_statement(StatementContext context) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return nullptr;
    const std::uint32_t start = token_.start;
    const bool in_list = context == StatementContext::list_item;
    switch (token_.kind) {
        case Kind::left_brace:
            return parse_block();
        case Kind::semicolon:
            advance();
            return finish(start_node<EmptyStatement>(start));
        case Kind::kw_var:
            return parse_variable_statement(DeclarationKind::var);
        case Kind::kw_const:
            if (ts_ && peek().kind == Kind::kw_enum) {
                advance();
                return parse_enum(start, true);
            }
            if (!in_list) fail(start, "Lexical declaration cannot appear in a single-statement context");
            return parse_variable_statement(DeclarationKind::const_);
        case Kind::kw_let:
            if (!at_let_declaration(context)) break;
            if (!in_list) fail(start, "Lexical declaration cannot appear in a single-statement context");
            return parse_variable_statement(DeclarationKind::let);
        case Kind::kw_function: {
            const bool allowed_here = context == StatementContext::if_body || context == StatementContext::label_body;
            if (!in_list && (strict_ || !allowed_here)) {
                fail(start, strict_
                                ? "In strict mode code, functions can only be declared at top level or inside a block"
                                : "In non-strict mode code, functions can only be declared at top level, inside a "
                                  "block, or as the body of an if statement");
                return nullptr;
            }
            if (context == StatementContext::if_body) {
                // As if it stood in a block of its own.
                const ScopeGuard scope(*this, ScopeKind::block);
                return parse_function_declaration(false, start, false, context);
            }
            return parse_function_declaration(false, start, false, context);
        }
        case Kind::kw_async: {
            if (token_.escaped) break;
            const Token next = peek();
            if (next.kind != Kind::kw_function || next.newline_before) break;
            if (!in_list) fail(start, "Async functions can only be declared at the top level or inside a block");
            advance();
            return parse_function_declaration(true, start, false, context);
        }
        case Kind::kw_class: {
            if (!in_list) {
                unexpected();
                return nullptr;
            }
            Class* klass = parse_class(NodeKind::ClassDeclaration, true);
            if (failed()) return klass;
            if (ambient_) return nullptr;
            declare_name(*klass->class_id, BindingKind::lexical);
            if (ts_) scopes_.allow_namespace(klass->class_id->name);
            return klass;
        }
        case Kind::kw_if:
            return parse_if();
        case Kind::kw_for:
            return parse_for();
        case Kind::kw_while:
            return parse_while();
        case Kind::kw_do:
            return parse_do_while();
        case Kind::kw_continue:
            return parse_jump(true);
        case Kind::kw_break:
            return parse_jump(false);
        case Kind::kw_return:
            return parse_return();
        case Kind::kw_with:
            return parse_with();
        case Kind::kw_switch:
            return parse_switch();
        case Kind::kw_throw:
            return parse_throw();
        case Kind::kw_try:
            return parse_try();
        case Kind::kw_debugger: {
            auto* debugger = start_node<DebuggerStatement>(start);
            advance();
            consume_semicolon();
            return finish(debugger);
        }
        case Kind::kw_import: {
            const Kind next = peek().kind;
            if (next == Kind::left_paren || next == Kind::dot) break;
            if (!in_list) unexpected();
            return parse_import();
        }
        case Kind::kw_export:
            if (!in_list) unexpected();
            return parse_export();
        case Kind::kw_enum:
            if (!ts_) break;
            return parse_enum(start, false);
        default:
            if (ts_ && is_identifier_like(token_.kind) && !token_.escaped) {
                bool handled = false;
                Statement* statement = parse_ts_statement(handled);
                if (handled) return statement;
            }
    }
    return parse_expression_or_label(context);
}

// A statement where there has to be one: an erased one becomes an empty statement.
Statement* Parser::parse_body_statement(StatementContext context) {
    const std::uint32_t start = token_.start;
    Statement* statement = parse_statement(context);
    return statement != nullptr ? statement : finish(start_node<EmptyStatement>(start));
}

BlockStatement* Parser::parse_block(bool new_scope) {
    auto* block = start_node<BlockStatement>(token_.start);
    if (new_scope) scopes_.enter(ScopeKind::block);
    expect(Kind::left_brace);
    {
        ListBuilder<Statement> body(*this);
        while (!at(Kind::right_brace) && !at_end()) {
            if (Statement* statement = parse_statement(StatementContext::list_item)) body.add(statement);
        }
        block->body = body.finish();
    }
    expect(Kind::right_brace);
    if (new_scope) scopes_.leave();
    return finish(block);
}

// ---- Declarations ----

// Whether `let` begins a declaration rather than being a name.
bool Parser::at_let_declaration(StatementContext context) {
    if (token_.escaped) return false;
    const Token next = peek();
    if (next.kind == Kind::left_bracket) return true;
    if (next.kind != Kind::left_brace && !is_identifier_like(next.kind) && next.kind != Kind::escaped_keyword) {
        return false;
    }
    return context == StatementContext::list_item || !next.newline_before;
}

Statement* Parser::parse_variable_statement(DeclarationKind kind) {
    VariableDeclaration* declaration = parse_variable_declaration(kind, token_.start, false);
    consume_semicolon();
    return ambient_ ? nullptr : finish(declaration);
}

// In the head of a for, the names are left for the caller to declare and the initialisers to check.
VariableDeclaration* Parser::parse_variable_declaration(DeclarationKind kind, std::uint32_t start, bool in_for) {
    auto* declaration = start_node<VariableDeclaration>(start);
    declaration->declaration_kind = kind;
    advance();
    ListBuilder<VariableDeclarator> declarators(*this);
    do {
        auto* declarator = start_node<VariableDeclarator>(token_.start);
        declarator->target = parse_binding_target();
        if (!in_for) {
            declare_pattern(declarator->target, kind == DeclarationKind::var ? BindingKind::var : BindingKind::lexical);
        }
        if (ts_) {
            if (at(Kind::logical_not) && !token_.newline_before) advance();
            skip_optional_type_annotation();
        }
        if (eat(Kind::assign)) {
            declarator->init = parse_assignment();
        } else if (!in_for && !ambient_) {
            if (kind == DeclarationKind::const_) {
                fail(token_.start, can_insert_semicolon() || at(Kind::comma)
                                       ? "Missing initializer in const declaration"
                                       : describe_unexpected(token_));
            } else if (!declarator->target->is<Identifier>()) {
                fail(token_.start, "Missing initializer in destructuring declaration");
            }
        }
        declarators.add(finish(declarator));
    } while (eat(Kind::comma));
    declaration->declarators = declarators.finish();
    return finish(declaration);
}

// ---- Control flow ----

// A loop, as chains of else if can be long.
Statement* Parser::parse_if() {
    IfStatement* first = nullptr;
    IfStatement* last = nullptr;
    for (;;) {
        auto* statement = start_node<IfStatement>(token_.start);
        if (last == nullptr) {
            first = statement;
        } else {
            last->alternate = statement;
        }
        last = statement;
        advance();
        expect(Kind::left_paren);
        statement->test = parse_expression_allowing_in();
        expect(Kind::right_paren);
        statement->consequent = parse_body_statement(StatementContext::if_body);
        if (!eat(Kind::kw_else)) break;
        if (at(Kind::kw_if)) continue;
        statement->alternate = parse_body_statement(StatementContext::if_body);
        break;
    }
    for (IfStatement* statement = first; statement != last; statement = statement->alternate->as<IfStatement>()) {
        finish(statement);
    }
    finish(last);
    return first;
}

Statement* Parser::parse_loop_body() {
    ++fn_->loops;
    Statement* body = parse_body_statement(StatementContext::single);
    --fn_->loops;
    return body;
}

Statement* Parser::parse_for() {
    const std::uint32_t start = token_.start;
    advance();
    bool is_await = false;
    if (at_word(Kind::kw_await)) {
        if (!await_) unexpected();
        if (await_at_ == kNowhere) await_at_ = token_.start;
        fn_->facts.contains_await = true;
        program_->has_for_await = true;
        is_await = true;
        advance();
    }
    expect(Kind::left_paren);
    const ScopeGuard scope(*this, ScopeKind::block);
    if (at(Kind::semicolon)) {
        if (is_await) unexpected();
        return parse_for_rest(start, nullptr);
    }
    if (at(Kind::kw_var)) return parse_for_declaration(start, DeclarationKind::var, is_await);
    if (at(Kind::kw_const)) return parse_for_declaration(start, DeclarationKind::const_, is_await);
    if (at(Kind::kw_let) && at_let_declaration(StatementContext::list_item)) {
        return parse_for_declaration(start, DeclarationKind::let, is_await);
    }
    return parse_for_expression(start, is_await);
}

Statement* Parser::parse_for_declaration(std::uint32_t start, DeclarationKind kind, bool is_await) {
    const std::uint32_t declaration_start = token_.start;
    VariableDeclaration* declaration = nullptr;
    {
        const Restore<bool> in(allow_in_, false);
        declaration = parse_variable_declaration(kind, declaration_start, true);
    }
    const bool is_of = at_word(Kind::kw_of);
    const bool is_in = at(Kind::kw_in) && !is_await;
    BindingKind binding = kind == DeclarationKind::var ? BindingKind::var : BindingKind::lexical;
    if (is_of && kind == DeclarationKind::var) binding = BindingKind::var_of_for_of;
    for (const VariableDeclarator* declarator : declaration->declarators) declare_pattern(declarator->target, binding);
    const VariableDeclarator& first = *declaration->declarators[0];
    if (is_of || is_in) {
        const std::string loop = is_of ? "for-of" : "for-in";
        if (declaration->declarators.size() != 1) {
            fail(declaration_start, "Invalid left-hand side in " + loop + " loop: Must have a single binding.");
        } else if (first.init != nullptr) {
            const bool allowed = is_in && !strict_ && kind == DeclarationKind::var && first.target->is<Identifier>();
            if (!allowed) {
                fail(declaration_start, loop + " loop variable declaration may not have an initializer.");
            }
        }
        return parse_for_in_of(start, declaration, is_await);
    }
    if (is_await) unexpected();
    for (const VariableDeclarator* declarator : declaration->declarators) {
        if (declarator->init != nullptr) continue;
        if (kind == DeclarationKind::const_) fail(token_.start, "Missing initializer in const declaration");
        if (!declarator->target->is<Identifier>()) {
            fail(token_.start, "Missing initializer in destructuring declaration");
        }
    }
    return parse_for_rest(start, declaration);
}

Statement* Parser::parse_for_expression(std::uint32_t start, bool is_await) {
    const Token first = token_;
    CoverErrors cover;
    Expression* init = nullptr;
    {
        const Restore<bool> in(allow_in_, false);
        init = parse_assignment(&cover);
        const bool is_of = at_word(Kind::kw_of);
        if (!is_of && (!at(Kind::kw_in) || is_await)) {
            report(cover);
            if (is_await) unexpected();
            if (at(Kind::comma)) {
                auto* sequence = start_node<SequenceExpression>(first.start);
                ListBuilder<Expression> expressions(*this);
                expressions.add(init);
                while (eat(Kind::comma)) expressions.add(parse_assignment());
                sequence->expressions = expressions.finish();
                init = finish(sequence);
            }
        } else {
            if (is_of && first.kind == Kind::kw_let && !first.escaped) {
                fail(first.start, "The left-hand side of a for-of loop may not be 'let'");
            }
            if (is_of && !is_await && first.kind == Kind::kw_async && !first.escaped && init->is<Identifier>() &&
                !init->parenthesized) {
                fail(first.start, "The left-hand side of a for-of loop may not be 'async'");
            }
            const bool possible =
                init->is<Identifier>() || init->is<MemberExpression>() ||
                ((init->is<ObjectExpression>() || init->is<ArrayExpression>()) && !init->parenthesized);
            if (!possible) fail(first.start, "Invalid left-hand side in for-loop");
            if (cover.after_rest != kNowhere) fail(cover.after_rest, "Rest element must be last element");
            if (failed()) return init;
            init = to_pattern(init, PatternUse::assignment);
        }
    }
    if (at(Kind::kw_in) || at_word(Kind::kw_of)) return parse_for_in_of(start, init, is_await);
    return parse_for_rest(start, init);
}

Statement* Parser::parse_for_in_of(std::uint32_t start, Node* left, bool is_await) {
    if (at(Kind::kw_in)) {
        auto* loop = start_node<ForInStatement>(start);
        advance();
        loop->left = left;
        loop->right = parse_expression_allowing_in();
        expect(Kind::right_paren);
        loop->body = parse_loop_body();
        return finish(loop);
    }
    auto* loop = start_node<ForOfStatement>(start);
    advance();
    loop->left = left;
    loop->is_await = is_await;
    loop->right = parse_assignment_allowing_in();
    expect(Kind::right_paren);
    loop->body = parse_loop_body();
    return finish(loop);
}

Statement* Parser::parse_for_rest(std::uint32_t start, Node* init) {
    auto* loop = start_node<ForStatement>(start);
    loop->init = init;
    expect(Kind::semicolon);
    if (!at(Kind::semicolon)) loop->test = parse_expression_allowing_in();
    expect(Kind::semicolon);
    if (!at(Kind::right_paren)) loop->update = parse_expression_allowing_in();
    expect(Kind::right_paren);
    loop->body = parse_loop_body();
    return finish(loop);
}

Statement* Parser::parse_while() {
    auto* loop = start_node<WhileStatement>(token_.start);
    advance();
    expect(Kind::left_paren);
    loop->test = parse_expression_allowing_in();
    expect(Kind::right_paren);
    loop->body = parse_loop_body();
    return finish(loop);
}

Statement* Parser::parse_do_while() {
    auto* loop = start_node<DoWhileStatement>(token_.start);
    advance();
    loop->body = parse_loop_body();
    expect(Kind::kw_while);
    expect(Kind::left_paren);
    loop->test = parse_expression_allowing_in();
    expect(Kind::right_paren);
    eat(Kind::semicolon);
    return finish(loop);
}

Statement* Parser::parse_jump(bool is_continue) {
    const std::uint32_t start = token_.start;
    advance();
    Identifier* label = nullptr;
    if (is_identifier_like(token_.kind) && !token_.newline_before) {
        const Token name = token_;
        check_identifier(name, false);
        if (!failed()) advance();
        label = make_identifier(name.text, name.start, name.end);
        const auto found =
            std::find_if(labels_.rbegin(), labels_.rend() - static_cast<std::ptrdiff_t>(fn_->first_label),
                         [&name](const Label& candidate) { return candidate.name.data() == name.text.data(); });
        if (found == labels_.rend() - static_cast<std::ptrdiff_t>(fn_->first_label)) {
            fail(name.start, "Undefined label '" + std::string(name.text) + "'");
        } else if (is_continue && !found->is_loop) {
            fail(name.start,
                 "Illegal continue statement: '" + std::string(name.text) + "' does not denote an iteration statement");
        }
    } else if (is_continue && fn_->loops == 0) {
        fail(start, "Illegal continue statement: no surrounding iteration statement");
    } else if (!is_continue && fn_->loops == 0 && fn_->switches == 0) {
        fail(start, "Illegal break statement");
    }
    consume_semicolon();
    if (is_continue) {
        auto* statement = start_node<ContinueStatement>(start);
        statement->label = label;
        return finish(statement);
    }
    auto* statement = start_node<BreakStatement>(start);
    statement->label = label;
    return finish(statement);
}

Statement* Parser::parse_return() {
    auto* statement = start_node<ReturnStatement>(token_.start);
    if (!fn_->allow_return) fail(token_.start, "Illegal return statement");
    advance();
    if (!can_insert_semicolon()) statement->argument = parse_expression();
    consume_semicolon();
    return finish(statement);
}

Statement* Parser::parse_throw() {
    auto* statement = start_node<ThrowStatement>(token_.start);
    advance();
    if (token_.newline_before && !at_end()) fail(previous_end_, "Illegal newline after throw");
    statement->argument = parse_expression();
    consume_semicolon();
    return finish(statement);
}

Statement* Parser::parse_try() {
    auto* statement = start_node<TryStatement>(token_.start);
    advance();
    statement->block = parse_block();
    if (at(Kind::kw_catch)) {
        auto* handler = start_node<CatchClause>(token_.start);
        advance();
        const ScopeGuard scope(*this, ScopeKind::catch_clause);
        if (eat(Kind::left_paren)) {
            handler->param = parse_binding_target();
            declare_pattern(handler->param,
                            handler->param->is<Identifier>() ? BindingKind::catch_simple : BindingKind::catch_pattern);
            if (ts_) skip_optional_type_annotation();
            expect(Kind::right_paren);
        }
        handler->body = parse_block(false);
        statement->handler = finish(handler);
    }
    if (eat(Kind::kw_finally)) {
        statement->finalizer = parse_block();
    } else if (statement->handler == nullptr) {
        fail(token_.start, "Missing catch or finally after try");
    }
    return finish(statement);
}

Statement* Parser::parse_switch() {
    auto* statement = start_node<SwitchStatement>(token_.start);
    advance();
    expect(Kind::left_paren);
    statement->discriminant = parse_expression_allowing_in();
    expect(Kind::right_paren);
    expect(Kind::left_brace);
    const ScopeGuard scope(*this, ScopeKind::block);
    ++fn_->switches;
    ListBuilder<SwitchCase> cases(*this);
    bool has_default = false;
    while (!at(Kind::right_brace) && !at_end()) {
        auto* switch_case = start_node<SwitchCase>(token_.start);
        if (eat(Kind::kw_case)) {
            switch_case->test = parse_expression_allowing_in();
        } else {
            if (at(Kind::kw_default) && has_default)
                fail(token_.start, "More than one default clause in switch statement");
            expect(Kind::kw_default);
            has_default = true;
        }
        expect(Kind::colon);
        {
            ListBuilder<Statement> consequent(*this);
            while (!at(Kind::kw_case) && !at(Kind::kw_default) && !at(Kind::right_brace) && !at_end()) {
                if (Statement* child = parse_statement(StatementContext::list_item)) consequent.add(child);
            }
            switch_case->consequent = consequent.finish();
        }
        cases.add(finish(switch_case));
    }
    --fn_->switches;
    expect(Kind::right_brace);
    statement->cases = cases.finish();
    return finish(statement);
}

Statement* Parser::parse_with() {
    auto* statement = start_node<WithStatement>(token_.start);
    if (strict_) fail(token_.start, "Strict mode code may not include a with statement");
    advance();
    expect(Kind::left_paren);
    statement->object = parse_expression_allowing_in();
    expect(Kind::right_paren);
    statement->body = parse_body_statement(StatementContext::single);
    return finish(statement);
}

Statement* Parser::parse_expression_or_label(StatementContext context) {
    const std::uint32_t start = token_.start;
    const bool may_be_label = is_identifier_like(token_.kind);
    auto* statement = start_node<ExpressionStatement>(start);
    statement->expression = parse_expression();
    if (may_be_label && at(Kind::colon) && statement->expression->is<Identifier>() &&
        statement->expression->start == start && !statement->expression->parenthesized) {
        return parse_labeled(statement->expression->as<Identifier>(), context);
    }
    consume_semicolon();
    return finish(statement);
}

Statement* Parser::parse_labeled(Identifier* label, StatementContext context) {
    auto* statement = start_node<LabeledStatement>(label->start);
    statement->label = label;
    for (std::size_t i = fn_->first_label; i < labels_.size(); ++i) {
        if (labels_[i].name.data() == label->name.data()) {
            fail(label->start, "Label '" + std::string(label->name) + "' has already been declared");
        }
    }
    advance();
    // In `a: b: while ...` both labels denote the loop.
    for (std::size_t i = labels_.size(); i-- > fn_->first_label && labels_[i].statement_start == label->start;) {
        labels_[i].statement_start = token_.start;
    }
    labels_.push_back({label->name, token_.start, false});
    if (at(Kind::kw_for) || at(Kind::kw_while) || at(Kind::kw_do)) {
        for (std::size_t i = labels_.size(); i-- > fn_->first_label && labels_[i].statement_start == token_.start;) {
            labels_[i].is_loop = true;
        }
    }
    const bool function_allowed = context == StatementContext::list_item || context == StatementContext::label_body;
    statement->body = parse_body_statement(function_allowed ? StatementContext::label_body : StatementContext::single);
    if (labels_.size() > fn_->first_label) labels_.pop_back();
    return finish(statement);
}

}  // namespace k6::js::syntax
