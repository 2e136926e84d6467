// RegExp objects: made by literals here, used by js/builtins.
//
//   js_Value expression = new_regexp(J, "\\d+", {.global = true});       // under a Guard; SyntaxError
//   if (const RegExpObject* object = regexp_of(value)) object->program->flags();
//
// An object holds a compiled expression, which it shares with all objects of the same pattern, in all States that run
// the same SharedScript. `lastIndex` is an ordinary own property. Private to js/mujs and js/builtins; the State's
// thread only.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "js/mujs/runtime.h"
#include "js/regexp/cache.h"

namespace k6::js {

/// Flags of js_newregexp beyond MuJS's own three.
namespace regexp_literal_flags {
inline constexpr int dot_all = 8;
inline constexpr int unicode = 16;
inline constexpr int sticky = 32;
inline constexpr int has_indices = 64;
}  // namespace regexp_literal_flags

struct RegExpObject {
    static constexpr const char* js_name = "RegExp";
    std::shared_ptr<const regexp::Program> program;
};

/// What a State needs for regular expressions; Runtime::regexp.
struct RegExpRuntime {
    std::shared_ptr<regexp::PatternCache> cache;
    regexp::Matcher matcher;
    /// Programs of literals, by the address of the pattern in the bytecode and the flags.
    struct Literal {
        const char* pattern;
        int flags;
        bool operator==(const Literal&) const = default;
    };
    struct LiteralHash {
        std::size_t operator()(const Literal& literal) const noexcept {
            return std::hash<const char*>()(literal.pattern) * 31 + static_cast<std::size_t>(literal.flags);
        }
    };
    std::unordered_map<Literal, std::shared_ptr<const regexp::Program>, LiteralHash> literals;
    /// The last subject that had to be converted, for loops of `exec`; see TextCache::generation.
    std::shared_ptr<const regexp::Subject> subject;
    const char* subject_bytes = nullptr;
    std::uint64_t subject_generation = 0;
};

RegExpRuntime& regexp_runtime(js_State* J);
/// Null if `value` is no RegExp.
const RegExpObject* regexp_of(const js_Value& value) noexcept;
/// The compiled pattern, from the cache; SyntaxError (a HostError).
std::shared_ptr<const regexp::Program> compile_regexp(js_State* J, std::string_view pattern,
                                                      const regexp::Flags& flags);
/// A new object; a null prototype stands for RegExp.prototype.
js_Value new_regexp_object(js_State* J, std::shared_ptr<const regexp::Program> program, js_Object* prototype = nullptr);

}  // namespace k6::js
