// A matcher that does exactly what ECMA-262 says (22.2.2), for the patterns that PCRE2 cannot be told: captures that a
// repetition resets, rounds that match nothing, lookbehind of any length and with captures. It is also what PCRE2's
// results are tested against.
//
// Backtracking with a stack of its own, so that neither pattern nor subject can exhaust the C stack.
//
//   const BacktrackProgram program(parse_pattern("(?<=\\$\\d+\\.)\\d\\d", {}));
//   BacktrackStack scratch;
//   std::vector<std::size_t> captures(2 * program.group_count());
//   Outcome outcome = program.match("$10.50", 0, captures, scratch);
//
// A program is immutable and may be used by several threads; each has a BacktrackStack.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "js/regexp/pattern.h"

namespace k6::js::regexp {

inline constexpr std::size_t unset = SIZE_MAX;

/// `gave_up`: the limit of steps or of memory was reached.
enum class Outcome { match, no_match, gave_up };

class PropertyTest;

class BacktrackStack {
    friend class BacktrackRun;
    struct Entry {
        std::size_t position;
        std::size_t extra;
        std::uint32_t target;
        std::uint32_t kind;
    };
    std::vector<Entry> entries_;
    std::vector<std::size_t> slots_;
};

class BacktrackProgram {
public:
    /// std::invalid_argument if the pattern names a property that PCRE2 does not know.
    explicit BacktrackProgram(const Pattern& pattern);
    ~BacktrackProgram();
    BacktrackProgram(const BacktrackProgram&) = delete;
    BacktrackProgram& operator=(const BacktrackProgram&) = delete;

    /// Tries to match at `start`, not behind it. Captures are pairs of byte offsets. The subject is made of characters
    /// of one to four bytes, as Subject (js/regexp/program.h) prepares it. `steps` is what may be spent, and what is
    /// left.
    Outcome match(std::string_view subject, std::size_t start, std::span<std::size_t> captures, BacktrackStack& stack,
                  std::uint64_t& steps) const;
    std::uint32_t group_count() const noexcept { return group_count_; }
    std::size_t bytes() const noexcept;

private:
    friend class BacktrackRun;
    friend class BacktrackCompiler;

    enum class Op : std::uint8_t {
        character,
        set,
        run,  // a set as often as it goes, greedy
        text_start,
        text_end,
        line_start,
        line_end,
        word_boundary,
        backreference,
        capture_start,
        capture_end,
        split,
        jump,
        loop_start,
        loop,
        loop_enter,
        loop_check,
        look,
        done,
    };
    struct Instruction {
        Op op;
        bool backward = false;
        bool negated = false;  // \B, negative lookaround; of split and loop: lazy
        std::uint32_t a = 0;
        std::uint32_t b = 0;
        std::uint32_t c = 0;
        std::uint32_t d = 0;
    };
    struct Set {
        std::array<std::uint64_t, 2> ascii{};
        CharSet ranges;
        bool negated = false;  // of the whole, properties included
        std::unique_ptr<PropertyTest> properties;
    };

    std::vector<Instruction> code_;
    std::vector<Set> sets_;
    std::uint32_t group_count_ = 1;
    std::uint32_t slot_count_ = 0;
    std::uint32_t word_set_ = 0;
    bool ignore_case_ = false;
    bool unicode_ = false;
};

}  // namespace k6::js::regexp
