// A selector as a tree, as the parser makes it and the matcher reads it. Private to js/html.
//
//   std::optional<SelectorList> list = parse_selector("ul > li");
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k6::js::html {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

inline std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// A regular expression that gives up (as no match) rather than take long.
class Regex {
public:
    static std::optional<Regex> compile(std::string_view pattern) {
        int error = 0;
        std::size_t offset = 0;
        pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                         PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr);
        if (code == nullptr) return {};
        return Regex(code);
    }

    bool matches(std::string_view text) const {
        pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
        pcre2_match_context* limits = pcre2_match_context_create(nullptr);
        pcre2_set_match_limit(limits, 100'000);
        pcre2_set_depth_limit(limits, 10'000);
        const int found =
            pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data, limits);
        pcre2_match_context_free(limits);
        pcre2_match_data_free(data);
        return found >= 0;
    }

private:
    struct Free {
        void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    };
    explicit Regex(pcre2_code* code) : code_(code) {}
    std::unique_ptr<pcre2_code, Free> code_;
};

struct SelectorList;

enum class AttributeTest : unsigned char { present, equal, not_equal, word, dash, prefix, suffix, substring, regex };

enum class Pseudo : unsigned char {
    never,
    root,
    empty,
    nth,
    only,
    checked,
    disabled,
    enabled,
    link,
    lang,
    input,
    negation,
    has,
    has_child,
    contains,
    contains_own,
    matches,
    matches_own,
};

/// One condition on an element.
struct Simple {
    enum class Kind : unsigned char { any, tag, id, class_name, attribute, pseudo } kind = Kind::any;
    AttributeTest test = AttributeTest::present;
    Pseudo pseudo = Pseudo::never;
    bool ignore_case = false;
    // :nth-…(an+b)
    bool from_end = false;
    bool of_type = false;
    int a = 0;
    int b = 0;
    std::string name;
    std::string value;
    std::optional<Regex> regex;
    std::unique_ptr<SelectorList> inner;
};

using Compound = std::vector<Simple>;

/// Compounds from left to right, joined by combinators: `combinators[i]` stands before `compounds[i + 1]`.
struct Complex {
    std::vector<Compound> compounds;
    std::string combinators;
};

struct SelectorList {
    std::vector<Complex> alternatives;
};

/// Nothing if the text is no selector.
std::optional<SelectorList> parse_selector(std::string_view text);

}  // namespace k6::js::html
