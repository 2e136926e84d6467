// Compiled regular expressions, and matching.
//
//   auto program = Program::compile("(?<year>\\d{4})", {.global = true});     // k6::Result, "Unterminated group", …
//   Matcher matcher;
//   const Subject subject("in 1999", (*program)->form());
//   if ((*program)->match(matcher, subject, 0, Search::from_here_on) == Outcome::match) {
//       matcher.capture(1);                                                   // {3, 7}: bytes of subject.text()
//   }
//
// A Program is immutable: any number of threads may match with it at once. A Matcher holds what one match at a time
// needs and belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "js/regexp/backtrack.h"
#include "js/regexp/pattern.h"

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace k6::js::regexp {

/// What one character of a subject is.
enum class SubjectForm { code_units, code_points };

/// Text as the matchers want it: every character is one code unit (a surrogate pair is two of three bytes), or one code
/// point; NUL is a zero byte. Text in the engine's form (WTF-8, NUL as C0 80) mostly is that already, and then nothing
/// is copied: it must outlive the Subject.
class Subject {
public:
    Subject(std::string_view engine_text, SubjectForm form);
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    std::string_view text() const noexcept { return text_; }
    /// True if text() is the engine's text itself.
    bool is_engine_text() const noexcept { return !converted_; }
    SubjectForm form() const noexcept { return form_; }
    /// A piece of text() in the engine's form.
    std::string to_engine_text(std::size_t first, std::size_t last) const;

private:
    std::string_view text_;
    std::string copy_;
    SubjectForm form_;
    bool converted_ = false;
};

struct Capture {
    std::size_t first = unset;
    std::size_t last = unset;
    bool participated() const noexcept { return first != unset; }
};

class Matcher {
public:
    Matcher() = default;
    ~Matcher();
    Matcher(const Matcher&) = delete;
    Matcher& operator=(const Matcher&) = delete;

    /// Of the last match; 0 is the whole.
    Capture capture(std::size_t group) const { return {captures_[2 * group], captures_[2 * group + 1]}; }

private:
    friend class Program;
    void prepare_pcre(std::uint32_t groups);
    void free_pcre() noexcept;

    std::vector<std::size_t> captures_;
    BacktrackStack stack_;
    pcre2_real_match_data_8* data_ = nullptr;
    pcre2_real_match_context_8* context_ = nullptr;
    std::uint32_t data_groups_ = 0;
};

/// Where a match may begin.
enum class Search { here, from_here_on };

/// Which matcher runs a pattern; `automatic`: PCRE2 wherever it does the same.
enum class Engine { automatic, exact };

class Program {
public:
    /// `source` is in the engine's form. The error's message is what is wrong, without the pattern.
    static Result<std::shared_ptr<const Program>> compile(std::string_view source, const Flags& flags,
                                                          Engine engine = Engine::automatic);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// `start` is a byte offset in subject.text(), at a character; the subject is of this program's form. `gave_up`:
    /// the match would take too long (some 10 million steps, well below a second) or too much memory.
    Outcome match(Matcher& matcher, const Subject& subject, std::size_t start, Search search) const;

    const Flags& flags() const noexcept { return flags_; }
    SubjectForm form() const noexcept { return flags_.unicode ? SubjectForm::code_points : SubjectForm::code_units; }
    /// As it was given.
    const std::string& pattern() const noexcept { return pattern_; }
    /// RegExp.prototype.source: slashes and line ends escaped.
    const std::string& source() const noexcept { return source_; }
    std::uint32_t group_count() const noexcept { return group_count_; }
    std::span<const std::pair<std::string, std::uint32_t>> names() const noexcept { return names_; }
    bool uses_pcre() const noexcept { return code_ != nullptr; }

private:
    Program() = default;
    Outcome match_pcre(Matcher& matcher, std::string_view text, std::size_t start, Search search) const;
    Outcome match_exact(Matcher& matcher, std::string_view text, std::size_t start, Search search) const;

    Flags flags_;
    std::string pattern_;
    std::string source_;
    std::uint32_t group_count_ = 1;
    std::vector<std::pair<std::string, std::uint32_t>> names_;
    pcre2_real_code_8* code_ = nullptr;
    std::unique_ptr<BacktrackProgram> exact_;
};

/// Flags from their letters; nothing if one is unknown or given twice.
std::optional<Flags> parse_flags(std::string_view text);

}  // namespace k6::js::regexp
