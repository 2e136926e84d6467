// RegExp: the constructor, exec, and the accessors (ECMA-262 22.2). The algorithms behind String's match, replace,
// split and their kin are in regexp_symbols.cc.
#include <algorithm>
#include <cmath>
#include <vector>

#include "js/builtins/regexp_exec.h"

namespace k6::js {
namespace {

constexpr double largest_index = 9007199254740991.0;

}  // namespace

Value to_js_string(State& state, const Value& value) {
    if (value.is_string()) return value;
    js_State* J = state.raw();
    Guard guard(J);
    js_pushvalue(J, Internal::raw(value));
    const char* text = js_tostring(J, -1);
    if (is_string(*js_tovalue(J, -1))) return top_value(state);
    return to_value(state, text_value(J, text));
}

std::string to_engine_string(State& state, const Value& value) {
    const Value text = to_js_string(state, value);
    return std::string(text.raw_text());
}

// ---- subjects

RegExpInput::RegExpInput(State& state, const Value& text, regexp::SubjectForm form)
    : state_(state), text_(text), raw_(Internal::raw(text_)) {
    js_State* J = state.raw();
    const Text known = text_of(J, raw_);
    RegExpRuntime& runtime = regexp_runtime(J);
    const std::uint64_t generation = Internal::runtime(state).texts.generation();
    if (known.known != nullptr && runtime.subject != nullptr && runtime.subject_bytes == known.bytes.data() &&
        runtime.subject_generation == generation && runtime.subject->form() == form) {
        subject_ = runtime.subject;
    } else {
        subject_ = std::make_shared<regexp::Subject>(known.bytes, form);
        if (known.known != nullptr && !subject_->is_engine_text()) {
            runtime.subject = subject_;
            runtime.subject_bytes = known.bytes.data();
            runtime.subject_generation = generation;
        }
    }
    if (subject_->is_engine_text()) {
        view_ = known;
    } else {
        // Its own positions, in the same units.
        local_ = {subject_->text().data(), subject_->text().size(), known.units, 0, 0};
        view_ = {subject_->text(), known.units, &local_};
    }
}

std::size_t RegExpInput::offset_of(int unit) const { return place_of(view_, unit).offset; }
int RegExpInput::unit_of(std::size_t offset) const { return js::unit_of(view_, offset); }

std::string_view RegExpInput::piece(std::size_t first, std::size_t last, std::string& storage) const {
    if (subject_->is_engine_text()) return subject_->text().substr(first, last - first);
    storage = subject_->to_engine_text(first, last);
    return storage;
}

js_Value RegExpInput::piece_value(std::size_t first, std::size_t last) const {
    if (first == 0 && last == subject_->text().size()) return raw_;
    std::string storage;
    return text_value(state_.raw(), piece(first, last, storage));
}

js_Value RegExpInput::capture_value(const regexp::Capture& capture) const {
    return capture.participated() ? piece_value(capture.first, capture.last) : undefined_value();
}

std::size_t RegExpInput::next_offset(std::size_t offset) const {
    const std::string_view text = subject_->text();
    return offset >= text.size() ? text.size() + 1 : offset + character_size(static_cast<unsigned char>(text[offset]));
}

// ---- lastIndex

namespace {

/// ToLength of the property; runs script if somebody put an object there.
double last_index(State& state, js_Object* object) {
    js_State* J = state.raw();
    const js_Property* property = jsV_getownproperty(J, object, "lastIndex");
    double number = 0;
    if (property != nullptr && property->value.t.type == JS_TNUMBER) {
        number = property->value.u.number;
    } else {
        Guard guard(J);
        js_pushobject(J, object);
        js_getproperty(J, -1, "lastIndex");
        number = js_tonumber(J, -1);
    }
    return std::isnan(number) ? 0 : std::clamp(std::trunc(number), 0.0, largest_index);
}

}  // namespace

void set_last_index(State& state, js_Object* object, double index) {
    js_State* J = state.raw();
    js_Property* property = jsV_getownproperty(J, object, "lastIndex");
    if (property != nullptr && property->getter == nullptr && property->setter == nullptr &&
        (property->atts & JS_READONLY) == 0) {
        property->value = number_value(index);
        return;
    }
    if (is_regexp_object(object)) {
        throw TypeError("Cannot assign to read only property 'lastIndex' of object '[object RegExp]'");
    }
    to_value(state, object_value(object)).set("lastIndex", index);
}

// ---- exec

void throw_match_limit(const regexp::Program& program) {
    throw HostError(HostError::Kind::error, "Regular expression took too many steps: /" + to_utf8(program.source()) +
                                                "/" + program.flags().text());
}

bool regexp_step(State& state, js_Object* object, const regexp::Program& program, const RegExpInput& input) {
    const bool positioned = program.flags().global || program.flags().sticky;
    const double index = last_index(state, object);
    if (positioned && index > input.units()) {
        set_last_index(state, object, 0);
        return false;
    }
    const std::size_t start = positioned ? input.offset_of(static_cast<int>(index)) : 0;
    regexp::Matcher& matcher = regexp_runtime(state.raw()).matcher;
    switch (program.match(matcher, input.subject(), start,
                          program.flags().sticky ? regexp::Search::here : regexp::Search::from_here_on)) {
        case regexp::Outcome::no_match:
            if (positioned) set_last_index(state, object, 0);
            return false;
        case regexp::Outcome::gave_up:
            throw_match_limit(program);
        case regexp::Outcome::match:
            break;
    }
    if (positioned) set_last_index(state, object, input.unit_of(matcher.capture(0).last));
    return true;
}

namespace {

js_Object* new_bare_object(js_State* J) { return jsV_newobject(J, JS_COBJECT, nullptr); }

}  // namespace

js_Value match_result(State& state, const regexp::Program& program, const RegExpInput& input) {
    js_State* J = state.raw();
    const regexp::Matcher& matcher = regexp_runtime(J).matcher;
    js_Object* result = new_array(J);
    for (std::uint32_t group = 0; group < program.group_count(); ++group) {
        append_raw(J, result, input.capture_value(matcher.capture(group)));
    }
    jsV_setproperty(J, result, "index")->value = number_value(input.unit_of(matcher.capture(0).first));
    jsV_setproperty(J, result, "input")->value = input.raw();
    js_Value groups = undefined_value();
    if (!program.names().empty()) {
        js_Object* named = new_bare_object(J);
        for (const auto& [name, group] : program.names()) {
            jsV_setproperty(J, named, name.c_str())->value = result->u.a.array[group];
        }
        groups = object_value(named);
    }
    jsV_setproperty(J, result, "groups")->value = groups;
    if (program.flags().has_indices) {
        js_Object* indices = new_array(J);
        for (std::uint32_t group = 0; group < program.group_count(); ++group) {
            const regexp::Capture capture = matcher.capture(group);
            if (!capture.participated()) {
                append_raw(J, indices, undefined_value());
                continue;
            }
            js_Object* pair = new_array(J);
            append_raw(J, pair, number_value(input.unit_of(capture.first)));
            append_raw(J, pair, number_value(input.unit_of(capture.last)));
            append_raw(J, indices, object_value(pair));
        }
        js_Value index_groups = undefined_value();
        if (!program.names().empty()) {
            js_Object* named = new_bare_object(J);
            for (const auto& [name, group] : program.names()) {
                jsV_setproperty(J, named, name.c_str())->value = indices->u.a.array[group];
            }
            index_groups = object_value(named);
        }
        jsV_setproperty(J, indices, "groups")->value = index_groups;
        jsV_setproperty(J, result, "indices")->value = object_value(indices);
    }
    return object_value(result);
}

Value regexp_builtin_exec(State& state, const Value& expression, const Value& text) {
    const js_Value raw = Internal::raw(expression);
    const RegExpObject* object = regexp_of(raw);
    if (object == nullptr) throw TypeError("RegExp.prototype.exec called on a value that is no RegExp");
    const auto program = object->program;  // the object may be compiled anew by what it calls
    js_State* J = state.raw();
    Guard guard(J);
    const RegExpInput input(state, text, program->form());
    if (!regexp_step(state, raw.u.object, *program, input)) return Value::null();
    return to_value(state, match_result(state, *program, input));
}

namespace {

Value exec(Call& call) {
    const Value self = call.this_value();
    if (!self.is_regexp()) throw TypeError("RegExp.prototype.exec called on a value that is no RegExp");
    return regexp_builtin_exec(call.state(), self, to_js_string(call.state(), call[0]));
}

bool is_native_getter(js_State* J, js_Object* object, const char* name, NativeFunction function) {
    const js_Property* property = jsV_getproperty(J, object, name);
    return property != nullptr && property->getter != nullptr && property->getter->type == JS_CCFUNCTION &&
           property->getter->u.c.data == reinterpret_cast<void*>(function);
}

}  // namespace

bool has_builtin_exec(js_State* J, js_Object* object) {
    const js_Property* property = jsV_getproperty(J, object, "exec");
    return property != nullptr && property->value.t.type == JS_TOBJECT &&
           property->value.u.object->type == JS_CCFUNCTION &&
           property->value.u.object->u.c.data == reinterpret_cast<void*>(static_cast<NativeFunction>(exec));
}

Value regexp_exec(State& state, const Value& expression, const Value& text) {
    const js_Value raw = Internal::raw(expression);
    if (is_regexp_object(raw.u.object) && has_builtin_exec(state.raw(), raw.u.object)) {
        return regexp_builtin_exec(state, expression, text);
    }
    const Value function = expression.get("exec");
    if (!function.is_function()) return regexp_builtin_exec(state, expression, text);
    const Value result = function.call(expression, {text});
    if (!result.is_object() && !result.is_null()) throw TypeError("object null is not a function");
    return result;
}

namespace {

Value require_object(Call& call, const char* function) {
    const Value self = call.this_value();
    if (!self.is_object()) {
        throw TypeError("RegExp.prototype." + std::string(function) + " called on a value that is no object");
    }
    return self;
}

Value test(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    const Value self = require_object(call, "test");
    const Value text = to_js_string(state, call[0]);
    const js_Value raw = Internal::raw(self);
    const RegExpObject* object = regexp_of(raw);
    if (object == nullptr || !has_builtin_exec(J, raw.u.object)) return !regexp_exec(state, self, text).is_null();
    const auto program = object->program;
    Guard guard(J);
    const RegExpInput input(state, text, program->form());
    return regexp_step(state, raw.u.object, *program, input);
}

Value to_string(Call& call) {
    State& state = call.state();
    const Value self = require_object(call, "toString");
    std::string text = "/";
    text += to_engine_string(state, self.get("source"));
    text += '/';
    text += to_engine_string(state, self.get("flags"));
    Guard guard(state.raw());
    return to_value(state, text_value(state.raw(), text));
}

// ---- accessors

template <bool regexp::Flags::*flag>
Value flag_of(Call& call) {
    const js_Value self = this_raw(call);
    if (const RegExpObject* object = regexp_of(self)) return object->program->flags().*flag;
    if (self.t.type == JS_TOBJECT && self.u.object == call.state().raw()->RegExp_prototype) return {};
    throw TypeError("RegExp flag getter called on a value that is no RegExp");
}

Value flags(Call& call) {
    State& state = call.state();
    const Value self = require_object(call, "flags");
    std::string text;
    if (self.get("hasIndices").truthy()) text += 'd';
    if (self.get("global").truthy()) text += 'g';
    if (self.get("ignoreCase").truthy()) text += 'i';
    if (self.get("multiline").truthy()) text += 'm';
    if (self.get("dotAll").truthy()) text += 's';
    if (self.get("unicode").truthy()) text += 'u';
    if (self.get("sticky").truthy()) text += 'y';
    return state.string(text);
}

Value source(Call& call) {
    State& state = call.state();
    const js_Value self = this_raw(call);
    Guard guard(state.raw());
    if (const RegExpObject* object = regexp_of(self)) {
        return to_value(state, text_value(state.raw(), object->program->source()));
    }
    if (self.t.type == JS_TOBJECT && self.u.object == state.raw()->RegExp_prototype) return state.literal("(?:)");
    throw TypeError("RegExp.prototype.source getter called on a value that is no RegExp");
}

// ---- making

regexp::Flags flags_from(const std::string& text) {
    const auto flags = regexp::parse_flags(text);
    if (!flags) throw SyntaxError("Invalid flags supplied to RegExp constructor '" + to_utf8(text) + "'");
    return *flags;
}

/// The pattern and flags that RegExp(pattern, flags) means.
std::shared_ptr<const regexp::Program> program_from(State& state, const Value& pattern, const Value& flags,
                                                    bool like_regexp) {
    js_State* J = state.raw();
    std::string source;
    Value wanted = flags;
    if (const RegExpObject* given = regexp_of(Internal::raw(pattern))) {
        if (flags.is_undefined()) return given->program;
        source = given->program->pattern();
    } else if (like_regexp) {
        const Value given_source = pattern.get("source");
        if (flags.is_undefined()) wanted = pattern.get("flags");
        source = given_source.is_undefined() ? std::string() : to_engine_string(state, given_source);
    } else {
        source = pattern.is_undefined() ? std::string() : to_engine_string(state, pattern);
    }
    const regexp::Flags parsed = wanted.is_undefined() ? regexp::Flags() : flags_from(to_engine_string(state, wanted));
    return compile_regexp(J, source, parsed);
}

Value construct(Call& call) {
    State& state = call.state();
    const bool like_regexp = is_regexp_like(state, call[0]);
    if (!call.is_construct() && like_regexp && call[1].is_undefined() &&
        call[0].get("constructor").same_as(call.callee())) {
        return call[0];
    }
    auto program = program_from(state, call[0], call[1], like_regexp);
    return to_value(state, new_regexp_object(state.raw(), std::move(program)));
}

/// Annex B: the object becomes another expression.
Value compile(Call& call) {
    State& state = call.state();
    const js_Value raw = this_raw(call);
    if (regexp_of(raw) == nullptr) throw TypeError("RegExp.prototype.compile called on a value that is no RegExp");
    const bool given_regexp = call[0].is_regexp();
    if (given_regexp && !call[1].is_undefined()) throw TypeError("Flags given together with a RegExp");
    auto program = program_from(state, call[0], call[1], false);
    const_cast<RegExpObject*>(regexp_of(raw))->program = std::move(program);
    set_last_index(state, raw.u.object, 0);
    return call.this_value();
}

Value itself(Call& call) { return call.this_value(); }

Value symbol_match(Call& call) {
    const Value self = require_object(call, "[Symbol.match]");
    return regexp_match(call.state(), self, to_js_string(call.state(), call[0]));
}

Value symbol_match_all(Call& call) {
    const Value self = require_object(call, "[Symbol.matchAll]");
    return regexp_match_all(call.state(), self, to_js_string(call.state(), call[0]));
}

Value symbol_replace(Call& call) {
    const Value self = require_object(call, "[Symbol.replace]");
    return regexp_replace(call.state(), self, to_js_string(call.state(), call[0]), call[1]);
}

Value symbol_search(Call& call) {
    const Value self = require_object(call, "[Symbol.search]");
    return regexp_search(call.state(), self, to_js_string(call.state(), call[0]));
}

Value symbol_split(Call& call) {
    const Value self = require_object(call, "[Symbol.split]");
    return regexp_split(call.state(), self, to_js_string(call.state(), call[0]), call[1]);
}

constexpr FunctionDefinition prototype_functions[] = {
    {"exec", 1, exec},
    {"test", 1, test},
    {"toString", 0, to_string},
    {"compile", 2, compile},
    {"@@match", 1, symbol_match},
    {"@@matchAll", 1, symbol_match_all},
    {"@@replace", 2, symbol_replace},
    {"@@search", 1, symbol_search},
    {"@@split", 2, symbol_split},
};

constexpr AccessorDefinition prototype_accessors[] = {
    {"dotAll", flag_of<&regexp::Flags::dot_all>},
    {"flags", flags},
    {"global", flag_of<&regexp::Flags::global>},
    {"hasIndices", flag_of<&regexp::Flags::has_indices>},
    {"ignoreCase", flag_of<&regexp::Flags::ignore_case>},
    {"multiline", flag_of<&regexp::Flags::multiline>},
    {"source", source},
    {"sticky", flag_of<&regexp::Flags::sticky>},
    {"unicode", flag_of<&regexp::Flags::unicode>},
};

constexpr AccessorDefinition static_accessors[] = {{"@@species", itself}};

constexpr ClassDefinition regexp_class{
    .name = "RegExp",
    .length = 2,
    .construct = construct,
    .call = construct,
    .methods = prototype_functions,
    .accessors = prototype_accessors,
};

}  // namespace

bool is_regexp_like(State& state, const Value& value) {
    if (!value.is_object()) return false;
    const js_Value raw = Internal::raw(value);
    const Value matcher = value.get("@@match");
    (void)state;
    return matcher.is_undefined() ? is_regexp_object(raw.u.object) : matcher.truthy();
}

bool is_pristine_regexp(js_State* J, const js_Value& value) {
    if (value.t.type != JS_TOBJECT || !is_regexp_object(value.u.object)) return false;
    js_Object* object = value.u.object;
    return object->prototype == J->RegExp_prototype && has_builtin_exec(J, object) &&
           is_native_getter(J, object, "flags", flags) &&
           is_native_getter(J, object, "global", flag_of<&regexp::Flags::global>) &&
           is_native_getter(J, object, "unicode", flag_of<&regexp::Flags::unicode>);
}

void install_regexp(State& state) {
    js_State* J = state.raw();
    const Value constructor = state.define_class(regexp_class, to_value(state, object_value(J->RegExp_prototype)));
    state.define_accessors(constructor, static_accessors);
    state.global().define("RegExp", constructor);
    install_regexp_symbols(state);
}

}  // namespace k6::js
