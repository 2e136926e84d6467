#include "js/builtins/json.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <forward_list>
#include <string>
#include <vector>

#include "base/json_escape.h"
#include "base/surrogates.h"
#include "js/builtins/library.h"

namespace k6::js {
namespace {

// ---- parsing

/// RFC 8259 over the engine's text, without recursion. No script runs meanwhile, so nothing is collected and values
/// need no roots until the end.
class Parser {
public:
    Parser(js_State* J, std::string_view text, RepeatedNames repeated = RepeatedNames::last)
        : J_(J), at_(text.data()), end_(text.data() + text.size()), repeated_(repeated) {
        open_.reserve(16);
    }

    js_Value parse() {
        js_Value value = undefined_value();
        for (;;) {
            skip_space();
            if (!open_or_read(value)) continue;
            // A value is complete: hand it to what surrounds it, as long as that completes in turn.
            bool next = false;
            while (!open_.empty() && !next) {
                next = add(value);
                if (!next) {
                    value = object_value(open_.back().object);
                    open_.pop_back();
                }
            }
            if (!next) break;
        }
        skip_space();
        if (at_ != end_) fail();
        return value;
    }

private:
    struct Open {
        js_Object* object;
        std::string_view key;  // of the member being read
    };

    [[noreturn]] void fail() const {
        if (at_ >= end_) throw SyntaxError("Unexpected end of JSON input (EOF)");
        std::size_t size = 1;
        while (at_ + size < end_ && (at_[size] & 0xC0) == 0x80) ++size;
        throw SyntaxError("invalid character '" + to_utf8({at_, size}) + "' in JSON");
    }

    void skip_space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }

    void expect(char c) {
        if (at_ == end_ || *at_ != c) fail();
        ++at_;
    }

    void word(const char* text) {
        for (; *text != 0; ++text) expect(*text);
    }

    /// Reads a value; false if it opened a container that is not empty.
    bool open_or_read(js_Value& value) {
        if (at_ == end_) fail();
        switch (*at_) {
            case '{': {
                ++at_;
                js_Object* object = jsV_newobject(J_, JS_COBJECT, J_->Object_prototype);
                skip_space();
                if (at_ != end_ && *at_ == '}') {
                    ++at_;
                    value = object_value(object);
                    return true;
                }
                open_.push_back({object, {}});
                read_key();
                return false;
            }
            case '[': {
                ++at_;
                js_Object* array = new_array(J_);
                skip_space();
                if (at_ != end_ && *at_ == ']') {
                    ++at_;
                    value = object_value(array);
                    return true;
                }
                open_.push_back({array, {}});
                return false;
            }
            case '"': {
                ++at_;
                const std::string_view text = read_string();
                value = text_value(J_, text);
                return true;
            }
            case 't':
                word("true");
                value = boolean_value(true);
                return true;
            case 'f':
                word("false");
                value = boolean_value(false);
                return true;
            case 'n':
                word("null");
                value = null_value();
                return true;
            default:
                value = number_value(read_number());
                return true;
        }
    }

    void read_key() {
        skip_space();
        expect('"');
        std::string_view key = read_string();
        // What had escapes in it is in the buffer, which the next string overwrites.
        if (key.data() == buffer_.data()) key = escaped_keys_.emplace_front(key);
        open_.back().key = key;
        skip_space();
        expect(':');
    }

    /// Adds a value to the innermost container; true if another value must follow.
    bool add(const js_Value& value) {
        Open& open = open_.back();
        const bool is_array = open.object->type == JS_CARRAY;
        if (is_array) {
            append_raw(J_, open.object, value);
        } else {
            js_Value& member = plain_member(J_, open.object, open.key);
            // No value of JSON is undefined.
            if (repeated_ == RepeatedNames::last || member.t.type == JS_TUNDEFINED) member = value;
        }
        skip_space();
        if (at_ != end_ && *at_ == ',') {
            ++at_;
            if (!is_array) read_key();
            return true;
        }
        expect(is_array ? ']' : '}');
        return false;
    }

    double read_number() {
        const char* start = at_;
        if (*at_ == '-') ++at_;
        const auto digits = [&] {
            if (at_ == end_ || *at_ < '0' || *at_ > '9') fail();
            while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
        };
        if (at_ != end_ && *at_ == '0') {
            ++at_;
        } else {
            digits();
        }
        bool plain = true;
        if (at_ != end_ && *at_ == '.') {
            ++at_;
            digits();
            plain = false;
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            ++at_;
            if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
            digits();
            plain = false;
        }
        if (plain && at_ - start <= 9) {
            int number = 0;
            for (const char* c = start + (*start == '-'); c != at_; ++c) number = number * 10 + (*c - '0');
            return *start == '-' ? -static_cast<double>(number) : number;
        }
        return js_strtod(start, nullptr);
    }

    unsigned read_hex() {
        unsigned code = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            if (at_ == end_ || !jsY_ishex(*at_)) fail();
            code = code * 16 + static_cast<unsigned>(jsY_tohex(*at_));
        }
        return code;
    }

    void put_code(unsigned code) {
        if (code != 0 && code < 0x80) {
            buffer_ += static_cast<char>(code);
        } else if (code < 0x800) {
            buffer_ += static_cast<char>(0xC0 | code >> 6);
            buffer_ += static_cast<char>(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            buffer_ += static_cast<char>(0xE0 | code >> 12);
            buffer_ += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            buffer_ += static_cast<char>(0x80 | (code & 0x3F));
        } else {
            buffer_ += static_cast<char>(0xF0 | code >> 18);
            buffer_ += static_cast<char>(0x80 | (code >> 12 & 0x3F));
            buffer_ += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            buffer_ += static_cast<char>(0x80 | (code & 0x3F));
        }
    }

    /// Up to a quote, a backslash or a control character: eight bytes at a time, then one by one.
    void skip_plain() {
        constexpr std::uint64_t ones = 0x0101010101010101U;
        constexpr std::uint64_t tops = 0x8080808080808080U;
        while (end_ - at_ >= 8) {
            std::uint64_t block;
            std::memcpy(&block, at_, 8);
            const std::uint64_t quote = block ^ ones * '"';
            const std::uint64_t backslash = block ^ ones * '\\';
            const std::uint64_t found =
                (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((block - ones * 0x20) & ~block)) &
                tops;
            if (found != 0) {
                at_ += std::countr_zero(found) / 8;
                return;
            }
            at_ += 8;
        }
        while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
    }

    /// The text up to the closing quote; valid until the next one is read.
    std::string_view read_string() {
        const char* start = at_;
        skip_plain();
        if (at_ != end_ && *at_ == '"') {
            const std::string_view text(start, static_cast<std::size_t>(at_ - start));
            ++at_;
            return text;
        }
        buffer_.assign(start, at_);
        for (;;) {
            if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) fail();
            const char c = *at_++;
            if (c == '"') return buffer_;
            if (c != '\\') {
                buffer_ += c;
                continue;
            }
            if (at_ == end_) fail();
            switch (*at_) {
                case '"':
                case '\\':
                case '/':
                    buffer_ += *at_++;
                    break;
                case 'b':
                    buffer_ += '\b', ++at_;
                    break;
                case 'f':
                    buffer_ += '\f', ++at_;
                    break;
                case 'n':
                    buffer_ += '\n', ++at_;
                    break;
                case 'r':
                    buffer_ += '\r', ++at_;
                    break;
                case 't':
                    buffer_ += '\t', ++at_;
                    break;
                case 'u': {
                    ++at_;
                    unsigned code = read_hex();
                    if (is_high_surrogate(code) && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
                        const char* second = at_;
                        at_ += 2;
                        const unsigned low = read_hex();
                        if (is_low_surrogate(low)) {
                            code = join_surrogates(code, low);
                        } else {
                            at_ = second;
                        }
                    }
                    put_code(code);
                    break;
                }
                default:
                    fail();
            }
        }
    }

    js_State* J_;
    const char* at_;
    const char* end_;
    RepeatedNames repeated_;
    std::vector<Open> open_;
    std::string buffer_;
    std::forward_list<std::string> escaped_keys_;
};

/// Beside the limit that the C stack sets.
constexpr int max_depth = 1000;

void revive(js_State* J, const js_Value& reviver, const char* name, int depth);

/// One member of the object on top of the stack.
void revive_member(js_State* J, const js_Value& reviver, const char* key, int depth) {
    js_Object* object = js_toobject(J, -1);
    revive(J, reviver, key, depth + 1);
    if (js_isundefined(J, -1)) {
        delete_property(J, object, key);
    } else {
        Descriptor descriptor;
        descriptor.has_value = descriptor.has_writable = descriptor.has_enumerable = descriptor.has_configurable = true;
        descriptor.writable = descriptor.enumerable = descriptor.configurable = true;
        descriptor.value = *js_tovalue(J, -1);
        define_own_property(J, object, key, descriptor);
    }
    js_pop(J, 1);
}

/// InternalizeJSONProperty; the holder is on top of the stack, the new value is left above it. No C++ object with a
/// destructor lives here.
void revive(js_State* J, const js_Value& reviver, const char* name, int depth) {
    if (depth > max_depth) js_rangeerror(J, "Maximum call stack size exceeded");
    enter_library(J);
    js_getproperty(J, -1, name);
    if (js_isobject(J, -1)) {
        js_Object* object = js_toobject(J, -1);
        if (is_array(J, object)) {
            js_getproperty(J, -1, "length");
            const int length = js_tointeger(J, -1);
            js_pop(J, 1);
            for (int i = 0; i < length; ++i) {
                char key[16];
                revive_member(J, reviver, js_itoa(key, i), depth);
            }
        } else {
            push_keys(J, object, KeyFilter::enumerable, true, false);
            const js_Object* keys = js_toobject(J, -1);
            js_pushobject(J, object);
            for (int i = 0; i < keys->u.a.flat_length; ++i) {
                revive_member(J, reviver, string_bytes(keys->u.a.array[i]), depth);
            }
            js_pop(J, 2);
        }
    }
    js_pushvalue(J, reviver);
    js_copy(J, -3);
    js_pushstring(J, name);
    js_copy(J, -4);
    js_call(J, 2);
    js_rot2pop1(J);
}

Value json_parse(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    const char* text = js_tostring(J, -1);
    const js_Value value = Parser(J, text).parse();
    const js_Value reviver = argument_raw(call, 1);
    if (reviver.t.type == JS_TOBJECT && is_callable(reviver.u.object)) {
        js_newobject(J);
        jsV_setproperty(J, js_toobject(J, -1), "")->value = value;
        revive(J, reviver, "", 0);
        return top_value(state);
    }
    return to_value(state, value);
}

// ---- writing

class Writer {
public:
    Writer(js_State* J, const js_Value& replacer, std::string gap) : J_(J), gap_(std::move(gap)) {
        if (replacer.t.type != JS_TOBJECT) return;
        if (is_callable(replacer.u.object)) {
            replacer_ = replacer;
        } else if (is_array(J, replacer.u.object)) {
            read_names(replacer);
        }
    }

    /// False if the value has no JSON form. It is on top of the engine's stack, and is popped.
    bool write_top(const char* key, const js_Value& holder, int depth) {
        js_Value value = *js_tovalue(J_, -1);
        if (value.t.type == JS_TOBJECT || is_bigint(value)) {
            js_Object* object = is_bigint(value) ? runtime_of(J_).bigint_prototype : value.u.object;
            if (object->type == class_proxy || jsV_getproperty(J_, object, "toJSON") != nullptr) {
                about_to_run_script();
                get_property(J_, object, "toJSON", value);
                if (js_iscallable(J_, -1)) {
                    js_copy(J_, -2);
                    js_pushstring(J_, key);
                    js_call(J_, 1);
                    js_rot2pop1(J_);
                } else {
                    js_pop(J_, 1);
                }
            }
        }
        if (replacer_.t.type == JS_TOBJECT) {
            about_to_run_script();
            js_pushvalue(J_, replacer_);
            js_pushvalue(J_, holder);
            js_pushstring(J_, key);
            js_copy(J_, -4);
            js_call(J_, 2);
            js_rot2pop1(J_);
        }
        value = *js_tovalue(J_, -1);
        const bool written = write_value(value, depth);
        js_pop(J_, 1);
        return written;
    }

    std::string out;

private:
    /// The members of an object being written: properties while nothing can have changed them, then names.
    struct Frame {
        std::vector<std::pair<std::uint64_t, js_Property*>> properties;
        std::vector<std::string> names;
        bool by_name = false;
    };

    void about_to_run_script() {
        for (Frame* frame : frames_) {
            if (frame->by_name) continue;
            frame->by_name = true;
            for (const auto& [order, property] : frame->properties) frame->names.emplace_back(property->name);
            frame->properties.clear();
        }
    }

    void read_names(const js_Value& list) {
        by_names_ = true;
        js_pushvalue(J_, list);
        js_getproperty(J_, -1, "length");
        const int length = js_tointeger(J_, -1);
        js_pop(J_, 1);
        for (int i = 0; i < length; ++i) {
            js_getindex(J_, -1, i);
            const js_Value item = *js_tovalue(J_, -1);
            const bool boxed =
                item.t.type == JS_TOBJECT && (item.u.object->type == JS_CSTRING || item.u.object->type == JS_CNUMBER);
            if (is_string(item) || item.t.type == JS_TNUMBER || boxed) {
                const std::string name = js_tostring(J_, -1);
                if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
            }
            js_pop(J_, 1);
        }
        js_pop(J_, 1);
    }

    bool write_value(const js_Value& value, int depth) {
        switch (value.t.type) {
            case JS_TUNDEFINED:
                return false;
            case JS_TNULL:
                out += "null";
                return true;
            case JS_TBOOLEAN:
                out += value.u.boolean ? "true" : "false";
                return true;
            case JS_TNUMBER:
                write_number(value.u.number);
                return true;
            case JS_TOBJECT:
                return write_object_value(value.u.object, depth);
            default:
                if (!is_string(value)) return write_other(value);
                write_string(string_bytes(value));
                return true;
        }
    }

    /// Symbols have no form.
    bool write_other(const js_Value& value) {
        if (is_bigint(value)) js_typeerror(J_, "Do not know how to serialize a BigInt");
        return false;
    }

    bool write_object_value(js_Object* object, int depth) {
        if (is_callable(object)) return false;
        switch (object->type) {
            case JS_CFUNCTION:
            case JS_CSCRIPT:
            case JS_CCFUNCTION:
                return false;
            case JS_CNUMBER:
                write_number(js_tonumber(J_, -1));
                return true;
            case JS_CSTRING:
                write_string(js_tostring(J_, -1));
                return true;
            case JS_CBOOLEAN:
                out += object->u.boolean ? "true" : "false";
                return true;
            default:
                break;
        }
        if (depth >= max_depth) js_rangeerror(J_, "Maximum call stack size exceeded");
        enter_library(J_);
        for (const js_Object* outer : path_) {
            if (outer == object) js_typeerror(J_, "Converting circular structure to JSON");
        }
        path_.push_back(object);
        if (object->type == JS_CARRAY) {
            write_array(object, depth);
        } else if (object->type == class_proxy && is_array(J_, object)) {
            write_array_proxy(object, depth);
        } else {
            write_object(object, depth);
        }
        path_.pop_back();
        return true;
    }

    void write_array(js_Object* array, int depth) {
        out += '[';
        for (std::int64_t i = 0; i < array_length(array); ++i) {
            if (i > 0) out += ',';
            new_line(depth + 1);
            if (array->u.a.simple && i < array->u.a.flat_length) {
                js_pushvalue(J_, array->u.a.array[i]);
            } else {
                about_to_run_script();
                get_element(J_, -1, i);
            }
            char key[20];
            if (!write_top(index_name(key, i), object_value(array), depth + 1)) out += "null";
        }
        if (array_length(array) > 0) new_line(depth);
        out += ']';
    }

    void write_array_proxy(js_Object* array, int depth) {
        about_to_run_script();
        js_getproperty(J_, -1, "length");
        const int length = js_tointeger(J_, -1);
        js_pop(J_, 1);
        out += '[';
        for (int i = 0; i < length; ++i) {
            if (i > 0) out += ',';
            new_line(depth + 1);
            about_to_run_script();
            js_getindex(J_, -1, i);
            char key[16];
            if (!write_top(js_itoa(key, i), object_value(array), depth + 1)) out += "null";
        }
        if (length > 0) new_line(depth);
        out += ']';
    }

    void write_object(js_Object* object, int depth) {
        out += '{';
        bool any = false;
        auto member = [&](const char* name, const js_Value* value) {
            const std::size_t before = out.size();
            if (any) out += ',';
            new_line(depth + 1);
            write_string(name);
            out += gap_.empty() ? ":" : ": ";
            if (value != nullptr) {
                js_pushvalue(J_, *value);
            } else {
                about_to_run_script();
                js_getproperty(J_, -1, name);
            }
            if (write_top(name, object_value(object), depth + 1)) {
                any = true;
            } else {
                out.resize(before);
            }
        };
        const bool indexed = object->type == JS_CUSERDATA && indexed_count(object) > 0;
        if (by_names_) {
            for (const std::string& name : names_) member(name.c_str(), nullptr);
        } else if (object->type == class_proxy) {
            about_to_run_script();
            std::vector<std::string> names;
            push_keys(J_, object, KeyFilter::enumerable, true, false);
            const js_Object* keys = js_toobject(J_, -1);
            for (int i = 0; i < keys->u.a.flat_length; ++i) names.emplace_back(string_bytes(keys->u.a.array[i]));
            js_pop(J_, 1);
            for (const std::string& name : names) member(name.c_str(), nullptr);
        } else if (indexed) {
            std::vector<std::string> names;
            visit_own_keys(J_, object, KeyFilter::enumerable, false, [&](const char* key) { names.emplace_back(key); });
            for (const std::string& name : names) member(name.c_str(), nullptr);
        } else {
            order_properties(J_, object, KeyFilter::enumerable, false);
            Frame frame;
            frame.properties = runtime_of(J_).enumeration;
            frames_.push_back(&frame);
            for (std::size_t i = 0; i < (frame.by_name ? frame.names.size() : frame.properties.size()); ++i) {
                if (frame.by_name) {
                    const std::string name = frame.names[i];
                    member(name.c_str(), nullptr);
                    continue;
                }
                const js_Property* property = frame.properties[i].second;
                const js_Value value = property->value;
                if (property->getter != nullptr || property->setter != nullptr) {
                    const std::string name = property->name;
                    member(name.c_str(), nullptr);
                } else if (value.t.type == JS_TOBJECT || replacer_.t.type == JS_TOBJECT) {
                    const std::string name = property->name;
                    member(name.c_str(), &value);
                } else {
                    // Scalars run no script, so that the name needs no copy.
                    member(property->name, &value);
                }
            }
            frames_.pop_back();
        }
        if (any) new_line(depth);
        out += '}';
    }

    void new_line(int depth) {
        if (gap_.empty()) return;
        out += '\n';
        for (int i = 0; i < depth; ++i) out += gap_;
    }

    void write_number(double number) {
        if (!std::isfinite(number)) {
            out += "null";
            return;
        }
        char buffer[32];
        out += jsV_numbertostring(J_, buffer, number);
    }

    void write_string(std::string_view text) {
        out += '"';
        std::size_t copied = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto c = static_cast<unsigned char>(text[i]);
            if (c >= 0x20 && c != '"' && c != '\\' && c != 0xC0 && c != 0xED) continue;
            // A surrogate alone, or a pair that the engine has not joined; U+D7FF and below share the lead byte.
            if (c == 0xED && static_cast<unsigned char>(text[i + 1]) < 0xA0) continue;
            out += text.substr(copied, i - copied);
            switch (c) {
                case 0xC0:
                    out += "\\u0000";
                    ++i;
                    break;
                case 0xED:
                    write_surrogate(text, i);
                    break;
                default:
                    append_json_escape(out, c);
                    break;
            }
            copied = i + 1;
        }
        out += text.substr(copied);
        out += '"';
    }

    static unsigned three_bytes(std::string_view text, std::size_t at) {
        return static_cast<unsigned>((text[at] & 0x0F) << 12 | (text[at + 1] & 0x3F) << 6 | (text[at + 2] & 0x3F));
    }

    void write_surrogate(std::string_view text, std::size_t& i) {
        const unsigned unit = three_bytes(text, i);
        if (unit < 0xDC00 && i + 5 < text.size() && text[i + 3] == '\xED') {
            const unsigned low = three_bytes(text, i + 3);
            if (is_low_surrogate(low)) {
                out += to_utf8(text.substr(i, 6));
                i += 5;
                return;
            }
        }
        append_unicode_escape(out, unit);
        i += 2;
    }

    js_State* J_;
    std::string gap_;
    js_Value replacer_ = undefined_value();
    bool by_names_ = false;
    std::vector<std::string> names_;
    std::vector<const js_Object*> path_;
    std::vector<Frame*> frames_;
};

std::string gap_of(js_State* J, const js_Value& space) {
    js_Value value = space;
    if (value.t.type == JS_TOBJECT) {
        js_pushvalue(J, value);
        if (value.u.object->type == JS_CNUMBER) value = number_value(js_tonumber(J, -1));
        if (value.t.type == JS_TOBJECT && value.u.object->type == JS_CSTRING) {
            js_tostring(J, -1);
            value = *js_tovalue(J, -1);
        }
    }
    if (value.t.type == JS_TNUMBER) {
        return std::string(static_cast<std::size_t>(std::clamp(jsV_numbertointeger(value.u.number), 0, 10)), ' ');
    }
    if (!is_string(value)) return {};
    std::string_view text = string_bytes(value);
    std::size_t size = 0;
    for (int units = 0; size < text.size() && units < 10; ++units) {
        ++size;
        while (size < text.size() && (text[size] & 0xC0) == 0x80) ++size;
    }
    return std::string(text.substr(0, size));
}

Value json_stringify(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    Guard guard(J);
    Writer writer(J, argument_raw(call, 1), gap_of(J, argument_raw(call, 2)));
    js_newobject(J);
    js_Object* holder = js_toobject(J, -1);
    jsV_setproperty(J, holder, "")->value = argument_raw(call, 0);
    js_pushvalue(J, argument_raw(call, 0));
    if (!writer.write_top("", object_value(holder), 0)) return {};
    return to_value(state, text_value(J, writer.out));
}

constexpr FunctionDefinition functions[] = {
    {"parse", 2, json_parse},
    {"stringify", 3, json_stringify},
};

}  // namespace

void install_json(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    js_Object* json = jsV_newobject(J, JS_CJSON, J->Object_prototype);
    js_pushobject(J, json);
    const Value object = to_value(state, object_value(json));
    object.define("@@toStringTag", state.literal("JSON"));
    state.define_functions(object, functions);
    state.global().define("JSON", object);
}

Value parse_json(State& state, std::string_view utf8, RepeatedNames repeated) {
    js_State* J = state.raw();
    Guard guard(J);
    if (is_engine_text(utf8)) return to_value(state, Parser(J, utf8, repeated).parse());
    const std::string text = to_engine_text(utf8);
    return to_value(state, Parser(J, text, repeated).parse());
}

}  // namespace k6::js
