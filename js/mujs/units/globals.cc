// The first globals and the order of setting up: stands in for jsbuiltin.c.
//
// Library functions are noted in tables and become objects when a script first touches them (units/property.cc). The
// units whose library parts js/builtins provides instead (Object, Number, Math, JSON, Date) have empty set-ups here.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "js/mujs/runtime.h"

extern "C" {
#include "regexp.h"
}

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

void jsB_initdate(js_State*) {}
void jsB_initobject(js_State*) {}
void jsB_initnumber(js_State*) {}
void jsB_initmath(js_State*) {}
void jsB_initjson(js_State*) {}

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
    J->RegExp_prototype = prototype(JS_CREGEXP, J->Object_prototype);
    J->RegExp_prototype->u.r.prog = js_regcompx(J->alloc, J->actx, "(?:)", 0, nullptr);
    J->RegExp_prototype->u.r.source = js_strdup(J, "(?:)");
    J->Error_prototype = prototype(JS_CERROR, J->Object_prototype);
    J->EvalError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->RangeError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->ReferenceError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->SyntaxError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->TypeError_prototype = prototype(JS_CERROR, J->Error_prototype);
    J->URIError_prototype = prototype(JS_CERROR, J->Error_prototype);

    for (auto set_up : {jsB_initobject, jsB_initarray, jsB_initfunction, jsB_initboolean, jsB_initnumber,
                        jsB_initstring, jsB_initregexp, jsB_initdate, jsB_initerror, jsB_initmath, jsB_initjson}) {
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
