#include "js/mujs/state.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "js/mujs/binding.h"
#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

void* heap_allocate(void* context, void* old, int size) {
    auto& runtime = *static_cast<Runtime*>(context);
    if (size == 0) {
        if (old != nullptr) runtime.release(old);
        return nullptr;
    }
    const auto wanted = static_cast<std::size_t>(size);
    return old == nullptr ? runtime.allocate(wanted) : runtime.reallocate(old, wanted);
}

js_Object* error_prototype(js_State* J, HostError::Kind kind) {
    switch (kind) {
        case HostError::Kind::error:
            return J->Error_prototype;
        case HostError::Kind::go_error:
            return runtime_of(J).go_error_prototype;
        case HostError::Kind::type_error:
            return J->TypeError_prototype;
        case HostError::Kind::range_error:
            return J->RangeError_prototype;
        case HostError::Kind::syntax_error:
            return J->SyntaxError_prototype;
        case HostError::Kind::reference_error:
            return J->ReferenceError_prototype;
    }
    return J->Error_prototype;
}

void finalize_closure(js_State*, void* data) { delete static_cast<NativeClosure*>(data); }

js_Object* running_function(js_State* J) { return J->stack[J->bot - 1].u.object; }

template <class Body>
void enter_native(js_State* J, bool construct, Body&& body) {
    enter_library(J);
    js_Value result = undefined_value();
    run_native(J, [&] {
        Call call =
            Internal::make_call(*runtime_of(J).state, J->bot, static_cast<std::size_t>(J->top - J->bot - 1), construct);
        const Value value = body(call);
        result = Internal::raw(value);
    });
    js_pushvalue(J, result);
}

void native_entry(js_State* J) {
    const auto function = reinterpret_cast<NativeFunction>(running_function(J)->u.c.data);
    enter_native(J, false, function);
}

void closure_entry(js_State* J) {
    const auto& function = *static_cast<NativeClosure*>(running_function(J)->u.c.data);
    enter_native(J, false, function);
}

void class_call_entry(js_State* J) {
    const auto& definition = *static_cast<const ClassDefinition*>(running_function(J)->u.c.data);
    enter_native(J, false, [&](Call& call) -> Value {
        if (definition.call == nullptr) {
            throw TypeError("Class constructor " + std::string(definition.name.view()) +
                            " cannot be invoked without 'new'");
        }
        return definition.call(call);
    });
}

void class_construct_entry(js_State* J) {
    const auto& definition = *static_cast<const ClassDefinition*>(running_function(J)->u.c.data);
    enter_native(J, true, [&](Call& call) -> Value {
        if (definition.construct == nullptr) {
            throw TypeError("Value is not a constructor");
        }
        return definition.construct(call);
    });
}

js_Object* new_native(js_State* J, const char* name, int length, js_CFunction entry, void* data) {
    js_Object* object = jsV_newobject(J, JS_CCFUNCTION, J->Function_prototype);
    object->u.c.name = name;
    object->u.c.function = entry;
    object->u.c.data = data;
    // u.c.length would make the engine pad the arguments; see native_length.
    object->extensible |= length << native_length_shift;
    return object;
}

template <class Definition>
void attach_tables(js_State* J, js_Object* target, std::span<const Definition> entries, LazyTable::Kind kind,
                   Attributes attributes) {
    for (std::size_t first = 0; first < entries.size(); first += 64) {
        LazyTable table;
        table.kind = kind;
        table.entries = entries.data() + first;
        table.count = static_cast<std::uint8_t>(std::min<std::size_t>(64, entries.size() - first));
        table.attributes = static_cast<std::uint8_t>(attributes);
        attach_table(J, target, table);
    }
}

std::uint64_t split_mix(std::uint64_t& state) {
    std::uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace

// ---- Runtime

std::uint32_t Runtime::add_new_root(const js_Value& value) {
    if (roots.empty()) roots.push_back(undefined_value());
    roots.push_back(value);
    return static_cast<std::uint32_t>(roots.size() - 1);
}

void HandlerStack::grow() {
    const std::uint32_t capacity = std::max<std::uint32_t>(8, capacity_ * 2);
    auto larger = std::make_unique<Handler[]>(capacity);
    std::copy_n(handlers_.get(), size_, larger.get());
    handlers_ = std::move(larger);
    capacity_ = capacity;
}

void Guard::throw_too_deep() { throw RangeError("Maximum call stack size exceeded"); }

bool Runtime::has_room(std::size_t more) noexcept {
    // A script that ran out of memory gets some more to catch its error with.
    const std::size_t most = limit + (recovering ? limit / 8 + 16 * 1024 : 0);
    if (bytes + more > most && !above_limit_allowed) return false;
    request_collection();
    return true;
}

void* Runtime::reallocate(void* block, std::size_t size) {
    const std::size_t old = BlockPool::size_of(block);
    const std::size_t taken = BlockPool::size_for(size);
    if (taken > old && bytes + (taken - old) > collect_at && !has_room(taken - old)) return nullptr;
    void* moved = blocks->reallocate(block, size);
    if (moved != nullptr) bytes += taken - old;
    return moved;
}

void finalize_native(js_State* J, void* data) {
    auto* header = static_cast<NativeHeader*>(data);
    Runtime& runtime = runtime_of(J);
    runtime.external_bytes -= header->external_bytes;
    runtime.bytes -= header->external_bytes;
    header->type->destroy(header);
}

void run_checkpoint(js_State* J) {
    Runtime& runtime = runtime_of(J);
    if (runtime.checkpoint == nullptr) return;
    run_native(J, [&runtime] { runtime.checkpoint(*runtime.state); });
}

void raise(js_State* J, const js_Value& value) {
    J->stack[J->top++] = value;  // the engine's checks leave room for it
    js_throw(J);
}

js_Value error_value(Runtime& runtime, HostError::Kind kind, const char* message) {
    js_State* J = runtime.J;
    try {
        Guard guard(J);
        return object_value(new_error(J, error_prototype(J, kind), to_engine_text(message).c_str(), 0));
    } catch (const ScriptException& exception) {
        return Internal::raw(exception.value());
    } catch (const std::exception&) {
        return undefined_value();
    }
}

js_Object* new_native_function(js_State* J, const char* name, int length, NativeFunction function) {
    return new_native(J, name, length, native_entry, reinterpret_cast<void*>(function));
}

// ---- Call

Call Internal::make_call(State& state, int base, std::size_t size, bool construct) {
    return Call(state, base, size, construct);
}

namespace {
const js_Value* slot_of(const State& state, int base, std::size_t size, std::size_t index) {
    return index < size ? &state.raw()->stack[base + 1 + static_cast<int>(index)] : nullptr;
}
}  // namespace

js_Value Internal::this_raw(const Call& call) noexcept { return call.state_.raw()->stack[call.base_]; }

js_Value Internal::argument_raw(const Call& call, std::size_t index) noexcept {
    const js_Value* slot = slot_of(call.state_, call.base_, call.size_, index);
    return slot == nullptr ? undefined_value() : *slot;
}

Value Call::this_value() const { return Internal::value(state_, state_.raw()->stack[base_]); }

Value Call::callee() const { return Internal::value(state_, state_.raw()->stack[base_ - 1]); }

Value Call::argument(std::size_t index) const {
    const js_Value* slot = slot_of(state_, base_, size_, index);
    return slot == nullptr ? Value() : Internal::value(state_, *slot);
}

Value::Type Call::type(std::size_t index) const noexcept {
    const js_Value* slot = slot_of(state_, base_, size_, index);
    if (slot == nullptr) return Value::Type::undefined;
    switch (slot->t.type) {
        case JS_TUNDEFINED:
            return Value::Type::undefined;
        case JS_TNULL:
            return Value::Type::null;
        case JS_TBOOLEAN:
            return Value::Type::boolean;
        case JS_TNUMBER:
            return Value::Type::number;
        case JS_TOBJECT:
            return is_callable(slot->u.object) ? Value::Type::function : Value::Type::object;
        case type_symbol:
            return Value::Type::symbol;
        case type_bigint:
            return Value::Type::bigint;
        default:
            return Value::Type::string;
    }
}

double Call::number(std::size_t index) const {
    const js_Value* slot = slot_of(state_, base_, size_, index);
    if (slot == nullptr) return NAN;
    if (slot->t.type == JS_TNUMBER) return slot->u.number;
    return argument(index).to_number(state_);
}

std::int64_t Call::integer(std::size_t index) const {
    const double number = this->number(index);
    if (std::isnan(number)) return 0;
    if (number >= 9223372036854775807.0) return INT64_MAX;
    if (number <= -9223372036854775808.0) return INT64_MIN;
    return static_cast<std::int64_t>(number);
}

bool Call::truthy(std::size_t index) const noexcept {
    const js_Value* slot = slot_of(state_, base_, size_, index);
    if (slot == nullptr) return false;
    js_Value copy = *slot;
    return jsV_toboolean(nullptr, &copy) != 0;
}

std::string_view Call::text(std::size_t index) {
    const js_Value* slot = slot_of(state_, base_, size_, index);
    if (slot != nullptr && is_string(*slot)) {
        const char* text = slot->t.type == JS_TSHRSTR ? slot->u.shrstr : string_bytes(*slot);
        if (is_plain_text(text)) return text;
    }
    if (converted_ == nullptr) converted_ = std::make_unique<std::deque<std::string>>();
    return converted_->emplace_back(argument(index).to_string(state_));
}

void Call::wrong_receiver(const char* name) {
    throw TypeError("Method called on a value that is no " + std::string(name));
}

// ---- State

State::State(StateLimits limits) : impl_(std::make_unique<Impl>()) {
    Impl& runtime = *impl_;
    runtime.state = this;
    runtime.limit = SIZE_MAX;
    runtime.collect_at = SIZE_MAX;
    runtime.collect_after = limits.collect_after_bytes;
    runtime.stack_budget = static_cast<std::ptrdiff_t>(limits.stack_bytes);
    runtime.blocks = limits.blocks;
    if (runtime.blocks == nullptr) {
        runtime.own_blocks = std::make_unique<BlockPool>();
        runtime.blocks = runtime.own_blocks.get();
    }
    raw_ = js_newstate(heap_allocate, static_cast<Runtime*>(impl_.get()), 0);
    if (raw_ == nullptr) throw std::bad_alloc();
    raw_->uctx = this;
    runtime.limit = limits.heap_bytes;
    runtime.collect_at = std::min(runtime.bytes + runtime.collect_after, runtime.limit);
}

State::~State() {
    impl_->microtasks.clear();
    impl_->unhandled.clear();
    js_freestate(raw_);
}

Value State::global() { return Internal::value(*this, object_value(raw_->G)); }

Value State::hidden(const char* name) {
    const js_Property* property = jsV_getproperty(raw_, raw_->R, name);
    if (property == nullptr && impl_->find_hidden != nullptr) {
        Guard guard(raw_);
        impl_->find_hidden(*this, name);
        property = jsV_getproperty(raw_, raw_->R, name);
    }
    return property == nullptr ? Value() : Internal::value(*this, property->value);
}

void State::set_hidden(const char* name, const Value& value) {
    Guard guard(raw_);
    jsV_setproperty(raw_, raw_->R, name)->value = Internal::raw(value);
}

Value State::object() {
    Guard guard(raw_);
    return Internal::value(*this, object_value(jsV_newobject(raw_, JS_COBJECT, raw_->Object_prototype)));
}

Value State::object(const Value& prototype) {
    Guard guard(raw_);
    js_Object* parent = prototype.is_object() ? Internal::raw(prototype).u.object : nullptr;
    return Internal::value(*this, object_value(jsV_newobject(raw_, JS_COBJECT, parent)));
}

Value State::array() {
    Guard guard(raw_);
    js_newarray(raw_);
    return Internal::value(*this, *js_tovalue(raw_, -1));
}

Value State::array(std::span<const Value> elements) {
    Guard guard(raw_);
    js_newarray(raw_);
    js_Object* array = js_toobject(raw_, -1);
    if (!elements.empty()) {
        if (elements.size() > static_cast<std::size_t>(JS_ARRAYLIMIT)) throw RangeError("Invalid array length");
        const int count = static_cast<int>(elements.size());
        array->u.a.array = static_cast<js_Value*>(js_malloc(raw_, count * static_cast<int>(sizeof(js_Value))));
        array->u.a.flat_capacity = count;
        for (int i = 0; i < count; ++i) {
            array->u.a.array[i] = Internal::raw(elements[static_cast<std::size_t>(i)]);
        }
        array->u.a.flat_length = array->u.a.length = count;
    }
    return Internal::value(*this, *js_tovalue(raw_, -1));
}

Value State::string(std::string_view utf8) {
    Guard guard(raw_);
    if (is_engine_text(utf8)) {
        push_text(raw_, utf8);
    } else {
        push_text(raw_, to_engine_text(utf8));
    }
    return Internal::value(*this, *js_tovalue(raw_, -1));
}

Value State::literal(Literal ascii) {
    js_Value value{};
    value.t.type = JS_TLITSTR;
    value.u.litstr = ascii.c_str();
    return Internal::value(*this, value);
}

Value State::function(Literal name, int length, NativeFunction function) {
    Guard guard(raw_);
    return Internal::value(*this, object_value(new_native_function(raw_, name.c_str(), length, function)));
}

Value State::closure(Literal name, int length, NativeClosure function) {
    auto data = std::make_unique<NativeClosure>(std::move(function));
    Guard guard(raw_);
    js_Object* object = new_native(raw_, name.c_str(), length, closure_entry, data.get());
    object->u.c.finalize = finalize_closure;
    data.release();
    return Internal::value(*this, object_value(object));
}

Value State::define_class(const ClassDefinition& definition, const Value& prototype) {
    define_functions(prototype, definition.methods);
    define_accessors(prototype, definition.accessors);
    Value constructor;
    {
        Guard guard(raw_);
        js_Object* object = new_native(raw_, definition.name.c_str(), definition.length, class_call_entry,
                                       const_cast<ClassDefinition*>(&definition));
        object->u.c.constructor = class_construct_entry;
        constructor = Internal::value(*this, object_value(object));
    }
    define_functions(constructor, definition.statics);
    constructor.define("prototype", prototype, Attributes::read_only | Attributes::hidden | Attributes::permanent);
    prototype.define("constructor", constructor);
    return constructor;
}

void State::define_functions(const Value& target, std::span<const FunctionDefinition> functions,
                             Attributes attributes) {
    if (!target.is_object()) throw TypeError("Value is not an object");
    Guard guard(raw_);
    attach_tables(raw_, Internal::raw(target).u.object, functions, LazyTable::Kind::functions, attributes);
}

void State::define_accessors(const Value& target, std::span<const AccessorDefinition> accessors,
                             Attributes attributes) {
    if (!target.is_object()) throw TypeError("Value is not an object");
    Guard guard(raw_);
    attach_tables(raw_, Internal::raw(target).u.object, accessors, LazyTable::Kind::accessors, attributes);
}

Value State::error(const HostError& error) {
    return Internal::value(*this, error_value(*impl_, error.kind(), error.what()));
}

Value State::make_native(const Value& prototype, NativeHeader* header) {
    std::unique_ptr<NativeHeader, void (*)(NativeHeader*) noexcept> owner(header, header->type->destroy);
    Guard guard(raw_);
    js_Object* parent = prototype.is_object() ? Internal::raw(prototype).u.object : nullptr;
    js_Object* object = jsV_newobject(raw_, JS_CUSERDATA, parent);
    object->u.user.tag = header->type->name;
    object->u.user.data = header;
    object->u.user.finalize = finalize_native;
    object->count = static_cast<int>(header->type->lazy_count);  // their places in the order of properties
    owner.release();
    impl_->external_bytes += header->external_bytes;
    impl_->bytes += header->external_bytes;
    if (impl_->bytes > impl_->collect_at) impl_->request_collection();
    return Internal::value(*this, object_value(object));
}

Completion State::evaluate(std::string_view file, std::string_view source) {
    try {
        const std::string file_text = to_engine_text(file);
        const std::string source_text = to_engine_text(source);
        Guard guard(raw_);
        load_script(raw_, file_text.c_str(), source_text.c_str());
        const char* name = js_tovalue(raw_, -1)->u.object->u.f.function->filename;
        impl_->own_tables.push_back(std::make_unique<const PositionTable>(source_text));
        impl_->position_tables.insert(impl_->position_tables.begin(), {name, impl_->own_tables.back().get()});
        js_pushundefined(raw_);
        js_call(raw_, 0);
        return Internal::value(*this, *js_tovalue(raw_, -1));
    } catch (const ScriptException& exception) {
        return describe(*this, exception.value());
    } catch (const HostError& error) {
        return describe(*this, this->error(error));
    }
}

Completion State::call(const Value& function, const Value& this_value, std::span<const Value> arguments) {
    try {
        return function.call(this_value, arguments);
    } catch (const ScriptException& exception) {
        return describe(*this, exception.value());
    } catch (const HostError& error) {
        return describe(*this, this->error(error));
    }
}

void State::set_source_lowering(Result<LoweredSource> (*lower)(std::string_view)) noexcept {
    impl_->lower_source = lower;
}

void State::set_checkpoint(void (*checkpoint)(State&)) noexcept { impl_->checkpoint = checkpoint; }

std::vector<StackFrame> State::stack_trace() const {
    std::vector<StackFrame> frames;
    for (const Frame* frame = impl_->frame; frame->caller != nullptr; frame = frame->caller) {
        if (frame->function == nullptr && is_hidden_function(frame->name)) continue;
        frames.push_back(described(*impl_, capture(*frame)));
        frames.back().function = shown_function_name(frames.back().function);
    }
    return frames;
}

void State::enqueue_microtask(Microtask task) { impl_->microtasks.push_back(std::move(task)); }

void State::run_microtasks() {
    while (has_microtasks()) {
        const Microtask task = std::move(impl_->microtasks[impl_->next_microtask]);
        if (++impl_->next_microtask == impl_->microtasks.size()) {
            impl_->microtasks.clear();
            impl_->next_microtask = 0;
        }
        try {
            task(*this);
        } catch (const ScriptException& exception) {
            promise_rejected({}, exception.value());
        }
    }
}

bool State::has_microtasks() const noexcept { return impl_->next_microtask < impl_->microtasks.size(); }

void State::forget_tasks() noexcept {
    impl_->microtasks.clear();
    impl_->next_microtask = 0;
    impl_->unhandled.clear();
}

void State::promise_rejected(const Value& promise, const Value& reason) {
    impl_->unhandled.emplace_back(promise, reason);
}

void State::promise_handled(const Value& promise) {
    std::erase_if(impl_->unhandled, [&](const auto& entry) { return entry.first.same_as(promise); });
}

std::unique_ptr<ScriptError> State::take_unhandled_rejection() {
    if (impl_->unhandled.empty()) return nullptr;
    const Value reason = impl_->unhandled.front().second;
    impl_->unhandled.clear();
    auto error = std::make_unique<ScriptError>(describe(*this, reason));
    error->text = "Uncaught (in promise) " + error->text;
    return error;
}

void State::seed_random(std::uint64_t seed) noexcept {
    impl_->random_state[0] = split_mix(seed);
    impl_->random_state[1] = split_mix(seed);
}

// xoroshiro128+ (Blackman, Vigna 2018); the upper 53 bits are the fraction.
double State::next_random() noexcept {
    std::uint64_t& s0 = impl_->random_state[0];
    std::uint64_t s1 = impl_->random_state[1];
    const std::uint64_t sum = s0 + s1;
    s1 ^= s0;
    s0 = std::rotl(s0, 24) ^ s1 ^ (s1 << 16);
    impl_->random_state[1] = std::rotl(s1, 37);
    return static_cast<double>(sum >> 11) * 0x1p-53;
}

void State::set_wall_clock(std::function<double()> milliseconds) { impl_->wall_clock = std::move(milliseconds); }

HeapStatistics State::heap() const noexcept { return {impl_->bytes, impl_->external_bytes, impl_->collections}; }

void State::collect_garbage() { k6::js::collect_garbage(raw_); }

void State::hasten_collection(double part) noexcept {
    if (impl_->collect_at <= impl_->bytes) return;
    impl_->collect_at -= static_cast<std::size_t>(part * static_cast<double>(impl_->collect_at - impl_->bytes));
}

void State::adjust_external_memory(std::ptrdiff_t bytes) noexcept {
    impl_->bytes += static_cast<std::size_t>(bytes);
    impl_->external_bytes += static_cast<std::size_t>(bytes);
    if (impl_->bytes > impl_->collect_at) impl_->request_collection();
}

void State::keep_alive(std::shared_ptr<const void> object) {
    if (std::find(impl_->kept.begin(), impl_->kept.end(), object) == impl_->kept.end()) {
        impl_->kept.push_back(std::move(object));
    }
}

}  // namespace k6::js
