#include "engine/runtime/aside.h"

#include "engine/runtime/fiber.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// k6_call_on_stack(high, function, argument). A function of its own, not a statement within one: so the compiler knows
// that anything may happen in it. `high` is a multiple of 16, as the stack pointer is before a call (System V ABI,
// AMD64, 3.2.2); by the frame pointer debuggers and unwinders find the caller.
asm(R"(
    .text
    .p2align 4
    .globl k6_call_on_stack
    .hidden k6_call_on_stack
    .type k6_call_on_stack, @function
k6_call_on_stack:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq %rdi, %rsp
    movq %rdx, %rdi
    callq *%rsi
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size k6_call_on_stack, . - k6_call_on_stack
)");

extern "C" void k6_call_on_stack(std::byte* high, void (*function)(void*) noexcept, void* argument) noexcept;

#else

namespace {
void k6_call_on_stack(std::byte*, void (*function)(void*) noexcept, void* argument) noexcept { function(argument); }
}  // namespace

#endif

namespace k6::detail {
namespace {

// Like the running fiber: part of what a thread that runs a worker is.
struct Aside {
    std::byte* high = nullptr;
    bool busy = false;
};
constinit thread_local Aside aside;

}  // namespace

void call_aside(void (*function)(void*) noexcept, void* argument) noexcept {
    // On the loop's stack one is at hand already.
    if (aside.high == nullptr || aside.busy || Fiber::current() == nullptr) return function(argument);
    aside.busy = true;
    k6_call_on_stack(aside.high, function, argument);
    aside.busy = false;
}

AsideStack::AsideStack(std::byte* high) noexcept { aside.high = high; }
AsideStack::~AsideStack() { aside.high = nullptr; }

bool is_aside() noexcept { return aside.busy; }

}  // namespace k6::detail
