#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/secrets.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "js/builtins/promise.h"
#include "js/modules/arguments.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

/// secrets.get(key), of the default source or of one by name: a promise, as a source may have to ask somebody.
Value get(Call& call, const std::optional<std::string>& source) {
    auto& context = call.context<ScriptContext>();
    PromiseHandle done(call.state());
    const Secrets* secrets = context.secrets;
    if (secrets == nullptr) {
        done.reject(host_rejection(call.state(), "no secret sources are configured"));
        return done.promise();
    }
    context.loop.spawn([&context, secrets, source, key = std::string(call.text(0)), done]() mutable -> EventLoop::Job {
        auto answer = std::make_shared<std::optional<Result<std::string>>>();
        Fiber::current()->worker().offload([answer, secrets, &source, &key] { *answer = secrets->get(key, source); });
        return [&context, answer, done]() mutable {
            const Result<std::string>& value = **answer;
            if (value) {
                done.resolve(context.state.string(*value));
            } else {
                done.reject(host_rejection(context.state, value.error().message));
            }
        };
    });
    return done.promise();
}

Value get_from_default(Call& call) { return get(call, {}); }

Value source(Call& call) {
    Value object = call.state().object();
    object.set("get", call.state().closure(
                          "get", 1, [name = std::string(call.text(0))](Call& inner) { return get(inner, name); }));
    return object;
}

constexpr FunctionDefinition functions[] = {{"get", 1, get_from_default}, {"source", 1, source}};

}  // namespace

Value make_secrets_module(ScriptContext& context) {
    Value members = context.state.object();
    context.state.define_functions(members, functions, Attributes::none);
    Value ns = context.state.object();
    ns.set("default", members);
    return ns;
}

}  // namespace k6::js
