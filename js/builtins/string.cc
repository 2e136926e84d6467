// Strings. Positions and lengths count UTF-16 units, while the engine holds WTF-8; for ASCII text both are the same and
// access is direct.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "js/builtins/iterators.h"
#include "js/builtins/library.h"

extern "C" {
#include "utf.h"
}

namespace k6::js {
namespace {

/// A string's bytes with what is needed to find positions in them.
struct Text {
    std::string_view bytes;
    int units = 0;
    bool direct() const { return static_cast<std::size_t>(units) == bytes.size(); }
};

Text make_text(const char* bytes) {
    const std::size_t size = std::strlen(bytes);
    return {{bytes, size}, utf16_length(bytes, size)};
}

/// `this` as text.
Text receiver(js_State* J) {
    if (!js_iscoercible(J, 0)) js_typeerror(J, "String.prototype method called on null or undefined");
    return make_text(js_tostring(J, 0));
}

/// Where a position lies in the bytes; `split`: within the character that starts there.
struct Place {
    std::size_t offset;
    bool split;
};

std::size_t character_size(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

Place place_of(const Text& text, int unit) {
    if (text.direct()) return {static_cast<std::size_t>(unit), false};
    std::size_t offset = 0;
    for (int at = 0; at < unit;) {
        const auto lead = static_cast<unsigned char>(text.bytes[offset]);
        if (lead >= 0xF0 && at + 1 == unit) return {offset, true};
        at += lead >= 0xF0 ? 2 : 1;
        offset += character_size(lead);
    }
    return {offset, false};
}

int unit_of(const Text& text, std::size_t offset) {
    return text.direct() ? static_cast<int>(offset) : utf16_length(text.bytes.data(), offset);
}

/// The code point that starts at `offset`; lone surrogates as they are.
int code_point_at(std::string_view bytes, std::size_t offset) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[offset + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return lead;
    if (lead < 0xE0) return (lead & 0x1F) << 6 | (byte(1) & 0x3F);
    if (lead < 0xF0) return (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    return (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
}

/// The code unit at a position.
int unit_at(const Text& text, int unit) {
    const Place place = place_of(text, unit);
    const int code = code_point_at(text.bytes, place.offset);
    if (code < 0x10000) return code;
    return place.split ? 0xDC00 + ((code - 0x10000) & 0x3FF) : 0xD800 + ((code - 0x10000) >> 10);
}

/// Writes a code point (0 and surrogates allowed) in the engine's form; returns its size.
std::size_t encode(int code, char* out) {
    if (code > 0 && code < 0x80) {
        out[0] = static_cast<char>(code);
        return 1;
    }
    if (code < 0x800) {
        out[0] = static_cast<char>(0xC0 | code >> 6);
        out[1] = static_cast<char>(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = static_cast<char>(0xE0 | code >> 12);
        out[1] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out[2] = static_cast<char>(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = static_cast<char>(0xF0 | code >> 18);
    out[1] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out[2] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out[3] = static_cast<char>(0x80 | (code & 0x3F));
    return 4;
}

void push_code(js_State* J, int code) {
    char buffer[4];
    js_pushvalue(J, text_value(J, {buffer, encode(code, buffer)}));
}

/// Pushes units [from, to) of a text; halves of surrogate pairs at the ends become lone surrogates.
void push_part(js_State* J, const Text& text, int from, int to) {
    if (from >= to) {
        js_pushliteral(J, "");
        return;
    }
    const Place first = place_of(text, from);
    const Place last = place_of(text, to);
    if (!first.split && !last.split) {
        js_pushvalue(J, text_value(J, text.bytes.substr(first.offset, last.offset - first.offset)));
        return;
    }
    if (to == from + 1) {
        push_code(J, unit_at(text, from));
        return;
    }
    // Rare: concatenate what is whole with the halves.
    const std::size_t start = first.split ? first.offset + 4 : first.offset;
    js_pushvalue(J, text_value(J, text.bytes.substr(start, last.offset - start)));
    if (first.split) {
        push_code(J, unit_at(text, from));
        js_rot2(J);
        js_concat(J);
    }
    if (last.split) {
        push_code(J, unit_at(text, to - 1));
        js_concat(J);
    }
}

int clamped(double number, int length) {
    return std::isnan(number) ? 0 : static_cast<int>(std::clamp<double>(number, 0, length));
}

void char_at(js_State* J) {
    const Text text = receiver(J);
    const double position = js_tonumber(J, 1);
    const double index = std::isnan(position) ? 0 : std::trunc(position);
    if (index < 0 || index >= text.units) {
        js_pushliteral(J, "");
    } else {
        push_code(J, unit_at(text, static_cast<int>(index)));
    }
}

void char_code_at(js_State* J) {
    const Text text = receiver(J);
    const double position = js_tonumber(J, 1);
    const double index = std::isnan(position) ? 0 : std::trunc(position);
    js_pushnumber(J, index < 0 || index >= text.units ? NAN : unit_at(text, static_cast<int>(index)));
}

void code_point_at_function(js_State* J) {
    const Text text = receiver(J);
    const double position = js_tonumber(J, 1);
    const double index = std::isnan(position) ? 0 : std::trunc(position);
    if (index < 0 || index >= text.units) {
        js_pushundefined(J);
        return;
    }
    const Place place = place_of(text, static_cast<int>(index));
    js_pushnumber(J, place.split ? unit_at(text, static_cast<int>(index)) : code_point_at(text.bytes, place.offset));
}

void at(js_State* J) {
    const Text text = receiver(J);
    const double position = js_tonumber(J, 1);
    const double index = std::isnan(position) ? 0 : std::trunc(position) + (position <= -1 ? text.units : 0);
    if (index < 0 || index >= text.units) {
        js_pushundefined(J);
    } else {
        push_code(J, unit_at(text, static_cast<int>(index)));
    }
}

void slice(js_State* J) {
    const Text text = receiver(J);
    const int end = relative_index(J, 2, text.units, text.units);
    push_part(J, text, relative_index(J, 1, text.units, 0), end);
}

void substring(js_State* J) {
    const Text text = receiver(J);
    const int a = clamped(js_tonumber(J, 1), text.units);
    const int b = js_isundefined(J, 2) ? text.units : clamped(js_tonumber(J, 2), text.units);
    push_part(J, text, std::min(a, b), std::max(a, b));
}

void substr(js_State* J) {
    const Text text = receiver(J);
    const int start = relative_index(J, 1, text.units, 0);
    const int count = js_isundefined(J, 2) ? text.units : clamped(js_tonumber(J, 2), text.units);
    push_part(J, text, start, static_cast<int>(std::min<std::int64_t>(std::int64_t{start} + count, text.units)));
}

void refuse_regexp(js_State* J, const char* function) {
    if (js_isregexp(J, 1)) {
        js_typeerror(J, "First argument to String.prototype.%s must not be a regular expression", function);
    }
}

void index_of(js_State* J) {
    const Text text = receiver(J);
    const std::string_view wanted = js_tostring(J, 1);
    const int from = clamped(js_tonumber(J, 2), text.units);
    const std::size_t found = text.bytes.find(wanted, place_of(text, from).offset);
    js_pushnumber(J, found == std::string_view::npos ? -1 : unit_of(text, found));
}

void last_index_of(js_State* J) {
    const Text text = receiver(J);
    const std::string_view wanted = js_tostring(J, 1);
    const double position = js_tonumber(J, 2);
    const int from = std::isnan(position) ? text.units : clamped(position, text.units);
    const std::size_t found = text.bytes.rfind(wanted, place_of(text, from).offset);
    js_pushnumber(J, found == std::string_view::npos ? -1 : unit_of(text, found));
}

void includes(js_State* J) {
    refuse_regexp(J, "includes");
    const Text text = receiver(J);
    const std::string_view wanted = js_tostring(J, 1);
    const int from = clamped(js_tonumber(J, 2), text.units);
    js_pushboolean(J, text.bytes.find(wanted, place_of(text, from).offset) != std::string_view::npos);
}

void starts_with(js_State* J) {
    refuse_regexp(J, "startsWith");
    const Text text = receiver(J);
    const std::string_view wanted = js_tostring(J, 1);
    const Place place = place_of(text, clamped(js_tonumber(J, 2), text.units));
    js_pushboolean(J, !place.split && text.bytes.substr(place.offset).starts_with(wanted));
}

void ends_with(js_State* J) {
    refuse_regexp(J, "endsWith");
    const Text text = receiver(J);
    const std::string_view wanted = js_tostring(J, 1);
    const int end = js_isundefined(J, 2) ? text.units : clamped(js_tonumber(J, 2), text.units);
    const Place place = place_of(text, end);
    js_pushboolean(J, !place.split && text.bytes.substr(0, place.offset).ends_with(wanted));
}

/// Length in bytes of the white space character at the start, 0 if there is none.
std::size_t space_at_start(std::string_view bytes) {
    if (bytes.empty()) return 0;
    const int code = code_point_at(bytes, 0);
    const bool space = (code >= 9 && code <= 13) || code == 0x20 || code == 0xA0 || code == 0x1680 ||
                       (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
                       code == 0x205F || code == 0x3000 || code == 0xFEFF;
    return space ? character_size(static_cast<unsigned char>(bytes[0])) : 0;
}

template <bool start, bool end>
void trim(js_State* J) {
    std::string_view bytes = receiver(J).bytes;
    if (start) {
        while (const std::size_t n = space_at_start(bytes)) bytes.remove_prefix(n);
    }
    while (end && !bytes.empty()) {
        std::size_t last = bytes.size() - 1;
        while (last > 0 && (bytes[last] & 0xC0) == 0x80) --last;
        if (space_at_start(bytes.substr(last)) == 0) break;
        bytes = bytes.substr(0, last);
    }
    js_pushvalue(J, text_value(J, bytes));
}

void locale_compare(js_State* J) {
    const char* left = receiver(J).bytes.data();
    const char* right = js_tostring(J, 1);
    // Letters first without case, then lower before upper: the order of collation for ASCII.
    auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : static_cast<int>(static_cast<unsigned char>(c)); };
    const char* a = left;
    const char* b = right;
    while (*a != 0 && fold(*a) == fold(*b)) ++a, ++b;
    int order = fold(*a) - fold(*b);
    if (order == 0) order = -std::strcmp(left, right);
    js_pushnumber(J, order < 0 ? -1 : order > 0 ? 1 : 0);
}

constexpr StockFunction prototype_functions[] = {
    {"at", at, 1},
    {"charAt", char_at, 1},
    {"charCodeAt", char_code_at, 1},
    {"codePointAt", code_point_at_function, 1},
    {"endsWith", ends_with, 2},
    {"includes", includes, 2},
    {"indexOf", index_of, 2},
    {"lastIndexOf", last_index_of, 2},
    {"localeCompare", locale_compare, 1},
    {"slice", slice, 2},
    {"startsWith", starts_with, 2},
    {"substr", substr, 2},
    {"substring", substring, 2},
    {"trim", trim<true, true>, 0},
    {"trimEnd", trim<false, true>, 0},
    {"trimLeft", trim<true, false>, 0},
    {"trimRight", trim<false, true>, 0},
    {"trimStart", trim<true, false>, 0},
};

// ---- those that build text

/// The bytes of `this`, of argument n (converted); valid under the Guard of the caller.
std::string_view receiver_bytes(js_State* J) { return receiver(J).bytes; }

Value text_result(State& state, std::string_view text) { return to_value(state, text_value(state.raw(), text)); }

std::string_view argument_text(js_State* J, Call& call, std::size_t index) {
    js_pushvalue(J, argument_raw(call, index));
    return js_tostring(J, -1);
}

void check_length(double bytes) {
    if (bytes > JS_STRLIMIT) throw RangeError("Invalid string length");
}

Value repeat(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    const std::string_view text = receiver_bytes(J);
    const double count = call.number(0);
    if (count < 0 || std::isinf(count)) throw RangeError("Invalid count value: " + call[0].to_string(call.state()));
    const double times = std::isnan(count) ? 0 : std::trunc(count);
    check_length(times * static_cast<double>(text.size()));
    std::string result;
    result.reserve(static_cast<std::size_t>(times) * text.size());
    for (double i = 0; i < times; ++i) result += text;
    return text_result(call.state(), result);
}

Value pad(Call& call, bool at_start) {
    js_State* J = call.state().raw();
    Guard guard(J);
    const Text text = receiver(J);
    const double wanted = call.number(0);
    const std::string_view filler = call.has(1) ? argument_text(J, call, 1) : std::string_view(" ");
    if (!(wanted > text.units) || filler.empty()) return text_result(call.state(), text.bytes);
    check_length(wanted);
    const int missing = static_cast<int>(std::min<double>(wanted, JS_STRLIMIT)) - text.units;
    const Text unit{filler, utf16_length(filler.data(), filler.size())};
    std::string padding;
    for (int n = missing; n > 0; n -= unit.units) {
        if (n >= unit.units) {
            padding += filler;
        } else {
            push_part(J, unit, 0, n);
            padding += js_tostring(J, -1);
        }
    }
    return text_result(call.state(), at_start ? padding + std::string(text.bytes) : std::string(text.bytes) + padding);
}

Value pad_start(Call& call) { return pad(call, true); }
Value pad_end(Call& call) { return pad(call, false); }

/// GetSubstitution (ECMA-262 22.1.3.19.1) for a match without groups.
void substitute(std::string& out, std::string_view pattern, std::string_view text, std::size_t at, std::size_t size) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '$' || i + 1 == pattern.size()) {
            out += pattern[i];
            continue;
        }
        switch (pattern[++i]) {
            case '$':
                out += '$';
                break;
            case '&':
                out += text.substr(at, size);
                break;
            case '`':
                out += text.substr(0, at);
                break;
            case '\'':
                out += text.substr(at + size);
                break;
            default:
                out += '$';
                out += pattern[i];
                break;
        }
    }
}

/// Calls the engine's own function for regular expressions, kept as a hidden object.
Value with_regexp(Call& call, const char* function) {
    std::vector<Value> arguments;
    for (std::size_t i = 0; i < call.size(); ++i) arguments.push_back(call[i]);
    return call.state().hidden(function).call(call.this_value(), arguments);
}

Value replace(Call& call, bool all) {
    State& state = call.state();
    js_State* J = state.raw();
    const Value pattern = call[0];
    if (pattern.is_regexp()) {
        if (all && !pattern.get("global").truthy()) {
            throw TypeError("replaceAll must be called with a global RegExp");
        }
        return with_regexp(call, "String.replace");
    }
    Guard guard(J);
    const Text text = receiver(J);
    if (pattern.is_object()) {
        const Value method = pattern.get("@@replace");
        if (method.is_function()) return method.call(pattern, {call.this_value(), call[1]});
    }
    const std::string_view wanted = argument_text(J, call, 0);
    const Value replacer = call[1];
    const std::string_view replacement = replacer.is_function() ? std::string_view() : argument_text(J, call, 1);
    std::string result;
    std::size_t copied = 0;
    std::size_t found = text.bytes.find(wanted);
    while (found != std::string_view::npos) {
        result += text.bytes.substr(copied, found - copied);
        if (replacer.is_function()) {
            const Value piece = replacer.call({}, {to_value(state, text_value(J, wanted)), unit_of(text, found),
                                                   to_value(state, text_value(J, text.bytes))});
            Guard inner(J);
            js_pushvalue(J, Internal::raw(piece));
            result += js_tostring(J, -1);
        } else {
            substitute(result, replacement, text.bytes, found, wanted.size());
        }
        copied = found + wanted.size();
        if (!all) break;
        std::size_t next = copied;
        if (wanted.empty()) {
            if (copied >= text.bytes.size()) break;
            next += character_size(static_cast<unsigned char>(text.bytes[copied]));
        }
        found = text.bytes.find(wanted, next);
    }
    result += text.bytes.substr(copied);
    return text_result(state, result);
}

Value replace_first(Call& call) { return replace(call, false); }
Value replace_all(Call& call) { return replace(call, true); }

Value split(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    if (call[0].is_regexp()) return with_regexp(call, "String.split");
    Guard guard(J);
    const Text text = receiver(J);
    const auto limit = call.has(1) ? jsV_numbertouint32(call.number(1)) : 0xFFFFFFFFU;
    js_Object* parts = new_array(J);
    js_pushobject(J, parts);
    auto add = [&](std::string_view part) { append_raw(J, parts, text_value(J, part)); };
    const auto full = [&] { return static_cast<unsigned>(parts->u.a.flat_length) >= limit; };
    if (full()) return to_value(state, object_value(parts));
    if (!call.has(0)) {
        add(text.bytes);
        return to_value(state, object_value(parts));
    }
    const std::string_view separator = argument_text(J, call, 0);
    if (separator.empty()) {
        for (int i = 0; i < text.units && !full(); ++i) {
            push_code(J, unit_at(text, i));
            append_raw(J, parts, *js_tovalue(J, -1));
            js_pop(J, 1);
        }
        return to_value(state, object_value(parts));
    }
    std::size_t start = 0;
    for (std::size_t found; !full() && (found = text.bytes.find(separator, start)) != std::string_view::npos;) {
        add(text.bytes.substr(start, found - start));
        start = found + separator.size();
    }
    if (!full()) add(text.bytes.substr(start));
    return to_value(state, object_value(parts));
}

Value search(Call& call) {
    State& state = call.state();
    const Value text = state.string(call.this_value().to_string(state));
    const std::vector<Value> arguments = {call[0].is_regexp() ? call[0].get("source") : call[0],
                                          call[0].is_regexp() ? call[0].get("flags") : Value()};
    const Value pattern = state.global().get("RegExp").construct(arguments);
    pattern.set("lastIndex", 0);
    const Value match = pattern.get("exec").call(pattern, {text});
    return match.is_object() ? match.get("index") : Value(-1);
}

Value match_all(Call& call) {
    State& state = call.state();
    Value pattern = call[0];
    const Value text = state.string(call.this_value().to_string(state));
    const Value constructor = state.global().get("RegExp");
    std::vector<Value> arguments;
    if (pattern.is_regexp()) {
        if (!pattern.get("global").truthy()) {
            throw TypeError("String.prototype.matchAll called with a non-global RegExp argument");
        }
        arguments = {pattern.get("source"), pattern.get("flags")};
    } else {
        arguments = {call[0], state.string("g")};
    }
    pattern = constructor.construct(arguments);
    const Value exec = pattern.get("exec");
    const Value matches = state.array();
    for (;;) {
        const Value match = exec.call(pattern, {text});
        if (!match.is_object()) break;
        matches.append(match);
        // An empty match would be found again.
        const Value whole = match.at(0);
        if (whole.raw_text().empty()) pattern.set("lastIndex", pattern.get("lastIndex").to_number() + 1);
    }
    return array_iterator(state, matches, IterationKind::values);
}

Value string_raw(Call& call) {
    State& state = call.state();
    const Value raw = call[0].get("raw");
    const std::size_t length = raw.length();
    js_State* J = state.raw();
    Guard guard(J);
    std::string result;
    for (std::size_t i = 0; i < length; ++i) {
        js_pushvalue(J, Internal::raw(raw.at(i)));
        result += js_tostring(J, -1);
        js_pop(J, 1);
        if (i + 1 < length && i + 1 < call.size()) {
            result += argument_text(J, call, i + 1);
            js_pop(J, 1);
        }
    }
    return text_result(state, result);
}

/// Appends a code point; a low surrogate after a high one becomes the character that both mean.
void append_code(std::string& text, int code) {
    if (code >= 0xDC00 && code <= 0xDFFF && text.size() >= 3 && text[text.size() - 3] == '\xED') {
        const int high = code_point_at(text, text.size() - 3);
        if (high >= 0xD800 && high <= 0xDBFF) {
            text.resize(text.size() - 3);
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00);
        }
    }
    char buffer[4];
    text.append(buffer, encode(code, buffer));
}

Value from_char_code(Call& call) {
    std::string text;
    for (std::size_t i = 0; i < call.size(); ++i) append_code(text, jsV_numbertoint32(call.number(i)) & 0xFFFF);
    Guard guard(call.state().raw());
    return text_result(call.state(), text);
}

Value from_code_point(Call& call) {
    std::string text;
    for (std::size_t i = 0; i < call.size(); ++i) {
        const double code = call.number(i);
        if (!(code >= 0 && code <= 0x10FFFF) || code != std::trunc(code)) {
            throw RangeError("Invalid code point " + call[i].to_string(call.state()));
        }
        append_code(text, static_cast<int>(code));
    }
    Guard guard(call.state().raw());
    return text_result(call.state(), text);
}

/// RegExp.prototype.flags
Value regexp_flags(Call& call) {
    const Value self = call.this_value();
    std::string flags;
    if (self.get("global").truthy()) flags += 'g';
    if (self.get("ignoreCase").truthy()) flags += 'i';
    if (self.get("multiline").truthy()) flags += 'm';
    return call.state().string(flags);
}

constexpr AccessorDefinition regexp_accessors[] = {
    {"flags", regexp_flags},
};

constexpr FunctionDefinition prototype_natives[] = {
    {"matchAll", 1, match_all},    {"padEnd", 2, pad_end},         {"padStart", 2, pad_start}, {"repeat", 1, repeat},
    {"replace", 2, replace_first}, {"replaceAll", 2, replace_all}, {"search", 1, search},      {"split", 2, split},
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
    const Value prototype = to_value(state, object_value(J->String_prototype));
    state.set_hidden("String.replace", prototype.get("replace"));
    state.set_hidden("String.split", prototype.get("split"));
    attach_functions(J, J->String_prototype, prototype_functions);
    state.define_functions(prototype, prototype_natives);
    state.define_functions(state.global().get("String"), static_natives);
    state.define_accessors(to_value(state, object_value(J->RegExp_prototype)), regexp_accessors);
}

}  // namespace k6::js
