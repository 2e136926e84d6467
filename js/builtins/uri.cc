// encodeURI and its kin, escape and unescape.
#include <cstring>
#include <string>
#include <vector>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view marks = "-_.!~*'()";
constexpr std::string_view reserved = ";/?:@&=+$,#";

bool is_in(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

void put_hex(std::string& out, unsigned byte) {
    static constexpr char hex[] = "0123456789ABCDEF";
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
}

Value text_result(State& state, std::string_view text) { return to_value(state, text_value(state.raw(), text)); }

[[noreturn]] void malformed(js_State* J) { js_urierror(J, "URI malformed"); }

Value encode(Call& call, std::string_view plain) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    const std::string_view text = js_tostring(J, -1);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            if (is_in(text[i], alphanumeric) || is_in(text[i], marks) || is_in(text[i], plain)) {
                out += text[i];
            } else {
                put_hex(out, byte);
            }
        } else if (byte == 0xC0) {
            out += "%00";
            ++i;
        } else {
            if (byte == 0xED && static_cast<unsigned char>(text[i + 1]) >= 0xA0) malformed(J);
            put_hex(out, byte);
        }
    }
    return text_result(call.state(), out);
}

Value decode(Call& call, std::string_view kept) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    const std::string_view text = js_tostring(J, -1);
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '%') {
            out += text[i++];
            continue;
        }
        // One character: as many escapes as its first byte says.
        std::string bytes;
        const std::size_t start = i;
        std::size_t wanted = 1;
        while (bytes.size() < wanted) {
            if (i + 2 >= text.size() || text[i] != '%' || !jsY_ishex(text[i + 1]) || !jsY_ishex(text[i + 2])) {
                malformed(J);
            }
            const auto byte = static_cast<unsigned char>(jsY_tohex(text[i + 1]) << 4 | jsY_tohex(text[i + 2]));
            if (bytes.empty()) {
                wanted = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
                if (byte >= 0x80 && byte < 0xC2) malformed(J);
            }
            bytes += static_cast<char>(byte);
            i += 3;
        }
        if (!is_plain_text(bytes)) malformed(J);
        if (bytes.size() == 1 && is_in(bytes[0], kept)) {
            out += text.substr(start, 3);
        } else if (bytes[0] == 0) {
            out += "\xC0\x80";
        } else {
            out += bytes;
        }
    }
    return text_result(call.state(), out);
}

Value escape(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    js_tostring(J, -1);
    std::string out;
    const int units = utf16_length(js_tostring(J, -1), std::strlen(js_tostring(J, -1)));
    for (int i = 0; i < units; ++i) {
        const int unit = js_runeat(J, js_tostring(J, -1), i);
        if (unit < 0x80 && unit > 0 &&
            (is_in(static_cast<char>(unit), alphanumeric) || is_in(static_cast<char>(unit), "@*_+-./"))) {
            out += static_cast<char>(unit);
        } else if (unit < 256) {
            put_hex(out, static_cast<unsigned>(unit));
        } else {
            char buffer[16];
            std::snprintf(buffer, sizeof buffer, "%%u%04X", static_cast<unsigned>(unit));
            out += buffer;
        }
    }
    return text_result(call.state(), out);
}

Value unescape(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    const std::string_view text = js_tostring(J, -1);
    const auto hex = [&](std::size_t at, std::size_t count) {
        int value = 0;
        for (std::size_t k = 0; k < count; ++k) {
            if (at + k >= text.size() || !jsY_ishex(text[at + k])) return -1;
            value = value * 16 + jsY_tohex(text[at + k]);
        }
        return value;
    };
    std::vector<Value> units;
    std::string out;
    const Value from_char_code = call.state().global().get("String").get("fromCharCode");
    for (std::size_t i = 0; i < text.size();) {
        int unit = -1;
        std::size_t size = 0;
        if (text[i] == '%') {
            const bool wide = i + 1 < text.size() && text[i + 1] == 'u';
            unit = wide ? hex(i + 2, 4) : hex(i + 1, 2);
            size = wide ? 6 : 3;
        }
        if (unit < 0) {
            out += text[i++];
            continue;
        }
        units.clear();
        // A run of escapes at once, so that surrogate pairs join.
        while (unit >= 0) {
            units.emplace_back(unit);
            i += size;
            if (i >= text.size() || text[i] != '%') break;
            const bool wide = i + 1 < text.size() && text[i + 1] == 'u';
            unit = wide ? hex(i + 2, 4) : hex(i + 1, 2);
            size = wide ? 6 : 3;
        }
        const Value part = from_char_code.call({}, units);
        out += part.raw_text();
    }
    return text_result(call.state(), out);
}

constexpr FunctionDefinition functions[] = {
    {"decodeURI", 1, [](Call& call) -> Value { return decode(call, reserved); }},
    {"decodeURIComponent", 1, [](Call& call) -> Value { return decode(call, {}); }},
    {"encodeURI", 1, [](Call& call) -> Value { return encode(call, reserved); }},
    {"encodeURIComponent", 1, [](Call& call) -> Value { return encode(call, {}); }},
    {"escape", 1, escape},
    {"unescape", 1, unescape},
};

}  // namespace

void install_uri(State& state) { state.define_functions(state.global(), functions); }

}  // namespace k6::js
