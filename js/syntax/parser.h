// The parser: source text of ES2022 or TypeScript to a syntax tree (ast.h), or the first syntax error.
//
// Accepts exactly ECMA-262 2022 with its Annex B, early errors included; with `typescript` also TypeScript's syntax,
// whose types are checked for syntax and dropped. Holds no state between calls; any thread with 1 MB of stack left.
//
//   auto parsed = parse("let a = ;", {.type = SourceType::script, .file_name = "file:///a.js"});
//   if (!parsed) std::cerr << parsed.error().to_string();  // file:///a.js: Line 1:9 Unexpected token ;
//   else lower(parsed.program());
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "js/syntax/ast.h"

namespace k6::js::syntax {

struct ParseOptions {
    SourceType type = SourceType::script;
    bool typescript = false;
    /// Named in errors and kept in Program::file_name.
    std::string_view file_name = {};
};

struct SyntaxError {
    std::string message;  ///< "Unexpected token ;"
    std::uint32_t line = 1;
    std::uint32_t column = 1;  ///< 1-based, UTF-16 code units
    std::string file;

    /// "file:///a.js: Line 1:9 Unexpected token ;" (without the file and colon if there is no file name)
    std::string to_string() const;
};

/// A tree with the arena it lives in, or an error. Movable; the tree stays where it is when the result moves.
class [[nodiscard]] ParseResult {
public:
    ParseResult(Arena arena, Program* program) : arena_(std::move(arena)), program_(program) {}
    explicit ParseResult(SyntaxError error) : error_(std::move(error)) {}
    ParseResult(ParseResult&& other) noexcept
        : arena_(std::move(other.arena_)),
          program_(std::exchange(other.program_, nullptr)),
          error_(std::move(other.error_)) {}
    ParseResult& operator=(ParseResult&& other) noexcept {
        arena_ = std::move(other.arena_);
        program_ = std::exchange(other.program_, nullptr);
        error_ = std::move(other.error_);
        return *this;
    }

    bool has_value() const noexcept { return program_ != nullptr; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The tree; only if has_value().
    const Program& program() const { return *program_; }
    Program& program() { return *program_; }
    /// The arena of the tree, for passes that add nodes to it.
    Arena& arena() { return arena_; }

    /// Only if !has_value().
    const SyntaxError& error() const { return error_; }

private:
    Arena arena_;
    Program* program_ = nullptr;
    SyntaxError error_;
};

/// `source` is UTF-8 (other bytes are a syntax error) and may begin with a byte order mark; the tree keeps a copy of
/// it.
ParseResult parse(std::string_view source, const ParseOptions& options);

}  // namespace k6::js::syntax
