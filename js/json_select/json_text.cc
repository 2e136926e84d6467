#include "js/json_select/json_text.h"

#include <vector>

#include "base/surrogates.h"

namespace k6::js {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Reads a text once. Where it stops, `problem` says what was expected there.
class Checker {
public:
    explicit Checker(std::string_view text) : text_(text) {}

    bool check() {
        if (!values()) return false;
        skip_blanks();
        return at_ == text_.size() || expected("after top-level value");
    }
    std::size_t position() const { return at_; }
    bool at_end() const { return at_ >= text_.size(); }
    const std::string& context() const { return context_; }

private:
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    bool expected(std::string what) {
        context_ = std::move(what);
        return false;
    }
    bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

    bool values() {
        for (;;) {
            skip_blanks();
            if (at('{')) {
                ++at_;
                skip_blanks();
                if (!at('}')) {
                    open_.push_back('{');
                    if (!key("looking for beginning of object key string")) return false;
                    continue;
                }
                ++at_;
            } else if (at('[')) {
                ++at_;
                skip_blanks();
                if (!at(']')) {
                    open_.push_back('[');
                    continue;
                }
                ++at_;
            } else if (!scalar()) {
                return false;
            }
            // A value is complete.
            for (;;) {
                if (open_.empty()) return true;
                skip_blanks();
                const bool object = open_.back() == '{';
                if (at(',')) {
                    ++at_;
                    if (object && !key("looking for beginning of object key string")) return false;
                    break;
                }
                if (!at(object ? '}' : ']')) {
                    return expected(object ? "after object key:value pair" : "after array element");
                }
                ++at_;
                open_.pop_back();
            }
        }
    }

    bool key(const char* what) {
        skip_blanks();
        if (!at('"')) return expected(what);
        if (!string()) return false;
        skip_blanks();
        if (!at(':')) return expected("after object key");
        ++at_;
        return true;
    }

    bool scalar() {
        if (at_ >= text_.size()) return expected("looking for beginning of value");
        const char c = text_[at_];
        if (c == '"') return string();
        if (c == '-' || is_digit(c)) return number();
        if (c == 't') return word("true");
        if (c == 'f') return word("false");
        if (c == 'n') return word("null");
        return expected("looking for beginning of value");
    }

    bool word(std::string_view word) {
        for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
            if (!at(word[i])) {
                return expected("in literal " + std::string(word) + " (expecting '" + word[i] + "')");
            }
        }
        return true;
    }

    bool digits(const char* what) {
        if (at_ >= text_.size() || !is_digit(text_[at_])) return expected(what);
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        return true;
    }

    bool number() {
        if (at('-')) ++at_;
        if (at('0')) {
            ++at_;
        } else if (!digits("in numeric literal")) {
            return false;
        }
        if (at('.')) {
            ++at_;
            if (!digits("after decimal point in numeric literal")) return false;
        }
        if (at('e') || at('E')) {
            ++at_;
            if (at('+') || at('-')) ++at_;
            if (!digits("in exponent of numeric literal")) return false;
        }
        return true;
    }

    bool string() {
        ++at_;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return expected("in string literal");
            if (c != '\\') continue;
            ++at_;
            if (at_ >= text_.size()) break;
            if (text_[at_] == 'u') {
                for (int i = 0; i < 4; ++i) {
                    ++at_;
                    if (at_ >= text_.size() || !is_hex(text_[at_]))
                        return expected("in \\u hexadecimal character escape");
                }
            } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
                return expected("in string escape code");
            }
        }
        return expected("in string literal");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<char> open_;
    std::string context_;
};

/// `c` as it stands in messages.
std::string shown(std::string_view character) {
    if (character == "'") return R"('\'')";
    if (character == "\"") return R"('"')";
    if (character == "\n") return R"('\n')";
    if (character == "\r") return R"('\r')";
    if (character == "\t") return R"('\t')";
    if (character.size() == 1 && static_cast<unsigned char>(character[0]) < 0x20) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(character[0]);
        return std::string("'\\x") + digits[byte >> 4] + digits[byte & 15] + "'";
    }
    return "'" + std::string(character) + "'";
}

void append_code_point(std::string& to, unsigned code) {
    if (code < 0x80) {
        to += static_cast<char>(code);
    } else if (code < 0x800) {
        to += static_cast<char>(0xC0 | code >> 6);
        to += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        to += static_cast<char>(0xE0 | code >> 12);
        to += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        to += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        to += static_cast<char>(0xF0 | code >> 18);
        to += static_cast<char>(0x80 | (code >> 12 & 0x3F));
        to += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        to += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// Four hexadecimal digits; nothing if there are not four.
std::optional<unsigned> hex4(std::string_view text) {
    if (text.size() < 4) return {};
    unsigned code = 0;
    for (char c : text.substr(0, 4)) {
        if (!is_hex(c)) return {};
        code = code * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return code;
}

/// Bytes of the string at the start of `text`, quotes included.
std::size_t string_size(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i + 1;
        }
    }
    return text.size();
}

std::size_t value_size(std::string_view text) {
    if (text.empty()) return 0;
    if (text[0] == '"') return string_size(text);
    if (text[0] == '{' || text[0] == '[') {
        std::size_t depth = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '"') {
                i += string_size(text.substr(i)) - 1;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return text.size();
    }
    std::size_t i = 0;
    while (i < text.size() && !is_blank(text[i]) && std::string_view(",:]}").find(text[i]) == std::string_view::npos)
        ++i;
    return i;
}

}  // namespace

bool is_json(std::string_view text) { return Checker(text).check(); }

std::optional<JsonProblem> check_json(std::string_view text) {
    Checker checker(text);
    if (checker.check()) return {};
    JsonProblem problem;
    const bool ended = checker.at_end();
    std::size_t end = ended ? text.size() : checker.position();
    for (std::size_t i = 0; i < end; ++i) {
        if (text[i] == '\n') {
            ++problem.line;
            problem.column = 0;
        } else if ((text[i] & 0xC0) != 0x80) {
            ++problem.column;
        }
    }
    if (ended) {
        problem.message = "unexpected end of JSON input";
        return problem;
    }
    ++problem.column;
    std::size_t size = 1;
    while (end + size < text.size() && size < 4 && (text[end + size] & 0xC0) == 0x80) ++size;
    problem.message = "invalid character " + shown(text.substr(end, size)) + " " + checker.context();
    return problem;
}

std::string_view trim_json(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string_view first_json_value(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    return text.substr(0, value_size(text));
}

JsonKind json_kind(std::string_view value) {
    switch (value.empty() ? 'n' : value[0]) {
        case '{':
            return JsonKind::object;
        case '[':
            return JsonKind::array;
        case '"':
            return JsonKind::string;
        case 't':
        case 'f':
            return JsonKind::boolean;
        case 'n':
            return JsonKind::null;
        default:
            return JsonKind::number;
    }
}

std::string json_string_text(std::string_view value) {
    if (!value.empty() && value.front() == '"') value.remove_prefix(1);
    if (!value.empty() && value.back() == '"') value.remove_suffix(1);
    if (value.find('\\') == std::string_view::npos) return std::string(value);
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\\' || i + 1 == value.size()) {
            text += value[i];
            continue;
        }
        ++i;
        switch (value[i]) {
            case 'b':
                text += '\b';
                break;
            case 'f':
                text += '\f';
                break;
            case 'n':
                text += '\n';
                break;
            case 'r':
                text += '\r';
                break;
            case 't':
                text += '\t';
                break;
            case 'u': {
                const auto first = hex4(value.substr(i + 1));
                if (!first) break;
                i += 4;
                unsigned code = *first;
                if (is_high_surrogate(code) || is_low_surrogate(code)) {
                    const std::string_view rest = value.substr(i + 1);
                    const auto second = rest.starts_with("\\u") ? hex4(rest.substr(2)) : std::nullopt;
                    if (is_high_surrogate(code) && second && is_low_surrogate(*second)) {
                        code = join_surrogates(code, *second);
                        i += 6;
                    } else {
                        code = 0xFFFD;
                    }
                }
                append_code_point(text, code);
                break;
            }
            default:
                text += value[i];
        }
    }
    return text;
}

std::string to_json_string(std::string_view utf8) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (char c : utf8) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string without_blanks(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '"') {
            const std::size_t size = string_size(json.substr(i));
            out += json.substr(i, size);
            i += size - 1;
        } else if (!is_blank(json[i])) {
            out += json[i];
        }
    }
    return out;
}

JsonWalker::JsonWalker(std::string_view container)
    : rest_(trim_json(container)), is_object_(!rest_.empty() && rest_.front() == '{') {
    if (!rest_.empty()) rest_.remove_prefix(1);
}

bool JsonWalker::next() {
    const auto skip = [&] {
        while (!rest_.empty() && (is_blank(rest_.front()) || rest_.front() == ',')) rest_.remove_prefix(1);
    };
    skip();
    if (rest_.empty() || rest_.front() == '}' || rest_.front() == ']') return false;
    if (is_object_) {
        key_ = rest_.substr(0, value_size(rest_));
        rest_.remove_prefix(key_.size());
        while (!rest_.empty() && (is_blank(rest_.front()) || rest_.front() == ':')) rest_.remove_prefix(1);
    }
    value_ = rest_.substr(0, value_size(rest_));
    rest_.remove_prefix(value_.size());
    return !value_.empty();
}

}  // namespace k6::js
