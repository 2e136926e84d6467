#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {
namespace {

// Whether a WTF-8 text holds a lone surrogate: ED A0..BF xx.
bool has_lone_surrogate(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '\xED' && static_cast<unsigned char>(text[i + 1]) >= 0xA0) return true;
    }
    return false;
}

}  // namespace

StringLiteral* Parser::parse_module_source() {
    if (!at(Kind::string)) {
        unexpected();
        return placeholder_string();
    }
    return parse_string();
}

Token Parser::parse_module_export_name() {
    Token name = token_;
    if (name.kind == Kind::string) {
        if (has_lone_surrogate(name.text)) fail(name.start, "Invalid module export name: contains unpaired surrogate");
        name.text = names_.intern(name.text).text;
        advance();
    } else if (is_word(name.kind)) {
        advance();
    } else {
        unexpected();
    }
    return name;
}

// TypeScript: at `type` before a name in braces, where it may be a modifier or the name itself:
// {type} {type as x} {type as as}: a name; {type X} {type as} {type as as x}: a modifier.
bool Parser::eat_type_modifier() {
    if (!ts_ || !at_word(Kind::kw_type)) return false;
    const auto is_modifier = [this] {
        advance();
        if (at(Kind::comma) || at(Kind::right_brace)) return false;
        if (!at_word(Kind::kw_as)) return true;
        advance();
        if (at_word(Kind::kw_as)) {
            advance();
            return is_word(token_.kind);
        }
        return at(Kind::comma) || at(Kind::right_brace);
    };
    if (!look_ahead(is_modifier)) return false;
    advance();
    return true;
}

// At the local name. Null if the binding is a type only.
ImportSpecifier* Parser::make_import_specifier(ImportKind kind, std::uint32_t start, std::string_view imported,
                                               bool type_only) {
    Identifier* local = parse_binding_identifier();
    if (failed()) return nullptr;
    if (type_only || ambient_) {
        scopes_.declare_type(local->name);
        return nullptr;
    }
    declare_name(*local, BindingKind::lexical);
    auto* specifier = start_node<ImportSpecifier>(start);
    specifier->import_kind = kind;
    specifier->imported = imported;
    specifier->local = local;
    import_specifiers_.push_back(specifier);
    return finish(specifier);
}

ImportSpecifier* Parser::parse_import_specifier(bool type_only) {
    const std::uint32_t start = token_.start;
    type_only = eat_type_modifier() || type_only;
    const Token name = token_;
    const bool renamed = name.kind == Kind::string || peek().kind == Kind::kw_as;
    if (!renamed) return make_import_specifier(ImportKind::named, start, name.text, type_only);
    const Token imported = parse_module_export_name();
    expect_word(Kind::kw_as);
    return make_import_specifier(ImportKind::named, start, imported.text, type_only);
}

Statement* Parser::parse_import() {
    const std::uint32_t start = token_.start;
    const bool in_namespace = scopes_.current() == ScopeKind::namespace_;
    // import a = …, which makes no module of a file
    const bool is_alias = ts_ && look_ahead([this] {
                              advance();
                              if (at_word(Kind::kw_type) && peek().kind != Kind::assign) advance();
                              return is_identifier_like(token_.kind) && peek().kind == Kind::assign;
                          });
    const bool alias_in_commonjs = is_alias && options_.type == SourceType::commonjs_function_body;
    if (!in_namespace && !alias_in_commonjs &&
        (options_.type != SourceType::module || scopes_.current() != ScopeKind::module)) {
        fail(start, options_.type == SourceType::module ? "Import declarations may only appear at top level of a module"
                                                        : "Cannot use import statement outside a module");
        return nullptr;
    }
    auto* declaration = start_node<ImportDeclaration>(start);
    advance();
    if (!is_alias) program_->has_module_syntax = true;
    if (at(Kind::string)) {
        declaration->source = parse_module_source();
        consume_semicolon();
        return finish(declaration);
    }

    bool type_only = false;
    if (ts_ && at_word(Kind::kw_type)) {
        const auto is_modifier = [this] {
            advance();
            if (at(Kind::left_brace) || at(Kind::star)) return true;
            if (!is_identifier_like(token_.kind)) return false;
            if (!at_word(Kind::kw_from)) return true;
            advance();
            return at_word(Kind::kw_from) || at(Kind::assign);
        };
        type_only = look_ahead(is_modifier);
        if (type_only) advance();
    }

    ListBuilder<ImportSpecifier> specifiers(*this);
    bool erased_any = type_only;
    const auto add = [&](ImportSpecifier* specifier) {
        if (specifier != nullptr) {
            specifiers.add(specifier);
        } else {
            erased_any = true;
        }
    };
    bool more = true;
    if (is_identifier_like(token_.kind)) {
        if (ts_ && peek().kind == Kind::assign) {
            Identifier* id = parse_binding_identifier();
            return parse_import_equals(start, id, type_only, false);
        }
        add(make_import_specifier(ImportKind::default_import, token_.start, name_default_, type_only));
        more = eat(Kind::comma);
    }
    if (more && at(Kind::star)) {
        const std::uint32_t specifier_start = token_.start;
        advance();
        expect_word(Kind::kw_as);
        add(make_import_specifier(ImportKind::namespace_import, specifier_start, {}, type_only));
    } else if (more) {
        expect(Kind::left_brace);
        while (!at(Kind::right_brace) && !at_end()) {
            add(parse_import_specifier(type_only));
            if (!at(Kind::right_brace)) expect(Kind::comma);
        }
        expect(Kind::right_brace);
    }
    expect_word(Kind::kw_from);
    declaration->source = parse_module_source();
    consume_semicolon();
    declaration->specifiers = specifiers.finish();
    if (in_namespace && !ambient_) fail(start, "Import declarations may only appear at top level of a module");
    if (ambient_ || (erased_any && specifiers.empty())) return nullptr;
    return finish(declaration);
}

void Parser::add_export(std::string_view name, std::uint32_t offset) {
    if (failed() || ambient_ || scopes_.current() == ScopeKind::namespace_) return;
    if (!exported_names_.insert(name).second) fail(offset, "Duplicate export of '" + std::string(name) + "'");
}

void Parser::add_exports_of_pattern(const Node* pattern) {
    if (pattern == nullptr || failed()) return;
    switch (pattern->kind) {
        case NodeKind::Identifier:
            add_export(pattern->as<Identifier>()->name, pattern->start);
            break;
        case NodeKind::ArrayPattern:
            for (const Node* element : pattern->as<ArrayPattern>()->elements) add_exports_of_pattern(element);
            break;
        case NodeKind::ObjectPattern:
            for (const Node* property : pattern->as<ObjectPattern>()->properties) add_exports_of_pattern(property);
            break;
        case NodeKind::PatternProperty:
            add_exports_of_pattern(pattern->as<PatternProperty>()->value);
            break;
        case NodeKind::AssignmentPattern:
            add_exports_of_pattern(pattern->as<AssignmentPattern>()->target);
            break;
        case NodeKind::RestElement:
            add_exports_of_pattern(pattern->as<RestElement>()->argument);
            break;
        default:
            break;
    }
}

void Parser::add_exports_of_declaration(const Statement* declaration) {
    if (const auto* variables = declaration->try_as<VariableDeclaration>()) {
        for (const VariableDeclarator* declarator : variables->declarators) add_exports_of_pattern(declarator->target);
    } else if (const auto* function = declaration->try_as<Function>()) {
        add_export(function->function_id->name, function->function_id->start);
    } else if (const auto* klass = declaration->try_as<Class>()) {
        add_export(klass->class_id->name, klass->class_id->start);
    }
}

Statement* Parser::parse_export() {
    const std::uint32_t start = token_.start;
    const bool in_namespace = scopes_.current() == ScopeKind::namespace_;
    // export = …, the exports of a CommonJS file
    const bool is_assignment = ts_ && peek().kind == Kind::assign;
    const bool in_commonjs = is_assignment && options_.type == SourceType::commonjs_function_body;
    if (!in_namespace && !ambient_ && !in_commonjs &&
        (options_.type != SourceType::module || scopes_.current() != ScopeKind::module)) {
        fail(start, options_.type == SourceType::module ? "Export declarations may only appear at top level of a module"
                                                        : "Cannot use export statement outside a module");
        return nullptr;
    }
    advance();
    if (!in_namespace && !is_assignment) program_->has_module_syntax = true;
    if (at(Kind::star) && !in_namespace) return parse_export_all(start, false);
    if (at(Kind::left_brace) && (!in_namespace || ambient_)) return parse_export_list(start, false);
    if (at(Kind::kw_default) && (!in_namespace || ambient_)) return parse_export_default(start);
    if (ts_) {
        bool handled = false;
        Statement* statement = parse_ts_export_declaration(start, handled);
        if (handled) return statement;
    }
    switch (token_.kind) {
        case Kind::kw_var:
        case Kind::kw_const:
        case Kind::kw_let:
        case Kind::kw_function:
        case Kind::kw_class:
            break;
        case Kind::kw_async:
            if (peek().kind == Kind::kw_function) break;
            [[fallthrough]];
        default:
            unexpected();
            return nullptr;
    }
    auto* exported = start_node<ExportNamedDeclaration>(start);
    Statement* declaration = parse_statement(StatementContext::list_item);
    if (failed() || declaration == nullptr) return nullptr;
    if (declaration->is<ExpressionStatement>()) {
        // `export let` and `export async` that did not begin a declaration.
        unexpected();
        return nullptr;
    }
    exported->declaration = declaration;
    add_exports_of_declaration(declaration);
    return finish(exported);
}

Statement* Parser::parse_export_default(std::uint32_t start) {
    auto* exported = start_node<ExportDefaultDeclaration>(start);
    const std::uint32_t default_at = token_.start;
    advance();
    const std::uint32_t declaration_start = token_.start;
    bool erased = false;
    if (at(Kind::kw_function)) {
        exported->declaration = parse_function_declaration(false, declaration_start, true, StatementContext::list_item);
        erased = exported->declaration == nullptr;
    } else if (at_word(Kind::kw_async) && peek().kind == Kind::kw_function && !peek().newline_before) {
        advance();
        exported->declaration = parse_function_declaration(true, declaration_start, true, StatementContext::list_item);
        erased = exported->declaration == nullptr;
    } else if (at(Kind::kw_class) || (ts_ && at_word(Kind::kw_abstract) && peek().kind == Kind::kw_class)) {
        if (!at(Kind::kw_class)) advance();
        Class* klass = parse_class(NodeKind::ClassDeclaration, false);
        exported->declaration = klass;
        erased = ambient_;
        if (!failed() && klass->class_id != nullptr) declare_name(*klass->class_id, BindingKind::lexical);
    } else if (ts_ && at_word(Kind::kw_interface) && next_is_word_on_same_line()) {
        parse_interface();
        erased = true;
    } else {
        exported->declaration = parse_assignment_allowing_in();
        consume_semicolon();
        erased = ambient_;
    }
    if (erased) return nullptr;
    add_export(name_default_, default_at);
    return finish(exported);
}

Statement* Parser::parse_export_all(std::uint32_t start, bool type_only) {
    auto* exported = start_node<ExportAllDeclaration>(start);
    advance();
    if (eat_word(Kind::kw_as)) {
        const Token name = parse_module_export_name();
        exported->has_exported = true;
        exported->exported = name.text;
        if (!type_only) add_export(name.text, name.start);
    }
    expect_word(Kind::kw_from);
    exported->source = parse_module_source();
    consume_semicolon();
    return type_only || ambient_ ? nullptr : finish(exported);
}

Statement* Parser::parse_export_list(std::uint32_t start, bool type_only) {
    auto* exported = start_node<ExportNamedDeclaration>(start);
    advance();
    ListBuilder<ExportSpecifier> specifiers(*this);
    std::vector<Token> locals;
    bool erased_any = type_only;
    while (!at(Kind::right_brace) && !at_end()) {
        const std::uint32_t specifier_start = token_.start;
        const bool is_type = eat_type_modifier() || type_only;
        const Token local = parse_module_export_name();
        Token name = local;
        if (eat_word(Kind::kw_as)) name = parse_module_export_name();
        if (is_type || ambient_) {
            erased_any = true;
        } else {
            auto* specifier = start_node<ExportSpecifier>(specifier_start);
            specifier->local = local.text;
            specifier->exported = name.text;
            specifiers.add(finish(specifier));
            locals.push_back(local);
            add_export(name.text, name.start);
        }
        if (!at(Kind::right_brace)) expect(Kind::comma);
    }
    expect(Kind::right_brace);
    if (eat_word(Kind::kw_from)) {
        exported->source = parse_module_source();
    } else {
        for (std::size_t i = 0; i < locals.size() && !failed(); ++i) {
            if (locals[i].kind == Kind::string) {
                unexpected(locals[i]);
                break;
            }
            check_identifier(locals[i], false);
            scopes_.reference(locals[i].text);
            pending_exports_.push_back({locals[i].text, locals[i].start});
        }
    }
    consume_semicolon();
    exported->specifiers = specifiers.finish();
    if (erased_any && specifiers.empty()) return nullptr;
    return finish(exported);
}

}  // namespace k6::js::syntax
