#include "js/mujs/value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "js/mujs/errors.h"
#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

static_assert(sizeof(RawValue) == sizeof(js_Value));

js_Object* object_of(const Value& value) {
    const js_Value raw = Internal::raw(value);
    return raw.t.type == JS_TOBJECT ? raw.u.object : nullptr;
}

/// A property name in the engine's form, NUL-terminated.
class Name {
public:
    explicit Name(const char* literal) : text_(literal) {}
    explicit Name(std::string_view utf8) {
        if (!is_engine_text(utf8)) {
            converted_ = to_engine_text(utf8);
            text_ = converted_.c_str();
        } else if (utf8.size() < sizeof buffer_) {
            std::copy_n(utf8.data(), utf8.size(), buffer_);
            buffer_[utf8.size()] = 0;
            text_ = buffer_;
        } else {
            converted_ = utf8;
            text_ = converted_.c_str();
        }
    }
    const char* c_str() const { return text_; }

private:
    const char* text_;
    char buffer_[48];
    std::string converted_;
};

/// A plain own or inherited data property, found without running anything; null if it takes more than that.
js_Property* plain_property(js_State* J, js_Object* object, const char* name) {
    for (js_Object* o = object; o != nullptr; o = o->prototype) {
        // Objects whose properties are not all in the store.
        switch (o->type) {
            case JS_COBJECT:
            case JS_CCFUNCTION:
            case JS_CFUNCTION:
            case JS_CERROR:
            case JS_CDATE:
            case JS_CARGUMENTS:
            case JS_CJSON:
            case JS_CBOOLEAN:
            case JS_CNUMBER:
                break;
            case JS_CUSERDATA:
                if (is_native_object(o) && o->u.user.has == nullptr) break;
                return nullptr;
            default:
                return nullptr;
        }
    }
    js_Property* property = jsV_getproperty(J, object, name);
    return property == nullptr || property->getter != nullptr || property->setter != nullptr ? nullptr : property;
}

Value get_named(State& state, js_Object* object, const char* name) {
    js_State* J = state.raw();
    Guard guard(J);
    if (js_Property* property = plain_property(J, object, name)) return Internal::value(state, property->value);
    js_pushobject(J, object);
    js_getproperty(J, -1, name);
    return Internal::value(state, *js_tovalue(J, -1));
}

void set_named(State& state, js_Object* object, const char* name, const Value& value) {
    js_State* J = state.raw();
    Guard guard(J);
    js_pushobject(J, object);
    js_pushvalue(J, Internal::raw(value));
    js_setproperty(J, -2, name);
}

int checked_index(std::size_t index) {
    if (index > static_cast<std::size_t>(JS_ARRAYLIMIT)) throw RangeError("Invalid array length");
    return static_cast<int>(index);
}

js_Object* require_object(const Value& value) {
    js_Object* object = object_of(value);
    if (object == nullptr) {
        throw TypeError(value.is_undefined() ? "Cannot read properties of undefined"
                        : value.is_null()    ? "Cannot read properties of null"
                                             : "Value is not an object");
    }
    return object;
}

}  // namespace

void Value::root(State& state) {
    slot_ = Internal::runtime(state).add_root(Internal::raw(*this));
    state_ = &state;
}

static_assert(JS_TUNDEFINED == 1 && JS_TNULL == 2 && JS_TBOOLEAN == 3 && JS_TNUMBER == 4 && JS_TOBJECT == 7);
static_assert(JS_TSHRSTR < 6 && JS_TLITSTR < 6 && JS_TMEMSTR == 6 && type_symbol > 6 && type_bigint > 6);
static_assert(offsetof(js_Value, t.type) == 15);

void Value::share() { slot_ = Internal::runtime(*state_).add_root(Internal::raw(*this)); }

void Value::release() noexcept {
    Internal::runtime(*state_).remove_root(slot_);
    slot_ = 0;
}

State& Value::owner() const {
    if (state_ == nullptr) throw std::logic_error("the operation needs an object");
    return *state_;
}

Value::Type Value::type() const noexcept {
    const js_Value raw = Internal::raw(*this);
    switch (raw.t.type) {
        case JS_TUNDEFINED:
            return Type::undefined;
        case JS_TNULL:
            return Type::null;
        case JS_TBOOLEAN:
            return Type::boolean;
        case JS_TNUMBER:
            return Type::number;
        case JS_TOBJECT:
            return is_callable(raw.u.object) ? Type::function : Type::object;
        case type_symbol:
            return Type::symbol;
        case type_bigint:
            return Type::bigint;
        default:
            return Type::string;
    }
}

bool Value::is_array() const noexcept {
    const js_Object* object = object_of(*this);
    return object != nullptr && object->type == JS_CARRAY;
}

bool Value::is_error() const noexcept {
    const js_Object* object = object_of(*this);
    return object != nullptr && object->type == JS_CERROR;
}

bool Value::is_date() const noexcept {
    const js_Object* object = object_of(*this);
    return object != nullptr && object->type == JS_CDATE;
}

bool Value::is_regexp() const noexcept {
    const js_Object* object = object_of(*this);
    return object != nullptr && is_regexp_object(object);
}

bool Value::same_as(const Value& other) const noexcept {
    return same_value_zero(Internal::raw(*this), Internal::raw(other));
}

double Value::as_number() const noexcept {
    const js_Value raw = Internal::raw(*this);
    return raw.t.type == JS_TNUMBER ? raw.u.number : 0;
}

bool Value::as_boolean() const noexcept {
    const js_Value raw = Internal::raw(*this);
    return raw.t.type == JS_TBOOLEAN && raw.u.boolean != 0;
}

std::string_view Value::raw_text() const& noexcept {
    const js_Value raw = Internal::raw(*this);
    if (raw.t.type == JS_TSHRSTR) return reinterpret_cast<const char*>(raw_.bytes.data());
    return string_bytes(raw);
}

std::string Value::as_string() const {
    const std::string_view text = raw_text();
    return is_plain_text(text) ? std::string(text) : to_utf8(text);
}

bool Value::truthy() const noexcept {
    js_Value raw = Internal::raw(*this);
    return jsV_toboolean(nullptr, &raw) != 0;
}

double Value::to_number(State& state) const {
    const js_Value raw = Internal::raw(*this);
    if (raw.t.type == JS_TNUMBER) return raw.u.number;
    js_State* J = state.raw();
    Guard guard(J);
    js_pushvalue(J, raw);
    return js_tonumber(J, -1);
}

std::string Value::to_string(State& state) const {
    const js_Value raw = Internal::raw(*this);
    if (k6::js::is_string(raw)) return as_string();
    js_State* J = state.raw();
    Guard guard(J);
    js_pushvalue(J, raw);
    const std::string_view text = js_tostring(J, -1);
    return is_plain_text(text) ? std::string(text) : to_utf8(text);
}

double Value::to_number() const {
    if (is_number()) return as_number();
    if (is_undefined()) return std::numeric_limits<double>::quiet_NaN();
    if (is_null()) return 0;
    if (is_boolean()) return as_boolean() ? 1 : 0;
    js_Value raw = Internal::raw(*this);
    if (k6::js::is_string(raw)) return jsV_stringtonumber(nullptr, string_bytes(raw));
    return to_number(owner());
}

std::string Value::to_string() const {
    switch (type()) {
        case Type::string:
            return as_string();
        case Type::object:
        case Type::function:
            return to_string(owner());
        case Type::symbol:
            throw TypeError("Cannot convert a Symbol value to a string");
        case Type::bigint:
            return to_string(owner());
        default: {
            js_Value raw = Internal::raw(*this);
            if (raw.t.type == JS_TNUMBER) {
                char buffer[32];
                return jsV_numbertostring(nullptr, buffer, raw.u.number);
            }
            return jsV_tostring(nullptr, &raw);
        }
    }
}

Value Value::get(const char* name) const {
    js_Object* object = require_object(*this);
    return get_named(*state_, object, name);
}

Value Value::get(std::string_view name) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    return get_named(*state_, object, key.c_str());
}

Value Value::at(std::size_t index) const {
    js_Object* object = require_object(*this);
    if (object->type == JS_CARRAY && object->u.a.simple) {
        if (index >= static_cast<std::size_t>(object->u.a.flat_length)) return {};
        return Value(*state_, std::bit_cast<RawValue>(object->u.a.array[index]));
    }
    js_State* J = state_->raw();
    Guard guard(J);
    js_pushobject(J, object);
    js_getindex(J, -1, checked_index(index));
    return Internal::value(*state_, *js_tovalue(J, -1));
}

bool Value::has(std::string_view name) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    js_State* J = state_->raw();
    Guard guard(J);
    return has_property(J, object, key.c_str());
}

bool has_own_property(js_State* J, js_Object* object, const char* name) {
    const int top = J->top;
    Descriptor descriptor;
    const bool present = get_own_property(J, object, name, &descriptor);
    J->top = top;
    return present;
}

bool Value::has_own(std::string_view name) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    Guard guard(state_->raw());
    return has_own_property(state_->raw(), object, key.c_str());
}

void Value::set(const char* name, const Value& value) const {
    js_Object* object = require_object(*this);
    set_named(*state_, object, name, value);
}

void Value::set(std::string_view name, const Value& value) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    set_named(*state_, object, key.c_str(), value);
}

void Value::set_at(std::size_t index, const Value& value) const {
    js_Object* object = require_object(*this);
    js_State* J = state_->raw();
    Guard guard(J);
    js_pushobject(J, object);
    js_pushvalue(J, Internal::raw(value));
    js_setindex(J, -2, checked_index(index));
}

namespace {

void define_on(js_State* J, js_Object* object, const char* name, Descriptor descriptor, Attributes attributes) {
    const int bits = static_cast<int>(attributes);
    descriptor.has_enumerable = descriptor.has_configurable = true;
    descriptor.enumerable = (bits & JS_DONTENUM) == 0;
    descriptor.configurable = (bits & JS_DONTCONF) == 0;
    if (!descriptor.is_accessor()) {
        descriptor.has_writable = true;
        descriptor.writable = (bits & JS_READONLY) == 0;
    }
    if (define_own_property(J, object, name, descriptor)) return;
    // C++ may change what scripts may not.
    js_Property* property = object->extensible ? jsV_getownproperty(J, object, name) : nullptr;
    if (property == nullptr) throw TypeError("Cannot add property, object is not extensible");
    property->value = descriptor.value;
    property->getter = descriptor.get;
    property->setter = descriptor.set;
    property->atts = (property->atts & ~7) | bits;
}

}  // namespace

void Value::define(std::string_view name, const Value& value, Attributes attributes) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    js_State* J = state_->raw();
    Guard guard(J);
    Descriptor descriptor;
    descriptor.has_value = true;
    descriptor.value = Internal::raw(value);
    define_on(J, object, key.c_str(), descriptor, attributes);
}

void Value::define_accessor(std::string_view name, const Value& getter, const Value& setter,
                            Attributes attributes) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    js_State* J = state_->raw();
    Guard guard(J);
    Descriptor descriptor;
    descriptor.has_get = descriptor.has_set = true;
    descriptor.get = object_of(getter);
    descriptor.set = object_of(setter);
    define_on(J, object, key.c_str(), descriptor, attributes);
}

bool Value::remove(std::string_view name) const {
    js_Object* object = require_object(*this);
    const Name key(name);
    js_State* J = state_->raw();
    Guard guard(J);
    return has_own_property(J, object, key.c_str()) && delete_property(J, object, key.c_str());
}

Value Value::get(const Value& key) const {
    js_Object* object = require_object(*this);
    js_State* J = state_->raw();
    Guard guard(J);
    js_pushvalue(J, Internal::raw(key));
    get_property(J, object, property_key(J, -1), object_value(object));
    return Internal::value(*state_, *js_tovalue(J, -1));
}

void Value::set(const Value& key, const Value& value) const {
    js_Object* object = require_object(*this);
    js_State* J = state_->raw();
    Guard guard(J);
    js_pushvalue(J, Internal::raw(key));
    js_pushvalue(J, Internal::raw(value));
    js_pushobject(J, object);
    js_pushvalue(J, Internal::raw(value));
    js_setproperty(J, -2, property_key(J, -4));
}

std::string Value::symbol_description() const {
    const js_Value raw = Internal::raw(*this);
    if (!k6::js::is_symbol(raw)) return {};
    std::string_view text = raw.u.memstr->p;
    if (text.starts_with("@@for:")) return to_utf8(text.substr(6));
    if (text.starts_with("@@sym:")) {
        const std::size_t colon = text.find(':', 6);
        return colon == std::string_view::npos ? std::string() : to_utf8(text.substr(colon + 1));
    }
    return "Symbol." + std::string(text.substr(symbol_prefix.size()));
}

std::size_t Value::length() const {
    const js_Object* object = require_object(*this);
    if (object->type == JS_CARRAY) return std::size_t{array_length(object)};
    const double length = get("length").to_number(*state_);
    return length > 0 ? static_cast<std::size_t>(std::min(length, 9007199254740991.0)) : 0;
}

void Value::append(const Value& value) const {
    js_Object* object = require_object(*this);
    if (object->type == JS_CARRAY && object->u.a.simple && object->u.a.flat_length == object->u.a.length &&
        object->extensible) {
        Guard guard(state_->raw());
        set_array_element(state_->raw(), object, object->u.a.length, Internal::raw(value));
        return;
    }
    set_at(length(), value);
}

std::vector<std::string> Value::keys() const {
    js_Object* object = require_object(*this);
    std::vector<std::string> keys;
    js_State* J = state_->raw();
    Guard guard(J);
    auto take = [&](const char* key) { keys.push_back(is_plain_text(key) ? std::string(key) : to_utf8(key)); };
    if (object->type == class_proxy) {
        push_keys(J, object, KeyFilter::enumerable, true, false);
        const js_Object* list = js_toobject(J, -1);
        for (int i = 0; i < list->u.a.flat_length; ++i) {
            const js_Value& key = list->u.a.array[i];
            take(key.t.type == JS_TSHRSTR ? key.u.shrstr : string_bytes(key));
        }
        return keys;
    }
    visit_own_keys(J, object, KeyFilter::enumerable, false, take);
    return keys;
}

void Value::visit_members(void* to, void (*visit)(void*, std::string_view, const Value&)) const {
    js_Object* object = require_object(*this);
    Runtime& runtime = Internal::runtime(*state_);
    // Objects as literals make them: neither the names nor the properties, as long as none is removed meanwhile, need a
    // copy in the heap or another look at the object.
    struct Member {
        js_Property* property;
        std::size_t begin;
        std::size_t end;
    };
    std::array<Member, 16> members;
    std::array<char, 512> names;
    std::size_t count = 0;
    const auto note = [&] {
        if (object->type != JS_COBJECT) return false;
        Guard guard(runtime.J);
        order_properties(runtime.J, object, KeyFilter::enumerable, false);
        if (runtime.enumeration.size() > members.size()) return false;
        std::size_t used = 0;
        for (const auto& [order, property] : runtime.enumeration) {
            const std::string_view name = property->name;
            if (used + name.size() > names.size() || !is_plain_text(name)) return false;
            std::copy(name.begin(), name.end(), names.begin() + static_cast<std::ptrdiff_t>(used));
            members[count++] = {property, used, used + name.size()};
            used += name.size();
        }
        return true;
    };
    if (!note()) {
        for (const std::string& key : keys()) visit(to, key, get(key));
        return;
    }
    const std::uint64_t removals = runtime.removals;
    for (const Member& member : std::span(members.data(), count)) {
        const std::string_view key(names.data() + member.begin, member.end - member.begin);
        const bool plain =
            runtime.removals == removals && member.property->getter == nullptr && member.property->setter == nullptr;
        visit(to, key, plain ? Internal::value(runtime, member.property->value) : get(key));
    }
}

Value Value::prototype() const {
    js_Object* object = require_object(*this);
    Guard guard(state_->raw());
    js_Object* prototype = get_prototype(state_->raw(), object);
    return prototype == nullptr ? Value::null() : Internal::value(*state_, object_value(prototype));
}

void Value::set_prototype(const Value& prototype) const {
    js_Object* object = require_object(*this);
    Guard guard(state_->raw());
    js_Object* wanted = object_of(prototype);
    if (object->type != class_proxy && object->extensible == 0) {
        object->prototype = wanted;  // C++ may
    } else if (!k6::js::set_prototype(state_->raw(), object, wanted)) {
        throw TypeError("Cyclic prototype chain");
    }
}

void freeze_object(js_State* J, js_Object* object, int attributes) {
    if (object->type == JS_CARRAY && object->u.a.simple) jsR_unflattenarray(J, object);
    make_lazy_properties(J, object, KeyFilter::all);
    object->extensible = 0;
    for (const bool symbols : {false, true}) {
        order_properties(J, object, KeyFilter::all, symbols);
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            if (std::string_view(property->name).starts_with("@@#")) continue;  // private names stay writable
            const bool accessor = property->getter != nullptr || property->setter != nullptr;
            property->atts |= accessor ? attributes & ~JS_READONLY : attributes;
        }
    }
}

void Value::freeze() const {
    js_Object* object = require_object(*this);
    Guard guard(state_->raw());
    freeze_object(state_->raw(), object, JS_READONLY | JS_DONTCONF);
}

void Value::prevent_extensions() const { require_object(*this)->extensible &= ~1; }

Value Value::call(const Value& this_value, std::span<const Value> arguments) const {
    if (!is_object() || !is_callable(Internal::raw(*this).u.object)) throw TypeError("Value is not a function");
    js_State* J = state_->raw();
    Guard guard(J);
    if (static_cast<std::size_t>(J->top) + arguments.size() + 3 >= JS_STACKSIZE) throw_report(J, stack_overflow_report);
    js_Value* slot = J->stack + J->top;
    *slot++ = Internal::raw(*this);
    *slot++ = Internal::raw(this_value);
    for (const Value& argument : arguments) *slot++ = Internal::raw(argument);
    J->top = static_cast<int>(slot - J->stack);
    js_call(J, static_cast<int>(arguments.size()));
    return Internal::value(*state_, J->stack[J->top - 1]);
}

Value Value::construct(std::span<const Value> arguments) const {
    if (!is_function()) throw TypeError("Value is not a constructor");
    js_State* J = state_->raw();
    Guard guard(J);
    js_pushvalue(J, Internal::raw(*this));
    for (const Value& argument : arguments) js_pushvalue(J, Internal::raw(argument));
    js_construct(J, static_cast<int>(arguments.size()));
    return Internal::value(*state_, *js_tovalue(J, -1));
}

NativeHeader* Value::native_header(const NativeType& type) const noexcept {
    js_Object* object = object_of(*this);
    if (object == nullptr || !is_native_object(object)) return nullptr;
    auto* header = static_cast<NativeHeader*>(object->u.user.data);
    return header->type == &type ? header : nullptr;
}

TracedValue::TracedValue(const Value& value) noexcept : raw_(std::bit_cast<RawValue>(Internal::raw(value))) {}

Value TracedValue::load(State& state) const { return Internal::value(state, std::bit_cast<js_Value>(raw_)); }

}  // namespace k6::js
