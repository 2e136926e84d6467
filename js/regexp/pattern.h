// The syntax tree of a regular expression (ECMA-262 22.2.1, with Annex B where there is no u flag).
//
//   Pattern pattern = parse_pattern("(?<year>\\d+)-", Flags{});   // js/syntax/regexp_syntax.h has found it valid
//   pattern.group_count;                                           // 2: the whole match and `year`
//
// Without u a pattern is made of UTF-16 code units, with u of code points. Values; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "js/regexp/char_set.h"

namespace k6::js::regexp {

struct Flags {
    bool has_indices = false;
    bool global = false;
    bool ignore_case = false;
    bool multiline = false;
    bool dot_all = false;
    bool unicode = false;
    bool sticky = false;

    /// In the order of RegExp.prototype.flags.
    std::string text() const;
    friend bool operator==(const Flags&, const Flags&) = default;
};

/// A Unicode property in a class: how PCRE2 spells it.
struct Property {
    std::string name;  // as in \p{name}
    bool negated = false;
};

/// [...], \d and their kin. Properties are not expanded; the case is not closed over.
struct CharClass {
    CharSet set;
    std::vector<Property> properties;
    bool negated = false;
};

struct Node;
using NodePointer = std::unique_ptr<Node>;

inline constexpr std::uint32_t unlimited = UINT32_MAX;

struct Node {
    enum class Kind : std::uint8_t {
        empty,
        character,      // code
        any,            // .
        char_class,     // char_class
        line_start,     // ^
        line_end,       // $
        word_boundary,  // \b, negated: \B
        backreference,  // group
        group,          // one child; group > 0: capturing
        look,           // one child: (?=…), (?!…), (?<=…), (?<!…)
        repeat,         // one child: min, max, greedy
        sequence,
        alternatives,
    };
    explicit Node(Kind k) : kind(k) {}

    Kind kind;
    bool negated = false;
    bool behind = false;
    bool greedy = true;
    CodePoint code = 0;
    std::uint32_t group = 0;
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    /// Capturing groups within: [first_group, end_group).
    std::uint32_t first_group = 0;
    std::uint32_t end_group = 0;
    CharClass char_class;
    std::vector<NodePointer> children;
};

struct Pattern {
    NodePointer root;
    Flags flags;
    /// Capturing groups, the whole match (0) included.
    std::uint32_t group_count = 1;
    /// In the order of the groups.
    std::vector<std::pair<std::string, std::uint32_t>> names;
};

/// `source` is in the engine's form (WTF-8, NUL as C0 80), and valid.
Pattern parse_pattern(std::string_view source, const Flags& flags);

}  // namespace k6::js::regexp
