// How the functions of RegExp run an expression; private to the regexp units of js/builtins.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "js/builtins/regexp.h"

namespace k6::js {

/// A string as a program's subject, with positions in UTF-16 units. Under a Guard.
class RegExpInput {
public:
    RegExpInput(State& state, const Value& text, regexp::SubjectForm form);
    RegExpInput(const RegExpInput&) = delete;
    RegExpInput& operator=(const RegExpInput&) = delete;

    const regexp::Subject& subject() const noexcept { return *subject_; }
    int units() const noexcept { return view_.units; }
    const js_Value& raw() const noexcept { return raw_; }
    const Value& text() const noexcept { return text_; }
    /// Byte offset in the subject; of the character that contains the unit.
    std::size_t offset_of(int unit) const;
    int unit_of(std::size_t offset) const;
    /// Behind the character at `offset`; beyond the end if that is the end.
    std::size_t next_offset(std::size_t offset) const;
    /// In the engine's form; in `storage` if it has to be made.
    std::string_view piece(std::size_t first, std::size_t last, std::string& storage) const;
    js_Value piece_value(std::size_t first, std::size_t last) const;
    /// undefined for a group that took no part.
    js_Value capture_value(const regexp::Capture& capture) const;

private:
    State& state_;
    Value text_;
    js_Value raw_;
    std::shared_ptr<const regexp::Subject> subject_;
    mutable KnownText local_;
    Text view_;
};

/// RegExpBuiltinExec up to the match, with the rules of lastIndex; captures are in the State's matcher.
bool regexp_step(State& state, js_Object* object, const regexp::Program& program, const RegExpInput& input);
/// The array that exec gives for the match in the State's matcher. Not rooted.
js_Value match_result(State& state, const regexp::Program& program, const RegExpInput& input);
Value regexp_builtin_exec(State& state, const Value& expression, const Value& text);
/// RegExpExec: the object's own `exec` if it has one; an object or null.
Value regexp_exec(State& state, const Value& expression, const Value& text);
bool has_builtin_exec(js_State* J, js_Object* object);
/// TypeError if it cannot be written.
void set_last_index(State& state, js_Object* object, double index);
[[noreturn]] void throw_match_limit(const regexp::Program& program);

void install_regexp_symbols(State& state);

}  // namespace k6::js
