// BigInt: the constructor and its prototype; the arithmetic is the engine's (js/mujs/units/bigint.cc).
#include <cmath>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

void call_bigint(js_State* J) {
    js_copy(J, 1);
    js_toprimitive(J, -1, JS_HNUMBER);
    js_Value& value = *js_tovalue(J, -1);
    if (value.t.type == JS_TNUMBER) {
        const double number = value.u.number;
        if (std::trunc(number) != number || std::isinf(number)) {
            js_rangeerror(J, "The number %s cannot be converted to a BigInt because it is not an integer",
                          js_tostring(J, -1));
        }
        value = bigint_from_double(J, number);
    } else {
        to_bigint(J, &value);
    }
}

void construct_bigint(js_State* J) { js_typeerror(J, "BigInt is not a constructor"); }

/// The BigInt that `this` is or wraps.
js_Value this_bigint(js_State* J) {
    const js_Value self = *js_tovalue(J, 0);
    if (is_bigint(self)) return self;
    if (is_object(self)) {
        const js_Property* content = jsV_getownproperty(J, self.u.object, "@@internal:value");
        if (content != nullptr && is_bigint(content->value)) return content->value;
    }
    js_typeerror(J, "Value is not a BigInt");
}

void to_string(js_State* J) {
    const js_Value self = this_bigint(J);
    const int radix = js_isundefined(J, 1) ? 10 : js_tointeger(J, 1);
    if (radix < 2 || radix > 36) js_rangeerror(J, "toString() radix must be between 2 and 36");
    js_pushvalue(J, bigint_text(J, self, radix));
}

void to_locale_string(js_State* J) { js_pushvalue(J, bigint_text(J, this_bigint(J), 10)); }
void value_of(js_State* J) { js_pushvalue(J, this_bigint(J)); }

template <bool is_signed>
void as_n(js_State* J) {
    const double bits = js_isundefined(J, 1) ? 0 : std::trunc(js_tonumber(J, 1));
    if (bits < 0 || bits > 9007199254740991.0) js_rangeerror(J, "Invalid number of bits");
    js_copy(J, 2);
    to_bigint(J, js_tovalue(J, -1));
    js_pushvalue(J, bigint_wrap(J, *js_tovalue(J, -1), std::isnan(bits) ? 0 : bits, is_signed));
}

constexpr StockFunction static_functions[] = {
    {"asIntN", as_n<true>, 2},
    {"asUintN", as_n<false>, 2},
};
constexpr StockFunction prototype_functions[] = {
    {"toLocaleString", to_locale_string, 0},
    {"toString", to_string, 1},
    {"valueOf", value_of, 0},
};

}  // namespace

void install_bigint(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    js_Object* prototype = jsV_newobject(J, JS_COBJECT, J->Object_prototype);
    runtime_of(J).bigint_prototype = prototype;
    attach_functions(J, prototype, prototype_functions);
    js_Object* constructor = define_constructor(J, prototype, "BigInt", 1, call_bigint, construct_bigint);
    attach_functions(J, constructor, static_functions);
    js_Property* tag = jsV_setproperty(J, prototype, "@@toStringTag");
    tag->value = literal_value("BigInt");
    tag->atts |= JS_READONLY | JS_DONTENUM;
}

}  // namespace k6::js
