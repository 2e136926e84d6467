#include "js/mujs/shared_script.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "js/mujs/runtime.h"
#include "js/mujs/state.h"
#include "js/regexp/cache.h"

namespace k6::js {

/// The State that compiled the script; it never runs it. Its heap holds bytecode and constants.
struct SharedScript::Impl {
    State state;
    std::unique_ptr<const PositionTable> positions;
    /// What the script's regular expressions compile to, for every State that runs it.
    std::shared_ptr<regexp::PatternCache> patterns = std::make_shared<regexp::PatternCache>();
    js_Function* function = nullptr;
    std::size_t bytes = 0;
};

namespace {

#if defined(__SANITIZE_THREAD__)
constexpr int nesting_limit = 2000;  // its own stack of calls holds 64 Ki
#else
constexpr int nesting_limit = 20000;
#endif
// A level takes up to 800 bytes, with room for a sanitizer's needs.
constexpr std::size_t compiler_stack = std::size_t{64} << 20;

/// Runs `body` on a thread of its own with a stack of that size, and waits for it.
template <class Body>
void run_on_large_stack(Body body) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, compiler_stack);
    pthread_t thread;
    const int failed = pthread_create(
        &thread, &attributes,
        [](void* argument) -> void* {
            (*static_cast<Body*>(argument))();
            return nullptr;
        },
        &body);
    pthread_attr_destroy(&attributes);
    if (failed != 0) throw std::bad_alloc();
    pthread_join(thread, nullptr);
}

}  // namespace

SharedScript::SharedScript() : impl_(std::make_unique<Impl>()) {}
SharedScript::~SharedScript() = default;

Result<std::shared_ptr<const SharedScript>> SharedScript::compile(std::string_view file, std::string_view source,
                                                                  OriginalSource original) {
    std::shared_ptr<SharedScript> script(new SharedScript());
    State& state = script->impl_->state;
    js_State* J = state.raw();
    Internal::runtime(state).nesting_limit = nesting_limit;
    const std::size_t before = state.heap().bytes;
    const std::string file_text = to_engine_text(file);
    const std::string source_text = to_engine_text(source);
    std::optional<Error> error;
    run_on_large_stack([&] {
        try {
            Guard guard(J);
            load_script(J, file_text.c_str(), source_text.c_str());
            script->impl_->function = js_tovalue(J, -1)->u.object->u.f.function;
        } catch (const ScriptException& exception) {
            error = describe(state, exception.value()).to_error();
        }
    });
    if (error) return *std::move(error);
    note_functions(J, nullptr, original.functions);
    for (js_Function* function = J->gcfun; function != nullptr; function = function->gcnext) {
        function->gcmark = permanent_function;
    }
    script->impl_->positions =
        original.positions.empty()
            ? std::make_unique<const PositionTable>(source_text)
            : std::make_unique<const PositionTable>(std::move(original.positions), std::move(original.text));
    script->impl_->bytes = state.heap().bytes - before;
    return std::shared_ptr<const SharedScript>(std::move(script));
}

Value SharedScript::instantiate(State& state) const {
    state.keep_alive(shared_from_this());
    share_patterns(state, impl_->patterns);
    js_State* J = state.raw();
    auto& tables = Internal::runtime(state).position_tables;
    const char* file = impl_->function->filename;
    if (std::none_of(tables.begin(), tables.end(), [&](const auto& entry) { return entry.first == file; })) {
        tables.emplace_back(file, impl_->positions.get());
    }
    Guard guard(J);
    js_newscript(J, impl_->function, J->GE);
    return Internal::value(state, *js_tovalue(J, -1));
}

std::size_t SharedScript::bytes() const noexcept { return impl_->bytes; }

}  // namespace k6::js
