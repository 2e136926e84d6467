// Regular expressions: stands in for jsregexp.c and regexp.c. The library's part is in js/builtins/regexp.cc.
#include "js/mujs/binding.h"
#include "js/mujs/regexp_object.h"

namespace k6::js {

RegExpRuntime& regexp_runtime(js_State* J) {
    Runtime& runtime = runtime_of(J);
    if (runtime.regexp == nullptr) runtime.regexp = std::make_shared<RegExpRuntime>();
    if (runtime.regexp->cache == nullptr) runtime.regexp->cache = std::make_shared<regexp::PatternCache>();
    return *runtime.regexp;
}

void share_patterns(State& state, std::shared_ptr<regexp::PatternCache> cache) {
    Runtime& runtime = Internal::runtime(state);
    if (runtime.regexp == nullptr) runtime.regexp = std::make_shared<RegExpRuntime>();
    if (runtime.regexp->cache == nullptr) runtime.regexp->cache = std::move(cache);
}

bool is_regexp_object(const js_Object* object) {
    return is_native_object(object) &&
           static_cast<const NativeHeader*>(object->u.user.data)->type == &native_type<RegExpObject>;
}

const RegExpObject* regexp_of(const js_Value& value) noexcept {
    if (value.t.type != JS_TOBJECT || !is_regexp_object(value.u.object)) return nullptr;
    return &static_cast<NativeBox<RegExpObject>*>(static_cast<NativeHeader*>(value.u.object->u.user.data))->value;
}

std::shared_ptr<const regexp::Program> compile_regexp(js_State* J, std::string_view pattern,
                                                      const regexp::Flags& flags) {
    auto program = regexp_runtime(J).cache->compile(pattern, flags);
    if (program) return *std::move(program);
    throw SyntaxError("Invalid regular expression: /" + to_utf8(pattern) + "/" + flags.text() + ": " +
                      program.error().message);
}

js_Value new_regexp_object(js_State* J, std::shared_ptr<const regexp::Program> program, js_Object* prototype) {
    State& state = *runtime_of(J).state;
    Guard guard(J);
    const Value object = state.native<RegExpObject>(
        Internal::value(state, object_value(prototype == nullptr ? J->RegExp_prototype : prototype)), 0,
        std::move(program));
    const js_Value raw = Internal::raw(object);
    js_Property* last_index = jsV_setproperty(J, raw.u.object, "lastIndex");
    last_index->value = number_value(0);
    last_index->atts |= JS_DONTENUM | JS_DONTCONF;
    return raw;
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

/// A literal: `pattern` is in the bytecode and stays where it is.
void js_newregexp(js_State* J, const char* pattern, int flags) {
    js_Value object = undefined_value();
    run_native(J, [&] {
        auto& program = regexp_runtime(J).literals[{pattern, flags}];
        if (program == nullptr) {
            regexp::Flags wanted;
            wanted.global = (flags & JS_REGEXP_G) != 0;
            wanted.ignore_case = (flags & JS_REGEXP_I) != 0;
            wanted.multiline = (flags & JS_REGEXP_M) != 0;
            wanted.dot_all = (flags & regexp_literal_flags::dot_all) != 0;
            wanted.unicode = (flags & regexp_literal_flags::unicode) != 0;
            wanted.sticky = (flags & regexp_literal_flags::sticky) != 0;
            wanted.has_indices = (flags & regexp_literal_flags::has_indices) != 0;
            program = compile_regexp(J, pattern, wanted);
        }
        object = new_regexp_object(J, program);
    });
    js_pushvalue(J, object);
}

void jsB_initregexp(js_State*) {}

}  // extern "C"
