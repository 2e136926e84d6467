// Values and conversions: stands in for jsvalue.c.
//
// Differences from the stock unit: function objects get `prototype`, `length` and `name` when somebody asks for them
// (units/property.cc); a String object shows the string it was made from instead of copying it; concatenation writes
// its result once; conversions follow ECMA-262's current edition (numeric literals 0b/0o, white space,
// Symbol.toPrimitive and Symbol.hasInstance).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

const char* skip_white_space(const char* text) {
    while (const int n = white_space(text)) text += n;
    return text;
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

/// Calls obj[method]() if it is callable; true if that gave a primitive, left on the stack.
bool primitive_by(js_State* J, js_Object* object, const char* method) {
    js_pushobject(J, object);
    js_getproperty(J, -1, method);
    if (js_iscallable(J, -1)) {
        js_rot2(J);
        js_call(J, 0);
        if (js_isprimitive(J, -1)) return true;
        js_pop(J, 1);
        return false;
    }
    js_pop(J, 2);
    return false;
}

js_Object* new_string_object(js_State* J, const js_Value& text) {
    js_Object* object = jsV_newobject(J, JS_CSTRING, J->String_prototype);
    const char* bytes = nullptr;
    switch (text.t.type) {
        case JS_TSHRSTR:
            std::memcpy(object->u.s.shrstr, text.u.shrstr, 16);
            bytes = object->u.s.shrstr;
            break;
        case JS_TMEMSTR:
            string_owner(object) = text.u.memstr;
            bytes = text.u.memstr->p;
            break;
        default:
            bytes = text.u.litstr;
            break;
    }
    object->u.s.string = const_cast<char*>(bytes);
    object->u.s.length = text_of(J, text).units;
    return object;
}

js_Object* new_function_object(js_State* J, js_CFunction function, const char* name, int length) {
    js_Object* object = jsV_newobject(J, JS_CCFUNCTION, J->Function_prototype);
    object->u.c.name = name;
    object->u.c.function = function;
    object->u.c.length = length;
    return object;
}

/// What a guarded function object runs.
const Runtime::FunctionPair& guarded(js_State* J) {
    return *static_cast<const Runtime::FunctionPair*>(J->stack[J->bot - 1].u.object->u.c.data);
}

// MuJS's own library functions may recurse deeply by themselves (regular expressions, Function), or call back.
void call_guarded(js_State* J) {
    enter_library(J);
    guarded(J).call(J);
}

void call_stock(js_State* J) {
    enter_library(J);
    reinterpret_cast<js_CFunction>(J->stack[J->bot - 1].u.object->u.c.data)(J);
}

void construct_guarded(js_State* J) {
    enter_library(J);
    guarded(J).construct(J);
}

js_Object* wrap_primitive(js_State* J, js_Object* prototype, const js_Value& value) {
    js_Object* object = jsV_newobject(J, JS_COBJECT, prototype);
    js_Property* content = jsV_setproperty(J, object, "@@internal:value");
    content->value = value;
    content->atts |= JS_READONLY | JS_DONTENUM | JS_DONTCONF;
    return object;
}

/// The order of a BigInt and a string, number or boolean; 2 if there is none.
int compare_bigint(js_State* J, const js_Value& left, js_Value right) {
    if (is_bigint(right)) return bigint_compare(left, right);
    if (is_string(right)) {
        const js_Value number = bigint_from_text(J, right.t.type == JS_TSHRSTR ? right.u.shrstr : string_bytes(right));
        return is_bigint(number) ? bigint_compare(left, number) : 2;
    }
    return bigint_compare_number(left, jsV_tonumber(J, &right));
}

bool is_default_has_instance(const js_Value& function) {
    if (!is_object(function) || function.u.object->type != JS_CCFUNCTION) return false;
    const auto& c = function.u.object->u.c;
    return c.function == call_stock && c.data == reinterpret_cast<void*>(function_has_instance);
}

}  // namespace

void function_has_instance(js_State* J) {
    const js_Value function = *js_tovalue(J, 0);
    js_pushboolean(J, is_object(function) && ordinary_has_instance(J, function.u.object, *js_tovalue(J, 1)));
}

bool ordinary_has_instance(js_State* J, js_Object* target, const js_Value& value) {
    if (!is_callable(target)) return false;
    // A bound function (js/builtins/function.cc) stands for its target.
    while (target->type == JS_CCFUNCTION) {
        const js_Property* bound = jsV_getownproperty(J, target, "@@internal:target");
        if (bound == nullptr) break;
        target = bound->value.u.object;
    }
    if (!is_object(value)) return false;
    get_property(J, target, "prototype", object_value(target));
    if (!js_isobject(J, -1)) js_typeerror(J, "Function has non-object prototype in instanceof check");
    const js_Object* prototype = js_toobject(J, -1);
    js_pop(J, 1);
    for (js_Object* object = get_prototype(J, value.u.object); object != nullptr; object = get_prototype(J, object)) {
        if (object == prototype) return true;
    }
    return false;
}

js_Value string_object_unit(js_State* J, js_Object* object, int index) {
    js_Value text{};
    if (string_owner(object) != nullptr) {
        text.t.type = JS_TMEMSTR;
        text.u.memstr = string_owner(object);
    } else if (object->u.s.string == object->u.s.shrstr) {
        std::memcpy(text.u.shrstr, object->u.s.shrstr, 16);
    } else {
        text = literal_value(object->u.s.string);
    }
    return string_unit(J, text, index);
}

/// Length in bytes of the white space or line end at `text`, 0 if there is none.
int white_space(const char* text) {
    const auto* s = reinterpret_cast<const unsigned char*>(text);
    if (s[0] == ' ' || (s[0] >= 9 && s[0] <= 13)) return 1;
    if (s[0] == 0xC2 && s[1] == 0xA0) return 2;
    if (s[0] == 0xE1 && s[1] == 0x9A && s[2] == 0x80) return 3;  // U+1680
    if (s[0] == 0xE2 && s[1] == 0x80) {
        if ((s[2] >= 0x80 && s[2] <= 0x8A) || s[2] == 0xA8 || s[2] == 0xA9 || s[2] == 0xAF) return 3;
    }
    if (s[0] == 0xE2 && s[1] == 0x81 && s[2] == 0x9F) return 3;  // U+205F
    if (s[0] == 0xE3 && s[1] == 0x80 && s[2] == 0x80) return 3;  // U+3000
    if (s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF) return 3;  // U+FEFF
    return 0;
}

js_Object* new_library_constructor(js_State* J, js_CFunction call, js_CFunction construct, const char* name,
                                   int length) {
    auto& pairs = runtime_of(J).function_pairs;
    pairs.push_back(std::make_unique<Runtime::FunctionPair>(Runtime::FunctionPair{call, construct}));
    js_Object* object = new_function_object(J, call_guarded, name, length);
    object->u.c.data = pairs.back().get();
    if (construct != nullptr) object->u.c.constructor = construct_guarded;
    return object;
}

js_Object* new_stock_function(js_State* J, const StockFunction& stock) {
    js_Object* object = new_function_object(J, call_stock, stock.name, stock.length);
    object->u.c.data = reinterpret_cast<void*>(stock.function);
    object->extensible |= stock.formal_length << native_length_shift;
    return object;
}

void push_text(js_State* J, std::string_view text) {
    if (text.size() > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    js_pushlstring(J, text.data(), static_cast<int>(text.size()));
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

/// The value of the digits at the start of `text`, rounded once where the radix is 10 or a power of two, or where there
/// are no more than 58 bits; ECMA-262 leaves the rest to us.
double js_strtol(const char* text, char** end, int radix) {
    constexpr std::uint64_t full = UINT64_MAX / 36 - 36;
    std::uint64_t number = 0;
    double scale = 1;
    double above = 0;  // of other radixes, once the number is full
    bool inexact = false;
    const char* c = text;
    for (; digit_value(*c) < radix; ++c) {
        const int digit = digit_value(*c);
        if (number <= full) {
            number = number * static_cast<unsigned>(radix) + static_cast<unsigned>(digit);
        } else {
            if (scale == 1) above = static_cast<double>(number);
            above = above * radix + digit;
            scale *= radix;
            inexact = inexact || digit != 0;
        }
    }
    if (end != nullptr) *end = const_cast<char*>(c);
    if (scale == 1) return static_cast<double>(number);
    if (radix == 10) return js_strtod(text, nullptr);
    if ((radix & (radix - 1)) != 0) return above;
    // What was cut off decides ties.
    return static_cast<double>(number | static_cast<std::uint64_t>(inexact)) * scale;
}

int jsV_numbertointeger(double number) {
    if (std::isnan(number)) return 0;
    if (number <= INT_MIN) return INT_MIN;
    if (number >= INT_MAX) return INT_MAX;
    return static_cast<int>(number);
}

int jsV_numbertoint32(double number) {
    if (number >= INT_MIN && number <= INT_MAX) return static_cast<int>(number);
    if (!std::isfinite(number)) return 0;
    double wrapped = std::fmod(std::trunc(number), 4294967296.0);
    if (wrapped < 0) wrapped += 4294967296.0;
    return static_cast<int>(static_cast<std::uint32_t>(wrapped));
}

unsigned int jsV_numbertouint32(double number) { return static_cast<unsigned int>(jsV_numbertoint32(number)); }
short jsV_numbertoint16(double number) { return static_cast<short>(jsV_numbertoint32(number)); }
unsigned short jsV_numbertouint16(double number) { return static_cast<unsigned short>(jsV_numbertoint32(number)); }

void jsV_toprimitive(js_State* J, js_Value* value, int preferred) {
    if (value->t.type != JS_TOBJECT) return;
    js_Object* object = value->u.object;
    js_pushobject(J, object);
    get_property(J, object, "@@toPrimitive", object_value(object));
    if (is_nullish(*js_tovalue(J, -1))) {
        js_pop(J, 2);
    } else {
        if (!js_iscallable(J, -1)) js_typeerror(J, "Symbol.toPrimitive is not a function");
        js_rot2(J);
        js_pushliteral(J, preferred == JS_HNONE ? "default" : preferred == JS_HNUMBER ? "number" : "string");
        js_call(J, 1);
        if (!js_isprimitive(J, -1)) js_typeerror(J, "Cannot convert object to primitive value");
        *value = *js_tovalue(J, -1);
        js_pop(J, 1);
        return;
    }
    if (preferred == JS_HNONE) preferred = object->type == JS_CDATE ? JS_HSTRING : JS_HNUMBER;
    const bool string_first = preferred == JS_HSTRING;
    if (primitive_by(J, object, string_first ? "toString" : "valueOf") ||
        primitive_by(J, object, string_first ? "valueOf" : "toString")) {
        *value = *js_tovalue(J, -1);
        js_pop(J, 1);
        return;
    }
    js_typeerror(J, "Cannot convert object to primitive value");
}

int jsV_toboolean(js_State*, js_Value* value) {
    switch (value->t.type) {
        case JS_TUNDEFINED:
        case JS_TNULL:
            return 0;
        case JS_TBOOLEAN:
            return value->u.boolean;
        case JS_TNUMBER:
            return value->u.number != 0 && !std::isnan(value->u.number);
        case JS_TOBJECT:
        case type_symbol:
            return 1;
        case type_bigint:
            return !bigint_is_zero(*value);
        case JS_TSHRSTR:
            return value->u.shrstr[0] != 0;
        default:
            return string_bytes(*value)[0] != 0;
    }
}

const char* js_itoa(char* out, int number) {
    char reversed[12];
    int n = 0;
    auto rest = static_cast<unsigned>(number);
    char* p = out;
    if (number < 0) {
        *p++ = '-';
        rest = 0U - rest;
    }
    do {
        reversed[n++] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    while (n > 0) *p++ = reversed[--n];
    *p = 0;
    return out;
}

/// Parses the longest prefix that is a decimal literal with an optional sign; `*end` is `text` if there is none.
double js_stringtofloat(const char* text, char** end) {
    const char* c = text;
    if (*c == '+' || *c == '-') ++c;
    const char* digits = c;
    while (*c >= '0' && *c <= '9') ++c;
    bool any = c > digits;
    if (*c == '.') {
        const char* fraction = ++c;
        while (*c >= '0' && *c <= '9') ++c;
        any = any || c > fraction;
    }
    if (!any) {
        *end = const_cast<char*>(text);
        return 0;
    }
    return js_strtod(text, end);
}

double jsV_stringtonumber(js_State*, const char* text) {
    text = skip_white_space(text);
    if (*text == 0) return 0;
    double number = 0;
    char* end = nullptr;
    const char kind = text[0] == '0' ? static_cast<char>(text[1] | 0x20) : ' ';
    if (kind == 'x' || kind == 'o' || kind == 'b') {
        number = js_strtol(text + 2, &end, kind == 'x' ? 16 : kind == 'o' ? 8 : 2);
        if (end == text + 2) return NAN;
    } else {
        const char* magnitude = text + (*text == '+' || *text == '-');
        if (std::strncmp(magnitude, "Infinity", 8) == 0) {
            number = *text == '-' ? -INFINITY : INFINITY;
            end = const_cast<char*>(magnitude + 8);
        } else {
            number = js_stringtofloat(text, &end);
            if (end == text) return NAN;
        }
    }
    return *skip_white_space(end) == 0 ? number : NAN;
}

double jsV_tonumber(js_State* J, js_Value* value) {
    switch (value->t.type) {
        case JS_TUNDEFINED:
            return NAN;
        case JS_TNULL:
            return 0;
        case JS_TBOOLEAN:
            return value->u.boolean;
        case JS_TNUMBER:
            return value->u.number;
        case JS_TOBJECT:
            jsV_toprimitive(J, value, JS_HNUMBER);
            return jsV_tonumber(J, value);
        case type_symbol:
            js_typeerror(J, "Cannot convert a Symbol value to a number");
        case type_bigint:
            js_typeerror(J, "Cannot convert a BigInt value to a number");
        case JS_TSHRSTR:
            return jsV_stringtonumber(J, value->u.shrstr);
        default:
            return jsV_stringtonumber(J, string_bytes(*value));
    }
}

double jsV_tointeger(js_State* J, js_Value* value) { return jsV_numbertointeger(jsV_tonumber(J, value)); }

const char* jsV_numbertostring(js_State*, char buffer[32], double number) {
    if (number == 0) return "0";
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    if (number >= INT_MIN && number <= INT_MAX && number == static_cast<int>(number)) {
        return js_itoa(buffer, static_cast<int>(number));
    }
    buffer[format_number(number, buffer)] = 0;
    return buffer;
}

/// Converts in place, so that the text lives as long as the stack slot.
const char* jsV_tostring(js_State* J, js_Value* value) {
    switch (value->t.type) {
        case JS_TUNDEFINED:
            return "undefined";
        case JS_TNULL:
            return "null";
        case JS_TBOOLEAN:
            return value->u.boolean ? "true" : "false";
        case JS_TNUMBER: {
            char buffer[32];
            const char* text = jsV_numbertostring(J, buffer, value->u.number);
            if (text != buffer) return text;
            const int size = static_cast<int>(std::strlen(text));
            if (size < 16) {
                *value = short_string_value(text, static_cast<std::size_t>(size));
            } else {
                *value = string_value(jsV_newmemstring(J, text, size));
            }
            return string_bytes(*value);
        }
        case JS_TOBJECT:
            jsV_toprimitive(J, value, JS_HSTRING);
            return jsV_tostring(J, value);
        case type_symbol:
            js_typeerror(J, "Cannot convert a Symbol value to a string");
        case type_bigint:
            *value = bigint_text(J, *value, 10);
            return jsV_tostring(J, value);
        case JS_TSHRSTR:
            return value->u.shrstr;
        default:
            return string_bytes(*value);
    }
}

js_Object* jsV_toobject(js_State* J, js_Value* value) {
    js_Object* object = nullptr;
    switch (value->t.type) {
        case JS_TUNDEFINED:
        case JS_TNULL:
            js_typeerror(J, "Cannot convert undefined or null to object");
        case JS_TOBJECT:
            return value->u.object;
        case JS_TBOOLEAN:
            object = jsV_newobject(J, JS_CBOOLEAN, J->Boolean_prototype);
            object->u.boolean = value->u.boolean;
            break;
        case JS_TNUMBER:
            object = jsV_newobject(J, JS_CNUMBER, J->Number_prototype);
            object->u.number = value->u.number;
            break;
        case type_symbol:
            object = wrap_primitive(J, symbol_prototype(J), *value);
            break;
        case type_bigint:
            object = wrap_primitive(J, bigint_prototype(J), *value);
            break;
        default:
            object = new_string_object(J, *value);
            break;
    }
    value->t.type = JS_TOBJECT;
    value->u.object = object;
    return object;
}

void js_newobjectx(js_State* J) {
    js_Object* prototype = js_isobject(J, -1) ? js_toobject(J, -1) : nullptr;
    js_pop(J, 1);
    js_pushobject(J, jsV_newobject(J, JS_COBJECT, prototype));
}

void js_newobject(js_State* J) { js_pushobject(J, jsV_newobject(J, JS_COBJECT, J->Object_prototype)); }

void js_newarguments(js_State* J) { js_pushobject(J, jsV_newobject(J, JS_CARGUMENTS, J->Object_prototype)); }

void js_newarray(js_State* J) {
    js_Object* array = jsV_newobject(J, JS_CARRAY, J->Array_prototype);
    array->u.a.simple = 1;
    js_pushobject(J, array);
}

void js_newboolean(js_State* J, int boolean) {
    js_pushboolean(J, boolean);
    js_toobject(J, -1);
}

void js_newnumber(js_State* J, double number) {
    js_pushnumber(J, number);
    js_toobject(J, -1);
}

void js_newstring(js_State* J, const char* text) {
    js_pushstring(J, text);
    js_toobject(J, -1);
}

void js_newfunction(js_State* J, js_Function* function, js_Environment* scope) {
    js_Object* object = jsV_newobject(J, JS_CFUNCTION, J->Function_prototype);
    if (makes_no_objects(function)) object->gcmark |= object_bits::not_constructor;
    object->u.f.function = function;
    object->u.f.scope = scope;
    js_pushobject(J, object);
}

void js_newscript(js_State* J, js_Function* function, js_Environment* scope) {
    js_Object* object = jsV_newobject(J, JS_CSCRIPT, nullptr);
    object->u.f.function = function;
    object->u.f.scope = scope;
    js_pushobject(J, object);
}

void js_newcfunctionx(js_State* J, js_CFunction function, const char* name, int length, void* data,
                      js_Finalize finalize) {
    js_Object* object = new_function_object(J, function, name, length);
    object->u.c.data = data;
    object->u.c.finalize = finalize;
    js_pushobject(J, object);
}

void js_newcfunction(js_State* J, js_CFunction function, const char* name, int length) {
    js_pushobject(J, new_function_object(J, function, name, length));
}

/// Takes the prototype object from the stack, leaves the constructor.
void js_newcconstructor(js_State* J, js_CFunction call, js_CFunction construct, const char* name, int length) {
    js_pushobject(J, new_library_constructor(J, call, construct, name, length));
    js_copy(J, -1);
    js_defproperty(J, -3, "constructor", JS_DONTENUM);
    js_rot2(J);
    js_defproperty(J, -2, "prototype", JS_READONLY | JS_DONTENUM | JS_DONTCONF);
}

void js_newuserdatax(js_State* J, const char* tag, void* data, js_HasProperty has, js_Put put, js_Delete remove,
                     js_Finalize finalize) {
    js_Object* prototype = js_isobject(J, -1) ? js_toobject(J, -1) : nullptr;
    js_pop(J, 1);
    js_Object* object = jsV_newobject(J, JS_CUSERDATA, prototype);
    object->u.user.tag = tag;
    object->u.user.data = data;
    object->u.user.has = has;
    object->u.user.put = put;
    object->u.user.delete_ = remove;
    object->u.user.finalize = finalize;
    js_pushobject(J, object);
}

void js_newuserdata(js_State* J, const char* tag, void* data, js_Finalize finalize) {
    js_newuserdatax(J, tag, data, nullptr, nullptr, nullptr, finalize);
}

int js_instanceof(js_State* J) {
    if (!js_isobject(J, -1)) {
        const js_Value right = *js_tovalue(J, -1);
        js_typeerror(J, "Value is not an object: %s", is_symbol(right) ? "Symbol()" : js_tostring(J, -1));
    }
    js_Object* target = js_toobject(J, -1);
    get_property(J, target, "@@hasInstance", object_value(target));
    if (!is_nullish(*js_tovalue(J, -1)) && !is_default_has_instance(*js_tovalue(J, -1))) {
        js_copy(J, -2);
        js_copy(J, -4);
        js_call(J, 1);
        const int result = js_toboolean(J, -1);
        js_pop(J, 1);
        return result;
    }
    js_pop(J, 1);
    if (!js_iscallable(J, -1)) js_typeerror(J, "Right-hand side of 'instanceof' is not callable");
    return ordinary_has_instance(J, target, *js_tovalue(J, -2));
}

void js_concat(js_State* J) {
    js_toprimitive(J, -2, JS_HNONE);
    js_toprimitive(J, -1, JS_HNONE);
    js_Value* left = J->stack + J->top - 2;
    js_Value* right = J->stack + J->top - 1;
    if (is_string(*left) || is_string(*right)) {
        jsV_tostring(J, left);
        jsV_tostring(J, right);
        // Numbers were converted in place; undefined, null and booleans were not.
        for (js_Value* value : {left, right}) {
            if (!is_string(*value)) *value = literal_value(jsV_tostring(J, value));
        }
        *left = joined_text(J, *left, *right);
    } else if (is_bigint(*left) && is_bigint(*right)) {
        *left = bigint_operate(J, OP_ADD, *left, *right);
    } else if (is_bigint(*left) || is_bigint(*right)) {
        js_typeerror(J, "Cannot mix BigInt and other types, use explicit conversions");
    } else {
        const double sum = jsV_tonumber(J, left) + jsV_tonumber(J, right);
        *left = number_value(sum);
    }
    --J->top;
}

int js_compare(js_State* J, int* okay) {
    js_toprimitive(J, -2, JS_HNUMBER);
    js_toprimitive(J, -1, JS_HNUMBER);
    *okay = 1;
    js_Value* left = J->stack + J->top - 2;
    js_Value* right = J->stack + J->top - 1;
    if (is_string(*left) && is_string(*right)) return compare_text(jsV_tostring(J, left), jsV_tostring(J, right));
    if (is_bigint(*left) || is_bigint(*right)) {
        const int order = is_bigint(*left) ? compare_bigint(J, *left, *right) : compare_bigint(J, *right, *left);
        *okay = order != 2;
        return is_bigint(*left) ? order : -order;
    }
    const double x = jsV_tonumber(J, left);
    const double y = jsV_tonumber(J, right);
    if (std::isnan(x) || std::isnan(y)) *okay = 0;
    return x < y ? -1 : x > y ? 1 : 0;
}

int js_strictequal(js_State* J) {
    const js_Value& left = J->stack[J->top - 2];
    const js_Value& right = J->stack[J->top - 1];
    if (left.t.type == JS_TNUMBER) return right.t.type == JS_TNUMBER && left.u.number == right.u.number;
    if (left.t.type == JS_TSHRSTR && right.t.type == JS_TSHRSTR) {
        return std::strcmp(left.u.shrstr, right.u.shrstr) == 0;
    }
    return same_value_zero(left, right);
}

int js_equal(js_State* J) {
    js_Value* left = J->stack + J->top - 2;
    js_Value* right = J->stack + J->top - 1;
    for (;;) {
        const bool left_string = is_string(*left);
        const bool right_string = is_string(*right);
        if (left->t.type == right->t.type || (left_string && right_string)) return js_strictequal(J);
        if (is_nullish(*left) || is_nullish(*right)) return is_nullish(*left) && is_nullish(*right);
        if (is_object(*left)) {
            jsV_toprimitive(J, left, JS_HNONE);
        } else if (is_object(*right)) {
            jsV_toprimitive(J, right, JS_HNONE);
        } else if (is_symbol(*left) || is_symbol(*right)) {
            return 0;
        } else if (is_bigint(*left)) {
            return compare_bigint(J, *left, *right) == 0;
        } else if (is_bigint(*right)) {
            return compare_bigint(J, *right, *left) == 0;
        } else {
            // A boolean, number or string against another of these kinds: both as numbers.
            return jsV_tonumber(J, left) == jsV_tonumber(J, right);
        }
    }
}

}  // extern "C"
