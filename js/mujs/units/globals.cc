// The first globals and the order of setting up: stands in for jsbuiltin.c.
//
// Library functions are noted in tables and become objects when a script first touches them (units/property.cc). The
// units whose library parts js/builtins provides instead (Object, Number, Math, JSON, Date) have empty set-ups here.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

/// Ends the run of functions being noted for one object.
void close_table(js_State* J) {
    Runtime& runtime = runtime_of(J);
    if (runtime.stock_target == nullptr) return;
    js_Object* target = runtime.stock_target;
    runtime.stock_target = nullptr;
    for (std::size_t first = runtime.stock_open; first < runtime.stock.size(); first += 64) {
        LazyTable table;
        table.kind = LazyTable::Kind::stock;
        table.first_stock = static_cast<std::uint32_t>(first);
        table.count = static_cast<std::uint8_t>(std::min<std::size_t>(64, runtime.stock.size() - first));
        table.attributes = JS_DONTENUM;
        attach_table(J, target, table);
    }
}

void function_prototype(js_State* J) { js_pushundefined(J); }

void call_string(js_State* J) {
    if (js_gettop(J) < 2) {
        js_pushliteral(J, "");
        return;
    }
    js_copy(J, 1);
    const js_Value value = *js_tovalue(J, -1);
    if (is_symbol(value)) {
        get_property(J, symbol_prototype(J), "toString", value);
        js_rot2(J);
        js_call(J, 0);
        return;
    }
    const char* text = js_tostring(J, -1);
    if (!is_string(*js_tovalue(J, -1))) js_pushliteral(J, text);
}

void construct_string(js_State* J) {
    call_string(J);
    js_toobject(J, -1);
}

}  // namespace
}  // namespace k6::js

using namespace k6::js;

extern "C" {

void jsB_propf(js_State* J, const char* name, js_CFunction function, int length) {
    Runtime& runtime = runtime_of(J);
    js_Object* target = js_toobject(J, -1);
    if (runtime.stock_target != target) {
        close_table(J);
        runtime.stock_target = target;
        runtime.stock_open = runtime.stock.size();
    }
    const char* dot = std::strrchr(name, '.');
    runtime.stock.push_back({dot == nullptr ? name : dot + 1, function, length});
}

void jsB_propn(js_State* J, const char* name, double number) {
    js_pushnumber(J, number);
    js_defproperty(J, -2, name, JS_READONLY | JS_DONTENUM | JS_DONTCONF);
}

void jsB_props(js_State* J, const char* name, const char* text) {
    js_pushliteral(J, text);
    js_defproperty(J, -2, name, JS_DONTENUM);
}

/// The rest of String is in js/builtins.
void jsB_initstring(js_State* J) {
    js_pushobject(J, J->String_prototype);
    js_newcconstructor(J, call_string, construct_string, "String", 0);
    js_toobject(J, -1)->extensible |= 1 << native_length_shift;  // as arguments are not padded
    js_defglobal(J, "String", JS_DONTENUM);
}

void jsB_init(js_State* J) {
    auto prototype = [J](enum js_Class type, js_Object* parent) { return jsV_newobject(J, type, parent); };
    J->Object_prototype = prototype(JS_COBJECT, nullptr);
    J->Array_prototype = prototype(JS_CARRAY, J->Object_prototype);
    J->Array_prototype->u.a.simple = 1;
    J->Function_prototype = prototype(JS_CCFUNCTION, J->Object_prototype);
    J->Function_prototype->u.c.name = "";
    J->Function_prototype->u.c.function = function_prototype;
    J->Boolean_prototype = prototype(JS_CBOOLEAN, J->Object_prototype);
    J->Number_prototype = prototype(JS_CNUMBER, J->Object_prototype);
    J->String_prototype = prototype(JS_CSTRING, J->Object_prototype);
    J->String_prototype->u.s.string = J->String_prototype->u.s.shrstr;
    J->Date_prototype = prototype(JS_CDATE, J->Object_prototype);
    J->Date_prototype->u.number = NAN;
    J->RegExp_prototype = prototype(JS_COBJECT, J->Object_prototype);
    J->Error_prototype = prototype(JS_CERROR, J->Object_prototype);
    J->EvalError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->RangeError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->ReferenceError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->SyntaxError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->TypeError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->URIError_prototype = prototype(JS_CERROR, J->Error_prototype);

    for (auto set_up : {jsB_initstring, jsB_initregexp, jsB_initerror}) {
        set_up(J);
        close_table(J);
    }

    js_pushobject(J, J->G);
    jsB_propn(J, "NaN", NAN);
    jsB_propn(J, "Infinity", INFINITY);
    js_pushundefined(J);
    js_defproperty(J, -2, "undefined", JS_READONLY | JS_DONTENUM | JS_DONTCONF);
    js_pop(J, 1);
}

}  // extern "C"
