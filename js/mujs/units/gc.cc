// The garbage collector: stands in for jsgc.c.
//
// Mark and sweep over the State's lists. Unlike the stock unit it is set off by bytes, not by the number of objects
// (runtime.request_collection makes the interpreter call js_gc at its next instruction); it knows the C++ side's roots
// and what native objects refer to; and it never touches functions that belong to a SharedScript.
#include <algorithm>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {

class Collector final : public Tracer {
public:
    explicit Collector(js_State* J) : Tracer(*runtime_of(J).state), J_(J), mark_(J->gcmark == 1 ? 2 : 1) {}

    void run() {
        J_->gcmark = mark_;
        mark_roots();
        while (js_Object* object = J_->gcroot) {
            J_->gcroot = object->gcroot;
            object->gcroot = nullptr;
            scan(object);
        }
        sweep();
    }

    void mark(const js_Value& value) {
        if (value.t.type == JS_TMEMSTR || value.t.type == type_symbol || value.t.type == type_bigint) {
            value.u.memstr->gcmark = static_cast<char>(mark_);
        } else if (value.t.type == JS_TOBJECT) {
            mark(value.u.object);
        }
    }

    void visit(const TracedValue& value) override { mark(std::bit_cast<js_Value>(value.raw())); }

private:
    void mark(js_Object* object) {
        if (object == nullptr || (object->gcmark & object_bits::mark) == mark_) return;
        object->gcmark = (object->gcmark & ~object_bits::mark) | mark_;
        object->gcroot = J_->gcroot;
        J_->gcroot = object;
    }

    void mark(js_Function* function) {
        if (function == nullptr || function->gcmark == mark_ || function->gcmark == permanent_function) return;
        function->gcmark = mark_;
        for (int i = 0; i < function->funlen; ++i) mark(function->funtab[i]);
    }

    void mark(js_Environment* environment) {
        for (; environment != nullptr && environment->gcmark != mark_; environment = environment->outer) {
            environment->gcmark = mark_;
            mark(environment->variables);
        }
    }

    void mark_properties(js_Property* node) {
        for (; node != nullptr; node = property_right(node)) {
            mark_properties(property_left(node));
            mark(node->value);
            mark(node->getter);
            mark(node->setter);
        }
    }

    void mark_roots() {
        Runtime& runtime = runtime_of(J_);
        for (js_Object* object : {J_->Object_prototype,
                                  J_->Array_prototype,
                                  J_->Function_prototype,
                                  J_->Boolean_prototype,
                                  J_->Number_prototype,
                                  J_->String_prototype,
                                  J_->RegExp_prototype,
                                  J_->Date_prototype,
                                  J_->Error_prototype,
                                  J_->EvalError_prototype,
                                  J_->RangeError_prototype,
                                  J_->ReferenceError_prototype,
                                  J_->SyntaxError_prototype,
                                  J_->TypeError_prototype,
                                  J_->URIError_prototype,
                                  J_->R,
                                  J_->G,
                                  runtime.go_error_prototype,
                                  runtime.aggregate_error_prototype,
                                  runtime.symbol_prototype,
                                  runtime.bigint_prototype}) {
            mark(object);
        }
        for (int i = 0; i < J_->top; ++i) mark(J_->stack[i]);
        for (const js_Value& root : runtime.roots) mark(root);
        mark(runtime.kept_result);
        mark(J_->E);
        mark(J_->GE);
        // Environments that handlers go back to are these, or outer to them.
        for (const Frame* frame = runtime.frame; frame != nullptr; frame = frame->caller) mark(frame->scope);
    }

    void scan(js_Object* object) {
        mark_properties(property_root(object));
        mark(object->prototype);
        switch (object->type) {
            case JS_CARRAY:
                if (object->u.a.simple) {
                    for (int i = 0; i < object->u.a.flat_length; ++i) mark(object->u.a.array[i]);
                }
                break;
            case JS_CSTRING:
                if (string_owner(object) != nullptr) string_owner(object)->gcmark = static_cast<char>(mark_);
                break;
            case JS_CITERATOR:
                mark(object->u.iter.target);
                break;
            case JS_CFUNCTION:
            case JS_CSCRIPT:
                mark(object->u.f.scope);
                mark(object->u.f.function);
                break;
            case class_proxy:
                mark(proxy_parts(object).target);
                mark(proxy_parts(object).handler);
                break;
            case JS_CUSERDATA:
                if (is_native_object(object)) {
                    auto* header = static_cast<NativeHeader*>(object->u.user.data);
                    if (header->type->trace != nullptr) header->type->trace(*header, *this);
                }
                break;
            default:
                break;
        }
    }

    void sweep();

    js_State* J_;
    int mark_;
};

namespace {

void free_function(js_State* J, js_Function* function) {
    js_free(J, function->funtab);
    js_free(J, function->vartab);
    js_free(J, function->code);
    js_free(J, function);
}

void free_object(js_State* J, js_Object* object) {
    free_properties(J, property_root(object));
    switch (object->type) {
        case JS_CARRAY:
            if (object->u.a.simple) js_free(J, object->u.a.array);
            break;
        case JS_CITERATOR:
            for (js_Iterator *node = object->u.iter.head, *next; node != nullptr; node = next) {
                next = node->next;
                js_free(J, node);
            }
            break;
        case JS_CERROR:
            js_free(J, object->u.user.data);
            break;
        case JS_CUSERDATA:
            if (object->u.user.finalize != nullptr) object->u.user.finalize(J, object->u.user.data);
            break;
        case JS_CCFUNCTION:
            if (object->u.c.finalize != nullptr) object->u.c.finalize(J, object->u.c.data);
            break;
        default:
            break;
    }
    js_free(J, object);
}

/// All that are deeper than `frame`.
void free_frames(js_State* J, Frame* frame) {
    for (Frame* next = std::exchange(frame->deeper, nullptr); next != nullptr;) {
        js_free(J, std::exchange(next, next->deeper));
    }
}

template <class Node, class IsLive, class Free>
void sweep_list(Node*& list, IsLive is_live, Free free) {
    Node** link = &list;
    while (Node* node = *link) {
        if (is_live(node)) {
            link = &node->gcnext;
        } else {
            *link = node->gcnext;
            free(node);
        }
    }
}

}  // namespace

void Collector::sweep() {
    js_State* J = J_;
    const int mark = mark_;
    sweep_list(
        J->gcenv, [&](js_Environment* node) { return node->gcmark == mark; },
        [&](js_Environment* node) { js_free(J, node); });
    sweep_list(
        J->gcfun, [&](js_Function* node) { return node->gcmark == mark; },
        [&](js_Function* node) { free_function(J, node); });
    sweep_list(
        J->gcobj, [&](js_Object* node) { return (node->gcmark & object_bits::mark) == mark; },
        [&](js_Object* node) { free_object(J, node); });
    sweep_list(
        J->gcstr, [&](js_String* node) { return node->gcmark == mark; }, [&](js_String* node) { js_free(J, node); });
}

void collect_garbage(js_State* J) {
    Runtime& runtime = runtime_of(J);
    Collector(J).run();
    runtime.texts.clear();
    ++runtime.collections;
    runtime.property_cache.fill({});
    runtime.sparse = {};
    runtime.collection_wanted = false;
    runtime.recovering = false;
    // Frames of a deep recursion that is over.
    Frame* keep = runtime.frame;
    for (int i = 0; i < 64 && keep != nullptr; ++i) keep = keep->deeper;
    if (keep != nullptr) free_frames(J, keep);
    // Room to grow: as much again as is live, but near the limit no more than half of what is left.
    const std::size_t left = runtime.limit > runtime.bytes ? runtime.limit - runtime.bytes : 0;
    runtime.collect_at = runtime.bytes + std::min(std::max(runtime.bytes, runtime.collect_after), left / 2);
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

void js_freestate(js_State* J) {
    if (J == nullptr) return;
    while (js_Environment* node = J->gcenv) {
        J->gcenv = node->gcnext;
        js_free(J, node);
    }
    while (js_Function* node = J->gcfun) {
        J->gcfun = node->gcnext;
        free_function(J, node);
    }
    while (js_Object* node = J->gcobj) {
        J->gcobj = node->gcnext;
        free_object(J, node);
    }
    while (js_String* node = J->gcstr) {
        J->gcstr = node->gcnext;
        js_free(J, node);
    }
    Frame* root = runtime_of(J).frame;
    while (root != nullptr && root->caller != nullptr) root = root->caller;
    if (root != nullptr) {
        free_frames(J, root);
        js_free(J, root);
    }
    jsS_freestrings(J);
    js_free(J, J->lexbuf.text);
    free_state_memory(J);
}

}  // extern "C"
