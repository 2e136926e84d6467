#include "metrics/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/json_escape.h"
#include "metrics/number_text.h"

namespace k6::metrics {
namespace {

constexpr bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

/// Bytes of the UTF-8 sequence (RFC 3629) that `text` starts with; 0 if it starts with none.
std::size_t utf8_sequence(std::string_view text) {
    const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&at](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return at(1) >= low && at(1) <= high && continues(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return at(1) >= low && at(1) <= high && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(static_cast<unsigned char>(text[plain]))) ++plain;
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;

        const auto first = static_cast<unsigned char>(text.front());
        if (first < 0x80) {
            append_json_escape(out, first);
            text.remove_prefix(1);
            continue;
        }
        const std::size_t length = utf8_sequence(text);
        const std::string_view sequence = text.substr(0, length);
        // The two line separators that are legal in JSON but not in older JavaScript.
        if (length == 0) {
            out += "\\ufffd";
        } else if (sequence == "\u2028") {
            append_unicode_escape(out, 0x2028);
        } else if (sequence == "\u2029") {
            append_unicode_escape(out, 0x2029);
        } else {
            out += sequence;
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void append_json_number(std::string& out, double value) {
    if (std::isfinite(value)) {
        append_number(out, value);
    } else {
        out += "null";
    }
}

void JsonWriter::new_line() {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(open_.size() * static_cast<std::size_t>(indent_), ' ');
}

void JsonWriter::separate() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (open_.empty()) return;
    if (open_.back()) out_ += ',';
    open_.back() = true;
    new_line();
}

JsonWriter& JsonWriter::begin(char bracket) {
    separate();
    out_ += bracket;
    open_.push_back(false);
    return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
    const bool filled = open_.back();
    open_.pop_back();
    if (filled) new_line();
    out_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += indent_ == 0 ? ":" : ": ";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
    separate();
    append_json_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    separate();
    append_json_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    separate();
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::json(std::string_view value) {
    const std::size_t depth = open_.size();
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '{' || c == '[') {
            begin(c);
        } else if ((c == '}' || c == ']') && open_.size() > depth) {
            end(c);
        } else if (c == ':') {
            out_ += indent_ == 0 ? ":" : ": ";
            after_key_ = true;
        } else if (c != ',' && c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            // A string or another scalar, copied as it is.
            std::size_t end_of_token = i + 1;
            if (c == '"') {
                while (end_of_token < value.size() && value[end_of_token] != '"') {
                    end_of_token += value[end_of_token] == '\\' ? 2 : 1;
                }
                end_of_token = std::min(end_of_token + 1, value.size());
            } else {
                end_of_token = std::min(value.find_first_of(",:]} \t\r\n", i), value.size());
            }
            separate();
            out_ += value.substr(i, end_of_token - i);
            i = end_of_token - 1;
        }
    }
    return *this;
}

}  // namespace k6::metrics
