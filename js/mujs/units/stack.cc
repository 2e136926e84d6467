// The engine's value stack as native code sees it: with access.cc and interpreter.cc it stands in for jsrun.c.
//
// Indices count from the running function's `this` (0, arguments from 1) or, negative, from the top.
#include <algorithm>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

js_Value& slot(js_State* J, int index) {
    static js_Value undefined = undefined_value();  // conversions leave it as it is
    index = index < 0 ? J->top + index : J->bot + index;
    return index < 0 || index >= J->top ? undefined : J->stack[index];
}

js_Value& push(js_State* J) {
    if (J->top + 1 >= JS_STACKSIZE) [[unlikely]]
        throw_report(J, stack_overflow_report);
    return J->stack[J->top++];
}

}  // namespace

void throw_report(js_State* J, const char* report) {
    J->stack[J->top++] = literal_value(report);  // the checks leave room for it
    js_throw(J);
}

const char* property_key(js_State* J, js_Value* value) {
    if (value->t.type == JS_TOBJECT) jsV_toprimitive(J, value, JS_HSTRING);
    if (value->t.type == type_symbol) return value->u.memstr->p;
    return jsV_tostring(J, value);
}

const char* property_key(js_State* J, int index) { return property_key(J, &slot(J, index)); }

}  // namespace k6::js

using namespace k6::js;

extern "C" {

// Memory

void* js_malloc(js_State* J, int size) {
    void* memory = runtime_of(J).allocate(static_cast<std::size_t>(size));
    if (memory == nullptr) throw_report(J, out_of_memory_report);
    return memory;
}

void* js_realloc(js_State* J, void* old, int size) {
    void* memory = J->alloc(J->actx, old, size);
    if (memory == nullptr) throw_report(J, out_of_memory_report);
    return memory;
}

void js_free(js_State* J, void* memory) {
    if (memory != nullptr) runtime_of(J).release(memory);
}

char* js_strdup(js_State* J, const char* text) {
    const std::size_t size = std::strlen(text) + 1;
    auto* copy = static_cast<char*>(js_malloc(J, static_cast<int>(size)));
    std::memcpy(copy, text, size);
    return copy;
}

js_String* jsV_newmemstring(js_State* J, const char* text, int size) {
    auto* string = static_cast<js_String*>(js_malloc(J, static_cast<int>(offsetof(js_String, p)) + size + 1));
    std::copy_n(text, static_cast<std::size_t>(size), string->p);
    string->p[size] = 0;
    string->gcmark = 0;
    string->gcnext = J->gcstr;
    J->gcstr = string;
    return string;
}

// Pushing

void js_pushvalue(js_State* J, js_Value value) { push(J) = value; }
void js_pushundefined(js_State* J) { push(J) = undefined_value(); }
void js_pushnull(js_State* J) { push(J) = null_value(); }
void js_pushnumber(js_State* J, double number) { push(J) = number_value(number); }
void js_pushliteral(js_State* J, const char* text) { push(J) = literal_value(text); }
void js_pushobject(js_State* J, js_Object* object) { push(J) = object_value(object); }
void js_pushglobal(js_State* J) { js_pushobject(J, J->G); }

void js_pushboolean(js_State* J, int boolean) { push(J) = boolean_value(boolean != 0); }

void js_pushlstring(js_State* J, const char* text, int size) {
    if (size > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    if (size < 16) {
        push(J) = short_string_value(text, static_cast<std::size_t>(size));
        return;
    }
    const js_Value value = string_value(jsV_newmemstring(J, text, size));
    push(J) = value;
}

void js_pushstring(js_State* J, const char* text) {
    const std::size_t size = std::strlen(text);
    if (size > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    js_pushlstring(J, text, static_cast<int>(size));
}

void js_currentfunction(js_State* J) { push(J) = J->bot > 0 ? J->stack[J->bot - 1] : undefined_value(); }

void* js_currentfunctiondata(js_State* J) { return J->bot > 0 ? J->stack[J->bot - 1].u.object->u.c.data : nullptr; }

// Looking

js_Value* js_tovalue(js_State* J, int index) { return &slot(J, index); }
int js_isdefined(js_State* J, int index) { return slot(J, index).t.type != JS_TUNDEFINED; }
int js_isundefined(js_State* J, int index) { return slot(J, index).t.type == JS_TUNDEFINED; }
int js_isnull(js_State* J, int index) { return slot(J, index).t.type == JS_TNULL; }
int js_isboolean(js_State* J, int index) { return slot(J, index).t.type == JS_TBOOLEAN; }
int js_isnumber(js_State* J, int index) { return slot(J, index).t.type == JS_TNUMBER; }
int js_isstring(js_State* J, int index) { return is_string(slot(J, index)); }
int js_isprimitive(js_State* J, int index) { return slot(J, index).t.type != JS_TOBJECT; }
int js_isobject(js_State* J, int index) { return slot(J, index).t.type == JS_TOBJECT; }

int js_iscoercible(js_State* J, int index) {
    const char type = slot(J, index).t.type;
    return type != JS_TUNDEFINED && type != JS_TNULL;
}

int js_iscallable(js_State* J, int index) {
    const js_Value& value = slot(J, index);
    return value.t.type == JS_TOBJECT && is_callable(value.u.object);
}

int js_isarray(js_State* J, int index) {
    const js_Value& value = slot(J, index);
    return value.t.type == JS_TOBJECT && is_array(J, value.u.object);
}

int js_isregexp(js_State* J, int index) {
    const js_Value& value = slot(J, index);
    return value.t.type == JS_TOBJECT && is_regexp_object(value.u.object);
}

int js_iserror(js_State* J, int index) {
    const js_Value& value = slot(J, index);
    return value.t.type == JS_TOBJECT && value.u.object->type == JS_CERROR;
}

int js_isuserdata(js_State* J, int index, const char* tag) {
    const js_Value& value = slot(J, index);
    return value.t.type == JS_TOBJECT && value.u.object->type == JS_CUSERDATA &&
           std::strcmp(tag, value.u.object->u.user.tag) == 0;
}

const char* js_typeof(js_State* J, int index) { return type_name(slot(J, index)); }

int js_type(js_State* J, int index) {
    const js_Value& value = slot(J, index);
    switch (value.t.type) {
        case JS_TUNDEFINED:
            return JS_ISUNDEFINED;
        case JS_TNULL:
            return JS_ISNULL;
        case JS_TBOOLEAN:
            return JS_ISBOOLEAN;
        case JS_TNUMBER:
            return JS_ISNUMBER;
        case JS_TOBJECT:
            return is_callable(value.u.object) ? JS_ISFUNCTION : JS_ISOBJECT;
        default:
            return JS_ISSTRING;
    }
}

// Converting

int js_toboolean(js_State* J, int index) { return jsV_toboolean(J, &slot(J, index)); }
double js_tonumber(js_State* J, int index) { return jsV_tonumber(J, &slot(J, index)); }
int js_tointeger(js_State* J, int index) { return jsV_numbertointeger(js_tonumber(J, index)); }
int js_toint32(js_State* J, int index) { return jsV_numbertoint32(js_tonumber(J, index)); }
unsigned int js_touint32(js_State* J, int index) { return jsV_numbertouint32(js_tonumber(J, index)); }
short js_toint16(js_State* J, int index) { return jsV_numbertoint16(js_tonumber(J, index)); }
unsigned short js_touint16(js_State* J, int index) { return jsV_numbertouint16(js_tonumber(J, index)); }
const char* js_tostring(js_State* J, int index) { return jsV_tostring(J, &slot(J, index)); }
js_Object* js_toobject(js_State* J, int index) { return jsV_toobject(J, &slot(J, index)); }
void js_toprimitive(js_State* J, int index, int hint) { jsV_toprimitive(J, &slot(J, index), hint); }

void* js_touserdata(js_State* J, int index, const char* tag) {
    if (js_isuserdata(J, index, tag)) return slot(J, index).u.object->u.user.data;
    js_typeerror(J, "Value is not a %s", tag);
}

// Moving about

int js_gettop(js_State* J) { return J->top - J->bot; }

void js_pop(js_State* J, int count) { J->top = std::max(J->top - count, J->bot); }

void js_remove(js_State* J, int index) {
    js_Value* first = &slot(J, index);
    std::copy(first + 1, J->stack + J->top, first);
    --J->top;
}

void js_replace(js_State* J, int index) {
    slot(J, index) = J->stack[J->top - 1];
    --J->top;
}

void js_copy(js_State* J, int index) {
    const js_Value value = slot(J, index);
    push(J) = value;
}

void js_dup(js_State* J) { js_copy(J, -1); }

void js_dup2(js_State* J) {
    js_copy(J, -2);
    js_copy(J, -2);
}

void js_rot(js_State* J, int count) {
    js_Value* top = J->stack + J->top;
    std::rotate(top - count, top - 1, top);
}

void js_rot2(js_State* J) { std::swap(J->stack[J->top - 1], J->stack[J->top - 2]); }
void js_rot3(js_State* J) { js_rot(J, 3); }
void js_rot4(js_State* J) { js_rot(J, 4); }

void js_rot2pop1(js_State* J) {
    J->stack[J->top - 2] = J->stack[J->top - 1];
    --J->top;
}

void js_rot3pop2(js_State* J) {
    J->stack[J->top - 3] = J->stack[J->top - 1];
    J->top -= 2;
}

}  // extern "C"
