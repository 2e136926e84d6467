// ES5 text under construction: text with marks that say where in the source the next token stood, so that pieces can be
// built out of order and still end up on their lines.
//
//   std::string code = "var a=";
//   append_mark(code, identifier.start);
//   code += "b;";
//   lay_out(code, program).text   // as many line ends before b as the source has
//
// Values and free functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "js/lower/lower.h"
#include "js/syntax/ast.h"

namespace k6::js::lower {

void append_mark(std::string& code, std::uint32_t source_offset);
/// What follows is the function of that index.
void append_function_mark(std::string& code, std::uint32_t index);

struct Layout {
    std::string text;
    std::vector<SourcePosition> positions;
    std::vector<LoweredFunction> functions;
};
/// Replaces marks by line ends. Marks of functions mean an index in `functions`.
Layout lay_out(std::string_view code, const syntax::Program& program,
               const std::vector<LoweredFunction>& functions = {});

/// Position of the first character at or after `from` that belongs to no mark.
std::size_t skip_marks(std::string_view code, std::size_t from);

/// A string literal for `text` (WTF-8), ASCII control characters and lone surrogates escaped; as well as JSON.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

/// Number::toString of ECMA-262.
std::string number_text(double value);

/// ASCII and of the form of an identifier; reserved words included.
bool is_plain_name(std::string_view name);
/// A plain name that the engine takes as the name of a variable or function.
bool is_variable_name(std::string_view name);
/// Whether the engine would take a slash behind this text for the start of a regular expression, although the text is
/// the end of an expression: it ends with ++, --, or a property named as a keyword.
bool hides_division(std::string_view text);
/// A name as part of an identifier of ES5: ASCII letters and digits as they are, every other byte as $ and two hex
/// digits. The engine shows functions named "$k_f_" + this by the name itself.
std::string encoded_name(std::string_view name);
/// ".name" or ["name"].
std::string member_suffix(std::string_view name);

}  // namespace k6::js::lower
