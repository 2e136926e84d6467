// Making a state: with compile.cc it stands in for jsstate.c.
//
// The value stack is large (JS_STACKSIZE) and used from its low end only. It lives with js_State in one mapping of zero
// pages that nothing clears, so that only what is used takes memory. The stock unit's entry points for embedders
// (js_dostring and the like) are not offered: js/mujs/state.h is.
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "js/mujs/runtime.h"

namespace {

constexpr std::size_t stack_offset = (sizeof(js_State) + 63) / 64 * 64;
constexpr std::size_t mapping_size =
    stack_offset + sizeof(js_Value) * (JS_STACKSIZE + 64);  // what reports of overflows need

}  // namespace

namespace k6::js {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizers see into the heap but not into mappings.
void free_state_memory(js_State* J) { std::free(J); }
static void* allocate_state_memory() { return std::calloc(1, mapping_size); }
#else
void free_state_memory(js_State* J) { ::munmap(J, mapping_size); }
static void* allocate_state_memory() {
    void* memory =
        ::mmap(nullptr, mapping_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    ::madvise(memory, mapping_size, MADV_NOHUGEPAGE);
    return memory;
}
#endif

}  // namespace k6::js

using namespace k6::js;

extern "C" {

js_State* js_newstate(js_Alloc alloc, void* context, int flags) {
    static_assert(sizeof(js_Value) == 16);
    static_assert(offsetof(js_Value, t.type) == 15);
    auto* J = static_cast<js_State*>(allocate_state_memory());
    if (J == nullptr) return nullptr;
    J->actx = context;
    J->alloc = alloc;
    J->stack = reinterpret_cast<js_Value*>(reinterpret_cast<char*>(J) + stack_offset);
    J->strict = J->default_strict = (flags & JS_STRICT) != 0;
    J->gcmark = 1;
    Runtime& runtime = runtime_of(J);
    runtime.J = J;
    runtime.frame = static_cast<Frame*>(js_malloc(J, sizeof(Frame)));
    *runtime.frame = {};
    runtime.frame->name = "";

    J->R = jsV_newobject(J, JS_COBJECT, nullptr);
    J->G = jsV_newobject(J, JS_COBJECT, nullptr);
    J->E = J->GE = jsR_newenvironment(J, J->G, nullptr);
    jsB_init(J);
    return J;
}

/// The parser's warnings; the front end has its own.
void js_report(js_State*, const char*) {}

}  // extern "C"
