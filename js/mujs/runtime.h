// What stands behind a State: heap accounting, roots, lazily made properties, unwinding. Private to js/mujs and
// js/builtins; everything here works on raw engine values, which the collector does not know unless they are on the
// engine's stack, in a Root or reachable from one. The collector runs only while bytecode runs.
#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "js/mujs/mujs_private.h"
#include "js/mujs/native.h"
#include "js/mujs/state.h"

namespace k6::js {

/// Bits of js_Object::gcmark beyond MuJS's own two marks.
namespace object_bits {
inline constexpr int mark = 3;
inline constexpr int prototype_made = 4;  // of a function: the property exists, or did
inline constexpr int length_made = 8;
inline constexpr int name_made = 16;
inline constexpr int stack_made = 32;       // of an error
inline constexpr int not_constructor = 64;  // of a function: has no `prototype`
inline constexpr int table_shift = 8;       // index of the first LazyTable, 0: none
}  // namespace object_bits

/// `length` of a native function is in js_Object::extensible, above the flag itself.
inline constexpr int native_length_shift = 8;

/// js_Function::gcmark of a function that belongs to a SharedScript: never written, never freed by a State.
inline constexpr int permanent_function = 1 << 30;

/// Members of an object that come into being on first touch.
struct LazyTable {
    enum class Kind : std::uint8_t { stock, engine, functions, accessors };
    const void* entries = nullptr;  // static StockFunction, FunctionDefinition, AccessorDefinition; stock: none
    std::uint32_t first_stock = 0;  // index in Runtime::stock
    std::uint32_t next = 0;
    std::uint64_t made = 0;
    std::uint64_t initials = 0;  // bit (first character & 63) of every name
    std::uint32_t sequence = 0;
    std::uint8_t count = 0;
    Kind kind = Kind::stock;
    std::uint8_t attributes = 0;
};

struct StockFunction {
    const char* name;
    js_CFunction function;
    int length;
};

/// The frames at the place where an error was made; u.user.data of a JS_CERROR object.
struct CapturedFrames {
    int count;
    js_StackTrace frames[1];
};

/// A JS_CSTRING object keeps the string it shows alive instead of copying it.
struct StringObjectExtra {
    js_String* owner;
};
inline js_String*& string_owner(js_Object* object) {
    static_assert(sizeof(object->u.s) + sizeof(js_String*) <= sizeof(object->u));
    return reinterpret_cast<StringObjectExtra*>(reinterpret_cast<char*>(&object->u) + sizeof(object->u.s))->owner;
}

struct Runtime {
    js_State* J = nullptr;
    State* state = nullptr;

    // Heap
    std::size_t bytes = 0;
    std::size_t external_bytes = 0;
    std::size_t limit = 0;
    std::size_t collect_after = 0;
    std::size_t collect_at = 0;
    std::uint64_t collections = 0;
    bool above_limit_allowed = false;

    void (*checkpoint)(State&) = nullptr;
    int calls_to_checkpoint = 256;

    // Roots; a free slot is a number value: the index of the next free one.
    std::vector<js_Value> roots;
    std::uint32_t free_root = 0;

    /// How deep source may nest: little for eval and Function, which compile on the script's own C stack.
    int nesting_limit = 400;

    std::exception_ptr uncatchable;

    // The C stack at the outermost entry, and how far from there native functions may still be entered.
    const char* stack_base = nullptr;
    std::ptrdiff_t stack_budget = 0;

    std::vector<LazyTable> tables;
    std::vector<StockFunction> stock;
    js_Object* stock_target = nullptr;  // whose functions are being noted
    std::size_t stock_open = 0;
    std::vector<std::pair<std::uint64_t, js_Property*>> enumeration;  // scratch of own_keys

    struct FunctionPair {
        js_CFunction call;
        js_CFunction construct;
    };
    std::deque<FunctionPair> function_pairs;  // of MuJS's own functions; addresses are kept

    js_Object* go_error_prototype = nullptr;
    js_Object* aggregate_error_prototype = nullptr;

    std::deque<Microtask> microtasks;
    std::vector<std::pair<Value, Value>> unhandled;  // promise, reason
    std::vector<std::shared_ptr<const void>> kept;
    std::function<double()> wall_clock = [] {
        return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
    };
    std::uint64_t next_symbol = 0;
    std::uint64_t random_state[2] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};

    std::uint32_t add_root(const js_Value& value);
    void remove_root(std::uint32_t slot) noexcept;
    void request_collection() noexcept {
        J->gcthresh = 0;
        J->gccounter = 1;
    }
};

struct State::Impl : Runtime {};

inline Runtime& runtime_of(js_State* J) { return *static_cast<Runtime*>(J->actx); }

/// Access of js/mujs and js/builtins to what Value, State and Call keep private.
struct Internal {
    static js_Value raw(const Value& value) noexcept { return std::bit_cast<js_Value>(value.raw_); }
    static Value value(Runtime& runtime, const js_Value& raw) {
        return Value(*runtime.state, std::bit_cast<RawValue>(raw));
    }
    static Value value(State& state, const js_Value& raw) { return Value(state, std::bit_cast<RawValue>(raw)); }
    static Runtime& runtime(State& state) noexcept { return *state.impl_; }
    static Call make_call(State& state, int base, std::size_t size, bool construct);
    static js_Value this_raw(const Call& call) noexcept;
    static js_Value argument_raw(const Call& call, std::size_t index) noexcept;
    static NativeHeader* header(const Value& value, const NativeType& type) noexcept {
        return value.native_header(type);
    }
    static Value make_native(State& state, const Value& prototype, NativeHeader* header) {
        return state.make_native(prototype, header);
    }
};

void collect_garbage(js_State* J);
/// Frees what js_newstate mapped: the js_State itself and its value stack.
void free_state_memory(js_State* J);

inline js_Value object_value(js_Object* object) {
    js_Value value{};
    value.t.type = JS_TOBJECT;
    value.u.object = object;
    return value;
}

inline js_Value undefined_value() {
    js_Value value{};
    value.t.type = JS_TUNDEFINED;
    return value;
}

inline js_Value number_value(double number) {
    js_Value value{};
    value.t.type = JS_TNUMBER;
    value.u.number = number;
    return value;
}

inline bool is_string(const js_Value& value) {
    return value.t.type == JS_TSHRSTR || value.t.type == JS_TLITSTR || value.t.type == JS_TMEMSTR;
}

inline const char* string_bytes(const js_Value& value) {
    switch (value.t.type) {
        case JS_TSHRSTR:
            return value.u.shrstr;
        case JS_TLITSTR:
            return value.u.litstr;
        case JS_TMEMSTR:
            return value.u.memstr->p;
        default:
            return "";
    }
}

inline bool is_callable(const js_Object* object) {
    return object->type == JS_CFUNCTION || object->type == JS_CSCRIPT || object->type == JS_CCFUNCTION;
}

/// The frame of C++ code that calls the engine: an error raised below becomes a ScriptException here, an uncatchable
/// exception arrives as itself. Restores the engine's stack depths when it goes.
class Guard {
public:
    explicit Guard(js_State* J);
    ~Guard() {
        J_->trytop = depth_;
        J_->top = top_;
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    js_State* J_;
    int depth_;
    int top_;
};

/// Throws `value` as a script exception; only where no C++ object is alive.
[[noreturn]] void raise(js_State* J, const js_Value& value);

/// Runs C++ code in a place that MuJS calls: `body` may throw as errors.h says; script exceptions are raised after all
/// of its objects have ended. Only where no other C++ object is alive.
template <class Body>
void run_native(js_State* J, Body&& body);

/// The error object for an error of native code.
js_Value error_value(Runtime& runtime, HostError::Kind kind, const char* message);

template <class Body>
void run_native(js_State* J, Body&& body) {
    js_Value thrown;
    bool failed = true;
    try {
        body();
        failed = false;
    } catch (const ScriptException& exception) {
        // Not rooted from here on; but nothing collects before it is back on the engine's stack.
        thrown = Internal::raw(exception.value());
    } catch (const HostError& error) {
        thrown = error_value(runtime_of(J), error.kind(), error.what());
    } catch (const std::exception& error) {
        thrown = error_value(runtime_of(J), HostError::Kind::go_error, error.what());
    } catch (...) {
        runtime_of(J).uncatchable = std::current_exception();
        thrown = undefined_value();
    }
    if (failed) raise(J, thrown);
}

bool is_native_object(const js_Object* object);

// Properties (units/property.cc)

enum class KeyFilter { enumerable, all };
/// Own keys in order: integer indices (array elements and string characters included), then by insertion. Keys with
/// the symbol prefix are left out unless `symbols`, which gives only those. `visit(const char*)` may not run script.
template <class Visit>
void visit_own_keys(js_State* J, js_Object* object, KeyFilter filter, bool symbols, Visit&& visit);
/// Fills runtime.enumeration with the ordered named properties; pointers live until the object changes.
void order_properties(js_State* J, js_Object* object, KeyFilter filter, bool symbols);
/// Makes every lazy property exist; with KeyFilter::enumerable those that may be hidden are left out.
void make_lazy_properties(js_State* J, js_Object* object, KeyFilter filter);
void attach_table(js_State* J, js_Object* object, LazyTable table);
void free_properties(js_State* J, js_Property* node);
/// First node of the tree, or null. Nodes are in no meaningful order.
js_Property* property_root(js_Object* object);
js_Property* property_left(js_Property* node);
js_Property* property_right(js_Property* node);

inline constexpr std::string_view symbol_prefix = "@@";
inline bool is_symbol_key(const char* name) { return name[0] == '@' && name[1] == '@'; }

template <class Visit>
void visit_own_keys(js_State* J, js_Object* object, KeyFilter filter, bool symbols, Visit&& visit) {
    order_properties(J, object, filter, symbols);
    std::vector<std::pair<std::uint64_t, js_Property*>> ordered;
    ordered.swap(runtime_of(J).enumeration);
    if (!symbols) {
        int indices = 0;
        if (object->type == JS_CARRAY && object->u.a.simple) indices = object->u.a.flat_length;
        if (object->type == JS_CSTRING) indices = object->u.s.length;
        if (is_native_object(object)) {
            auto* header = static_cast<NativeHeader*>(object->u.user.data);
            if (header->type->index_count != nullptr) indices = static_cast<int>(header->type->index_count(*header));
        }
        for (int i = 0; i < indices; ++i) {
            char name[16];
            visit(static_cast<const char*>(js_itoa(name, i)));
        }
    }
    for (const auto& [order, property] : ordered) visit(static_cast<const char*>(property->name));
    ordered.clear();
    runtime_of(J).enumeration.swap(ordered);
}

bool has_own_property(js_State* J, js_Object* object, const char* name);
/// Ends extensibility and adds `attributes` to every property (read-only to data properties alone).
void freeze_object(js_State* J, js_Object* object, int attributes);

// Functions (units/value.cc, binding.cc)
js_Object* new_native_function(js_State* J, const char* name, int length, NativeFunction function);
js_Object* new_stock_function(js_State* J, const StockFunction& stock);

/// Where the C stack stands, near enough.
inline const char* stack_position() { return static_cast<const char*>(__builtin_frame_address(0)); }
/// Calls the State's checkpoint; where no C++ object is alive.
void run_checkpoint(js_State* J);
/// On entry to a function that is not script: raises a RangeError if too much of the C stack is taken. Where no C++
/// object is alive.
inline void enter_library(js_State* J) {
    Runtime& runtime = runtime_of(J);
    if (runtime.stack_base - stack_position() > runtime.stack_budget) {
        js_pushliteral(J, "stack overflow");  // becomes a RangeError on its way
        js_throw(J);
    }
    if (--runtime.calls_to_checkpoint <= 0) run_checkpoint(J);
}

/// Frames now on the engine's stack, innermost first, without the `skip` innermost.
CapturedFrames* capture_frames(js_State* J, int skip);
std::string stack_text(std::string_view head, std::span<const js_StackTrace> frames);
js_Object* new_error(js_State* J, js_Object* prototype, const char* message, int skip);

/// Number::toString of ECMA-262 (radix 10); returns the length, no terminator. `out` has room for 32.
int format_number(double number, char* out);

// Strings at the boundary (strings.cc)
/// True if UTF-8 text is also the engine's own form: valid, without NUL.
bool is_engine_text(std::string_view utf8);
std::string to_engine_text(std::string_view utf8);
/// True if engine text is valid UTF-8 as it stands: no encoded NUL, no surrogates.
bool is_plain_text(std::string_view engine_text);
std::string to_utf8(std::string_view engine_text);
/// Length in UTF-16 units.
int utf16_length(const char* engine_text, std::size_t size);
/// Pushes text on the engine's stack; run under a Guard or where no C++ object is alive.
void push_text(js_State* J, std::string_view engine_text);

}  // namespace k6::js
