// Statements that TypeScript has: enums, namespaces, import = and export =, and those that leave nothing behind.
#include <algorithm>
#include <vector>

#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {

using Kind = TokenKind;

// At a word that may begin a statement of TypeScript.
Statement* Parser::parse_ts_statement(bool& handled) {
    const std::uint32_t start = token_.start;
    switch (token_.kind) {
        case Kind::kw_type:
            handled = next_is_word_on_same_line();
            return handled ? parse_type_alias() : nullptr;
        case Kind::kw_interface:
            handled = next_is_word_on_same_line();
            return handled ? parse_interface() : nullptr;
        case Kind::kw_namespace:
            handled = next_is_word_on_same_line();
            return handled ? parse_namespace() : nullptr;
        case Kind::kw_module: {
            const Token next = peek();
            handled = (is_identifier_like(next.kind) || next.kind == Kind::string) && !next.newline_before;
            return handled ? parse_namespace() : nullptr;
        }
        case Kind::kw_global:
            handled = ambient_ && peek().kind == Kind::left_brace;
            return handled ? parse_namespace() : nullptr;
        case Kind::kw_abstract: {
            const Token next = peek();
            handled = next.kind == Kind::kw_class && !next.newline_before;
            if (!handled) return nullptr;
            advance();
            Statement* statement = parse_statement(StatementContext::list_item);
            if (statement != nullptr) statement->start = start;
            return statement;
        }
        case Kind::kw_declare: {
            const Token next = peek();
            const bool declares = next.kind == Kind::kw_function || next.kind == Kind::kw_class ||
                                  next.kind == Kind::kw_const || next.kind == Kind::kw_var ||
                                  next.kind == Kind::kw_enum || is_identifier_like(next.kind);
            handled = declares && !next.newline_before;
            return handled ? parse_declare() : nullptr;
        }
        default:
            return nullptr;
    }
}

Statement* Parser::parse_type_alias() {
    advance();
    const Token name = token_;
    advance();
    scopes_.declare_type(name.text);
    skip_optional_type_parameters();
    expect(Kind::assign);
    skip_type();
    consume_semicolon();
    return nullptr;
}

Statement* Parser::parse_interface() {
    advance();
    const Token name = token_;
    advance();
    scopes_.declare_type(name.text);
    skip_optional_type_parameters();
    if (eat(Kind::kw_extends)) skip_heritage_types();
    skip_object_type();
    return nullptr;
}

// declare ...: nothing of it is kept, and what it names exists elsewhere, so it gets a scope of its own.
Statement* Parser::parse_declare() {
    advance();
    // Known as a type, so that exporting it is no error but leaves nothing behind.
    look_ahead([this] {
        while (is_reserved_word(token_.kind) || at(Kind::kw_let) || at(Kind::kw_abstract) || at(Kind::kw_async) ||
               at(Kind::kw_namespace)) {
            advance();
        }
        if (is_identifier_like(token_.kind)) scopes_.declare_type(token_.text);
        return true;
    });
    const Restore<bool> ambient(ambient_, true);
    const std::size_t references = scopes_.reference_count();
    {
        const ScopeGuard scope(*this, ScopeKind::namespace_);
        parse_statement(StatementContext::list_item);
    }
    scopes_.forget_references(std::min(references, scopes_.reference_count()));
    return nullptr;
}

Statement* Parser::parse_enum(std::uint32_t start, bool is_const) {
    auto* declaration = start_node<TsEnumDeclaration>(start);
    declaration->is_const = is_const;
    advance();
    declaration->enum_id = parse_binding_identifier();
    expect(Kind::left_brace);
    ListBuilder<TsEnumMember> members(*this);
    while (!at(Kind::right_brace) && !at_end()) {
        auto* member = start_node<TsEnumMember>(token_.start);
        const bool bracketed = eat(Kind::left_bracket);
        if (at(Kind::string) || (is_word(token_.kind) && !bracketed)) {
            member->name = token_.text;
            advance();
        } else {
            unexpected();
        }
        if (bracketed) expect(Kind::right_bracket);
        if (eat(Kind::assign)) member->init = parse_assignment_allowing_in();
        members.add(finish(member));
        if (!at(Kind::right_brace)) expect(Kind::comma);
    }
    expect(Kind::right_brace);
    declaration->members = members.finish();
    if (failed() || ambient_) return nullptr;
    const Identifier& id = *declaration->enum_id;
    if (!scopes_.declare_mergeable(id.name, false)) redeclared(id.start, id.name);
    return finish(declaration);
}

// At `namespace`, `module` or `global`.
Statement* Parser::parse_namespace() {
    const std::uint32_t start = token_.start;
    const bool is_global = at(Kind::kw_global);
    advance();
    if (is_global || at(Kind::string)) {
        if (!ambient_) unexpected();
        if (!is_global) advance();
        if (!at(Kind::left_brace)) {
            consume_semicolon();
            return nullptr;
        }
        const ScopeGuard scope(*this, ScopeKind::namespace_);
        parse_block(false);
        return nullptr;
    }
    return parse_namespace_body(start);
}

Statement* Parser::parse_namespace_body(std::uint32_t start) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return nullptr;
    auto* declaration = start_node<TsNamespaceDeclaration>(start);
    declaration->namespace_id = parse_binding_identifier();
    const Identifier& id = *declaration->namespace_id;
    if (at(Kind::dot)) {
        advance();
        const ScopeGuard scope(*this, ScopeKind::namespace_);
        Statement* inner = parse_namespace_body(token_.start);
        if (inner != nullptr) {
            auto* exported = start_node<ExportNamedDeclaration>(inner->start);
            exported->declaration = inner;
            ListBuilder<Statement> body(*this);
            body.add(finish(exported));
            declaration->body = body.finish();
        }
    } else {
        FunctionContext context;
        enter_function(context);
        {
            const Restore<bool> await(await_, false);
            const ScopeGuard scope(*this, ScopeKind::namespace_);
            declaration->body = parse_block(false)->body;
        }
        leave_function(context, false);
    }
    if (failed() || ambient_) return nullptr;
    if (declaration->body.empty()) {
        scopes_.declare_type(id.name);
        return nullptr;
    }
    if (!scopes_.declare_mergeable(id.name, true)) redeclared(id.start, id.name);
    return finish(declaration);
}

// At the = of import a = ...
Statement* Parser::parse_import_equals(std::uint32_t start, Identifier* id, bool type_only, bool is_export) {
    auto* declaration = start_node<TsImportEquals>(start);
    declaration->import_id = id;
    declaration->is_export = is_export;
    expect(Kind::assign);
    if (at_word(Kind::kw_require) && peek().kind == Kind::left_paren) {
        advance();
        advance();
        declaration->is_require = true;
        declaration->reference = parse_module_source();
        expect(Kind::right_paren);
    } else {
        const std::uint32_t reference_start = token_.start;
        Identifier* first = parse_binding_identifier();
        if (!type_only && !failed()) scopes_.reference(first->name);
        declaration->reference = first;
        while (eat(Kind::dot)) {
            auto* member = start_node<MemberExpression>(reference_start);
            member->object = declaration->reference;
            if (!is_word(token_.kind)) {
                unexpected();
                break;
            }
            const Token name = token_;
            advance();
            member->property = make_identifier(name.text, name.start, name.end);
            declaration->reference = finish(member);
        }
    }
    consume_semicolon();
    if (failed()) return nullptr;
    if (type_only || ambient_) {
        scopes_.declare_type(id->name);
        return nullptr;
    }
    declare_name(*id, BindingKind::lexical);
    import_equals_.push_back(declaration);
    return finish(declaration);
}

// Behind `export`.
Statement* Parser::parse_ts_export_declaration(std::uint32_t start, bool& handled) {
    handled = true;
    switch (token_.kind) {
        case Kind::assign: {
            advance();
            auto* assignment = start_node<TsExportAssignment>(start);
            assignment->expression = parse_expression();
            consume_semicolon();
            return ambient_ ? nullptr : finish(assignment);
        }
        case Kind::kw_as:
            advance();
            expect_word(Kind::kw_namespace);
            parse_binding_identifier();
            consume_semicolon();
            return nullptr;
        case Kind::kw_import: {
            advance();
            const bool type_only = at_word(Kind::kw_type) && peek().kind != Kind::assign && eat_word(Kind::kw_type);
            Identifier* id = parse_binding_identifier();
            Statement* statement = parse_import_equals(start, id, type_only, true);
            if (statement != nullptr) add_export(id->name, id->start);
            return statement;
        }
        case Kind::kw_type: {
            const Kind next = peek().kind;
            if (next == Kind::left_brace) {
                advance();
                return parse_export_list(start, true);
            }
            if (next == Kind::star) {
                advance();
                return parse_export_all(start, true);
            }
            break;
        }
        case Kind::kw_interface:
        case Kind::kw_declare:
        case Kind::kw_namespace:
        case Kind::kw_module:
        case Kind::kw_abstract:
        case Kind::kw_enum:
            break;
        case Kind::kw_const:
            if (peek().kind == Kind::kw_enum) break;
            [[fallthrough]];
        default:
            handled = false;
            return nullptr;
    }
    const Token first = token_;
    Statement* declaration = parse_statement(StatementContext::list_item);
    if (failed() || declaration == nullptr) return nullptr;
    auto* exported = start_node<ExportNamedDeclaration>(start);
    exported->declaration = declaration;
    // Enums and namespaces of one name merge, so these may be exported several times.
    const auto add_merged = [this](const Identifier& id) {
        if (scopes_.current() != ScopeKind::namespace_) exported_names_.insert(id.name);
    };
    if (const auto* enumeration = declaration->try_as<TsEnumDeclaration>()) {
        add_merged(*enumeration->enum_id);
    } else if (const auto* space = declaration->try_as<TsNamespaceDeclaration>()) {
        add_merged(*space->namespace_id);
    } else if (declaration->is<Class>()) {
        add_exports_of_declaration(declaration);
    } else {
        unexpected(first);
    }
    return finish(exported);
}

}  // namespace k6::js::syntax
