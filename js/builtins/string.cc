// String: the constructor, and what looks at or cuts strings. Positions and lengths count UTF-16 units, while the
// engine holds WTF-8 (js/mujs/text.h); for ASCII text both are the same and access is direct.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "js/builtins/iterators.h"
#include "js/builtins/regexp.h"
#include "js/builtins/string_unicode.h"
#include "js/regexp/program.h"

namespace k6::js {
namespace {

// ---- engine functions: no C++ object with a destructor may live in them

/// The string at a place of the stack, converted there.
Text text_at(js_State* J, int index) {
    const char* text = js_tostring(J, index);
    const js_Value* value = js_tovalue(J, index);
    return is_string(*value) ? text_of(J, *value) : text_of(std::string_view(text));
}

/// `this` as text.
Text receiver(js_State* J) {
    if (!js_iscoercible(J, 0)) js_typeerror(J, "String.prototype method called on null or undefined");
    return text_at(J, 0);
}

void push_code(js_State* J, int code) {
    char buffer[4];
    js_pushvalue(J, text_value(J, {buffer, encode_code_point(code, buffer)}));
}

int clamped(double number, int length) {
    return std::isnan(number) ? 0 : static_cast<int>(std::clamp<double>(number, 0, length));
}

/// ToIntegerOrInfinity of an argument.
double integer_at(js_State* J, int index) {
    const double number = js_tonumber(J, index);
    return std::isnan(number) ? 0 : std::trunc(number);
}

/// Lone surrogates may lie within what the text holds as one character.
bool has_surrogate(std::string_view text) {
    for (std::size_t at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
        if ((text[at + 1] & 0xE0) == 0xA0) return true;
    }
    return false;
}

/// Units as fixed pieces: no engine function is called while these strings live.
int find_by_units(const Text& text, std::string_view wanted, int from, bool backward) {
    const regexp::Subject subject(text.bytes, regexp::SubjectForm::code_units);
    const regexp::Subject part(wanted, regexp::SubjectForm::code_units);
    const Text units{subject.text(), text.units, nullptr};
    const std::size_t start = place_of(units, from).offset;
    const std::size_t found =
        backward ? subject.text().rfind(part.text(), start) : subject.text().find(part.text(), start);
    return found == std::string_view::npos ? -1 : unit_of(units, found);
}

/// The position of the first occurrence at `from` or behind it, or -1.
int find_text(const Text& text, std::string_view wanted, int from) {
    if (!text.direct() && has_surrogate(wanted)) return find_by_units(text, wanted, from, false);
    const Place place = place_of(text, from);
    if (wanted.empty()) return from;
    const std::size_t found = text.bytes.find(wanted, place.split ? place.offset + 4 : place.offset);
    return found == std::string_view::npos ? -1 : unit_of(text, found);
}

int find_text_backward(const Text& text, std::string_view wanted, int from) {
    if (!text.direct() && has_surrogate(wanted)) return find_by_units(text, wanted, from, true);
    if (wanted.empty()) return from;
    const std::size_t found = text.bytes.rfind(wanted, place_of(text, from).offset);
    return found == std::string_view::npos ? -1 : unit_of(text, found);
}

void char_at(js_State* J) {
    const Text text = receiver(J);
    const double index = integer_at(J, 1);
    if (index < 0 || index >= text.units) {
        js_pushliteral(J, "");
    } else {
        push_code(J, unit_at(text, static_cast<int>(index)));
    }
}

void char_code_at(js_State* J) {
    const Text text = receiver(J);
    const double index = integer_at(J, 1);
    js_pushnumber(J, index < 0 || index >= text.units ? NAN : unit_at(text, static_cast<int>(index)));
}

void code_point_at_function(js_State* J) {
    const Text text = receiver(J);
    const double index = integer_at(J, 1);
    if (index < 0 || index >= text.units) {
        js_pushundefined(J);
        return;
    }
    const Place place = place_of(text, static_cast<int>(index));
    js_pushnumber(J, place.split ? unit_at(text, static_cast<int>(index)) : code_point_at(text.bytes, place.offset));
}

void at(js_State* J) {
    const Text text = receiver(J);
    const double relative = integer_at(J, 1);
    const double index = relative < 0 ? relative + text.units : relative;
    if (index < 0 || index >= text.units) {
        js_pushundefined(J);
    } else {
        push_code(J, unit_at(text, static_cast<int>(index)));
    }
}

void slice(js_State* J) {
    const Text text = receiver(J);
    const int start = relative_index(J, 1, text.units, 0);
    const int end = relative_index(J, 2, text.units, text.units);
    js_pushvalue(J, part_of(J, text, start, end));
}

void substring(js_State* J) {
    const Text text = receiver(J);
    const int a = clamped(js_tonumber(J, 1), text.units);
    const int b = js_isundefined(J, 2) ? text.units : clamped(js_tonumber(J, 2), text.units);
    js_pushvalue(J, part_of(J, text, std::min(a, b), std::max(a, b)));
}

void substr(js_State* J) {
    const Text text = receiver(J);
    const int start = relative_index(J, 1, text.units, 0);
    const int count = js_isundefined(J, 2) ? text.units : clamped(js_tonumber(J, 2), text.units);
    const auto end = static_cast<int>(std::min<std::int64_t>(std::int64_t{start} + count, text.units));
    js_pushvalue(J, part_of(J, text, start, end));
}

/// TypeError for IsRegExp (ECMA-262 7.2.8).
void refuse_regexp(js_State* J, const char* function) {
    if (!js_isobject(J, 1)) return;
    js_Object* object = js_toobject(J, 1);
    js_getproperty(J, 1, "@@match");
    const bool refused = js_isundefined(J, -1) ? is_regexp_object(object) : js_toboolean(J, -1) != 0;
    js_pop(J, 1);
    if (refused) {
        js_typeerror(J, "First argument to String.prototype.%s must not be a regular expression", function);
    }
}

void index_of(js_State* J) {
    const Text text = receiver(J);
    const std::string_view wanted = text_at(J, 1).bytes;
    js_pushnumber(J, find_text(text, wanted, clamped(js_tonumber(J, 2), text.units)));
}

void last_index_of(js_State* J) {
    const Text text = receiver(J);
    const std::string_view wanted = text_at(J, 1).bytes;
    const double position = js_tonumber(J, 2);
    js_pushnumber(J,
                  find_text_backward(text, wanted, std::isnan(position) ? text.units : clamped(position, text.units)));
}

void includes(js_State* J) {
    const Text text = receiver(J);
    refuse_regexp(J, "includes");
    const std::string_view wanted = text_at(J, 1).bytes;
    js_pushboolean(J, find_text(text, wanted, clamped(js_tonumber(J, 2), text.units)) >= 0);
}

/// Whether the units from `start` on begin with `wanted`.
bool matches_at(const Text& text, std::string_view wanted, int start) {
    if (!text.direct() && has_surrogate(wanted)) {
        const regexp::Subject subject(text.bytes, regexp::SubjectForm::code_units);
        const regexp::Subject part(wanted, regexp::SubjectForm::code_units);
        const Text units{subject.text(), text.units, nullptr};
        return subject.text().substr(place_of(units, start).offset).starts_with(part.text());
    }
    const Place place = place_of(text, start);
    if (place.split) return wanted.empty();
    return text.bytes.substr(place.offset).starts_with(wanted);
}

void starts_with(js_State* J) {
    const Text text = receiver(J);
    refuse_regexp(J, "startsWith");
    const std::string_view wanted = text_at(J, 1).bytes;
    js_pushboolean(J, matches_at(text, wanted, clamped(js_tonumber(J, 2), text.units)));
}

void ends_with(js_State* J) {
    const Text text = receiver(J);
    refuse_regexp(J, "endsWith");
    const Text wanted = text_at(J, 1);
    const int end = js_isundefined(J, 2) ? text.units : clamped(js_tonumber(J, 2), text.units);
    js_pushboolean(J, wanted.units <= end && matches_at(text, wanted.bytes, end - wanted.units));
}

template <bool start, bool end>
void trim(js_State* J) {
    std::string_view bytes = receiver(J).bytes;
    if (start) {
        while (const std::size_t n = white_space_size(bytes.data())) bytes.remove_prefix(n);
    }
    while (end && !bytes.empty()) {
        std::size_t last = bytes.size() - 1;
        while (last > 0 && (bytes[last] & 0xC0) == 0x80) --last;
        if (white_space_size(bytes.data() + last) == 0) break;
        bytes = bytes.substr(0, last);
    }
    js_pushvalue(J, text_value(J, bytes));
}

void concat(js_State* J) {
    receiver(J);
    const int count = js_gettop(J);
    js_copy(J, 0);
    js_pushvalue(J, text_value(J, js_tostring(J, -1)));
    for (int i = 1; i < count; ++i) {
        js_copy(J, i);
        const char* more = js_tostring(J, -1);
        if (!is_string(*js_tovalue(J, -1))) js_pushliteral(J, more);
        const js_Value joined = joined_text(J, *js_tovalue(J, count + 1), *js_tovalue(J, -1));
        js_pop(J, js_gettop(J) - count - 2);
        *js_tovalue(J, count + 1) = joined;
    }
}

void value_of(js_State* J) {
    const js_Value* self = js_tovalue(J, 0);
    if (is_string(*self)) {
        js_copy(J, 0);
    } else if (self->t.type == JS_TOBJECT && self->u.object->type == JS_CSTRING) {
        js_pushvalue(J, text_value(J, self->u.object->u.s.string));
    } else {
        js_typeerror(J, "String.prototype.valueOf requires that 'this' be a String");
    }
}

template <bool upper>
bool change_ascii_case(js_State* J, std::string_view bytes) {
    if (bytes.size() >= 16) {
        js_String* string = jsV_newmemstring(J, bytes.data(), static_cast<int>(bytes.size()));
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const char c = string->p[i];
            if (upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z') string->p[i] = static_cast<char>(c ^ 0x20);
        }
        js_pushvalue(J, string_value(string));
        return true;
    }
    char buffer[16];
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        buffer[i] = (upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z') ? static_cast<char>(c ^ 0x20) : c;
    }
    js_pushvalue(J, text_value(J, {buffer, bytes.size()}));
    return true;
}

template <bool upper>
void change_case(js_State* J) {
    const Text text = receiver(J);
    if (text.direct()) {
        change_ascii_case<upper>(J, text.bytes);
        return;
    }
    run_native(J, [&] {
        const std::string changed = upper ? to_upper_case(text.bytes) : to_lower_case(text.bytes);
        Guard guard(J);
        const js_Value value = text_value(J, changed);
        J->stack[J->bot] = value;  // `this` is not needed any more
    });
    js_copy(J, 0);
}

void locale_compare(js_State* J) {
    const std::string_view left = receiver(J).bytes;
    const std::string_view right = text_at(J, 1).bytes;
    js_pushnumber(J, left == right ? 0 : compare_collated(left, right));
}

constexpr StockFunction prototype_functions[] = {
    {"at", at, 1},
    {"charAt", char_at, 1},
    {"charCodeAt", char_code_at, 1},
    {"codePointAt", code_point_at_function, 1},
    {"concat", concat, 1},
    {"endsWith", ends_with, 2},
    {"includes", includes, 2},
    {"indexOf", index_of, 2},
    {"lastIndexOf", last_index_of, 2},
    {"localeCompare", locale_compare, 1},
    {"slice", slice, 2},
    {"startsWith", starts_with, 2},
    {"substr", substr, 2},
    {"substring", substring, 2},
    {"toLocaleLowerCase", change_case<false>, 0},
    {"toLocaleUpperCase", change_case<true>, 0},
    {"toLowerCase", change_case<false>, 0},
    {"toString", value_of, 0},
    {"toUpperCase", change_case<true>, 0},
    {"trim", trim<true, true>, 0},
    {"trimEnd", trim<false, true>, 0},
    {"trimLeft", trim<true, false>, 0},
    {"trimRight", trim<false, true>, 0},
    {"trimStart", trim<true, false>, 0},
    {"valueOf", value_of, 0},
};

// ---- native functions

/// The bytes of a string on the stack, where they are.
const char* string_bytes_at(js_State* J, int index) {
    const js_Value* value = js_tovalue(J, index);
    return value->t.type == JS_TSHRSTR ? value->u.shrstr : string_bytes(*value);
}

/// Goes on as a native function; where no C++ object is alive.
void run_as_native(js_State* J, NativeFunction function) {
    js_Value result = undefined_value();
    run_native(J, [&] {
        Call call =
            Internal::make_call(*runtime_of(J).state, J->bot, static_cast<std::size_t>(J->top - J->bot - 1), false);
        const Value value = function(call);
        result = Internal::raw(value);
    });
    js_pushvalue(J, result);
}

/// `this` as a string.
Value receiver_of(Call& call, const char* function) {
    const Value self = call.this_value();
    if (self.is_nullish()) {
        throw TypeError("String.prototype." + std::string(function) + " called on null or undefined");
    }
    return to_js_string(call.state(), self);
}

Value text_result(State& state, std::string_view text) {
    Guard guard(state.raw());
    return to_value(state, text_value(state.raw(), text));
}

void check_length(double bytes) {
    if (bytes > JS_STRLIMIT) throw RangeError("Invalid string length");
}

Value repeat(Call& call) {
    State& state = call.state();
    const Value text = receiver_of(call, "repeat");
    const double count = call.number(0);
    if (count <= -1 || std::isinf(count)) throw RangeError("Invalid count value: " + call[0].to_string(state));
    const double times = std::isnan(count) ? 0 : std::trunc(count);
    const std::string_view bytes = text.raw_text();
    check_length(times * static_cast<double>(bytes.size()));
    std::string result;
    if (!bytes.empty()) {
        result.reserve(static_cast<std::size_t>(times) * bytes.size());
        for (double i = 0; i < times; ++i) append_text(result, bytes);
    }
    return text_result(state, result);
}

Value pad(Call& call, bool at_start) {
    State& state = call.state();
    js_State* J = state.raw();
    const Value self = receiver_of(call, at_start ? "padStart" : "padEnd");
    const double wanted = call.number(0);
    const Value filler = call.has(1) ? to_js_string(state, call[1]) : state.literal(" ");
    const js_Value raw_self = Internal::raw(self);
    const js_Value raw_filler = Internal::raw(filler);
    Guard guard(J);
    const Text text = text_of(J, raw_self);
    const Text unit = text_of(J, raw_filler);
    if (!(wanted >= text.units + 1) || unit.units == 0) return self;
    check_length(wanted);
    std::string padding;
    for (int n = static_cast<int>(wanted) - text.units; n > 0; n -= unit.units) {
        if (n >= unit.units) {
            append_text(padding, unit.bytes);
        } else {
            const Value part = to_value(state, part_of(J, unit, 0, n));
            append_text(padding, part.raw_text());
        }
    }
    std::string result = at_start ? std::move(padding) : std::string(text.bytes);
    append_text(result, at_start ? text.bytes : std::string_view(padding));
    return text_result(state, result);
}

Value pad_start(Call& call) { return pad(call, true); }
Value pad_end(Call& call) { return pad(call, false); }

Value normalize_function(Call& call) {
    const Value text = receiver_of(call, "normalize");
    const std::string form = call.has(0) ? to_engine_string(call.state(), call[0]) : "NFC";
    const auto result = [&](NormalizationForm wanted) {
        return text_result(call.state(), normalize(text.raw_text(), wanted));
    };
    if (form == "NFC") return result(NormalizationForm::nfc);
    if (form == "NFD") return result(NormalizationForm::nfd);
    if (form == "NFKC") return result(NormalizationForm::nfkc);
    if (form == "NFKD") return result(NormalizationForm::nfkd);
    throw RangeError("The normalization form should be one of NFC, NFD, NFKC, NFKD.");
}

/// The method of an object that a pattern may have; nothing otherwise.
Value method_of(const Value& pattern, const char* symbol) {
    if (!pattern.is_object()) return {};
    const Value method = pattern.get(symbol);
    if (method.is_nullish()) return {};
    if (!method.is_function()) throw TypeError("object is not a function");
    return method;
}

void require_receiver(Call& call, const char* function) {
    if (call.this_value().is_nullish()) {
        throw TypeError("String.prototype." + std::string(function) + " called on null or undefined");
    }
}

void require_global(State& state, const Value& pattern, const char* function) {
    if (!is_regexp_like(state, pattern)) return;
    const Value flags = pattern.get("flags");
    if (flags.is_nullish()) throw TypeError("RegExp flags are null or undefined");
    if (to_engine_string(state, flags).find('g') == std::string::npos) {
        throw TypeError("String.prototype." + std::string(function) + " called with a non-global RegExp argument");
    }
}

Value make_regexp(State& state, const Value& pattern, const char* flags) {
    const Value arguments[] = {pattern, state.string(flags)};
    return state.hidden("RegExp").construct(arguments);
}

Value match(Call& call) {
    State& state = call.state();
    require_receiver(call, "match");
    if (const Value method = method_of(call[0], "@@match"); !method.is_undefined()) {
        return method.call(call[0], {call.this_value()});
    }
    const Value text = to_js_string(state, call.this_value());
    const Value expression = make_regexp(state, call[0], "");
    return expression.get("@@match").call(expression, {text});
}

Value match_all(Call& call) {
    State& state = call.state();
    require_receiver(call, "matchAll");
    if (!call[0].is_nullish()) {
        require_global(state, call[0], "matchAll");
        if (const Value method = method_of(call[0], "@@matchAll"); !method.is_undefined()) {
            return method.call(call[0], {call.this_value()});
        }
    }
    const Value text = to_js_string(state, call.this_value());
    const Value expression = make_regexp(state, call[0], "g");
    return expression.get("@@matchAll").call(expression, {text});
}

Value search(Call& call) {
    State& state = call.state();
    require_receiver(call, "search");
    if (const Value method = method_of(call[0], "@@search"); !method.is_undefined()) {
        return method.call(call[0], {call.this_value()});
    }
    const Value text = to_js_string(state, call.this_value());
    const Value expression = make_regexp(state, call[0], "");
    return expression.get("@@search").call(expression, {text});
}

Value replace(Call& call, bool all) {
    State& state = call.state();
    js_State* J = state.raw();
    require_receiver(call, all ? "replaceAll" : "replace");
    if (all) require_global(state, call[0], "replaceAll");
    if (const Value method = method_of(call[0], "@@replace"); !method.is_undefined()) {
        return method.call(call[0], {call.this_value(), call[1]});
    }
    const Value self = to_js_string(state, call.this_value());
    const Value pattern = to_js_string(state, call[0]);
    const Value replacer = call[1];
    const std::string replacement = replacer.is_function() ? std::string() : to_engine_string(state, replacer);
    const js_Value raw_self = Internal::raw(self);
    Guard guard(J);
    const Text text = text_of(J, raw_self);
    const std::string_view wanted = pattern.raw_text();
    const int wanted_units = utf16_length(wanted.data(), wanted.size());
    const auto part = [&](int from, int to) { return to_value(state, part_of(J, text, from, to)); };
    std::string result;
    int copied = 0;
    int found = find_text(text, wanted, 0);
    if (found < 0) return self;
    while (found >= 0) {
        const Value before = part(copied, found);
        append_text(result, before.raw_text());
        if (replacer.is_function()) {
            append_text(result, to_engine_string(state, replacer.call({}, {pattern, found, self})));
        } else if (replacement.find('$') == std::string::npos) {
            append_text(result, replacement);
        } else {
            const Value left = part(0, found);
            const Value right = part(found + wanted_units, text.units);
            substitute(result, replacement, {.matched = wanted, .before = left.raw_text(), .after = right.raw_text()});
        }
        check_length(static_cast<double>(result.size()));
        copied = found + wanted_units;
        if (!all) break;
        const int next = copied + (wanted_units == 0 ? 1 : 0);
        found = next > text.units ? -1 : find_text(text, wanted, next);
    }
    const Value rest = part(copied, text.units);
    append_text(result, rest.raw_text());
    return text_result(state, result);
}

Value replace_first(Call& call) { return replace(call, false); }
Value replace_all(Call& call) { return replace(call, true); }

Value split(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    require_receiver(call, "split");
    if (const Value method = method_of(call[0], "@@split"); !method.is_undefined()) {
        return method.call(call[0], {call.this_value(), call[1]});
    }
    const Value self = to_js_string(state, call.this_value());
    const auto limit = call.has(1) ? jsV_numbertouint32(call.number(1)) : 0xFFFFFFFFU;
    const Value pattern = to_js_string(state, call[0]);
    const js_Value raw_self = Internal::raw(self);
    Guard guard(J);
    js_Object* parts = new_array(J);
    const auto done = [&] { return to_value(state, object_value(parts)); };
    const auto full = [&] { return static_cast<unsigned>(parts->u.a.flat_length) >= limit; };
    if (full()) return done();
    if (!call.has(0)) {
        append_raw(J, parts, raw_self);
        return done();
    }
    const Text text = text_of(J, raw_self);
    const std::string_view separator = pattern.raw_text();
    if (separator.empty()) {
        for (int i = 0; i < text.units && !full(); ++i) append_raw(J, parts, part_of(J, text, i, i + 1));
        return done();
    }
    if (!has_surrogate(separator)) {
        std::size_t start = 0;
        for (std::size_t found; (found = text.bytes.find(separator, start)) != std::string_view::npos;) {
            append_raw(J, parts, text_value(J, text.bytes.substr(start, found - start)));
            if (full()) return done();
            start = found + separator.size();
        }
        append_raw(J, parts, start == 0 ? raw_self : text_value(J, text.bytes.substr(start)));
        return done();
    }
    const int separator_units = utf16_length(separator.data(), separator.size());
    int start = 0;
    for (int found; (found = find_text(text, separator, start)) >= 0;) {
        append_raw(J, parts, part_of(J, text, start, found));
        if (full()) return done();
        start = found + separator_units;
    }
    append_raw(J, parts, part_of(J, text, start, text.units));
    return done();
}

/// Most calls split a string by a string: those need nothing of the above.
void split_entry(js_State* J) {
    const js_Value* self = js_tovalue(J, 0);
    const js_Value* separator = js_tovalue(J, 1);
    if (!is_string(*self) || !is_string(*separator) || !js_isundefined(J, 2) || string_bytes_at(J, 1)[0] == 0 ||
        has_surrogate(string_bytes_at(J, 1))) {
        run_as_native(J, split);
        return;
    }
    const std::string_view text = string_bytes_at(J, 0);
    const std::string_view wanted = string_bytes_at(J, 1);
    js_Object* parts = new_array(J);
    js_pushobject(J, parts);
    std::size_t start = 0;
    for (std::size_t found; (found = text.find(wanted, start)) != std::string_view::npos;) {
        append_raw(J, parts, text_value(J, text.substr(start, found - start)));
        start = found + wanted.size();
    }
    append_raw(J, parts, start == 0 ? *js_tovalue(J, 0) : text_value(J, text.substr(start)));
}

Value string_raw(Call& call) {
    State& state = call.state();
    if (call[0].is_nullish()) throw TypeError("Cannot convert undefined or null to object");
    const Value raw = call[0].get("raw");
    if (raw.is_nullish()) throw TypeError("Cannot convert undefined or null to object");
    Guard guard(state.raw());
    push_object_of(state.raw(), Internal::raw(raw));
    const Value pieces = top_value(state);
    const std::size_t length = pieces.length();
    std::string result;
    for (std::size_t i = 0; i < length; ++i) {
        append_text(result, to_engine_string(state, pieces.at(i)));
        if (i + 1 < length && i + 1 < call.size()) append_text(result, to_engine_string(state, call[i + 1]));
        check_length(static_cast<double>(result.size()));
    }
    return text_result(state, result);
}

Value from_char_code(Call& call) {
    std::string text;
    for (std::size_t i = 0; i < call.size(); ++i) append_code_point(text, jsV_numbertoint32(call.number(i)) & 0xFFFF);
    return text_result(call.state(), text);
}

Value from_code_point(Call& call) {
    std::string text;
    for (std::size_t i = 0; i < call.size(); ++i) {
        const double code = call.number(i);
        if (!(code >= 0 && code <= 0x10FFFF) || code != std::trunc(code)) {
            throw RangeError("Invalid code point " + call[i].to_string(call.state()));
        }
        append_code_point(text, static_cast<int>(code));
    }
    return text_result(call.state(), text);
}

constexpr StockFunction engine_functions[] = {{"split", split_entry, 2}};
constexpr FunctionDefinition prototype_natives[] = {
    {"match", 1, match},           {"matchAll", 1, match_all},     {"normalize", 0, normalize_function},
    {"padEnd", 1, pad_end},        {"padStart", 1, pad_start},     {"repeat", 1, repeat},
    {"replace", 2, replace_first}, {"replaceAll", 2, replace_all}, {"search", 1, search},
};
constexpr FunctionDefinition static_natives[] = {
    {"fromCharCode", 1, from_char_code},
    {"fromCodePoint", 1, from_code_point},
    {"raw", 1, string_raw},
};

}  // namespace

void install_string(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    attach_functions(J, J->String_prototype, prototype_functions);
    attach_functions(J, J->String_prototype, engine_functions);
    state.define_functions(to_value(state, object_value(J->String_prototype)), prototype_natives);
    state.define_functions(state.global().get("String"), static_natives);
}

}  // namespace k6::js
