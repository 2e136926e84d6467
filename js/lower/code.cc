#include "js/lower/code.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json_escape.h"

namespace k6::js::lower {

namespace {

constexpr char mark_start = '\x01';
constexpr std::size_t mark_size = 6;
/// In the first byte behind mark_start, whose other bits are above those of 32.
constexpr unsigned char function_bit = 0x40;

std::uint32_t mark_offset(std::string_view code, std::size_t at) {
    std::uint32_t offset = 0;
    for (std::size_t i = 1; i < mark_size; ++i)
        offset = offset << 7 | (static_cast<unsigned char>(code[at + i]) & 0x7f);
    return offset;
}

bool is_function_mark(std::string_view code, std::size_t at) {
    return (static_cast<unsigned char>(code[at + 1]) & function_bit) != 0;
}

/// Length of the line terminator at `at`, 0 if there is none.
std::size_t line_end(std::string_view text, std::size_t at) {
    switch (text[at]) {
        case '\n':
            return 1;
        case '\r':
            return at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
        case '\xe2':
            return text.substr(at + 1, 2) == "\x80\xa8" || text.substr(at + 1, 2) == "\x80\xa9" ? 3 : 0;
        default:
            return 0;
    }
}

/// Counts UTF-16 code units, also on the long lines of minified sources.
class Units {
public:
    explicit Units(std::string_view text) : text_(text) {
        ascii_ = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        if (ascii_) return;
        std::uint32_t count = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (i % block == 0) blocks_.push_back(count);
            count += of(text[i]);
        }
    }
    std::uint32_t before(std::size_t offset) const {
        offset = std::min(offset, text_.size());
        if (ascii_ || offset == 0) return static_cast<std::uint32_t>(offset);
        const std::size_t index = std::min(offset / block, blocks_.size() - 1);
        std::uint32_t count = blocks_[index];
        for (std::size_t i = index * block; i < offset; ++i) count += of(text_[i]);
        return count;
    }

private:
    static constexpr std::size_t block = 64;
    static std::uint32_t of(char byte) {
        const auto c = static_cast<unsigned char>(byte);
        return (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 2 : 1;
    }

    std::string_view text_;
    bool ascii_ = true;
    std::vector<std::uint32_t> blocks_;  // count before every 64th byte
};

constexpr std::array reserved_words{
    "arguments",  "break",     "case",      "catch",    "class",  "const",      "continue", "debugger",
    "default",    "delete",    "do",        "else",     "enum",   "eval",       "export",   "extends",
    "false",      "finally",   "for",       "function", "if",     "implements", "import",   "in",
    "instanceof", "interface", "let",       "new",      "null",   "package",    "private",  "protected",
    "public",     "return",    "static",    "super",    "switch", "this",       "throw",    "true",
    "try",        "typeof",    "undefined", "var",      "void",   "while",      "with",     "yield",
};

}  // namespace

void append_mark(std::string& code, std::uint32_t source_offset) {
    char mark[mark_size] = {mark_start};
    for (std::size_t i = mark_size - 1; i > 0; --i) {
        mark[i] = static_cast<char>(0x80 | (source_offset & 0x7f));
        source_offset >>= 7;
    }
    code.append(mark, mark_size);
}

void append_function_mark(std::string& code, std::uint32_t index) {
    append_mark(code, index);
    char& first = code[code.size() - mark_size + 1];
    first = static_cast<char>(static_cast<unsigned char>(first) | function_bit);
}

Layout lay_out(std::string_view code, const syntax::Program& program, const std::vector<LoweredFunction>& functions) {
    Layout result;
    const std::string_view source = program.source;
    result.text.reserve(code.size());
    std::size_t seen = 0;  // of the source
    std::uint32_t line = 1;
    std::size_t line_start = 0;  // in the source
    const Units units(source);
    for (std::size_t at = 0; at < code.size();) {
        const auto* mark =
            static_cast<const char*>(std::char_traits<char>::find(code.data() + at, code.size() - at, mark_start));
        const std::size_t end = mark == nullptr ? code.size() : static_cast<std::size_t>(mark - code.data());
        result.text.append(code.substr(at, end - at));
        if (mark == nullptr) break;
        if (is_function_mark(code, end)) {
            result.functions.push_back(functions[mark_offset(code, end)]);
            result.functions.back().offset = static_cast<std::uint32_t>(result.text.size());
            at = end + mark_size;
            continue;
        }
        const std::uint32_t offset = mark_offset(code, end);
        while (seen < offset && seen < source.size()) {
            const unsigned char c = static_cast<unsigned char>(source[seen]);
            const std::size_t length = c == '\n' || c == '\r' || c == 0xe2 ? line_end(source, seen) : 0;
            if (length == 0) {
                ++seen;
                continue;
            }
            seen += length;
            result.text += '\n';
            ++line;
            line_start = seen;
        }
        syntax::Position position{line, 0};
        if (offset >= line_start) {
            position.column = units.before(offset) - units.before(line_start) + 1;
        } else {
            position = program.position(offset);
        }
        const auto here = static_cast<std::uint32_t>(result.text.size());
        if (!result.positions.empty() && result.positions.back().offset == here) result.positions.pop_back();
        result.positions.push_back({here, position.line, position.column});
        at = end + mark_size;
    }
    return result;
}

std::size_t skip_marks(std::string_view code, std::size_t from) {
    while (from < code.size() && code[from] == mark_start) from += mark_size;
    return from;
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto byte = [&](std::size_t n) {
            return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0u;
        };
        if (c == 0xe2 && byte(1) == 0x80 && (byte(2) == 0xa8 || byte(2) == 0xa9)) {
            // Line and paragraph separator end a line, as the engine sees it.
            append_unicode_escape(out, 0x2000 + (byte(2) & 0x3f));
            i += 2;
        } else if (c == 0xed && byte(1) >= 0xa0) {
            // A lone surrogate.
            append_unicode_escape(out, 0xd000u | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu));
            i += 2;
        } else if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
            append_json_escape(out, c);
        } else {
            out += static_cast<char>(c);
        }
    }
    out += '"';
}

std::string quoted(std::string_view text) {
    std::string result;
    append_quoted(result, text);
    return result;
}

std::string number_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    if (value == 0) return "0";
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::scientific).ptr;
    const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    const std::size_t e = text.find('e');
    std::string digits(1, text[0]);
    if (e > 2) digits += text.substr(2, e - 2);
    int exponent = 0;
    const std::size_t sign = text[e + 1] == '+' ? e + 2 : e + 1;
    std::from_chars(text.data() + sign, text.data() + text.size(), exponent);
    const int n = exponent + 1;  // the decimal point is behind digit n
    const int k = static_cast<int>(digits.size());
    std::string result = value < 0 ? "-" : "";
    if (k <= n && n <= 21) {
        result += digits;
        result.append(static_cast<std::size_t>(n - k), '0');
    } else if (0 < n && n <= 21) {
        result += digits.substr(0, static_cast<std::size_t>(n));
        result += '.';
        result += digits.substr(static_cast<std::size_t>(n));
    } else if (-6 < n && n <= 0) {
        result += "0.";
        result.append(static_cast<std::size_t>(-n), '0');
        result += digits;
    } else {
        result += digits[0];
        if (k > 1) {
            result += '.';
            result += digits.substr(1);
        }
        result += n - 1 < 0 ? "e-" : "e+";
        result += std::to_string(std::abs(n - 1));
    }
    return result;
}

bool is_plain_name(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
    });
}

bool is_variable_name(std::string_view name) {
    return is_plain_name(name) && !std::binary_search(reserved_words.begin(), reserved_words.end(), name);
}

bool hides_division(std::string_view text) {
    if (text.ends_with("++") || text.ends_with("--")) return true;
    std::size_t start = text.size();
    while (start > 0 && is_plain_name(text.substr(start - 1, 1))) --start;
    const std::string_view word = text.substr(start);
    return word != "this" && word != "null" && word != "true" && word != "false" &&
           std::binary_search(reserved_words.begin(), reserved_words.end(), word);
}

std::string encoded_name(std::string_view name) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string result;
    for (const char c : name) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            result += c;
        } else {
            result += '$';
            result += hex[static_cast<unsigned char>(c) >> 4];
            result += hex[c & 15];
        }
    }
    return result;
}

std::string member_suffix(std::string_view name) {
    if (is_plain_name(name)) return "." + std::string(name);
    return "[" + quoted(name) + "]";
}

}  // namespace k6::js::lower
