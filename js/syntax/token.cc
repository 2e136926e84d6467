#include "js/syntax/token.h"

#include <array>

namespace k6::js::syntax {
namespace {

// In the order of TokenKind.
constexpr std::array<std::string_view, kTokenKindCount> kSpellings = {
    "", "", "", "", "", "", "", "",
    // Punctuators
    "{", "}", "(", ")", "[", "]", ".", "...", ";", ",", "?", "?.", ":", "=>", "!", "~", "++", "--", "@",
    // Binary operators
    "+", "-", "*", "/", "%", "**", "<<", ">>", ">>>", "&", "|", "^", "==", "!=", "===", "!==", "<", "<=", ">",
    ">=", "in", "instanceof",
    // Logical operators and assignments
    "&&", "||", "??", "=",
    "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=", "&&=", "||=", "\?\?=",
    // Reserved words
    "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum",
    "export", "extends", "false", "finally", "for", "function", "if", "import", "new", "null", "return", "super",
    "switch", "this", "throw", "true", "try", "typeof", "var", "void", "while", "with",
    // Reserved in strict code
    "implements", "interface", "let", "package", "private", "protected", "public", "static", "yield",
    // Contextual
    "await", "async", "of", "get", "set", "as", "from", "target", "meta", "eval", "arguments",
    // TypeScript
    "abstract", "accessor", "any", "asserts", "bigint", "boolean", "constructor", "declare", "global", "infer", "is",
    "keyof", "module", "namespace", "never", "number", "object", "out", "override", "readonly", "require", "satisfies",
    "string", "symbol", "type", "undefined", "unique", "unknown", ""};

}  // namespace

std::string_view spelling(TokenKind kind) { return kSpellings[static_cast<std::size_t>(kind)]; }

bool starts_expression(TokenKind kind) {
    if (is_identifier_like(kind)) return true;
    switch (kind) {
        case TokenKind::private_name:
        case TokenKind::escaped_keyword:
        case TokenKind::number:
        case TokenKind::bigint:
        case TokenKind::string:
        case TokenKind::template_piece:
        case TokenKind::left_brace:
        case TokenKind::left_paren:
        case TokenKind::left_bracket:
        case TokenKind::logical_not:
        case TokenKind::bitwise_not:
        case TokenKind::increment:
        case TokenKind::decrement:
        case TokenKind::plus:
        case TokenKind::minus:
        case TokenKind::slash:
        case TokenKind::slash_assign:
        case TokenKind::less:
        case TokenKind::kw_class:
        case TokenKind::kw_delete:
        case TokenKind::kw_false:
        case TokenKind::kw_function:
        case TokenKind::kw_import:
        case TokenKind::kw_new:
        case TokenKind::kw_null:
        case TokenKind::kw_super:
        case TokenKind::kw_this:
        case TokenKind::kw_true:
        case TokenKind::kw_typeof:
        case TokenKind::kw_void:
            return true;
        default:
            return false;
    }
}

std::string describe_unexpected(const Token& token) {
    switch (token.kind) {
        case TokenKind::end_of_file:
            return "Unexpected end of input";
        case TokenKind::number:
        case TokenKind::bigint:
            return "Unexpected number";
        case TokenKind::string:
            return "Unexpected string";
        case TokenKind::regexp:
            return "Unexpected regular expression";
        case TokenKind::template_piece:
            return "Unexpected template string";
        case TokenKind::private_name:
            return "Unexpected private name #" + std::string(token.text);
        case TokenKind::escaped_keyword:
            return "Keyword '" + std::string(token.text) + "' must not contain escaped characters";
        default:
            if (is_identifier_like(token.kind)) return "Unexpected identifier '" + std::string(token.text) + "'";
            return "Unexpected token " + std::string(spelling(token.kind));
    }
}

}  // namespace k6::js::syntax
