// What stands behind a State: heap accounting, roots, lazily made properties, unwinding. Private to js/mujs and
// js/builtins; everything here works on raw engine values, which the collector does not know unless they are on the
// engine's stack, in a Root or reachable from one. The collector runs only while bytecode runs.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "js/mujs/block_pool.h"
#include "js/mujs/mujs_private.h"
#include "js/mujs/native.h"
#include "js/mujs/shared_script.h"
#include "js/mujs/state.h"
#include "js/mujs/text.h"

namespace k6::js {

namespace regexp {
class PatternCache;
}

// Kinds of js_Value beyond MuJS's: both hold a js_String cell. A symbol's text is its property key; a BigInt's cell is
// described in bigint.h.
inline constexpr char type_symbol = 8;
inline constexpr char type_bigint = 9;

/// A class that MuJS has for Math, and this library has no use for: Proxy objects.
inline constexpr js_Class class_proxy = JS_CMATH;

/// What js_Object::u holds of a Proxy. A revoked one has neither target nor handler.
/// With a target and no handler it is the namespace of a module, which has the target's own properties.
struct ProxyParts {
    js_Object* target;
    js_Object* handler;
    bool callable;
    bool constructs;
};
inline ProxyParts& proxy_parts(js_Object* object) { return *reinterpret_cast<ProxyParts*>(&object->u); }
inline const ProxyParts& proxy_parts(const js_Object* object) {
    return *reinterpret_cast<const ProxyParts*>(&object->u);
}

/// How a frame's function makes its `this` an object of its class, if it does.
enum class Construction : std::uint8_t { none, by_new, by_super };

inline bool is_namespace(const js_Object* proxy) {
    return proxy_parts(proxy).handler == nullptr && proxy_parts(proxy).target != nullptr;
}

/// A function that runs.
struct Frame {
    Frame* caller;
    Frame* deeper;                // kept for the next call
    const js_Function* function;  // null: native
    const js_Instruction* pc;     // the instruction that runs
    js_Environment* scope;        // the caller's, to go back to
    const char* name;             // of a native function
    js_Object* new_target;        // of a construction
    int bottom;                   // the caller's js_State::bot
    int depth;
    bool strict;                // the caller's
    bool entry;                 // returning leaves the interpreter
    Construction construction;  // by new: `this` is the result unless an object is returned
};

/// Where an exception goes.
struct Handler {
    enum class Kind : std::uint8_t { guard, script };
    Kind kind;
    bool strict;
    int top;
    int bottom;
    Frame* frame;
    js_Environment* scope;
    std::jmp_buf* buffer;
    const js_Instruction* pc;
};

inline constexpr std::size_t max_handlers = 16384;

/// An iteration that an exception closes on its way to a handler that was there before: the first `handlers`.
struct OpenIteration {
    js_Object* iteration;
    std::size_t handlers;
    void (*close)(js_State*, js_Object*);
};

/// The handlers that wait, innermost last.
class HandlerStack {
public:
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const Handler& back() const noexcept { return handlers_[size_ - 1]; }
    void push(const Handler& handler) {
        if (size_ == capacity_) [[unlikely]]
            grow();
        handlers_[size_++] = handler;
    }
    void pop() noexcept { --size_; }
    /// Those beyond `size` go.
    void cut(std::size_t size) noexcept { size_ = static_cast<std::uint32_t>(size); }

private:
    void grow();

    std::unique_ptr<Handler[]> handlers_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

/// Bits of js_Object::gcmark beyond MuJS's own two marks.
namespace object_bits {
inline constexpr int mark = 3;
inline constexpr int prototype_made = 4;  // of a function: the property exists, or did
inline constexpr int length_made = 8;
inline constexpr int name_made = 16;
inline constexpr int stack_made = 32;       // of an error
inline constexpr int not_constructor = 64;  // of a function: makes no objects
inline constexpr int constructed = 128;     // made by `new` with a function of a script
inline constexpr int table_shift = 8;       // index of the first LazyTable, 0: none
}  // namespace object_bits

/// `length` of a native function is in js_Object::extensible, above the flag itself.
inline constexpr int native_length_shift = 8;

/// js_Function::gcmark of a function that belongs to a SharedScript: never written, never freed by a State.
inline constexpr int permanent_function = 1 << 30;

/// Members of an object that come into being on first touch.
struct LazyTable {
    enum class Kind : std::uint8_t { stock, engine, functions, accessors, installers };
    const void* entries = nullptr;  // static StockFunction, FunctionDefinition, …; of the kind stock: none
    std::uint32_t first_stock = 0;  // index in Runtime::stock
    std::uint32_t next = 0;
    std::uint64_t made = 0;
    std::uint64_t initials = 0;  // bit (first character & 63) of every name
    std::uint32_t sequence = 0;
    std::uint8_t count = 0;
    Kind kind = Kind::stock;
    std::uint8_t attributes = 0;
};

/// A property that comes into being by running a function that defines it, perhaps with others.
struct Installer {
    const char* name;
    void (*install)(State&);
};

/// Where an object has a property of the name that an instruction holds (the pointer, not the text: names in bytecode
/// stay where they are).
struct CachedProperty {
    const js_Object* object;
    const char* name;
    js_Property* property;
};

/// The elements of the sparse array that was asked for them last: sorted, without those that went since.
struct SparseElements {
    const js_Object* array = nullptr;
    int count = 0;  // js_Object::count, which grows with each property that comes
    unsigned asked = 0;
    std::vector<std::uint32_t> indices;
};

struct StockFunction {
    const char* name;
    js_CFunction function;
    int length;             // missing arguments are padded up to it
    int formal_length = 0;  // `length` of the function, if that is more
};

/// A frame as an error notes it. `position` is that of js_Instruction: see source_place().
struct CapturedFrame {
    const char* name;
    const char* file;  // null: native
    int position;
};

/// The frames at the place where an error was made; u.user.data of a JS_CERROR object.
struct CapturedFrames {
    int count;
    CapturedFrame frames[1];
};

/// From byte offsets in compiled text to lines and columns of the source.
struct PositionTable {
    /// Those of the text itself.
    explicit PositionTable(std::string_view text);
    PositionTable(std::vector<SourcePosition> sorted, std::string original)
        : positions(std::move(sorted)), source(std::move(original)) {}
    std::pair<int, int> place(std::uint32_t offset) const;

    std::vector<SourcePosition> positions;
    std::vector<std::uint32_t> line_starts;
    std::string source;  // the original; UTF-8
};

// Of a function of the original source, fields that only the compiler needs say more once it has compiled.
inline int& function_begin(js_Function* function) { return function->codecap; }
inline int& function_end(js_Function* function) { return function->funcap; }
/// Kind in the lowest byte; above it, if not zero, `length` plus one.
inline int& function_traits(js_Function* function) { return function->varcap; }
inline int function_begin(const js_Function* function) { return function->codecap; }
inline int function_end(const js_Function* function) { return function->funcap; }
inline int function_traits(const js_Function* function) { return function->varcap; }
/// js_Function::strict of a class's constructor: it cannot be called without `new`.
inline constexpr int class_strictness = 3;
inline FunctionSource::Kind function_kind(const js_Function* function) {
    return static_cast<FunctionSource::Kind>(function_traits(function) & 0xff);
}
/// Whether `new` makes no objects by it.
inline bool makes_no_objects(const js_Function* function) {
    const auto kind = function_kind(function);
    return kind != FunctionSource::Kind::plain && kind != FunctionSource::Kind::class_constructor;
}
/// For the functions compiled since `last` was the newest.
void note_functions(js_State* J, const js_Function* last, const std::vector<FunctionSource>& functions);
struct Runtime;
inline js_Value undefined_value();
/// What Function.prototype.toString shows; empty if the source is not known.
std::string_view function_text(const Runtime& runtime, const js_Function* function);

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
    BlockPool* blocks = nullptr;
    std::unique_ptr<BlockPool> own_blocks;
    std::size_t bytes = 0;
    std::size_t external_bytes = 0;
    std::size_t limit = 0;
    std::size_t collect_after = 0;
    std::size_t collect_at = 0;
    std::uint64_t collections = 0;
    bool above_limit_allowed = false;
    bool recovering = false;                // from the want of memory, until the next collection
    std::vector<const js_Object*> joining;  // arrays that Array.prototype.join works on

    void (*checkpoint)(State&) = nullptr;
    Result<LoweredSource> (*lower_source)(std::string_view) = nullptr;
    /// Counts calls and backward jumps down to the next checkpoint; collections are asked for by setting it to 0.
    int ticks = 1000;
    bool collection_wanted = false;

    Frame* frame = nullptr;  // the innermost; never null
    int max_depth = 20000;
    HandlerStack handlers;
    std::vector<OpenIteration> open_iterations;
    /// Set by a native function as the last thing it does: its result is that of calling what is on top of the stack,
    /// a function, `this` and so many arguments.
    int tail_call = -1;
    js_Value kept_result = undefined_value();  // what the step function that runs is to return (js/support)
    js_Object* super_prototype = nullptr;      // of what the next native constructor makes, for super()
    js_Object* new_prototype = nullptr;        // the same for the one that runs; null: its own
    js_Object* native_target = nullptr;        // new.target of the native constructor that has just been entered
    std::vector<std::pair<const char*, const PositionTable*>> position_tables;  // by interned file name
    std::vector<std::unique_ptr<const PositionTable>> own_tables;               // those of evaluate()
    const char* compiled_text = nullptr;  // the source being compiled; null if positions are plain lines

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
    std::array<CachedProperty, 64> property_cache{};                  // forgotten whenever a property is freed
    std::uint64_t removals = 0;                                       // of properties of objects that live on
    SparseElements sparse;                                            // forgotten by collections

    struct FunctionPair {
        js_CFunction call;
        js_CFunction construct;
    };
    std::vector<std::unique_ptr<FunctionPair>> function_pairs;
    std::vector<void (*)(State&)> installed;
    /// Sees to it that State::hidden has a value of that name; the library's.
    void (*find_hidden)(State&, std::string_view name) = nullptr;

    js_Object* symbol_prototype = nullptr;
    js_Object* bigint_prototype = nullptr;
    js_Object* go_error_prototype = nullptr;
    js_Object* aggregate_error_prototype = nullptr;

    std::vector<Microtask> microtasks;
    std::size_t next_microtask = 0;
    std::vector<std::pair<Value, Value>> unhandled;  // promise, reason
    std::vector<std::shared_ptr<const void>> kept;
    std::function<double()> wall_clock = [] {
        return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
    };
    TextCache texts;
    std::shared_ptr<struct RegExpRuntime> regexp;  // js/mujs/regexp_object.h
    std::uint64_t next_symbol = 0;
    std::uint64_t random_state[2] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};

    std::uint32_t add_root(const js_Value& value) {
        const std::uint32_t slot = free_root;
        if (slot == 0) [[unlikely]]
            return add_new_root(value);
        free_root = static_cast<std::uint32_t>(roots[slot].u.number);
        roots[slot] = value;
        return slot;
    }
    std::uint32_t add_new_root(const js_Value& value);
    void remove_root(std::uint32_t slot) noexcept {
        roots[slot].t.type = JS_TNUMBER;
        roots[slot].u.number = free_root;
        free_root = slot;
    }
    void request_collection() noexcept {
        collection_wanted = true;
        ticks = 0;
    }

    /// Null if there is no memory, or the script may have no more of it.
    void* allocate(std::size_t size) {
        const std::size_t taken = BlockPool::size_for(size);
        if (bytes + taken > collect_at && !has_room(taken)) [[unlikely]]
            return nullptr;
        void* block = blocks->allocate(size);
        if (block == nullptr) [[unlikely]]
            return nullptr;
        bytes += taken;
        return block;
    }
    void* reallocate(void* block, std::size_t size);
    void release(void* block) noexcept {
        bytes -= BlockPool::size_of(block);
        blocks->release(block);
    }
    /// Asks for a collection; false if the limit does not allow so many bytes more.
    bool has_room(std::size_t more) noexcept;
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

/// The engine's values are made and copied as 16 bytes at once: a load of 16 bytes that meets smaller stores, still
/// under way, waits for them.
inline js_Value make_value(std::uint64_t payload, char type) {
    static_assert(std::endian::native == std::endian::little);
    using Words [[gnu::vector_size(16)]] = std::int64_t;
    const Words words = {static_cast<std::int64_t>(payload), static_cast<std::int64_t>(type) << 56};
    return std::bit_cast<js_Value>(words);
}

inline js_Value object_value(js_Object* object) {
    return make_value(reinterpret_cast<std::uintptr_t>(object), JS_TOBJECT);
}

inline js_Value undefined_value() { return make_value(0, JS_TUNDEFINED); }

inline js_Value literal_value(const char* literal) {
    return make_value(reinterpret_cast<std::uintptr_t>(literal), JS_TLITSTR);
}

inline js_Value null_value() { return make_value(0, JS_TNULL); }

inline js_Value string_value(js_String* string) {
    return make_value(reinterpret_cast<std::uintptr_t>(string), JS_TMEMSTR);
}

/// A string of less than 16 bytes, held in the value itself.
inline js_Value short_string_value(const char* text, std::size_t size) {
    std::uint64_t words[2] = {0, 0};
    const auto load = [](const char* from, auto word) {
        std::memcpy(&word, from, sizeof word);
        return static_cast<std::uint64_t>(word);
    };
    if (size >= 8) {
        words[0] = load(text, std::uint64_t{});
        if (size > 8) words[1] = load(text + size - 8, std::uint64_t{}) >> (8 * (16 - size));
    } else if (size >= 4) {
        words[0] = load(text, std::uint32_t{}) | load(text + size - 4, std::uint32_t{}) << (8 * (size - 4));
    } else {
        for (std::size_t i = 0; i < size; ++i) {
            words[0] |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
        }
    }
    using Words [[gnu::vector_size(16)]] = std::uint64_t;
    return std::bit_cast<js_Value>(Words{words[0], words[1]});
}

inline js_Value boolean_value(bool boolean) { return make_value(boolean ? 1 : 0, JS_TBOOLEAN); }

inline bool is_nullish(const js_Value& value) { return value.t.type == JS_TUNDEFINED || value.t.type == JS_TNULL; }
inline bool is_object(const js_Value& value) { return value.t.type == JS_TOBJECT; }
inline bool is_symbol(const js_Value& value) { return value.t.type == type_symbol; }
inline bool is_bigint(const js_Value& value) { return value.t.type == type_bigint; }

inline js_Value number_value(double number) { return make_value(std::bit_cast<std::uint64_t>(number), JS_TNUMBER); }

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
    return object->type == JS_CFUNCTION || object->type == JS_CSCRIPT || object->type == JS_CCFUNCTION ||
           (object->type == class_proxy && proxy_parts(object).callable);
}
bool is_constructor(const js_Object* object);

// Symbols' property keys begin with "@@": "@@iterator" and its kin are the well-known ones, "@@for:key" those of the
// registry, "@@sym:N:description" the unique ones. Scripts never see those that begin with "@@#" (private names) and
// "@@internal:".
inline constexpr std::string_view symbol_prefix = "@@";
inline bool is_private_key(const char* name) { return name[0] == '@' && name[1] == '@' && name[2] == '#'; }
/// The private name's property: the object's own, or of a method ("@@#name^…") that of its class, if `new` made the
/// object.
js_Property* private_property(js_State* J, js_Object* object, const char* key);
/// Gives the object the private methods of a prototype and of all above it as its own.
void own_private_methods(js_State* J, js_Object* object, js_Object* prototype);
inline bool is_symbol_key(const char* name) { return name[0] == '@' && name[1] == '@'; }
inline bool is_hidden_key(const char* name) {
    return is_symbol_key(name) && (name[2] == '#' || std::strncmp(name + 2, "internal:", 9) == 0);
}

/// What `typeof` says.
const char* type_name(const js_Value& value);
/// Array.isArray: looks through proxies.
bool is_array(js_State* J, js_Object* object);

/// The frame of C++ code that calls the engine: an error raised below becomes a ScriptException here, an uncatchable
/// exception arrives as itself. Restores the engine's stack depths when it goes.
class Guard {
public:
    [[gnu::always_inline]] explicit Guard(js_State* J) : J_(J), depth_(runtime_of(J).handlers.size()), top_(J->top) {
        Runtime& runtime = runtime_of(J);
        if (depth_ >= max_handlers) [[unlikely]]
            throw_too_deep();
        if (depth_ == 0) runtime.stack_base = static_cast<const char*>(__builtin_frame_address(0));
        runtime.handlers.push({.kind = Handler::Kind::guard,
                               .strict = J->strict != 0,
                               .top = J->top,
                               .bottom = J->bot,
                               .frame = runtime.frame,
                               .scope = J->E,
                               .buffer = nullptr,
                               .pc = nullptr});
    }
    ~Guard() {
        runtime_of(J_).handlers.cut(depth_);
        J_->top = top_;
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    [[noreturn]] static void throw_too_deep();

    js_State* J_;
    std::size_t depth_;
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

bool is_regexp_object(const js_Object* object);
/// Lets a State use compiled regular expressions together with others, unless it has compiled some of its own.
void share_patterns(State& state, std::shared_ptr<regexp::PatternCache> cache);
void finalize_native(js_State* J, void* data);
inline bool is_native_object(const js_Object* object) {
    return object->type == JS_CUSERDATA && object->u.user.finalize == finalize_native;
}

/// MuJS's field is an int, lengths of arrays go up to 2^32 - 1.
inline std::uint32_t array_length(const js_Object* array) { return static_cast<std::uint32_t>(array->u.a.length); }
inline void set_array_length(js_Object* array, std::int64_t length) {
    array->u.a.length = static_cast<int>(static_cast<std::uint32_t>(length));
}
inline constexpr std::int64_t max_array_length = 0xffffffff;

enum class KeyFilter { enumerable, all };

// The engine reports some errors as literal texts, which become error objects on their way (units/interpreter.cc).
inline constexpr char stack_overflow_report[] = "stack overflow";
inline constexpr char out_of_memory_report[] = "out of memory";
[[noreturn]] void throw_report(js_State* J, const char* report);
bool is_engine_report(const js_Value& value);
js_Value report_error(js_State* J, const js_Value& report);

// Property access as scripts see it (units/access.cc). Names are property keys: engine text, symbols by their text. Run
// script; where no C++ object is alive, or under a Guard.

/// ToPropertyKey, in place; the text lives as long as the value stays where it is.
const char* property_key(js_State* J, js_Value* value);
const char* property_key(js_State* J, int index);
/// Where properties of symbols and BigInts are looked up; made with their constructors when somebody touches those.
js_Object* symbol_prototype(js_State* J);
js_Object* bigint_prototype(js_State* J);
/// The value of a property key: a string or a symbol. Not rooted.
js_Value key_value(js_State* J, const char* key);
/// [[Get]]: pushes the value, or undefined.
void get_property(js_State* J, js_Object* object, const char* name, const js_Value& receiver);
/// Pushes the value and returns true; or pushes nothing if there is no such property.
bool find_property(js_State* J, js_Object* object, const char* name, const js_Value& receiver);
/// [[HasProperty]]
bool has_property(js_State* J, js_Object* object, const char* name);
enum class Refusal { none, read_only, getter_only, not_extensible, by_proxy };
/// [[Set]]
Refusal set_property(js_State* J, js_Object* object, const char* name, const js_Value& value, const js_Value& receiver);
[[noreturn]] void throw_refusal(js_State* J, Refusal refusal, const char* name);
/// [[Delete]]
bool delete_property(js_State* J, js_Object* object, const char* name);
js_Object* get_prototype(js_State* J, js_Object* object);
/// False if it is refused.
bool set_prototype(js_State* J, js_Object* object, js_Object* prototype);
bool is_extensible(js_State* J, js_Object* object);
bool prevent_extensions(js_State* J, js_Object* object);
/// How many own properties 0, 1, … stand outside the store: elements of dense arrays, strings and typed arrays.
int indexed_count(const js_Object* object);
/// Element k of a native object that has elements (NativeType::get_index); nothing if it is beyond their number.
void set_native_element(js_State* J, js_Object* object, int k, const js_Value& value);
/// One UTF-16 unit of a String object; `index` is less than its length.
js_Value string_object_unit(js_State* J, js_Object* object, int index);
/// js_getindex and its kin for any index up to 2^53.
void get_element(js_State* J, int index, std::int64_t k);
/// Pushes the element if there is one.
bool has_element(js_State* J, int index, std::int64_t k);
void set_element(js_State* J, int index, std::int64_t k);
void delete_element(js_State* J, int index, std::int64_t k);
void set_length(js_State* J, int index, std::int64_t length);
/// The text of an index; `buffer` has room for 20.
const char* index_name(char* buffer, std::int64_t k);
/// The array index (ECMA-262 6.1.7, up to 2^32 - 2) that the key is; -1 if it is none.
std::int64_t array_index(const char* key);
/// The first element from k on that is there, of an array whose elements are named properties; 2^32 if there is none.
/// May give k itself if that is no element.
std::int64_t next_element(js_State* J, js_Object* array, std::int64_t k);
/// The same downwards; -1 if there is none.
std::int64_t previous_element(js_State* J, js_Object* array, std::int64_t k);
/// Array element k, which may be one past the end of the dense part.
void set_array_element(js_State* J, js_Object* array, int k, const js_Value& value);

/// Own property descriptors (ECMA-262 6.2.6). Fields that are not there are not changed, or default to false.
struct Descriptor {
    bool has_value = false;
    bool has_get = false;
    bool has_set = false;
    bool has_writable = false;
    bool has_enumerable = false;
    bool has_configurable = false;
    bool writable = false;
    bool enumerable = false;
    bool configurable = false;
    js_Value value = undefined_value();
    js_Object* get = nullptr;
    js_Object* set = nullptr;
    bool is_accessor() const { return has_get || has_set; }
};
/// Reads { value, writable, get, … }; runs script. Leaves what it read on the engine's stack, to keep it alive.
Descriptor to_descriptor(js_State* J, const js_Value& object);
/// ValidateAndApplyPropertyDescriptor, or the handler's answer; false if it is not allowed.
bool define_own_property(js_State* J, js_Object* object, const char* name, const Descriptor& descriptor);
/// [[GetOwnProperty]]: false if there is none. May leave values on the engine's stack, to keep them alive.
bool get_own_property(js_State* J, js_Object* object, const char* name, Descriptor* descriptor);
/// Leaves the descriptor's object on the stack.
void push_descriptor(js_State* J, const Descriptor& descriptor);
/// Leaves an array of own keys on the stack: strings, then symbols. Enumerable ones alone is a filter for all objects,
/// proxies included.
void push_keys(js_State* J, js_Object* object, KeyFilter filter, bool strings, bool symbols);
/// The value of a property, made if need be, of a plain object that C++ made and no script has seen.
js_Value& plain_member(js_State* J, js_Object* object, std::string_view name);
/// Appends to an array that C++ made and no script has seen.
void append_raw(js_State* J, js_Object* array, const js_Value& value);
js_Object* new_array(js_State* J);
/// Text as a value, short strings inline. Not rooted.
js_Value text_value(js_State* J, std::string_view engine_text);
bool same_value_zero(const js_Value& left, const js_Value& right);
bool same_value(const js_Value& left, const js_Value& right);

// Traps (units/proxy.cc); `proxy` is of class_proxy.
/// The namespace object of a module whose exports are the object's own properties; the same one each time.
js_Object* module_namespace(js_State* J, js_Object* exports);
void proxy_get(js_State* J, js_Object* proxy, const char* name, const js_Value& receiver);
bool proxy_set(js_State* J, js_Object* proxy, const char* name, const js_Value& value, const js_Value& receiver);
bool proxy_has(js_State* J, js_Object* proxy, const char* name);
bool proxy_delete(js_State* J, js_Object* proxy, const char* name);
bool proxy_define(js_State* J, js_Object* proxy, const char* name, const Descriptor& descriptor);
bool proxy_get_own(js_State* J, js_Object* proxy, const char* name, Descriptor* descriptor);
/// Leaves an array of all own keys on the stack.
void proxy_own_keys(js_State* J, js_Object* proxy);
js_Object* proxy_get_prototype(js_State* J, js_Object* proxy);
bool proxy_set_prototype(js_State* J, js_Object* proxy, js_Object* prototype);
bool proxy_is_extensible(js_State* J, js_Object* proxy);
bool proxy_prevent_extensions(js_State* J, js_Object* proxy);
/// The stack holds function, this, arguments; leaves the result in their place.
void proxy_call(js_State* J, js_Object* proxy, int count);
/// The stack holds function, arguments.
void proxy_construct(js_State* J, js_Object* proxy, int count, js_Object* new_target);

// Running (units/interpreter.cc)

/// In words, with its position and operands.
int instruction_size(const js_Instruction* pc);
/// The name by which a member call reads its function, found by following the stack through the function's code up to
/// `call`. Null if it is no member call, or not by a name.
const char* member_of_call(const js_Function* function, const js_Instruction* call);
/// Compiles source and leaves it as a script function on the stack. Its positions need a table in the Runtime.
void load_script(js_State* J, const char* file, const char* source);
/// Runs source as eval does and returns its value; C++ exceptions as errors.h says.
Value evaluate_source(State& state, std::string_view engine_text);
/// What `Function` does; `parameters` ends with ')', or is null.
js_Function* compile_function(js_State* J, const char* parameters, const char* body);
/// As js_construct, for another `new.target`.
void construct(js_State* J, int count, js_Object* new_target);
/// As js_call of a super class's constructor; `this` is the object that is being made.
void call_super(js_State* J, int count, js_Object* new_target);
void run_ticks(js_State* J);

/// OrdinaryHasInstance; runs script.
bool ordinary_has_instance(js_State* J, js_Object* target, const js_Value& value);
/// Function.prototype[Symbol.hasInstance]
void function_has_instance(js_State* J);
/// The property of an object or its prototypes that a name in bytecode, other than "length", means; null if there is
/// none. `*elsewhere` is set if that takes more than a look at the store.
js_Property* find_named(js_State* J, js_Object* object, const char* name, bool* elsewhere);
/// As above for an own property; null also if it takes more.
js_Property* find_own_named(js_State* J, js_Object* object, const char* name);
/// A variable's property in the environment chain, and the environment that has it; null if there is none. The name
/// must be of bytecode.
js_Property* find_variable(js_State* J, const char* name, js_Environment** owner);

// BigInt values (units/bigint.cc); the functions that make one may raise errors, none of them runs script.
js_Value bigint_from_double(js_State* J, double whole);
js_Value bigint_from_int64(js_State* J, std::int64_t number);
js_Value bigint_from_uint64(js_State* J, std::uint64_t number);
/// Of a literal or StringToBigInt: decimal, 0x, 0o or 0b digits; undefined if the text is no number.
js_Value bigint_from_text(js_State* J, std::string_view text);
/// ToBigInt in place; runs script.
void to_bigint(js_State* J, js_Value* value);
/// −1, 0, 1
int bigint_compare(const js_Value& left, const js_Value& right);
/// As above for a BigInt and a number; 2 for NaN.
int bigint_compare_number(const js_Value& left, double right);
bool bigint_is_zero(const js_Value& value);
double bigint_to_double(const js_Value& value);
/// The value modulo 2^64.
std::uint64_t bigint_to_uint64(const js_Value& value);
js_Value bigint_text(js_State* J, const js_Value& value, int radix);
js_Value bigint_wrap(js_State* J, const js_Value& value, double bits, bool is_signed);
js_Value bigint_operate(js_State* J, js_OpCode operation, const js_Value& left, const js_Value& right);
js_Value bigint_power(js_State* J, const js_Value& base, const js_Value& exponent);

// Operators on anything but two numbers: (operand, operand) on the stack become the result (units/operators.cc).
void operate(js_State* J, js_OpCode operation);
void operate_unary(js_State* J, js_OpCode operation);
/// x % y of numbers.
double remainder_of(double x, double y);
/// ToNumeric in place.
void to_numeric(js_State* J, js_Value* value);

// Properties (units/property.cc)

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

template <class Visit>
void visit_own_keys(js_State* J, js_Object* object, KeyFilter filter, bool symbols, Visit&& visit) {
    order_properties(J, object, filter, symbols);
    std::vector<std::pair<std::uint64_t, js_Property*>> ordered;
    ordered.swap(runtime_of(J).enumeration);
    if (!symbols) {
        const int indices = indexed_count(object);
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
js_Object* new_library_constructor(js_State* J, js_CFunction call, js_CFunction construct, const char* name,
                                   int length);
js_Object* new_stock_function(js_State* J, const StockFunction& stock);

/// Where the C stack stands, near enough.
inline const char* stack_position() { return static_cast<const char*>(__builtin_frame_address(0)); }
/// Calls the State's checkpoint; where no C++ object is alive.
void run_checkpoint(js_State* J);
/// On entry to a function that is not script: raises a RangeError if too much of the C stack is taken. Where no C++
/// object is alive.
inline void enter_library(js_State* J) {
    const Runtime& runtime = runtime_of(J);
    if (runtime.stack_base - stack_position() > runtime.stack_budget) throw_report(J, stack_overflow_report);
}

/// Frames now on the engine's stack, innermost first, without the `skip` innermost.
CapturedFrames* capture_frames(js_State* J, int skip);
StackFrame described(const Runtime& runtime, const CapturedFrame& frame);
std::string stack_text(const Runtime& runtime, std::string_view head, std::span<const CapturedFrame> frames);
CapturedFrame capture(const Frame& frame);
/// Line and column (0: not known) of a position.
std::pair<int, int> source_place(const Runtime& runtime, const char* file, int position);
js_Object* new_error(js_State* J, js_Object* prototype, const char* message, int skip);

/// Length in bytes of the white space or line end at `text`, 0 if there is none.
int white_space(const char* text);
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
