#include "js/syntax/parser.h"

#include <algorithm>
#include <cstring>

#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {
namespace {

// The lexer looks a few bytes ahead without asking for the end.
constexpr std::size_t kSentinelBytes = 8;

std::string_view copy_with_sentinel(std::string_view source, Arena& arena) {
    auto* memory = static_cast<char*>(arena.allocate(source.size() + kSentinelBytes, 8));
    if (!source.empty()) std::memcpy(memory, source.data(), source.size());
    std::memset(memory + source.size(), 0, kSentinelBytes);
    return {memory, source.size()};
}

LineTable make_line_table(std::string_view source, Arena& arena) {
    std::vector<std::uint32_t> starts = {0};
    for (std::size_t at = 0; at < source.size(); ++at) {
        const char c = source[at];
        const bool separator = c == '\xE2' && at + 2 < source.size() && source[at + 1] == '\x80' &&
                               (source[at + 2] == '\xA8' || source[at + 2] == '\xA9');
        if (separator) {
            at += 2;
        } else if (c == '\r') {
            if (at + 1 < source.size() && source[at + 1] == '\n') ++at;
        } else if (c != '\n') {
            continue;
        }
        starts.push_back(static_cast<std::uint32_t>(at + 1));
    }
    return {source, arena.copy(std::span<const std::uint32_t>(starts))};
}

}  // namespace

std::string SyntaxError::to_string() const {
    std::string text = file.empty() ? std::string() : file + ": ";
    text += "Line " + std::to_string(line) + ":" + std::to_string(column) + " " + message;
    return text;
}

ParseResult parse(std::string_view source, const ParseOptions& options) {
    Arena arena;
    ErrorSink errors;
    if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
    if (source.size() >= kNowhere - kSentinelBytes) {
        return ParseResult(
            SyntaxError{.message = "The source text is too long", .file = std::string(options.file_name)});
    }
    const std::string_view text = copy_with_sentinel(source, arena);
    Program* program = nullptr;
    if (const std::size_t invalid = find_invalid_utf8(text); invalid != std::string_view::npos) {
        errors.report(static_cast<std::uint32_t>(invalid), "Invalid UTF-8 character");
    } else {
        Parser parser(text, options, arena, errors);
        program = parser.parse_program();
    }
    const LineTable lines = make_line_table(text, arena);
    if (errors.failed) {
        const Position position = lines.position(errors.offset);
        return ParseResult(
            SyntaxError{std::move(errors.message), position.line, position.column, std::string(options.file_name)});
    }
    program->lines = lines;
    return ParseResult(std::move(arena), program);
}

Parser::Parser(std::string_view source, const ParseOptions& options, Arena& arena, ErrorSink& errors)
    : arena_(arena),
      errors_(errors),
      source_(source),
      options_(options),
      ts_(options.typescript),
      lexer_(source, arena, errors, {.html_comments = options.type != SourceType::module}),
      names_(lexer_.names()),
      scopes_(options.typescript),
      name_eval_(names_.intern("eval").text),
      name_arguments_(names_.intern("arguments").text),
      name_let_(names_.intern("let").text),
      name_default_(names_.intern("default").text) {}

Program* Parser::parse_program() {
    const bool is_module = options_.type == SourceType::module;
    const bool is_commonjs = options_.type == SourceType::commonjs_function_body;
    auto* program = start_node<Program>(0);
    program_ = program;
    program->source_type = options_.type;
    program->typescript = ts_;
    program->source = source_;
    program->file_name = arena_.copy(options_.file_name);

    FunctionContext context;
    context.allow_return = is_commonjs;
    context.is_async = is_module;
    fn_ = &context;
    strict_ = options_.type != SourceType::script;
    await_ = is_module;
    scopes_.enter(is_module ? ScopeKind::module : is_commonjs ? ScopeKind::function : ScopeKind::script);

    advance();
    bool has_use_strict = false;
    program->body = parse_directives_and_body(Kind::end_of_file, has_use_strict, true);
    program->strict = strict_;
    program->facts = context.facts;
    program->has_module_syntax = program->has_module_syntax || program->has_import_meta || context.facts.contains_await;
    finish_modules(*program);
    program->end = static_cast<std::uint32_t>(source_.size());
    program->node_count = next_id_;
    return program;
}

// Exports may come before what they export, so they are checked at the end; so is the use of imports.
void Parser::finish_modules(Program& program) {
    for (const PendingExport& pending : pending_exports_) {
        if (scopes_.declares_value(pending.local)) continue;
        if (ts_ && scopes_.declares_type(pending.local)) continue;
        fail(pending.offset, "Export '" + std::string(pending.local) + "' is not defined in module");
        return;
    }
    if (!ts_ || failed()) return;
    for (Node* statement : program.body) {
        auto* exported = statement->try_as<ExportNamedDeclaration>();
        if (exported == nullptr || exported->source != nullptr) continue;
        ListBuilder<ExportSpecifier> values(*this);
        for (ExportSpecifier* specifier : exported->specifiers) {
            if (scopes_.declares_value(specifier->local)) values.add(specifier);
        }
        if (values.size() != exported->specifiers.size()) exported->specifiers = values.finish();
    }
    scopes_.sort_references();
    for (ImportSpecifier* specifier : import_specifiers_) {
        specifier->used_as_value = scopes_.is_referenced(specifier->local->name);
    }
    for (TsImportEquals* declaration : import_equals_) {
        declaration->used_as_value = declaration->is_export || scopes_.is_referenced(declaration->import_id->name);
    }
}

List<Statement> Parser::parse_directives_and_body(Kind end, bool& has_use_strict, bool simple_params) {
    ListBuilder<Statement> list(*this);
    std::uint32_t octal_at = kNowhere;
    bool in_prologue = true;
    while (!at(end) && !at_end()) {
        if (in_prologue && at(Kind::string)) {
            const Token first = token_;
            Statement* statement = parse_statement(StatementContext::list_item);
            if (statement == nullptr) continue;
            list.add(statement);
            auto* expression_statement = statement->try_as<ExpressionStatement>();
            in_prologue = expression_statement != nullptr && expression_statement->expression->is<StringLiteral>() &&
                          !expression_statement->expression->parenthesized;
            if (!in_prologue) continue;
            expression_statement->directive = true;
            if (first.legacy_octal && octal_at == kNowhere) octal_at = first.escape_offset;
            const std::string_view text = source_.substr(first.start + 1, first.end - first.start - 2);
            if (text != "use strict") continue;
            if (!simple_params) {
                fail(first.start, "Illegal 'use strict' directive in function with non-simple parameter list");
            }
            strict_ = true;
            has_use_strict = true;
            if (octal_at != kNowhere) fail(octal_at, "Octal escape sequences are not allowed in strict mode");
            continue;
        }
        in_prologue = false;
        if (Statement* statement = parse_statement(StatementContext::list_item)) list.add(statement);
    }
    return list.finish();
}

// ---- Tokens and errors ----

Token Parser::peek() {
    const std::uint32_t offset = lexer_.offset();
    const Token next = lexer_.next();
    if (failed()) {
        fail(errors_.offset, {});
    } else {
        lexer_.set_offset(offset);
    }
    return next;
}

void Parser::consume_semicolon() {
    if (eat(Kind::semicolon)) return;
    if (!can_insert_semicolon()) unexpected();
}

void Parser::fail(std::uint32_t offset, std::string message) {
    errors_.report(offset, std::move(message));
    lexer_.stop();
    token_ = Token{};
    token_.newline_before = true;
    token_.start = token_.end = static_cast<std::uint32_t>(source_.size());
}

void Parser::unexpected(const Token& token) {
    if (token.kind == Kind::end_of_file && failed()) return;
    if (strict_ && is_strict_reserved_word(token.kind)) {
        return fail(token.start, "Unexpected strict mode reserved word '" + std::string(token.text) + "'");
    }
    fail(token.start, describe_unexpected(token));
}

void Parser::redeclared(std::uint32_t offset, std::string_view name) {
    fail(offset, "Identifier '" + std::string(name) + "' has already been declared");
}

Identifier* Parser::make_identifier(std::string_view name, std::uint32_t start, std::uint32_t end) {
    auto* identifier = start_node<Identifier>(start);
    identifier->name = name;
    identifier->end = end;
    return identifier;
}

StringLiteral* Parser::placeholder_string() { return start_node<StringLiteral>(token_.start); }

Parser::Snapshot Parser::take_snapshot() const {
    return {token_,    previous_end_, lexer_.offset(), fn_->facts, scopes_.reference_count(), private_uses_.size(),
            yield_at_, await_at_,     await_name_at_,  next_id_};
}

void Parser::restore(const Snapshot& snapshot) {
    token_ = snapshot.token;
    previous_end_ = snapshot.previous_end;
    lexer_.set_offset(snapshot.lexer_offset);
    fn_->facts = snapshot.facts;
    scopes_.forget_references(snapshot.references);
    private_uses_.resize(snapshot.private_uses);
    yield_at_ = snapshot.yield_at;
    await_at_ = snapshot.await_at;
    await_name_at_ = snapshot.await_name_at;
    next_id_ = snapshot.next_id;
    errors_.failed = false;
    errors_.message.clear();
}

}  // namespace k6::js::syntax
