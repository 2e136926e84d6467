#include "js/builtins/iterators.h"

namespace k6::js {
namespace {

struct ArrayIterator {
    static constexpr const char* js_name = "Array Iterator";
    void js_trace(Tracer& tracer) const { tracer.visit(target); }
    TracedValue target;
    std::int64_t next = 0;
    IterationKind kind = IterationKind::values;
    bool done = false;
};

Value array_iterator_next(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    ArrayIterator& iterator = this_box<ArrayIterator>(call).value;
    Guard guard(J);
    if (iterator.done) return to_value(state, iterator_result(J, undefined_value(), true));
    js_pushvalue(J, std::bit_cast<js_Value>(iterator.target.raw()));
    const js_Object* object = js_toobject(J, -1);
    double length = 0;
    if (object->type == JS_CARRAY) {
        length = array_length(object);
    } else {
        js_getproperty(J, -1, "length");
        length = js_tonumber(J, -1);
        js_pop(J, 1);
    }
    if (!(static_cast<double>(iterator.next) < length)) {
        iterator.done = true;
        iterator.target = TracedValue();
        return to_value(state, iterator_result(J, undefined_value(), true));
    }
    const std::int64_t index = iterator.next++;
    if (iterator.kind == IterationKind::keys) {
        return to_value(state, iterator_result(J, number_value(static_cast<double>(index)), false));
    }
    get_element(J, -1, index);
    if (iterator.kind == IterationKind::values) {
        return to_value(state, iterator_result(J, *js_tovalue(J, -1), false));
    }
    js_Object* pair = new_array(J);
    append_raw(J, pair, number_value(static_cast<double>(index)));
    append_raw(J, pair, *js_tovalue(J, -1));
    return to_value(state, iterator_result(J, object_value(pair), false));
}

struct StringIterator {
    static constexpr const char* js_name = "String Iterator";
    void js_trace(Tracer& tracer) const { tracer.visit(text); }
    TracedValue text;
    std::size_t next = 0;
};

Value string_iterator_next(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    StringIterator& iterator = this_box<StringIterator>(call).value;
    const Value text = iterator.text.load(state);
    const std::string_view bytes = text.raw_text();
    Guard guard(J);
    if (iterator.next >= bytes.size()) return to_value(state, iterator_result(J, undefined_value(), true));
    std::size_t size = 1;
    while (iterator.next + size < bytes.size() && (bytes[iterator.next + size] & 0xC0) == 0x80) ++size;
    const js_Value character = text_value(J, bytes.substr(iterator.next, size));
    iterator.next += size;
    return to_value(state, iterator_result(J, character, false));
}

Value string_iterator(Call& call) {
    const Value self = call.this_value();
    if (self.is_nullish()) throw TypeError("String.prototype[Symbol.iterator] called on null or undefined");
    State& state = call.state();
    const Value text = self.is_string() ? self : state.string(self.to_string(state));
    return state.native<StringIterator>(state.hidden("String Iterator"), 0, TracedValue(text));
}

Value itself(Call& call) { return call.this_value(); }

constexpr FunctionDefinition array_iterator_functions[] = {{"next", 0, array_iterator_next}};
constexpr FunctionDefinition string_iterator_functions[] = {{"next", 0, string_iterator_next}};
constexpr FunctionDefinition iterator_functions[] = {{"@@iterator", 0, itself}};
constexpr FunctionDefinition string_functions[] = {{"@@iterator", 0, string_iterator}};

}  // namespace

Value iterator_prototype(State& state) { return state.hidden("Iterator"); }

Value array_iterator(State& state, const Value& array, IterationKind kind) {
    return state.native<ArrayIterator>(state.hidden("Array Iterator"), 0, TracedValue(array), 0, kind, false);
}

void install_iterators(State& state) {
    const Value base = state.object();
    state.define_functions(base, iterator_functions);
    state.set_hidden("Iterator", base);
    const Value array = state.object(base);
    state.define_functions(array, array_iterator_functions);
    array.define("@@toStringTag", state.literal("Array Iterator"));
    state.set_hidden("Array Iterator", array);
    const Value string = state.object(base);
    state.define_functions(string, string_iterator_functions);
    string.define("@@toStringTag", state.literal("String Iterator"));
    state.set_hidden("String Iterator", string);
    state.define_functions(to_value(state, object_value(state.raw()->String_prototype)), string_functions);
}

}  // namespace k6::js
