// Promises made and settled by native code.
//
//   PromiseHandle done(state);
//   start_operation([done](std::string text) mutable { done.resolve(done.state().string(text)); });
//   return done.promise();
//
// Reactions run as microtasks: whoever settles a promise outside of a script calls State::run_microtasks afterwards.
// The State's thread only.
#pragma once

#include <functional>
#include <memory>

#include "js/mujs/state.h"

namespace k6::js {

class PromiseHandle {
public:
    explicit PromiseHandle(State& state);
    State& state() const noexcept { return *state_; }
    const Value& promise() const noexcept { return promise_; }
    /// Follows the value if it is a promise or has a `then`. Settling twice has no effect.
    void resolve(const Value& value);
    void reject(const Value& reason);

private:
    State* state_;
    Value promise_;
    std::shared_ptr<bool> settled_;  // copies of a handle settle one promise
};

/// A promise resolved with `value`, or `value` itself if it is a promise already.
Value promise_resolve(State& state, const Value& value);
bool is_promise(const Value& value);

enum class PromiseState { pending, fulfilled, rejected };
/// The state of a promise made by this library; pending for anything else.
PromiseState promise_state(const Value& promise);
/// The value or reason of a settled promise.
Value promise_result(const Value& promise);
/// Calls `fulfilled` or `rejected` as a microtask when the promise settles; marks it as handled.
void promise_then(State& state, const Value& promise, std::function<void(State&, const Value&)> fulfilled,
                  std::function<void(State&, const Value&)> rejected);

}  // namespace k6::js
