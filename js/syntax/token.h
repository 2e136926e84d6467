// Tokens of ECMAScript and TypeScript: their kinds, spellings and the value the lexer hands to the parser.
//
//   Token token = lexer.next();
//   if (token.kind == TokenKind::identifier) use(token.text);
//
// Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace k6::js::syntax {

/// The order matters: binary operators and assignments stand in the order of BinaryOperator, LogicalOperator and
/// AssignmentOperator, and the words in groups (see is_reserved_word and is_identifier_like).
enum class TokenKind : std::uint8_t {
    end_of_file,
    private_name,
    escaped_keyword,  ///< a reserved word written with an escape: only good as a property name
    number,
    bigint,
    string,
    regexp,
    template_piece,
    // Punctuators
    left_brace,
    right_brace,
    left_paren,
    right_paren,
    left_bracket,
    right_bracket,
    dot,
    ellipsis,
    semicolon,
    comma,
    question,
    question_dot,
    colon,
    arrow,
    logical_not,
    bitwise_not,
    increment,
    decrement,
    at,
    // Binary operators
    plus,
    minus,
    star,
    slash,
    percent,
    star_star,
    shift_left,
    shift_right,
    shift_right_unsigned,
    ampersand,
    pipe,
    caret,
    equal,
    not_equal,
    strict_equal,
    strict_not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    kw_in,
    kw_instanceof,
    // Logical operators
    logical_and,
    logical_or,
    nullish,
    // Assignments
    assign,
    plus_assign,
    minus_assign,
    star_assign,
    slash_assign,
    percent_assign,
    star_star_assign,
    shift_left_assign,
    shift_right_assign,
    shift_right_unsigned_assign,
    ampersand_assign,
    pipe_assign,
    caret_assign,
    logical_and_assign,
    logical_or_assign,
    nullish_assign,
    // Reserved words
    kw_break,
    kw_case,
    kw_catch,
    kw_class,
    kw_const,
    kw_continue,
    kw_debugger,
    kw_default,
    kw_delete,
    kw_do,
    kw_else,
    kw_enum,
    kw_export,
    kw_extends,
    kw_false,
    kw_finally,
    kw_for,
    kw_function,
    kw_if,
    kw_import,
    kw_new,
    kw_null,
    kw_return,
    kw_super,
    kw_switch,
    kw_this,
    kw_throw,
    kw_true,
    kw_try,
    kw_typeof,
    kw_var,
    kw_void,
    kw_while,
    kw_with,
    // Reserved in strict code only
    kw_implements,
    kw_interface,
    kw_let,
    kw_package,
    kw_private,
    kw_protected,
    kw_public,
    kw_static,
    kw_yield,
    // Words with a meaning in some places
    kw_await,
    kw_async,
    kw_of,
    kw_get,
    kw_set,
    kw_as,
    kw_from,
    kw_target,
    kw_meta,
    kw_eval,
    kw_arguments,
    // Words of TypeScript
    kw_abstract,
    kw_accessor,
    kw_any,
    kw_asserts,
    kw_bigint,
    kw_boolean,
    kw_constructor,
    kw_declare,
    kw_global,
    kw_infer,
    kw_is,
    kw_keyof,
    kw_module,
    kw_namespace,
    kw_never,
    kw_number,
    kw_object,
    kw_out,
    kw_override,
    kw_readonly,
    kw_require,
    kw_satisfies,
    kw_string,
    kw_symbol,
    kw_type,
    kw_undefined,
    kw_unique,
    kw_unknown,
    identifier,
};

inline constexpr int kTokenKindCount = static_cast<int>(TokenKind::identifier) + 1;

constexpr bool in_range(TokenKind kind, TokenKind first, TokenKind last) { return kind >= first && kind <= last; }
constexpr bool is_reserved_word(TokenKind kind) {
    return in_range(kind, TokenKind::kw_break, TokenKind::kw_with) || kind == TokenKind::kw_in ||
           kind == TokenKind::kw_instanceof;
}
constexpr bool is_strict_reserved_word(TokenKind kind) {
    return in_range(kind, TokenKind::kw_implements, TokenKind::kw_yield);
}
/// An identifier or a word that can be one somewhere (let, await, type, ...).
constexpr bool is_identifier_like(TokenKind kind) { return kind >= TokenKind::kw_implements; }
/// Any IdentifierName, as after a dot.
constexpr bool is_word(TokenKind kind) {
    return kind >= TokenKind::kw_break || kind == TokenKind::kw_in || kind == TokenKind::kw_instanceof ||
           kind == TokenKind::escaped_keyword;
}
constexpr bool is_assignment(TokenKind kind) { return in_range(kind, TokenKind::assign, TokenKind::nullish_assign); }

/// Whether an expression can begin with this token.
bool starts_expression(TokenKind kind);

/// The fixed text of a punctuator or word; "" for tokens without one.
std::string_view spelling(TokenKind kind);

struct Token {
    TokenKind kind = TokenKind::end_of_file;
    bool newline_before = false;
    bool escaped = false;       ///< identifier or word written with an escape
    bool legacy_octal = false;  ///< number like 017 or 08, string with an escape like \17 or \8: not in strict code
    bool tail = false;          ///< template piece that ends the template
    bool has_cooked = true;     ///< template piece: false if it has an invalid escape
    std::uint32_t start = 0;
    std::uint32_t end = 0;
    /// Offset of the invalid escape of a template piece, or of the first legacy octal escape of a string.
    std::uint32_t escape_offset = 0;
    double number = 0;
    /// identifier, word, private_name: the interned name (private without '#'); string, template_piece: cooked value;
    /// bigint: digits; regexp: pattern.
    std::string_view text;
    /// template_piece: raw text; regexp: flags.
    std::string_view raw;
};

/// What an error message calls an unexpected token: "Unexpected token ;", "Unexpected identifier 'a'",
/// "Unexpected end of input", "Unexpected string", ...
std::string describe_unexpected(const Token& token);

}  // namespace k6::js::syntax
