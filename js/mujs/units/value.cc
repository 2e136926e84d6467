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
    object->u.s.length = utf16_length(bytes, std::strlen(bytes));
    return object;
}

/// The name in the instruction that is running, if it has one of these codes; null otherwise.
const char* operand_of(js_State* J, std::initializer_list<js_OpCode> codes) {
    if (J->bot <= 0 || J->stack[J->bot - 1].t.type != JS_TOBJECT) return nullptr;
    const js_Object* running = J->stack[J->bot - 1].u.object;
    if (running->type != JS_CFUNCTION && running->type != JS_CSCRIPT) return nullptr;
    const js_Function* function = running->u.f.function;
    const auto operand = reinterpret_cast<std::uintptr_t>(J->text);  // see hooks.h
    const auto begin = reinterpret_cast<std::uintptr_t>(function->code);
    const auto end = reinterpret_cast<std::uintptr_t>(function->code + function->codelen);
    if (operand < begin + 2 * sizeof(js_Instruction) || operand >= end) return nullptr;
    const auto* instruction = reinterpret_cast<const js_Instruction*>(J->text);
    if (std::find(codes.begin(), codes.end(), instruction[-1]) == codes.end()) return nullptr;
    const char* name;
    std::memcpy(&name, instruction, sizeof name);
    return name;
}

/// TypeError for a property of undefined or null, with the property's name where it can be told.
[[noreturn]] void throw_no_object(js_State* J, const js_Value* value, const char* what) {
    const js_Value* top = J->stack + J->top;
    // The interpreter's operands: object; object key or object value; object key value.
    if (value == top - 1) {
        if (const char* name = operand_of(J, {OP_GETPROP_S, OP_DELPROP_S})) {
            js_typeerror(J, "Cannot read property '%s' of %s", name, what);
        }
    } else if (value == top - 2) {
        const bool may_be_key = is_string(top[-1]) || top[-1].t.type == JS_TNUMBER;
        const char* name = operand_of(J, {OP_SETPROP_S});
        if (name != nullptr && !may_be_key) js_typeerror(J, "Cannot set property '%s' of %s", name, what);
        if (name == nullptr && is_string(top[-1])) {
            js_typeerror(J, "Cannot read property '%s' of %s", string_bytes(top[-1]), what);
        }
    }
    js_typeerror(J, "Cannot convert undefined or null to object");
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

void construct_guarded(js_State* J) {
    enter_library(J);
    guarded(J).construct(J);
}

js_Object* new_guarded_function(js_State* J, js_CFunction call, js_CFunction construct, const char* name, int length) {
    auto& pairs = runtime_of(J).function_pairs;
    pairs.push_back({call, construct});
    js_Object* object = new_function_object(J, call_guarded, name, length);
    object->u.c.data = &pairs.back();
    if (construct != nullptr) object->u.c.constructor = construct_guarded;
    return object;
}

}  // namespace

js_Object* new_stock_function(js_State* J, const StockFunction& stock) {
    return new_guarded_function(J, stock.function, nullptr, stock.name, stock.length);
}

void push_text(js_State* J, std::string_view text) {
    if (text.size() > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    js_pushlstring(J, text.data(), static_cast<int>(text.size()));
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

double js_strtol(const char* text, char** end, int radix) {
    double number = 0;
    const char* c = text;
    for (; digit_value(*c) < radix; ++c) number = number * radix + digit_value(*c);
    if (end != nullptr) *end = const_cast<char*>(c);
    return number;
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
    js_Property* exotic = jsV_getproperty(J, object, "@@toPrimitive");
    if (exotic != nullptr) {
        js_pushobject(J, object);
        js_getproperty(J, -1, "@@toPrimitive");
        if (js_iscallable(J, -1)) {
            js_rot2(J);
            js_pushliteral(J, preferred == JS_HNONE ? "default" : preferred == JS_HNUMBER ? "number" : "string");
            js_call(J, 1);
            if (!js_isprimitive(J, -1)) js_typeerror(J, "Cannot convert object to primitive value");
            *value = *js_tovalue(J, -1);
            js_pop(J, 1);
            return;
        }
        js_pop(J, 2);
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
            return 1;
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
                js_Value converted{};
                std::memcpy(converted.u.shrstr, text, static_cast<std::size_t>(size) + 1);
                converted.t.type = JS_TSHRSTR;
                *value = converted;
            } else {
                js_String* string = jsV_newmemstring(J, text, size);
                value->t.type = JS_TMEMSTR;
                value->u.memstr = string;
            }
            return string_bytes(*value);
        }
        case JS_TOBJECT:
            jsV_toprimitive(J, value, JS_HSTRING);
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
            throw_no_object(J, value, "undefined");
        case JS_TNULL:
            throw_no_object(J, value, "null");
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
    js_pushobject(J, new_guarded_function(J, call, construct, name, length));
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

/// Where `position` lies in `text`, in UTF-16 units.
int k6_js_utf16_index(const char* text, const char* position) {
    return utf16_length(text, static_cast<std::size_t>(position - text));
}

int js_instanceof(js_State* J) {
    if (!js_isobject(J, -1)) js_typeerror(J, "Right-hand side of 'instanceof' is not an object");
    js_Object* target = js_toobject(J, -1);
    if (jsV_getproperty(J, target, "@@hasInstance") != nullptr) {
        js_getproperty(J, -1, "@@hasInstance");
        if (js_iscallable(J, -1)) {
            js_copy(J, -2);
            js_copy(J, -4);
            js_call(J, 1);
            const int result = js_toboolean(J, -1);
            js_pop(J, 1);
            return result;
        }
        js_pop(J, 1);
    }
    if (!js_iscallable(J, -1)) js_typeerror(J, "Right-hand side of 'instanceof' is not callable");
    if (!js_isobject(J, -2)) return 0;
    // A bound function (js/builtins/function.cc) stands for its target.
    js_pushobject(J, target);
    while (target->type == JS_CCFUNCTION) {
        const js_Property* bound = jsV_getownproperty(J, target, "@@internal:target");
        if (bound == nullptr) break;
        target = bound->value.u.object;
        js_pop(J, 1);
        js_pushobject(J, target);
    }
    js_getproperty(J, -1, "prototype");
    js_rot2pop1(J);
    if (!js_isobject(J, -1)) js_typeerror(J, "Function has no prototype for 'instanceof'");
    const js_Object* prototype = js_toobject(J, -1);
    js_pop(J, 1);
    for (const js_Object* object = js_toobject(J, -2)->prototype; object != nullptr; object = object->prototype) {
        if (object == prototype) return 1;
    }
    return 0;
}

void js_concat(js_State* J) {
    js_toprimitive(J, -2, JS_HNONE);
    js_toprimitive(J, -1, JS_HNONE);
    if (!js_isstring(J, -2) && !js_isstring(J, -1)) {
        const double sum = js_tonumber(J, -2) + js_tonumber(J, -1);
        js_pop(J, 2);
        js_pushnumber(J, sum);
        return;
    }
    const char* left = js_tostring(J, -2);
    const char* right = js_tostring(J, -1);
    const std::size_t left_size = std::strlen(left);
    const std::size_t right_size = std::strlen(right);
    const std::size_t size = left_size + right_size;
    if (size > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    js_Value result{};
    if (size < 16) {
        std::memcpy(result.u.shrstr, left, left_size);
        std::memcpy(result.u.shrstr + left_size, right, right_size);
        result.t.type = JS_TSHRSTR;
    } else {
        auto* string = static_cast<js_String*>(js_malloc(J, static_cast<int>(offsetof(js_String, p) + size + 1)));
        std::memcpy(string->p, left, left_size);
        std::memcpy(string->p + left_size, right, right_size);
        string->p[size] = 0;
        string->gcmark = 0;
        string->gcnext = J->gcstr;
        J->gcstr = string;
        result.t.type = JS_TMEMSTR;
        result.u.memstr = string;
    }
    js_pop(J, 2);
    js_pushvalue(J, result);
}

int js_compare(js_State* J, int* okay) {
    js_toprimitive(J, -2, JS_HNUMBER);
    js_toprimitive(J, -1, JS_HNUMBER);
    *okay = 1;
    if (js_isstring(J, -2) && js_isstring(J, -1)) return std::strcmp(js_tostring(J, -2), js_tostring(J, -1));
    const double left = js_tonumber(J, -2);
    const double right = js_tonumber(J, -1);
    if (std::isnan(left) || std::isnan(right)) *okay = 0;
    return left < right ? -1 : left > right ? 1 : 0;
}

int js_strictequal(js_State* J) {
    const js_Value* left = js_tovalue(J, -2);
    const js_Value* right = js_tovalue(J, -1);
    if (is_string(*left) && is_string(*right)) return std::strcmp(string_bytes(*left), string_bytes(*right)) == 0;
    if (left->t.type != right->t.type) return 0;
    switch (left->t.type) {
        case JS_TBOOLEAN:
            return left->u.boolean == right->u.boolean;
        case JS_TNUMBER:
            return left->u.number == right->u.number;
        case JS_TOBJECT:
            return left->u.object == right->u.object;
        default:
            return 1;
    }
}

int js_equal(js_State* J) {
    js_Value* left = js_tovalue(J, -2);
    js_Value* right = js_tovalue(J, -1);
    for (;;) {
        const bool left_string = is_string(*left);
        const bool right_string = is_string(*right);
        if (left->t.type == right->t.type || (left_string && right_string)) return js_strictequal(J);
        const bool left_nullish = left->t.type == JS_TUNDEFINED || left->t.type == JS_TNULL;
        const bool right_nullish = right->t.type == JS_TUNDEFINED || right->t.type == JS_TNULL;
        if (left_nullish || right_nullish) return left_nullish && right_nullish;
        if (left->t.type == JS_TOBJECT) {
            jsV_toprimitive(J, left, JS_HNONE);
        } else if (right->t.type == JS_TOBJECT) {
            jsV_toprimitive(J, right, JS_HNONE);
        } else {
            // A boolean, number or string against another of these kinds: both as numbers.
            return jsV_tonumber(J, left) == jsV_tonumber(J, right);
        }
    }
}

}  // extern "C"
