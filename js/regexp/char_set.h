// Sets of code points, as character classes need them.
//
//   CharSet set;
//   set.add('a', 'z');
//   set.add(digits());
//   set.invert();
//   bool has = set.contains('7');  // false
//
// Values; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace k6::js::regexp {

using CodePoint = std::uint32_t;
inline constexpr CodePoint max_code_point = 0x10FFFF;

struct CodePointRange {
    CodePoint first;
    CodePoint last;
    friend bool operator==(const CodePointRange&, const CodePointRange&) = default;
};

class CharSet {
public:
    void add(CodePoint code) { add(code, code); }
    void add(CodePoint first, CodePoint last);
    void add(const CharSet& other);
    void invert();
    bool contains(CodePoint code) const;
    bool empty() const { return ranges_.empty(); }
    /// Ascending, neither touching nor overlapping.
    std::span<const CodePointRange> ranges() const { return ranges_; }
    friend bool operator==(const CharSet&, const CharSet&) = default;

private:
    std::vector<CodePointRange> ranges_;
};

/// \d, \w, \s and the line terminators of ECMA-262.
const CharSet& digit_set();
const CharSet& word_set();
const CharSet& space_set();
const CharSet& line_terminator_set();

/// How `i` compares (ECMA-262 22.2.2.7.3 Canonicalize): with `u` by simple case folding, without by toUppercase.
CodePoint canonicalize(CodePoint code, bool unicode);
/// Adds everything that `i` holds for the same as a member.
void close_over_case(CharSet& set, bool unicode);

}  // namespace k6::js::regexp
