// A JavaScript value held from C++.
//
// A Value owns its share of a value of one State: while it lives, the garbage collector keeps the object or string
// alive. Undefined, null, booleans, numbers and short strings cost nothing to hold; others take a slot in the State's
// root table. A Value must not outlive its State.
//
// Operations marked "runs script" may call getters, toString and so on; they throw ScriptException (js/mujs/errors.h)
// when the script throws. Everything else touches memory only.
//
//   Value options = state.object();
//   options.set("name", state.string("ann"));
//   options.set("age", 33);
//   double age = options.get("age").to_number();
//   Value shout = state.global().get("shout");
//   Value text = shout.call({}, {options.get("name")});
//
// The State's thread only.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace k6::js {

class State;
struct NativeHeader;
struct NativeType;

/// A string literal: text that lives as long as the program, as names of native functions must.
class Literal {
public:
    template <std::size_t N>
    consteval Literal(const char (&text)[N]) : text_(text), size_(N - 1) {}
    constexpr const char* c_str() const noexcept { return text_; }
    constexpr std::string_view view() const noexcept { return {text_, size_}; }

private:
    const char* text_;
    std::size_t size_;
};

/// What a property allows; combine with |.
enum class Attributes : int { none = 0, read_only = 1, hidden = 2, permanent = 4 };
constexpr Attributes operator|(Attributes a, Attributes b) {
    return static_cast<Attributes>(static_cast<int>(a) | static_cast<int>(b));
}

/// The engine's own representation of a value; only js/mujs looks inside.
struct RawValue {
    alignas(8) std::array<unsigned char, 16> bytes;
};

class Value {
public:
    enum class Type { undefined, null, boolean, number, string, symbol, bigint, object, function };

    /// undefined
    Value() noexcept : raw_{} { raw_.bytes[tag_at] = tag_undefined; }
    template <std::same_as<bool> T>
    Value(T boolean) noexcept : Value(Primitive{}, Type::boolean, boolean ? 1 : 0) {}
    template <class T>
    requires((std::integral<T> || std::floating_point<T>)&&!std::same_as<T, bool> && !std::same_as<T, char>)
        Value(T number)
    noexcept : Value(Primitive{}, Type::number, static_cast<double>(number)) {}
    static Value null() noexcept { return Value(Primitive{}, Type::null, 0); }

    Value(const Value& other) : raw_(other.raw_), state_(other.state_) {
        if (other.slot_ != 0) share();
    }
    Value(Value&& other) noexcept : raw_(other.raw_), state_(other.state_), slot_(other.slot_) { other.forget(); }
    Value& operator=(const Value& other) {
        if (this != &other) *this = Value(other);
        return *this;
    }
    Value& operator=(Value&& other) noexcept {
        if (this != &other) {
            if (slot_ != 0) release();
            raw_ = other.raw_;
            state_ = other.state_;
            slot_ = other.slot_;
            other.forget();
        }
        return *this;
    }
    ~Value() {
        if (slot_ != 0) release();
    }

    Type type() const noexcept;
    bool is_undefined() const noexcept { return tag() == tag_undefined; }
    bool is_null() const noexcept { return tag() == tag_null; }
    bool is_nullish() const noexcept { return is_undefined() || is_null(); }
    bool is_boolean() const noexcept { return tag() == tag_boolean; }
    bool is_number() const noexcept { return tag() == tag_number; }
    bool is_string() const noexcept { return type() == Type::string; }
    bool is_symbol() const noexcept { return type() == Type::symbol; }
    bool is_bigint() const noexcept { return type() == Type::bigint; }
    bool is_function() const noexcept { return tag() == tag_object && type() == Type::function; }
    /// Objects, functions and arrays included.
    bool is_object() const noexcept { return tag() == tag_object; }
    bool is_array() const noexcept;
    bool is_error() const noexcept;
    bool is_date() const noexcept;
    bool is_regexp() const noexcept;
    /// `description` of a symbol; empty for other types.
    std::string symbol_description() const;
    /// The same object, or equal primitives (SameValueZero).
    bool same_as(const Value& other) const noexcept;

    /// The number or boolean itself; 0 and false for other types.
    double as_number() const noexcept;
    bool as_boolean() const noexcept;
    /// The text of a string as UTF-8: lone surrogates become U+FFFD. Empty for other types.
    std::string as_string() const;
    /// The bytes of a string as the engine holds them (WTF-8, NUL as C0 80), valid while this Value lives and is not
    /// moved. Empty for other types.
    std::string_view raw_text() const& noexcept;
    std::string_view raw_text() const&& = delete;

    /// ECMAScript conversions.
    bool truthy() const noexcept;
    double to_number(State& state) const;       // runs script
    std::string to_string(State& state) const;  // runs script
    /// As above for a value that holds an object or string already; programmer error (std::logic_error) for objects of
    /// no known state.
    double to_number() const;       // runs script
    std::string to_string() const;  // runs script

    /// Properties; the value must be an object or function, otherwise a TypeError is thrown. Names given as
    /// `const char*` must be valid UTF-8 without NUL; string_views may hold anything.
    Value get(const char* name) const;       // runs script
    Value get(std::string_view name) const;  // runs script
    Value get(const std::string& name) const { return get(std::string_view(name)); }
    Value at(std::size_t index) const;      // runs script
    bool has(std::string_view name) const;  // own or inherited; runs script
    bool has_own(std::string_view name) const;
    void set(const char* name, const Value& value) const;       // runs script
    void set(std::string_view name, const Value& value) const;  // runs script
    void set(const std::string& name, const Value& value) const { set(std::string_view(name), value); }
    void set_at(std::size_t index, const Value& value) const;  // runs script
    /// Creates or replaces an own data property without calling setters.
    void define(std::string_view name, const Value& value, Attributes attributes = Attributes::hidden) const;
    void define_accessor(std::string_view name, const Value& getter, const Value& setter,
                         Attributes attributes = Attributes::hidden) const;
    bool remove(std::string_view name) const;
    /// `length` of an array or array-like.
    std::size_t length() const;  // runs script
    void append(const Value& value) const;
    /// As above for any property key: strings, symbols, values to convert.
    Value get(const Value& key) const;                     // runs script
    void set(const Value& key, const Value& value) const;  // runs script
    /// Own enumerable string keys in the language's order: integer keys ascending, then by insertion.
    std::vector<std::string> keys() const;
    /// Calls `visit(key, value)` for each of keys(); keys are UTF-8, valid during the call.
    template <std::invocable<std::string_view, const Value&> Visit>
    void for_each(Visit&& visit) const {  // runs script
        visit_members(const_cast<void*>(static_cast<const void*>(&visit)),
                      [](void* to, std::string_view key, const Value& value) {
                          (*static_cast<std::remove_reference_t<Visit>*>(to))(key, value);
                      });
    }

    Value prototype() const;
    void set_prototype(const Value& prototype) const;
    void freeze() const;
    /// No properties can be added from now on; lazy ones still come into being.
    void prevent_extensions() const;

    /// Calls the function; throws ScriptException when it throws.
    Value call(const Value& this_value, std::initializer_list<Value> arguments = {}) const {
        return call(this_value, std::span(arguments.begin(), arguments.size()));
    }
    Value call(const Value& this_value, std::span<const Value> arguments) const;  // runs script
    Value construct(std::span<const Value> arguments) const;                      // runs script

    /// The C++ object that State::native / Call::native attached, or null if it is of another type.
    template <class T>
    T* native() const noexcept;

    /// The State of an object or a long string; null for the kinds that belong to none.
    State* state() const noexcept { return state_; }

private:
    friend class State;
    friend struct Internal;
    struct Primitive {};
    // Those of the engine that this header needs; value.cc compares them with the engine's.
    static constexpr std::size_t tag_at = 15;
    static constexpr unsigned char tag_undefined = 1;
    static constexpr unsigned char tag_null = 2;
    static constexpr unsigned char tag_boolean = 3;
    static constexpr unsigned char tag_number = 4;
    static constexpr unsigned char tag_heap = 6;  // from here on: cells that the collector knows
    static constexpr unsigned char tag_object = 7;

    Value(Primitive, Type type, double number) noexcept : raw_{} {
        if (type == Type::number) {
            std::memcpy(raw_.bytes.data(), &number, sizeof number);
            raw_.bytes[tag_at] = tag_number;
        } else {
            raw_.bytes[0] = number != 0;
            raw_.bytes[tag_at] = type == Type::null ? tag_null : tag_boolean;
        }
    }
    Value(State& state, const RawValue& raw) : raw_(raw) {
        if (tag() >= tag_heap) root(state);
    }
    void root(State& state);
    unsigned char tag() const noexcept { return raw_.bytes[tag_at]; }
    void forget() noexcept {
        raw_.bytes[tag_at] = tag_undefined;
        slot_ = 0;
    }
    void share();
    void release() noexcept;
    State& owner() const;
    void visit_members(void* to, void (*visit)(void*, std::string_view, const Value&)) const;
    NativeHeader* native_header(const NativeType& type) const noexcept;

    RawValue raw_;
    State* state_ = nullptr;
    std::uint32_t slot_ = 0;
};

}  // namespace k6::js
