// Making a state and loading source: stands in for jsstate.c.
//
// js_State with its fixed arrays and the value stack are large (JS_TRYLIMIT, JS_ENVLIMIT, JS_STACKSIZE) and used from
// their low ends only. Both live in one mapping of zero pages that nothing clears, so that only what is used takes
// memory. The stock unit's entry points for embedders (js_dostring and the like) are not offered: js/mujs/state.h is.
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "js/mujs/runtime.h"

namespace {

constexpr std::size_t stack_offset = (sizeof(js_State) + 63) / 64 * 64;
constexpr std::size_t mapping_size = stack_offset + sizeof(js_Value) * JS_STACKSIZE;

/// Compiles `source` and leaves it as a script function on the stack.
void load(js_State* J, const char* file, const char* source, int strict, js_Environment* scope) {
    jmp_buf* buffer = static_cast<jmp_buf*>(js_savetry(J));
    if (setjmp(*buffer) != 0) {
        jsP_freeparse(J);
        js_throw(J);
    }
    js_Ast* tree = jsP_parse(J, file, source);
    js_Function* function = jsC_compilescript(J, tree, strict);
    jsP_freeparse(J);
    js_newscript(J, function, scope);
    js_endtry(J);
}

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
    J->trace[0].name = "";
    J->trace[0].file = "native";
    J->gcmark = 1;
    J->gcthresh = UINT_MAX;
    runtime_of(J).J = J;

    J->R = jsV_newobject(J, JS_COBJECT, nullptr);
    J->G = jsV_newobject(J, JS_COBJECT, nullptr);
    J->E = J->GE = jsR_newenvironment(J, J->G, nullptr);
    jsB_init(J);
    return J;
}

void js_loadeval(js_State* J, const char* file, const char* source) {
    load(J, file, source, J->strict, J->strict ? J->E : nullptr);
}

void js_loadstring(js_State* J, const char* file, const char* source) {
    load(J, file, source, J->default_strict, J->GE);
}

int k6_js_nesting_limit(js_State* J) { return runtime_of(J).nesting_limit; }

/// The parser's warnings; the front end has its own.
void js_report(js_State*, const char*) {}

}  // extern "C"
