// One JavaScript world: globals, heap, stacks. Each VU has one.
//
//   State state;
//   install_builtins(state);                                         // js/builtins/builtins.h
//   state.global().define("add", state.function("add", 2, [](Call& call) -> Value {
//       return call.number(0) + call.number(1);
//   }));
//   Completion sum = state.evaluate("sum.js", "add(1, 2)");
//   if (!sum) log.error(sum.error().log_text());
//
// A State may be made on one thread and used on another, but never by two at a time. Creating one needs little stack;
// running script needs up to js/mujs/README.md's figure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "js/mujs/errors.h"
#include "js/mujs/value.h"

struct js_State;

namespace k6::js {

struct LoweredSource;

class BlockPool;
class Call;

/// A native function that needs no data of its own.
using NativeFunction = Value (*)(Call&);
using NativeClosure = std::function<Value(Call&)>;
/// A job for the end of the current task.
using Microtask = std::function<void(State&)>;

struct FunctionDefinition {
    Literal name;
    int length;
    NativeFunction function;
};

struct AccessorDefinition {
    Literal name;
    NativeFunction get;
    NativeFunction set = nullptr;
};

/// A class with native members. The definition and its tables must be static.
struct ClassDefinition {
    Literal name;
    int length = 0;
    /// `new Name(…)`: returns the new object, usually call.native<T>(…).
    NativeFunction construct = nullptr;
    /// `Name(…)`; null: a TypeError says that the class needs `new`.
    NativeFunction call = nullptr;
    std::span<const FunctionDefinition> methods = {};
    std::span<const AccessorDefinition> accessors = {};
    std::span<const FunctionDefinition> statics = {};
};

struct StateLimits {
    /// Bytes of heap, external memory included; beyond it scripts see the error "out of memory".
    std::size_t heap_bytes = std::size_t{1} << 30;
    /// Native functions are not entered when the script has taken this much of the C stack; it sees a RangeError
    /// instead. What is left of the stack belongs to them.
    std::size_t stack_bytes = 512 * 1024;
    /// The collector runs when the heap has grown by this much, or by its own size if that is more.
    std::size_t collect_after_bytes = 64 * 1024;
    /// Where the heap's small blocks come from; null: a pool of its own. See js/mujs/block_pool.h.
    BlockPool* blocks = nullptr;
};

struct HeapStatistics {
    std::size_t bytes = 0;           // in use, garbage not yet collected included
    std::size_t external_bytes = 0;  // ⊂ bytes: reported by native objects
    std::uint64_t collections = 0;
};

class State {
public:
    explicit State(StateLimits limits = {});
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// The VU (or whatever the embedder likes) this State works for.
    void set_context(void* context) noexcept { context_ = context; }
    template <class T>
    T& context() const noexcept {
        return *static_cast<T*>(context_);
    }
    bool has_context() const noexcept { return context_ != nullptr; }

    Value global();
    /// Objects kept from scripts' sight, for modules that share one object per State.
    Value hidden(const char* name);
    void set_hidden(const char* name, const Value& value);

    // Making values
    Value object();
    Value object(const Value& prototype);
    Value array();
    Value array(std::span<const Value> elements);
    /// From UTF-8; bytes that are none become U+FFFD, NUL is kept.
    Value string(std::string_view utf8);
    /// A string literal, not copied; ASCII only.
    Value literal(Literal ascii);
    Value function(Literal name, int length, NativeFunction function);
    Value closure(Literal name, int length, NativeClosure function);
    /// A class's constructor, with its prototype: a new object, or the given one.
    Value define_class(const ClassDefinition& definition) { return define_class(definition, object()); }
    Value define_class(const ClassDefinition& definition, const Value& prototype);
    /// Adds methods to an object; each function object comes into being when it is first touched. The table must be
    /// static.
    void define_functions(const Value& target, std::span<const FunctionDefinition> functions,
                          Attributes attributes = Attributes::hidden);
    void define_accessors(const Value& target, std::span<const AccessorDefinition> accessors,
                          Attributes attributes = Attributes::hidden);
    /// An error object as HostError kinds become, with its stack.
    Value error(const HostError& error);
    /// See js/mujs/native.h: an object that owns a C++ object.
    template <class T, class... Arguments>
    Value native(const Value& prototype, std::size_t external_bytes, Arguments&&... arguments);

    // Running
    /// Compiles and runs a script in the global scope; its value is that of its last expression statement.
    Completion evaluate(std::string_view file, std::string_view source);
    /// Calls a function from outside of any script. C++ exceptions of native functions other than HostError pass
    /// through (see errors.h).
    Completion call(const Value& function, const Value& this_value, std::initializer_list<Value> arguments = {}) {
        return call(function, this_value, std::span(arguments.begin(), arguments.size()));
    }
    Completion call(const Value& function, const Value& this_value, std::span<const Value> arguments);
    /// Called now and then while script runs (every thousand calls and jumps back, and after collections), never within
    /// native code; may throw to end the script, as k6::Interrupted does.
    void set_checkpoint(void (*checkpoint)(State&)) noexcept;
    /// What `eval` and `Function` take source for: `lower` makes ES5 of it, whose value is a function that runs it.
    /// Unless set, they take ES5 alone.
    void set_source_lowering(Result<LoweredSource> (*lower)(std::string_view)) noexcept;
    /// Where the script stands, innermost frame first.
    std::vector<StackFrame> stack_trace() const;

    // Microtasks and promises
    void enqueue_microtask(Microtask task);
    /// Runs until the queue is empty.
    void run_microtasks();
    bool has_microtasks() const noexcept;
    /// Drops all microtasks and unhandled rejections: for scripts that were stopped.
    void forget_tasks() noexcept;
    /// Called by Promise: `promise` was rejected with `reason` while nobody handled it, or is handled after all.
    void promise_rejected(const Value& promise, const Value& reason);
    void promise_handled(const Value& promise);
    /// After a batch of tasks: describes the first rejection that still has no handler ("Uncaught (in promise) …"),
    /// and forgets them all.
    std::unique_ptr<ScriptError> take_unhandled_rejection();

    // Random numbers of Math.random
    void seed_random(std::uint64_t seed) noexcept;
    /// In [0, 1).
    double next_random() noexcept;

    /// What Date takes for the time, in milliseconds since 1970; the system's clock unless set.
    void set_wall_clock(std::function<double()> milliseconds);

    // Memory
    HeapStatistics heap() const noexcept;
    void collect_garbage();
    /// The next collection comes earlier, by `part` (0 to 1) of what the heap may still grow until then. States that do
    /// the same would otherwise all collect at the same time.
    void hasten_collection(double part) noexcept;
    /// Native memory that script objects hold (or let go, if negative).
    void adjust_external_memory(std::ptrdiff_t bytes) noexcept;
    /// Keeps `object` alive as long as this State.
    void keep_alive(std::shared_ptr<const void> object);

    js_State* raw() const noexcept { return raw_; }

private:
    friend class Value;
    friend struct Internal;
    struct Impl;
    Value make_native(const Value& prototype, NativeHeader* header);

    js_State* raw_ = nullptr;
    void* context_ = nullptr;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::js
