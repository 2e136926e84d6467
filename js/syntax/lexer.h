// The lexer: a UTF-8 source text to tokens, one at a time, driven by the parser.
//
// The grammar decides what `/` and `}` begin, so the parser asks for a re-scan where a regular expression or the rest
// of a template can stand. The first error is kept in the shared ErrorSink; from then on every token is end_of_file,
// which lets the parser unwind without exceptions.
//
//   Arena arena;
//   ErrorSink errors;
//   Lexer lexer(copy_of_source, arena, errors, {});
//   for (Token token = lexer.next(); token.kind != TokenKind::end_of_file; token = lexer.next()) ...
//
// Belongs to one parse() call; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "js/syntax/ast.h"
#include "js/syntax/token.h"

namespace k6::js::syntax {

/// The first error of a parse.
struct ErrorSink {
    bool failed = false;
    std::uint32_t offset = 0;
    std::string message;

    void report(std::uint32_t error_offset, std::string error_message) {
        if (failed) return;
        failed = true;
        offset = error_offset;
        message = std::move(error_message);
    }
};

/// Names with one address per distinct text, words of the language with their token kinds.
class NameTable {
public:
    struct Entry {
        std::string_view text;
        std::uint32_t hash = 0;
        TokenKind kind = TokenKind::identifier;
    };

    explicit NameTable(Arena& arena);

    static constexpr std::uint32_t kHashSeed = 2166136261U;
    static constexpr std::uint32_t hash_step(std::uint32_t hash, unsigned char byte) {
        return (hash ^ byte) * 16777619U;
    }

    /// Finds or adds `text`, whose bytes outlive the table.
    const Entry& intern_stable(std::string_view text, std::uint32_t hash);
    /// Finds or adds a copy of `text`.
    const Entry& intern(std::string_view text);

private:
    Entry& slot(std::string_view text, std::uint32_t hash);
    void grow();

    Arena& arena_;
    std::vector<Entry> entries_;
    std::size_t used_ = 0;
};

class Lexer {
public:
    struct Options {
        bool html_comments = false;  ///< <!-- and --> comments: scripts only (Annex B)
    };

    /// `source` is valid UTF-8, lives as long as the tokens' texts, and is followed by at least four NUL bytes.
    Lexer(std::string_view source, Arena& arena, ErrorSink& errors, Options options);

    Token next();

    /// Reads `token`, which is `/` or `/=`, again as a regular expression.
    Token rescan_regexp(const Token& token);
    /// Reads `token`, which is `}`, again as the continuation of a template.
    Token rescan_template(const Token& token);
    /// Cuts a token that begins with < or > (such as >>=) to this one character.
    Token rescan_angle(const Token& token);

    /// For speculation: the offset where the next token's search begins.
    std::uint32_t offset() const { return static_cast<std::uint32_t>(cursor_ - begin_); }
    void set_offset(std::uint32_t offset) { cursor_ = begin_ + offset; }

    NameTable& names() { return names_; }

    /// Makes all further tokens end_of_file.
    void stop() { cursor_ = end_; }

private:
    void skip_trivia(Token& token);
    bool skip_block_comment(Token& token);
    void skip_line_comment();
    void scan_word(Token& token);
    void scan_word_slow(Token& token, const char* start);
    void scan_private_name(Token& token);
    void scan_number(Token& token);
    void scan_radix_number(Token& token, int radix);
    void scan_string(Token& token);
    void scan_template(Token& token);
    bool scan_digits(int radix, bool& has_separator);
    bool scan_escape(Token& token, bool in_template);
    bool scan_unicode_escape(std::uint32_t& code_point);
    void finish_number(Token& token);
    void append_code_point(std::uint32_t code_point);
    std::uint32_t decode() const;
    bool at_line_separator(const char* at) const;
    void fail(Token& token, const char* at, std::string message);

    const char* begin_;
    const char* end_;
    const char* cursor_;
    Arena& arena_;
    ErrorSink& errors_;
    Options options_;
    NameTable names_;
    std::string buffer_;
};

/// Length in bytes of the UTF-8 sequence at `text`, and its code point. `text` is valid UTF-8 (or WTF-8).
struct DecodedCharacter {
    std::uint32_t code_point = 0;
    std::uint32_t length = 1;
};
DecodedCharacter decode_utf8(const char* text);
/// Appends a code point, lone surrogates as three bytes.
void append_utf8(std::string& out, std::uint32_t code_point);
/// Offset of the first byte that is not valid UTF-8, or std::string_view::npos.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace k6::js::syntax
