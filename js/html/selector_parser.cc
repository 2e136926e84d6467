#include <charconv>

#include "js/html/selector_tree.h"

namespace k6::js::html {
namespace {

using View = std::string_view;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
constexpr bool is_name(char c) { return is_name_start(c) || is_digit(c) || c == '-'; }

constexpr int max_nesting = 32;

/// Fails by returning false or nothing.
class Parser {
public:
    explicit Parser(View text) : text_(text) {}

    std::optional<SelectorList> parse() {
        auto list = parse_list(0);
        if (!list || at_ != text_.size()) return {};
        return list;
    }

private:
    bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (!at(c)) return false;
        ++at_;
        return true;
    }
    /// Also comments.
    bool skip_blanks() {
        const std::size_t start = at_;
        for (;;) {
            while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
            if (!text_.substr(at_).starts_with("/*")) break;
            const std::size_t end = text_.find("*/", at_ + 2);
            if (end == View::npos) break;
            at_ = end + 2;
        }
        return at_ != start;
    }

    std::optional<SelectorList> parse_list(int depth) {
        if (depth > max_nesting) return {};
        SelectorList list;
        for (;;) {
            skip_blanks();
            auto complex = parse_complex(depth);
            if (!complex) return {};
            list.alternatives.push_back(std::move(*complex));
            skip_blanks();
            if (!take(',')) return list;
        }
    }

    std::optional<Complex> parse_complex(int depth) {
        Complex complex;
        for (;;) {
            auto compound = parse_compound(depth);
            if (!compound) return {};
            complex.compounds.push_back(std::move(*compound));
            const bool blank = skip_blanks();
            const char c = peek();
            if (c == '>' || c == '+' || c == '~') {
                ++at_;
                skip_blanks();
                complex.combinators += c;
            } else if (blank && c != ',' && c != ')' && c != '\0') {
                complex.combinators += ' ';
            } else {
                return complex;
            }
        }
    }

    std::optional<Compound> parse_compound(int depth) {
        Compound compound;
        if (take('*')) {
            compound.emplace_back();
        } else if (is_name_start(peek()) || peek() == '-' || peek() == '\\') {
            auto name = identifier();
            if (!name) return {};
            Simple& simple = compound.emplace_back();
            simple.kind = Simple::Kind::tag;
            simple.name = lowered(*name);
        }
        for (;;) {
            std::optional<Simple> simple;
            switch (peek()) {
                case '#':
                    ++at_;
                    simple = named(Simple::Kind::id, name_token());
                    break;
                case '.':
                    ++at_;
                    simple = named(Simple::Kind::class_name, identifier());
                    break;
                case '[':
                    simple = attribute();
                    break;
                case ':':
                    simple = pseudo(depth);
                    break;
                default:
                    if (compound.empty()) return {};
                    return compound;
            }
            if (!simple) return {};
            compound.push_back(std::move(*simple));
        }
    }

    static std::optional<Simple> named(Simple::Kind kind, std::optional<std::string> name) {
        if (!name) return {};
        Simple simple;
        simple.kind = kind;
        simple.name = std::move(*name);
        return simple;
    }

    /// `\26 B`, `\:`
    bool escape(std::string& to) {
        ++at_;
        if (at_ >= text_.size() || text_[at_] == '\n') return false;
        if (!is_hex(text_[at_])) {
            to += text_[at_++];
            return true;
        }
        unsigned code = 0;
        for (int i = 0; i < 6 && at_ < text_.size() && is_hex(text_[at_]); ++i, ++at_) {
            code = code * 16 +
                   static_cast<unsigned>(is_digit(text_[at_]) ? text_[at_] - '0' : lower(text_[at_]) - 'a' + 10);
        }
        if (at_ < text_.size() && is_blank(text_[at_])) ++at_;
        if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
        if (code < 0x80) {
            to += static_cast<char>(code);
        } else if (code < 0x800) {
            to += static_cast<char>(0xC0 | code >> 6);
            to += static_cast<char>(0x80 | (code & 0x3F));
        } else {
            if (code >= 0x10000) {
                to += static_cast<char>(0xF0 | code >> 18);
                to += static_cast<char>(0x80 | (code >> 12 & 0x3F));
            } else {
                to += static_cast<char>(0xE0 | code >> 12);
            }
            to += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            to += static_cast<char>(0x80 | (code & 0x3F));
        }
        return true;
    }

    std::optional<std::string> identifier() {
        std::string out;
        while (take('-')) out += '-';
        if (!is_name_start(peek()) && peek() != '\\') return {};
        auto rest = name_token();
        if (!rest) return {};
        return out + *rest;
    }

    std::optional<std::string> name_token() {
        std::string out;
        while (at_ < text_.size()) {
            if (is_name(text_[at_])) {
                out += text_[at_++];
            } else if (text_[at_] == '\\') {
                if (!escape(out)) return {};
            } else {
                break;
            }
        }
        if (out.empty()) return {};
        return out;
    }

    std::optional<std::string> quoted() {
        const char quote = text_[at_++];
        std::string out;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == quote) {
                ++at_;
                return out;
            }
            if (c == '\n') return {};
            if (c == '\\') {
                if (at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
                    at_ += 2;
                } else if (!escape(out)) {
                    return {};
                }
            } else {
                out += c;
                ++at_;
            }
        }
        return {};
    }

    std::optional<Simple> attribute() {
        ++at_;
        skip_blanks();
        auto name = identifier();
        if (!name) return {};
        Simple simple;
        simple.kind = Simple::Kind::attribute;
        simple.name = lowered(*name);
        skip_blanks();
        if (take(']')) return simple;
        switch (peek()) {
            case '=':
                simple.test = AttributeTest::equal;
                break;
            case '!':
                simple.test = AttributeTest::not_equal;
                break;
            case '~':
                simple.test = AttributeTest::word;
                break;
            case '|':
                simple.test = AttributeTest::dash;
                break;
            case '^':
                simple.test = AttributeTest::prefix;
                break;
            case '$':
                simple.test = AttributeTest::suffix;
                break;
            case '*':
                simple.test = AttributeTest::substring;
                break;
            case '#':
                simple.test = AttributeTest::regex;
                break;
            default:
                return {};
        }
        if (simple.test != AttributeTest::equal) ++at_;
        if (!take('=')) return {};
        skip_blanks();
        if (simple.test == AttributeTest::regex) {
            const auto pattern = regex_text(']');
            if (!pattern) return {};
            simple.regex = Regex::compile(*pattern);
            if (!simple.regex) return {};
        } else {
            auto value = peek() == '"' || peek() == '\'' ? quoted() : identifier();
            if (!value) return {};
            simple.value = std::move(*value);
        }
        if (skip_blanks() && (peek() == 'i' || peek() == 'I')) {
            ++at_;
            simple.ignore_case = true;
            skip_blanks();
        }
        if (!take(']')) return {};
        return simple;
    }

    /// Up to the bracket that closes, which is left; brackets inside pair up.
    std::optional<View> regex_text(char close) {
        const std::size_t start = at_;
        int open = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\') {
                ++at_;
            } else if (c == '(' || c == '[') {
                ++open;
            } else if (open == 0 && c == close) {
                return text_.substr(start, at_ - start);
            } else if (c == ')' || c == ']') {
                --open;
            }
        }
        return {};
    }

    std::optional<Simple> pseudo(int depth) {
        ++at_;
        // Pseudo-elements are no elements.
        if (at(':')) return {};
        auto given = identifier();
        if (!given) return {};
        const std::string name = lowered(*given);
        Simple simple;
        simple.kind = Simple::Kind::pseudo;

        static constexpr struct {
            View name;
            Pseudo pseudo;
        } plain[] = {{"root", Pseudo::root},         {"empty", Pseudo::empty},     {"checked", Pseudo::checked},
                     {"disabled", Pseudo::disabled}, {"enabled", Pseudo::enabled}, {"link", Pseudo::link},
                     {"input", Pseudo::input},       {"hover", Pseudo::never},     {"active", Pseudo::never},
                     {"focus", Pseudo::never},       {"visited", Pseudo::never},   {"target", Pseudo::never}};
        for (const auto& row : plain) {
            if (row.name != name) continue;
            simple.pseudo = row.pseudo;
            return simple;
        }
        static constexpr struct {
            View name;
            bool from_end;
            bool of_type;
            bool only;
        } positions[] = {{"first-child", false, false, false},  {"last-child", true, false, false},
                         {"first-of-type", false, true, false}, {"last-of-type", true, true, false},
                         {"only-child", false, false, true},    {"only-of-type", false, true, true}};
        for (const auto& row : positions) {
            if (row.name != name) continue;
            simple.pseudo = row.only ? Pseudo::only : Pseudo::nth;
            simple.from_end = row.from_end;
            simple.of_type = row.of_type;
            simple.b = 1;
            return simple;
        }
        if (!take('(')) return {};
        skip_blanks();
        if (!arguments(name, depth, simple)) return {};
        skip_blanks();
        if (!take(')')) return {};
        return simple;
    }

    bool arguments(View name, int depth, Simple& simple) {
        if (name == "not" || name == "has" || name == "haschild") {
            simple.pseudo = name == "not" ? Pseudo::negation : name == "has" ? Pseudo::has : Pseudo::has_child;
            auto list = parse_list(depth + 1);
            if (!list) return false;
            simple.inner = std::make_unique<SelectorList>(std::move(*list));
            return true;
        }
        if (name == "contains" || name == "containsown") {
            simple.pseudo = name == "contains" ? Pseudo::contains : Pseudo::contains_own;
            auto text = peek() == '"' || peek() == '\'' ? quoted() : identifier();
            if (!text) return false;
            simple.value = lowered(*text);
            return true;
        }
        if (name == "matches" || name == "matchesown") {
            simple.pseudo = name == "matches" ? Pseudo::matches : Pseudo::matches_own;
            const auto pattern = regex_text(')');
            if (!pattern) return false;
            simple.regex = Regex::compile(*pattern);
            return simple.regex.has_value();
        }
        if (name == "lang") {
            simple.pseudo = Pseudo::lang;
            auto language = identifier();
            if (!language) return false;
            simple.value = lowered(*language);
            return true;
        }
        if (name.starts_with("nth-")) {
            simple.pseudo = Pseudo::nth;
            simple.from_end = name.starts_with("nth-last-");
            simple.of_type = name.ends_with("-of-type");
            if (!simple.of_type && !name.ends_with("-child")) return false;
            return nth(simple);
        }
        return false;
    }

    std::optional<int> digits() {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        int number = 0;
        const auto [end, error] = std::from_chars(text_.data() + start, text_.data() + at_, number);
        if (at_ == start || error != std::errc() || end != text_.data() + at_) return {};
        return number;
    }

    /// `odd`, `even`, `5`, `-n+3`, `2n + 1`
    bool nth(Simple& simple) {
        const View rest = text_.substr(at_);
        for (const View word : {View("odd"), View("even")}) {
            if (!equal_ignoring_case(rest.substr(0, word.size()), word)) continue;
            at_ += word.size();
            simple.a = 2;
            simple.b = word == "odd" ? 1 : 0;
            return true;
        }
        int sign = 1;
        if (take('-')) {
            sign = -1;
        } else {
            take('+');
        }
        const auto first = digits();
        if (!take('n') && !take('N')) {
            if (!first) return false;
            simple.b = sign * *first;
            return true;
        }
        simple.a = sign * first.value_or(1);
        const std::size_t before = at_;
        skip_blanks();
        if (!at('+') && !at('-')) {
            at_ = before;
            return true;
        }
        const int second_sign = peek() == '-' ? -1 : 1;
        ++at_;
        skip_blanks();
        const auto second = digits();
        if (!second) return false;
        simple.b = second_sign * *second;
        return true;
    }

    View text_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<SelectorList> parse_selector(std::string_view text) { return Parser(text).parse(); }

}  // namespace k6::js::html
