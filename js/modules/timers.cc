#include "js/modules/timers.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "js/modules/arguments.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

// Longer delays (32 years) are for ever.
constexpr double longest_delay_milliseconds = 1e12;
/// A repeating timer without a delay must not keep everything else from its turn.
constexpr Duration shortest_interval = std::chrono::milliseconds(1);

Duration delay_of(double milliseconds) {
    if (!(milliseconds > 0)) return {};
    return Duration(static_cast<Duration::rep>(std::min(milliseconds, longest_delay_milliseconds) * 1e6));
}

Value set_timer(Call& call, Literal kind, bool repeat) {
    auto& context = call.context<ScriptContext>();
    const Value callback = call[0];
    if (!callback.is_function()) {
        const std::string name(kind.view());
        if (callback.is_nullish()) throw GoError(name + "'s callback isn't a callable function");
        throw TypeError(name + ": could not convert the argument to a function");
    }
    Duration delay = delay_of(call.number(1));
    if (repeat) delay = std::max(delay, shortest_interval);
    std::vector<Value> arguments;
    for (std::size_t i = 2; i < call.size(); ++i) arguments.push_back(call[i]);
    return context.loop.set_timer(kind, delay, repeat,
                                  [&state = call.state(), callback, arguments = std::move(arguments)] {
                                      callback.call(state.global(), arguments);
                                  });
}

Value set_timeout(Call& call) { return set_timer(call, "setTimeout", false); }
Value set_interval(Call& call) { return set_timer(call, "setInterval", true); }

Value clear(Call& call) {
    const double id = call.number(0);
    if (id >= 1 && id < 1e15) call.context<ScriptContext>().loop.clear_timer(static_cast<EventLoop::TimerId>(id));
    return {};
}

constexpr FunctionDefinition functions[] = {
    {"setTimeout", 2, set_timeout},
    {"clearTimeout", 1, clear},
    {"setInterval", 2, set_interval},
    {"clearInterval", 1, clear},
};

}  // namespace

void install_timers(ScriptContext& context) { context.state.define_functions(context.state.global(), functions); }

Value make_timers_module(ScriptContext& context) {
    Value members = context.state.object();
    for (const FunctionDefinition& function : functions)
        members.set(function.name.view(), context.state.global().get(function.name.view()));
    return namespace_of(context.state, members);
}

}  // namespace k6::js
