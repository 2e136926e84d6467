// JSON as text: checking it, and walking over a value without building anything.
//
//   if (auto problem = check_json(body)) report(problem->line, problem->column, problem->message);
//   for (JsonWalker walker(R"({"a": [1, 2]})"); walker.next();) use(walker.key(), walker.value());
//
// Pure functions; any thread. Nothing here recurses over the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k6::js {

struct JsonProblem {
    /// From 1; the column counts characters, not bytes.
    std::size_t line = 1;
    std::size_t column = 0;
    std::string message;
};

/// Nothing if `text` is one JSON value (RFC 8259) and blanks.
std::optional<JsonProblem> check_json(std::string_view text);
/// The same without saying why.
bool is_json(std::string_view text);

enum class JsonKind : std::uint8_t { null, boolean, number, string, object, array };

// What follows takes texts that are JSON; on others it gives anything, but reads only the text.

JsonKind json_kind(std::string_view value);
/// Without blanks around.
std::string_view trim_json(std::string_view text);
/// The value at the start of `text`, blanks before it left out; a string, number or literal ends where it ends.
std::string_view first_json_value(std::string_view text);
/// What a string value (with its quotes) says: UTF-8; lone surrogates become U+FFFD.
std::string json_string_text(std::string_view value);
/// Between quotes.
std::string to_json_string(std::string_view utf8);
/// All blanks outside of strings removed.
std::string without_blanks(std::string_view json);

/// The members of an object or the elements of an array, one after the other.
class JsonWalker {
public:
    /// `container` is the text of an object or array.
    explicit JsonWalker(std::string_view container);
    /// False at the end.
    bool next();
    /// The key with its quotes; empty in arrays.
    std::string_view key() const noexcept { return key_; }
    std::string_view value() const noexcept { return value_; }

private:
    std::string_view rest_;
    std::string_view key_;
    std::string_view value_;
    bool is_object_;
};

}  // namespace k6::js
