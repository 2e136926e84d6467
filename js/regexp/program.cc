#define PCRE2_CODE_UNIT_WIDTH 8
#include "js/regexp/program.h"

#include <pcre2.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "base/surrogates.h"
#include "js/regexp/translate.h"
#include "js/syntax/regexp_syntax.h"

namespace k6::js::regexp {
namespace {

/// Steps of a match; each takes some nanoseconds.
constexpr std::uint32_t step_limit = 10'000'000;
constexpr std::size_t largest_jit_stack = std::size_t{64} << 20;
/// KiB that PCRE2 may take where it has no compiled code.
constexpr std::uint32_t memory_limit = 64 * 1024;
/// Compiling nests as groups do, on the C stack of a fiber.
constexpr std::uint32_t deepest_group = 200;

constexpr std::string_view encoded_nul("\xC0\x80", 2);

bool needs_conversion(std::string_view text, SubjectForm form) {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t n = text.size();
    for (; n >= 8; p += 8, n -= 8) {
        std::uint64_t block;
        std::memcpy(&block, p, 8);
        if ((block & 0x8080808080808080U) == 0) continue;
        for (int i = 0; i < 8; ++i) {
            if (p[i] == 0xC0 || (p[i] >= 0xF0 && form == SubjectForm::code_units)) return true;
        }
    }
    for (; n > 0; ++p, --n) {
        if (*p == 0xC0 || (*p >= 0xF0 && form == SubjectForm::code_units)) return true;
    }
    return false;
}

void append_unit(std::string& out, unsigned unit) {
    out += static_cast<char>(0xE0 | unit >> 12);
    out += static_cast<char>(0x80 | (unit >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (unit & 0x3F));
}

std::string convert(std::string_view text, SubjectForm form) {
    std::string out;
    out.reserve(text.size() + 16);
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) {
            return static_cast<unsigned>(static_cast<unsigned char>(text[i + at]));
        };
        if (byte(0) == 0xC0) {
            out += '\0';
            i += 2;
        } else if (byte(0) >= 0xF0 && form == SubjectForm::code_units) {
            const unsigned code =
                (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
            append_unit(out, high_surrogate(code));
            append_unit(out, low_surrogate(code));
            i += 4;
        } else {
            out += text[i++];
        }
    }
    return out;
}

/// EscapeRegExpPattern: so that /source/flags is a literal with the same meaning.
std::string escaped_source(std::string_view pattern) {
    if (pattern.empty()) return "(?:)";
    std::string source;
    source.reserve(pattern.size());
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        const bool escaped = c == '\\' && i + 1 < pattern.size();
        const std::string_view rest = pattern.substr(escaped ? i + 1 : i);
        std::string_view line_end;
        std::string_view spelled;
        if (rest[0] == '\n') {
            line_end = rest.substr(0, 1);
            spelled = "\\n";
        } else if (rest[0] == '\r') {
            line_end = rest.substr(0, 1);
            spelled = "\\r";
        } else if (rest.starts_with("\xE2\x80\xA8")) {
            line_end = rest.substr(0, 3);
            spelled = "\\u2028";
        } else if (rest.starts_with("\xE2\x80\xA9")) {
            line_end = rest.substr(0, 3);
            spelled = "\\u2029";
        }
        if (!line_end.empty()) {
            source += spelled;
            i += line_end.size() - (escaped ? 0 : 1);
            continue;
        }
        if (escaped) {
            source += c;
            source += pattern[++i];
            continue;
        }
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        if (c == '/' && !in_class) source += '\\';
        source += c;
    }
    return source;
}

struct CompileContext {
    CompileContext() : context(pcre2_compile_context_create_8(nullptr)) {
        if (context == nullptr) throw std::bad_alloc();
        pcre2_set_compile_extra_options_8(context, PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
        pcre2_set_parens_nest_limit_8(context, deepest_group);
    }
    ~CompileContext() { pcre2_compile_context_free_8(context); }
    CompileContext(const CompileContext&) = delete;
    CompileContext& operator=(const CompileContext&) = delete;
    pcre2_compile_context_8* context;
};

}  // namespace

// ---- Subject

Subject::Subject(std::string_view engine_text, SubjectForm form) : text_(engine_text), form_(form) {
    if (needs_conversion(engine_text, form)) {
        copy_ = convert(engine_text, form);
        text_ = copy_;
        converted_ = true;
    }
}

std::string Subject::to_engine_text(std::size_t first, std::size_t last) const {
    const std::string_view piece = text_.substr(first, last - first);
    if (!converted_) return std::string(piece);
    std::string out;
    out.reserve(piece.size() + 4);
    const auto unit = [&](std::size_t at) {
        return static_cast<unsigned>((piece[at] & 0x0F) << 12 | (piece[at + 1] & 0x3F) << 6 | (piece[at + 2] & 0x3F));
    };
    for (std::size_t i = 0; i < piece.size();) {
        const auto is_surrogate = [&](std::size_t at, int kind) {
            return at + 2 < piece.size() && piece[at] == '\xED' && (piece[at + 1] & 0xF0) == kind;
        };
        if (piece[i] == 0) {
            out += encoded_nul;
            ++i;
        } else if (is_surrogate(i, 0xA0) && is_surrogate(i + 3, 0xB0)) {
            const unsigned code = join_surrogates(unit(i), unit(i + 3));
            out += static_cast<char>(0xF0 | code >> 18);
            out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
            out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (code & 0x3F));
            i += 6;
        } else {
            out += piece[i++];
        }
    }
    return out;
}

// ---- Matcher

Matcher::~Matcher() { free_pcre(); }

void Matcher::free_pcre() noexcept {
    pcre2_match_data_free_8(data_);
    pcre2_match_context_free_8(context_);
    data_ = nullptr;
    context_ = nullptr;
    data_groups_ = 0;
}

void Matcher::prepare_pcre(std::uint32_t groups) {
    if (data_groups_ >= groups) return;
    free_pcre();
    data_groups_ = std::max<std::uint32_t>(groups, 8);
    data_ = pcre2_match_data_create_8(data_groups_, nullptr);
    context_ = pcre2_match_context_create_8(nullptr);
    if (data_ == nullptr || context_ == nullptr) throw std::bad_alloc();
    pcre2_set_match_limit_8(context_, step_limit);
    pcre2_set_heap_limit_8(context_, memory_limit);
}

// ---- Program

Result<std::shared_ptr<const Program>> Program::compile(std::string_view source, const Flags& flags, Engine engine) {
    // The check reads UTF-8; what the engine's form has besides (NUL, lone surrogates) it takes for what it is.
    std::string checked;
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source.substr(i).starts_with(encoded_nul)) {
            checked += '\0';
            ++i;
        } else {
            checked += source[i];
        }
    }
    std::string problem = syntax::check_regexp(checked, flags.text());
    if (!problem.empty()) return Error{ErrorClass::script_exception, std::move(problem)};
    std::shared_ptr<Program> program(new Program());
    program->flags_ = flags;
    program->pattern_ = source;
    program->source_ = escaped_source(source);
    Pattern pattern = parse_pattern(source, flags);
    program->group_count_ = pattern.group_count;
    program->names_ = std::move(pattern.names);
    if (engine == Engine::automatic) {
        if (const std::optional<std::string> text = translate(pattern)) {
            const CompileContext compile_context;
            int error = 0;
            PCRE2_SIZE offset = 0;
            program->code_ = pcre2_compile_8(
                reinterpret_cast<PCRE2_SPTR8>(text->data()), text->size(),
                PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF,
                &error, &offset, compile_context.context);
            // Without memory for it, or where the system forbids code at run time, PCRE2 interprets.
            if (program->code_ != nullptr) pcre2_jit_compile_8(program->code_, PCRE2_JIT_COMPLETE);
        }
    }
    // PCRE2 also refuses lookbehind of varying length and very large patterns.
    if (program->code_ == nullptr) {
        try {
            program->exact_ = std::make_unique<BacktrackProgram>(pattern);
        } catch (const std::invalid_argument& error) {
            return Error{ErrorClass::script_exception, error.what()};
        }
    }
    return std::shared_ptr<const Program>(std::move(program));
}

Program::~Program() { pcre2_code_free_8(code_); }

Outcome Program::match(Matcher& matcher, const Subject& subject, std::size_t start, Search search) const {
    if (matcher.captures_.size() < 2 * std::size_t{group_count_})
        matcher.captures_.resize(2 * std::size_t{group_count_});
    return code_ != nullptr ? match_pcre(matcher, subject.text(), start, search)
                            : match_exact(matcher, subject.text(), start, search);
}

Outcome Program::match_pcre(Matcher& matcher, std::string_view text, std::size_t start, Search search) const {
    matcher.prepare_pcre(group_count_);
    const std::uint32_t options = PCRE2_NO_UTF_CHECK | (search == Search::here ? PCRE2_ANCHORED : 0);
    const auto* bytes = reinterpret_cast<PCRE2_SPTR8>(text.data());
    int result = pcre2_match_8(code_, bytes, text.size(), start, options, matcher.data_, matcher.context_);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        // Compiled code starts with a little of the C stack. What it wants now is rare and large: taken and given back.
        const std::unique_ptr<pcre2_jit_stack_8, void (*)(pcre2_jit_stack_8*)> stack(
            pcre2_jit_stack_create_8(64 * 1024, largest_jit_stack, nullptr), pcre2_jit_stack_free_8);
        pcre2_jit_stack_assign_8(matcher.context_, nullptr, stack.get());
        result = pcre2_match_8(code_, bytes, text.size(), start, options, matcher.data_, matcher.context_);
        pcre2_jit_stack_assign_8(matcher.context_, nullptr, nullptr);
    }
    Outcome outcome = Outcome::gave_up;
    if (result > 0) {
        outcome = Outcome::match;
        const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer_8(matcher.data_);
        for (std::uint32_t group = 0; group < group_count_; ++group) {
            const bool set = static_cast<int>(group) < result && offsets[2 * group] != PCRE2_UNSET;
            matcher.captures_[2 * group] = set ? offsets[2 * group] : unset;
            matcher.captures_[2 * group + 1] = set ? offsets[2 * group + 1] : unset;
        }
    } else if (result == PCRE2_ERROR_NOMATCH) {
        outcome = Outcome::no_match;
    }
    return outcome;
}

Outcome Program::match_exact(Matcher& matcher, std::string_view text, std::size_t start, Search search) const {
    std::uint64_t steps = step_limit;
    for (std::size_t at = start;;) {
        const Outcome outcome = exact_->match(text, at, matcher.captures_, matcher.stack_, steps);
        if (outcome != Outcome::no_match || search == Search::here || at >= text.size()) return outcome;
        ++at;
        while (at < text.size() && (text[at] & 0xC0) == 0x80) ++at;
    }
}

std::optional<Flags> parse_flags(std::string_view text) {
    Flags flags;
    for (const char c : text) {
        bool* flag = nullptr;
        switch (c) {
            case 'd':
                flag = &flags.has_indices;
                break;
            case 'g':
                flag = &flags.global;
                break;
            case 'i':
                flag = &flags.ignore_case;
                break;
            case 'm':
                flag = &flags.multiline;
                break;
            case 's':
                flag = &flags.dot_all;
                break;
            case 'u':
                flag = &flags.unicode;
                break;
            case 'y':
                flag = &flags.sticky;
                break;
            default:
                return std::nullopt;
        }
        if (*flag) return std::nullopt;
        *flag = true;
    }
    return flags;
}

}  // namespace k6::js::regexp
