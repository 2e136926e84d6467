// Running bytecode and calls: with stack.cc, access.cc and throw.cc it stands in for jsrun.c.
//
// Calls among script functions take no C stack: each has a Frame, and one run of interpret() goes on with the callee.
// Code positions (js_Instruction before each opcode) are what js_Ast::line held, see source_place().
//
// interpret() itself holds no C++ object and never calls setjmp, so that the compiler may keep its state in registers.
// When it comes upon the first `try` of an activation, it returns to run(), which enters it again from a frame that
// exceptions can come back to.
#include <csetjmp>
#include <cstring>

#include "js/mujs/runtime.h"
#include "js/mujs/units/instructions.h"

namespace k6::js {
namespace {

// As make_value() and its kin, but written in place: within interpret() the compiler keeps copies of the former.
inline void put_value(js_Value* slot, std::uint64_t payload, char type) {
    using Words [[gnu::vector_size(16), gnu::may_alias, gnu::aligned(8)]] = std::int64_t;
    *reinterpret_cast<Words*>(slot) = Words{static_cast<std::int64_t>(payload), static_cast<std::int64_t>(type) << 56};
}
inline void put_undefined(js_Value* slot) { put_value(slot, 0, JS_TUNDEFINED); }
inline void put_null(js_Value* slot) { put_value(slot, 0, JS_TNULL); }
inline void put_boolean(js_Value* slot, bool boolean) { put_value(slot, boolean ? 1 : 0, JS_TBOOLEAN); }
inline void put_number(js_Value* slot, double number) {
    put_value(slot, std::bit_cast<std::uint64_t>(number), JS_TNUMBER);
}
inline void put_literal(js_Value* slot, const char* literal) {
    put_value(slot, reinterpret_cast<std::uintptr_t>(literal), JS_TLITSTR);
}
inline void put_object(js_Value* slot, js_Object* object) {
    put_value(slot, reinterpret_cast<std::uintptr_t>(object), JS_TOBJECT);
}

constexpr int call_size = 3;  // of OP_CALL and OP_NEW: position, opcode, number of arguments

[[gnu::noinline]] Frame* make_frame(js_State* J, Runtime& runtime) {
    Frame* caller = runtime.frame;
    if (caller->depth + 1 >= runtime.max_depth) throw_report(J, stack_overflow_report);
    auto* frame = static_cast<Frame*>(js_malloc(J, sizeof(Frame)));
    frame->deeper = nullptr;
    frame->caller = caller;
    frame->depth = caller->depth + 1;
    caller->deeper = frame;
    return frame;
}

inline Frame* push_frame(js_State* J, Runtime& runtime) {
    Frame* frame = runtime.frame->deeper;
    if (frame == nullptr) [[unlikely]]
        frame = make_frame(J, runtime);
    frame->scope = J->E;
    frame->bottom = J->bot;
    frame->strict = J->strict != 0;
    runtime.frame = frame;
    return frame;
}

/// The result takes the place of the callee; back to the caller.
inline void pop_frame(js_State* J, Runtime& runtime, const js_Value& result) {
    const Frame* frame = runtime.frame;
    J->stack[J->bot - 1] = result;
    J->top = J->bot;
    J->bot = frame->bottom;
    J->E = frame->scope;
    J->strict = frame->strict;
    runtime.frame = frame->caller;
}

[[noreturn]] void throw_class_call(js_State* J) {
    js_typeerror(J, "Class constructor cannot be invoked without 'new'");
}

void define_variable(js_State* J, const char* name, const js_Value& value) {
    js_Property* variable = jsV_setproperty(J, J->E->variables, name);
    variable->value = value;
    variable->getter = variable->setter = nullptr;
    variable->atts |= JS_DONTENUM | JS_DONTCONF;
}

/// The arguments object of a call whose arguments stand from stack[first] on.
js_Value make_arguments(js_State* J, const js_Function* function, int first, int count) {
    js_Object* arguments = jsV_newobject(J, JS_CARGUMENTS, J->Object_prototype);
    char name[16];
    for (int i = 0; i < count; ++i) {
        jsV_setproperty(J, arguments, js_itoa(name, i))->value = J->stack[first + i];
    }
    auto hidden = [&](const char* key, const js_Value& value) {
        js_Property* property = jsV_setproperty(J, arguments, key);
        property->value = value;
        property->atts |= JS_DONTENUM;
    };
    hidden("length", number_value(count));
    const js_Property* values = jsV_getproperty(J, J->Array_prototype, "@@iterator");
    if (values != nullptr) hidden("@@iterator", values->value);
    if (!function->strict) hidden("callee", J->stack[J->bot - 1]);
    return object_value(arguments);
}

/// Variables of a function whose closures, or whose try blocks, need them in an object.
void make_environment(js_State* J, const js_Function* function, js_Environment* outer, int count) {
    J->E = jsR_newenvironment(J, jsV_newobject(J, JS_COBJECT, nullptr), outer);
    const int first = J->bot + 1;
    if (function->arguments) define_variable(J, "arguments", make_arguments(J, function, first, count));
    const int given = std::min(count, function->numparams);
    for (int i = 0; i < given; ++i) define_variable(J, function->vartab[i], J->stack[first + i]);
    for (int i = given; i < function->varlen; ++i) define_variable(J, function->vartab[i], undefined_value());
    J->top = first;
}

void declare_globals(js_State* J, const js_Function* function) {
    for (int i = 0; i < function->varlen; ++i) {
        js_Environment* owner;
        if (find_variable(J, function->vartab[i], &owner) == nullptr) {
            define_variable(J, function->vartab[i], undefined_value());
        }
    }
}

/// Makes the script function on the stack, below its `this` and arguments, the running one.
[[gnu::always_inline]] inline void enter_script(js_State* J, Runtime& runtime, const js_Object* object, int count,
                                                bool entry, Construction construction) {
    const js_Function* function = object->u.f.function;
    if (construction == Construction::none && function->strict == class_strictness) [[unlikely]]
        throw_class_call(J);
    if (J->top + function->varlen + 16 >= JS_STACKSIZE) [[unlikely]]
        throw_report(J, stack_overflow_report);
    Frame* frame = push_frame(J, runtime);
    frame->function = function;
    frame->pc = function->code;
    frame->entry = entry;
    frame->construction = construction;
    J->bot = J->top - count - 1;
    J->strict = function->strict;
    if (object->type == JS_CSCRIPT) {
        J->top -= count;
        if (object->u.f.scope != nullptr) J->E = object->u.f.scope;
        declare_globals(J, function);
    } else if (function->lightweight) {
        J->E = object->u.f.scope;
        js_Value* variables = J->stack + J->bot + 1;
        // Arguments beyond the parameters stand where the other variables are.
        const int size = function->varlen;
        for (int i = std::min(count, function->numparams); i < size; ++i) put_undefined(variables + i);
        J->top = J->bot + 1 + size;
    } else {
        make_environment(J, function, object->u.f.scope, count);
    }
}

/// A native function has ended by asking for a call: what it calls takes its place. Returns the number of arguments.
[[gnu::noinline]] int leave_for_tail_call(js_State* J, Runtime& runtime) {
    const int count = std::exchange(runtime.tail_call, -1);
    const Frame* frame = runtime.frame;
    const js_Value* from = J->stack + J->top - count - 2;
    std::copy(from, from + count + 2, J->stack + J->bot - 1);
    J->top = J->bot + 1 + count;
    J->bot = frame->bottom;
    J->E = frame->scope;
    J->strict = frame->strict;
    runtime.frame = frame->caller;
    return count;
}

/// -1, or the number of arguments of a call that is to give the result.
int call_native(js_State* J, Runtime& runtime, const js_Object* object, js_CFunction function, int count) {
    if (J->top + object->u.c.length + 16 >= JS_STACKSIZE) [[unlikely]]
        throw_report(J, stack_overflow_report);
    Frame* frame = push_frame(J, runtime);
    frame->function = nullptr;
    frame->name = object->u.c.name;
    J->bot = J->top - count - 1;
    J->strict = 1;  // what the library refuses, it refuses loudly
    for (int i = count; i < object->u.c.length; ++i) J->stack[J->top++] = undefined_value();
    const int top = J->top;
    function(J);
    if (runtime.tail_call >= 0) [[unlikely]]
        return leave_for_tail_call(J, runtime);
    pop_frame(J, runtime, J->top > top ? J->stack[J->top - 1] : undefined_value());
    return -1;
}

bool interpret(js_State* J, std::jmp_buf* place);

[[gnu::noinline]] void run_with_handlers(js_State* J) {
    std::jmp_buf place;
    if (setjmp(place) != 0) {
        // A caught exception: js_throw has put everything in order for its handler.
    }
    interpret(J, &place);
}

void run(js_State* J, Runtime& runtime) {
    if (runtime.stack_base - stack_position() > runtime.stack_budget) throw_report(J, stack_overflow_report);
    if (--runtime.ticks <= 0) run_ticks(J);
    if (!interpret(J, nullptr)) run_with_handlers(J);
}

[[noreturn]] void throw_not_callable(js_State* J, int count, bool is_new) {
    const Frame* frame = runtime_of(J).frame;
    const js_Value callee = J->stack[J->top - count - (is_new ? 1 : 2)];
    if (is_new) js_typeerror(J, "Value is not a constructor");
    if (callee.t.type == JS_TUNDEFINED && frame->function != nullptr) {
        if (const char* name = member_of_call(frame->function, frame->pc)) {
            js_typeerror(J, "Object has no member '%s'", name);
        }
    }
    if (is_object(callee)) js_typeerror(J, "Not a function: %s", describe_value(J, callee));
    js_typeerror(J, "Value is not an object: %s", describe_value(J, callee));
}

/// The object has the private methods of the class and its ancestors. They are found on its prototypes, unless it was
/// given others.
void brand(js_State* J, js_Object* created, js_Object* constructor, const js_Object* new_target) {
    if (new_target == constructor) {
        created->gcmark |= object_bits::constructed;
        return;
    }
    const js_Property* prototype = jsV_getproperty(J, constructor, "prototype");
    if (prototype != nullptr && is_object(prototype->value)) own_private_methods(J, created, prototype->value.u.object);
}

/// `new` of anything; the stack holds function and arguments. True if the new frame is the script's, to go on with.
bool begin_construct(js_State* J, Runtime& runtime, int count, js_Object* new_target, bool entry) {
    const js_Value callee = J->stack[J->top - count - 1];
    if (!is_object(callee) || !is_constructor(callee.u.object)) throw_not_callable(J, count, true);
    js_Object* object = callee.u.object;
    if (new_target == nullptr) new_target = object;
    if (object->type == class_proxy) {
        proxy_construct(J, object, count, new_target);
        return false;
    }
    js_Object* prototype = nullptr;
    if (object->type == JS_CFUNCTION || new_target != object) {
        get_property(J, new_target, "prototype", object_value(new_target));
        if (js_isobject(J, -1)) prototype = J->stack[J->top - 1].u.object;
        --J->top;
    }
    // A place for `this` below the arguments.
    js_pushundefined(J);
    if (count > 0) js_rot(J, count + 1);
    js_Value& this_value = J->stack[J->top - count - 1];
    if (object->type == JS_CCFUNCTION) {
        this_value.t.type = JS_TNULL;
        js_Object* super_prototype = std::exchange(runtime.super_prototype, nullptr);
        runtime.new_prototype = prototype != nullptr ? prototype : super_prototype;
        runtime.native_target = new_target;
        call_native(J, runtime, object, object->u.c.constructor, count);
        if (prototype != nullptr && js_isobject(J, -1)) J->stack[J->top - 1].u.object->prototype = prototype;
        return false;
    }
    js_Object* created = jsV_newobject(J, JS_COBJECT, prototype == nullptr ? J->Object_prototype : prototype);
    this_value = object_value(created);
    if (object->u.f.function->strict == class_strictness) brand(J, created, object, new_target);
    enter_script(J, runtime, object, count, entry, Construction::by_new);
    runtime.frame->new_target = new_target;
    return true;
}

template <class T>
inline T read_operand(const js_Instruction* pc) {
    T value;
    std::memcpy(&value, pc, sizeof value);
    return value;
}

inline bool jumps_ahead(const js_Function* function, const js_Instruction* pc) {
    return pc[1] == OP_JFALSE || (pc[1] == OP_JTRUE && function->code + pc[2] > pc);
}

// Local to interpret(): the stack's top is in `sp` and goes to J->top before anything else looks at the stack.
#define K6_SAVE() (J->top = static_cast<int>(sp - J->stack))
#define K6_LOAD() (sp = J->stack + J->top)
#define K6_SLOW(call) \
    do {              \
        K6_SAVE();    \
        call;         \
        K6_LOAD();    \
    } while (0)
#define K6_ROOM()                         \
    if (sp + 1 >= stack_end) [[unlikely]] \
    (K6_SAVE(), throw_report(J, stack_overflow_report))
#define K6_ARITHMETIC(operation, expression)                          \
    if (sp[-2].t.type == JS_TNUMBER && sp[-1].t.type == JS_TNUMBER) { \
        const double x = sp[-2].u.number;                             \
        const double y = sp[-1].u.number;                             \
        --sp;                                                         \
        put_number(sp - 1, expression);                               \
    } else {                                                          \
        K6_SLOW(operate(J, operation));                               \
    }                                                                 \
    pc += 2;                                                          \
    break
// The jump ahead that mostly follows a comparison is done at once.
#define K6_COMPARISON(operation, expression)                          \
    if (sp[-2].t.type == JS_TNUMBER && sp[-1].t.type == JS_TNUMBER) { \
        const double x = sp[-2].u.number;                             \
        const double y = sp[-1].u.number;                             \
        if (jumps_ahead(function, pc + 2)) {                          \
            const bool jumps = (expression) == (pc[3] == OP_JTRUE);   \
            sp -= 2;                                                  \
            pc = jumps ? function->code + pc[4] : pc + 5;             \
            break;                                                    \
        }                                                             \
        --sp;                                                         \
        put_boolean(sp - 1, expression);                              \
    } else {                                                          \
        K6_SLOW(operate(J, operation));                               \
    }                                                                 \
    pc += 2;                                                          \
    break

inline bool truthy(const js_Value& value) {
    return value.t.type == JS_TBOOLEAN ? value.u.boolean != 0
                                       : jsV_toboolean(nullptr, const_cast<js_Value*>(&value)) != 0;
}

/// Fast where a double holds an int32 already.
inline std::int32_t to_int32(double number) {
    const auto whole = static_cast<std::int32_t>(number >= -2147483648.0 && number <= 2147483647.0 ? number : 0);
    return whole == number ? whole : jsV_numbertoint32(number);
}

/// Runs the innermost frame until the frame marked `entry` returns. False: a `try` is next, and there is no `place`.
bool interpret(js_State* J, std::jmp_buf* place) {
    Runtime& runtime = runtime_of(J);
    const js_Value* const stack_end = J->stack + JS_STACKSIZE;
    Frame* frame = runtime.frame;
    const js_Function* function = frame->function;
    const js_Instruction* pc = frame->pc;
    js_Value* sp = J->stack + J->top;
    js_Value* variables = J->stack + J->bot;
    bool lightweight = function->lightweight != 0;

    auto enter_frame = [&] {
        frame = runtime.frame;
        function = frame->function;
        pc = frame->pc;
        sp = J->stack + J->top;
        variables = J->stack + J->bot;
        lightweight = function->lightweight != 0;
    };

    for (;;) {
        frame->pc = pc;
        switch (static_cast<js_OpCode>(pc[1])) {
            case OP_POP:
                --sp;
                pc += 2;
                break;
            case OP_DUP:
                K6_ROOM();
                sp[0] = sp[-1];
                ++sp;
                pc += 2;
                break;
            case OP_DUP2:
                K6_ROOM();
                sp[0] = sp[-2];
                sp[1] = sp[-1];
                sp += 2;
                pc += 2;
                break;
            case OP_ROT2:
                std::swap(sp[-1], sp[-2]);
                pc += 2;
                break;
            case OP_ROT3:
                std::rotate(sp - 3, sp - 1, sp);
                pc += 2;
                break;
            case OP_ROT4:
                std::rotate(sp - 4, sp - 1, sp);
                pc += 2;
                break;

            case OP_INTEGER:
                K6_ROOM();
                put_number(sp++, pc[2] - 32768);
                pc += 3;
                break;
            case OP_NUMBER:
                K6_ROOM();
                put_number(sp++, read_operand<double>(pc + 2));
                pc += 2 + sizeof(double) / sizeof(js_Instruction);
                break;
            case OP_STRING:
                K6_ROOM();
                put_literal(sp++, read_operand<const char*>(pc + 2));
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_CLOSURE:
                K6_SLOW(js_newfunction(J, function->funtab[pc[2]], J->E));
                pc += 3;
                break;
            case OP_NEWARRAY:
                K6_SLOW(js_newarray(J));
                pc += 2;
                break;
            case OP_NEWOBJECT:
                K6_SLOW(js_newobject(J));
                pc += 2;
                break;
            case OP_NEWREGEXP: {
                const int flags = pc[2 + sizeof(const char*) / sizeof(js_Instruction)];
                K6_SLOW(js_newregexp(J, read_operand<const char*>(pc + 2), flags));
                pc += 3 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            }

            case OP_UNDEF:
                K6_ROOM();
                put_undefined(sp++);
                pc += 2;
                break;
            case OP_NULL:
                K6_ROOM();
                put_null(sp++);
                pc += 2;
                break;
            case OP_TRUE:
            case OP_FALSE:
                K6_ROOM();
                put_boolean(sp++, pc[1] == OP_TRUE);
                pc += 2;
                break;

            case OP_THIS:
                K6_ROOM();
                if (!function->strict && is_nullish(variables[0])) {
                    put_object(sp++, J->G);
                } else {
                    *sp++ = variables[0];
                }
                pc += 2;
                break;
            case OP_CURRENT:
                K6_ROOM();
                *sp++ = variables[-1];
                pc += 2;
                break;

            case OP_GETLOCAL:
                if (lightweight) {
                    K6_ROOM();
                    *sp++ = variables[pc[2]];
                } else {
                    K6_SLOW(get_variable(J, function->vartab[pc[2] - 1]));
                }
                pc += 3;
                break;
            case OP_SETLOCAL:
                if (lightweight) {
                    variables[pc[2]] = sp[-1];
                } else {
                    K6_SLOW(set_variable(J, function->vartab[pc[2] - 1]));
                }
                pc += 3;
                break;
            case OP_DELLOCAL:
                K6_ROOM();
                put_boolean(sp++, false);
                pc += 3;
                break;
            case OP_HASVAR:
                K6_SLOW(if (!push_variable(J, read_operand<const char*>(pc + 2))) js_pushundefined(J));
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_GETVAR:
                K6_SLOW(get_variable(J, read_operand<const char*>(pc + 2)));
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_SETVAR:
                K6_SLOW(set_variable(J, read_operand<const char*>(pc + 2)));
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_DELVAR: {
                const bool deleted = delete_variable(J, read_operand<const char*>(pc + 2));
                K6_ROOM();
                put_boolean(sp++, deleted);
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            }

            case OP_IN: {
                K6_SAVE();
                if (!is_object(sp[-1])) js_typeerror(J, "Value is not an object: %s", describe_value(J, sp[-1]));
                const char* name = property_key(J, -2);
                const bool present = has_property(J, sp[-1].u.object, name);
                --sp;
                put_boolean(sp - 1, present);
                pc += 2;
                break;
            }

            case OP_SKIPARRAY:
                ++sp[-1].u.object->u.a.length;
                pc += 2;
                break;
            case OP_INITARRAY:
                K6_SLOW(init_element(J));
                pc += 2;
                break;
            case OP_INITPROP:
                K6_SLOW(init_property(J));
                pc += 2;
                break;
            case OP_INITGETTER:
            case OP_INITSETTER:
                K6_SLOW(init_accessor(J, pc[1] == OP_INITSETTER));
                pc += 2;
                break;

            case OP_GETPROP: {
                const js_Value& base = sp[-2];
                const js_Value& key = sp[-1];
                if (key.t.type == JS_TNUMBER && is_object(base) && base.u.object->type == JS_CARRAY) {
                    const js_Object* array = base.u.object;
                    const double number = key.u.number;
                    if (number >= 0 && number < array->u.a.flat_length && number == static_cast<int>(number)) {
                        sp[-2] = array->u.a.array[static_cast<int>(number)];
                        --sp;
                        pc += 2;
                        break;
                    }
                }
                K6_SLOW(get_keyed(J));
                pc += 2;
                break;
            }
            case OP_GETPROP_S:
                K6_SLOW(get_named(J, read_operand<const char*>(pc + 2)));
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_SETPROP: {
                const js_Value& base = sp[-3];
                const js_Value& key = sp[-2];
                if (key.t.type == JS_TNUMBER && is_object(base) && base.u.object->type == JS_CARRAY) {
                    const js_Object* array = base.u.object;
                    const double number = key.u.number;
                    if (number >= 0 && number < array->u.a.flat_length && number == static_cast<int>(number)) {
                        array->u.a.array[static_cast<int>(number)] = sp[-1];
                        sp[-3] = sp[-1];
                        sp -= 2;
                        pc += 2;
                        break;
                    }
                }
                K6_SLOW(set_keyed(J));
                pc += 2;
                break;
            }
            case OP_SETPROP_S:
                K6_SAVE();
                assign_named(J, sp[-2], read_operand<const char*>(pc + 2), sp[-1]);
                sp[-2] = sp[-1];
                --sp;
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_DELPROP: {
                K6_SAVE();
                const bool deleted = delete_from(J, sp[-2], sp[-1]);
                --sp;
                put_boolean(sp - 1, deleted);
                pc += 2;
                break;
            }
            case OP_DELPROP_S: {
                K6_SAVE();
                const bool deleted = delete_from(J, sp[-1], literal_value(read_operand<const char*>(pc + 2)));
                put_boolean(sp - 1, deleted);
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            }

            case OP_ITERATOR:
                if (!is_nullish(sp[-1])) {
                    K6_SAVE();
                    js_Object* iterator = jsV_newiterator(J, js_toobject(J, -1), 0);
                    put_object(sp - 1, iterator);
                }
                pc += 2;
                break;
            case OP_NEXTITER:
                K6_SLOW(next_key(J));
                pc += 2;
                break;

            case OP_EVAL:
                K6_SLOW(eval_direct(J));
                pc += 2;
                break;
            case OP_CALL: {
                int count = pc[2];
                K6_SAVE();
                if (--runtime.ticks <= 0) [[unlikely]]
                    run_ticks(J);
            call:
                const js_Value& callee = sp[-count - 2];
                if (!is_object(callee)) [[unlikely]]
                    throw_not_callable(J, count, false);
                const js_Object* object = callee.u.object;
                if (object->type == JS_CFUNCTION) {
                    enter_script(J, runtime, object, count, false, Construction::none);
                    enter_frame();
                    break;
                }
                if (object->type == JS_CCFUNCTION) {
                    count = call_native(J, runtime, object, object->u.c.function, count);
                    K6_LOAD();
                    if (count >= 0) [[unlikely]]
                        goto call;
                } else {
                    js_call(J, count);
                    K6_LOAD();
                }
                pc += call_size;
                break;
            }
            case OP_NEW:
                K6_SAVE();
                if (--runtime.ticks <= 0) [[unlikely]]
                    run_ticks(J);
                if (begin_construct(J, runtime, pc[2], nullptr, false)) {
                    enter_frame();
                    break;
                }
                K6_LOAD();
                pc += call_size;
                break;

            case OP_TYPEOF:
                put_literal(sp - 1, type_name(sp[-1]));
                pc += 2;
                break;
            case OP_POS:
                if (sp[-1].t.type != JS_TNUMBER) K6_SLOW(operate_unary(J, OP_POS));
                pc += 2;
                break;
            case OP_NEG:
                if (sp[-1].t.type == JS_TNUMBER) {
                    put_number(sp - 1, -sp[-1].u.number);
                } else {
                    K6_SLOW(operate_unary(J, OP_NEG));
                }
                pc += 2;
                break;
            case OP_BITNOT:
                if (sp[-1].t.type == JS_TNUMBER) {
                    put_number(sp - 1, ~to_int32(sp[-1].u.number));
                } else {
                    K6_SLOW(operate_unary(J, OP_BITNOT));
                }
                pc += 2;
                break;
            case OP_LOGNOT:
                put_boolean(sp - 1, !truthy(sp[-1]));
                pc += 2;
                break;
            case OP_INC:
                if (sp[-1].t.type == JS_TNUMBER) {
                    put_number(sp - 1, sp[-1].u.number + 1);
                } else {
                    K6_SLOW(operate_unary(J, OP_INC));
                }
                pc += 2;
                break;
            case OP_DEC:
                if (sp[-1].t.type == JS_TNUMBER) {
                    put_number(sp - 1, sp[-1].u.number - 1);
                } else {
                    K6_SLOW(operate_unary(J, OP_DEC));
                }
                pc += 2;
                break;
            case OP_POSTINC:
            case OP_POSTDEC:
                K6_ROOM();
                if (sp[-1].t.type == JS_TNUMBER) {
                    sp[0] = sp[-1];
                    put_number(sp - 1, sp[-1].u.number + (pc[1] == OP_POSTINC ? 1 : -1));
                    ++sp;
                } else {
                    K6_SAVE();
                    to_numeric(J, sp - 1);
                    sp[0] = sp[-1];
                    operate_unary(J, pc[1] == OP_POSTINC ? OP_INC : OP_DEC);
                    ++sp;
                }
                pc += 2;
                break;

            case OP_MUL:
                K6_ARITHMETIC(OP_MUL, x * y);
            case OP_DIV:
                K6_ARITHMETIC(OP_DIV, x / y);
            case OP_MOD:
                K6_ARITHMETIC(OP_MOD, remainder_of(x, y));
            case OP_SUB:
                K6_ARITHMETIC(OP_SUB, x - y);
            case OP_ADD:
                K6_ARITHMETIC(OP_ADD, x + y);
            case OP_SHL:
                K6_ARITHMETIC(OP_SHL,
                              static_cast<std::int32_t>(static_cast<std::uint32_t>(to_int32(x)) << (to_int32(y) & 31)));
            case OP_SHR:
                K6_ARITHMETIC(OP_SHR, to_int32(x) >> (to_int32(y) & 31));
            case OP_USHR:
                K6_ARITHMETIC(OP_USHR, static_cast<std::uint32_t>(to_int32(x)) >> (to_int32(y) & 31));
            case OP_BITAND:
                K6_ARITHMETIC(OP_BITAND, to_int32(x) & to_int32(y));
            case OP_BITXOR:
                K6_ARITHMETIC(OP_BITXOR, to_int32(x) ^ to_int32(y));
            case OP_BITOR:
                K6_ARITHMETIC(OP_BITOR, to_int32(x) | to_int32(y));

            case OP_LT:
                K6_COMPARISON(OP_LT, x < y);
            case OP_GT:
                K6_COMPARISON(OP_GT, x > y);
            case OP_LE:
                K6_COMPARISON(OP_LE, x <= y);
            case OP_GE:
                K6_COMPARISON(OP_GE, x >= y);
            case OP_EQ:
                K6_COMPARISON(OP_EQ, x == y);
            case OP_NE:
                K6_COMPARISON(OP_NE, x != y);
            case OP_STRICTEQ:
                K6_COMPARISON(OP_STRICTEQ, x == y);
            case OP_STRICTNE:
                K6_COMPARISON(OP_STRICTNE, x != y);

            case OP_JCASE:
                K6_SAVE();
                if (js_strictequal(J)) {
                    sp -= 2;
                    pc = function->code + pc[2];
                } else {
                    --sp;
                    pc += 3;
                }
                break;

            case OP_INSTANCEOF: {
                K6_SAVE();
                const bool is_instance = js_instanceof(J) != 0;
                --sp;
                put_boolean(sp - 1, is_instance);
                pc += 2;
                break;
            }

            case OP_THROW:
                K6_SAVE();
                js_throw(J);

            case OP_TRY: {
                K6_SAVE();
                if (place == nullptr) return false;
                if (runtime.handlers.size() >= max_handlers) throw_report(J, stack_overflow_report);
                runtime.handlers.push({.kind = Handler::Kind::script,
                                       .strict = J->strict != 0,
                                       .top = J->top,
                                       .bottom = J->bot,
                                       .frame = frame,
                                       .scope = J->E,
                                       .buffer = place,
                                       .pc = pc + 3});
                pc = function->code + pc[2];
                break;
            }
            case OP_ENDTRY:
                runtime.handlers.pop();
                pc += 2;
                break;
            case OP_CATCH:
                K6_SLOW(begin_catch(J, read_operand<const char*>(pc + 2)));
                pc += 2 + sizeof(const char*) / sizeof(js_Instruction);
                break;
            case OP_ENDCATCH:
            case OP_ENDWITH:
                J->E = J->E->outer;
                pc += 2;
                break;
            case OP_WITH:
                K6_SAVE();
                J->E = jsR_newenvironment(J, js_toobject(J, -1), J->E);
                --sp;
                pc += 2;
                break;

            case OP_DEBUGGER:
                pc += 2;
                break;
            case OP_JUMP: {
                const js_Instruction* target = function->code + pc[2];
                if (target <= pc && --runtime.ticks <= 0) [[unlikely]] {
                    K6_SAVE();
                    run_ticks(J);
                }
                pc = target;
                break;
            }
            case OP_JTRUE: {
                const js_Instruction* target = function->code + pc[2];
                const bool jumps = truthy(*--sp);
                if (jumps && target <= pc && --runtime.ticks <= 0) [[unlikely]] {
                    K6_SAVE();
                    run_ticks(J);
                }
                pc = jumps ? target : pc + 3;
                break;
            }
            case OP_JFALSE:
                pc = truthy(*--sp) ? pc + 3 : function->code + pc[2];
                break;

            case OP_RETURN: {
                const bool entry = frame->entry;
                pop_frame(J, runtime,
                          frame->construction == Construction::by_new && !is_object(sp[-1]) ? variables[0] : sp[-1]);
                if (entry) return true;
                enter_frame();
                pc += call_size;
                break;
            }
        }
    }
}

#undef K6_SAVE
#undef K6_LOAD
#undef K6_SLOW
#undef K6_ROOM
#undef K6_ARITHMETIC
#undef K6_COMPARISON

}  // namespace

void construct(js_State* J, int count, js_Object* new_target) {
    Runtime& runtime = runtime_of(J);
    if (begin_construct(J, runtime, count, new_target, true)) run(J, runtime);
}

void call_super(js_State* J, int count, js_Object* new_target) {
    Runtime& runtime = runtime_of(J);
    js_Object* parent = J->stack[J->top - count - 2].u.object;
    if (parent->type != JS_CFUNCTION) return js_call(J, count);
    enter_script(J, runtime, parent, count, true, Construction::by_super);
    runtime.frame->new_target = new_target;
    run(J, runtime);
}

void run_ticks(js_State* J) {
    Runtime& runtime = runtime_of(J);
    if (runtime.collection_wanted) collect_garbage(J);
    runtime.ticks = 1000;
    run_checkpoint(J);
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

/// Function, `this` and arguments on the stack give way to the result.
void js_call(js_State* J, int count) {
    Runtime& runtime = runtime_of(J);
    const js_Value& callee = J->stack[J->top - count - 2];
    if (!is_object(callee)) throw_not_callable(J, count, false);
    js_Object* object = callee.u.object;
    switch (object->type) {
        case JS_CFUNCTION:
        case JS_CSCRIPT:
            enter_script(J, runtime, object, count, true, Construction::none);
            run(J, runtime);
            break;
        case JS_CCFUNCTION:
            count = call_native(J, runtime, object, object->u.c.function, count);
            if (count >= 0) js_call(J, count);
            break;
        default:
            if (!is_callable(object)) throw_not_callable(J, count, false);
            proxy_call(J, object, count);
            break;
    }
}

void js_construct(js_State* J, int count) { construct(J, count, nullptr); }

}  // extern "C"
