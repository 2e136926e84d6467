// Work of a fiber on a stack that all fibers of its worker share.
//
// A fiber's own stack is in the processor's caches only while the fiber runs: with hundreds of fibers that take turns,
// every line that a deep call touches there is fetched from afar first, and pushes out another fiber's. What neither
// waits nor keeps anything on the stack can do without: the shared one is always at hand.
//
//   run_aside([&] { record(round_trip); });        // must not suspend: Fiber::suspend throws std::logic_error
//
// Outside of fibers, and where the sanitizers watch over stacks, it is an ordinary call. Exceptions pass.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace k6 {

namespace detail {

/// Calls `function(argument)` on the shared stack.
void call_aside(void (*function)(void* argument) noexcept, void* argument) noexcept;

/// For the worker: the shared stack of this thread, by its highest address, for as long as this lives.
class AsideStack {
public:
    explicit AsideStack(std::byte* high) noexcept;
    ~AsideStack();
    AsideStack(const AsideStack&) = delete;
    AsideStack& operator=(const AsideStack&) = delete;
};

/// A function of this thread runs on the shared stack.
bool is_aside() noexcept;

}  // namespace detail

template <class Function>
void run_aside(Function&& function) {
    if constexpr (std::is_nothrow_invocable_v<Function&>) {
        detail::call_aside([](void* of) noexcept { (*static_cast<std::remove_reference_t<Function>*>(of))(); },
                           const_cast<void*>(static_cast<const void*>(std::addressof(function))));
    } else {
        // Nothing may unwind from one stack onto another.
        struct Call {
            Function& function;
            std::exception_ptr failure;
        } call{function, nullptr};
        detail::call_aside(
            [](void* of) noexcept {
                Call& made = *static_cast<Call*>(of);
                try {
                    made.function();
                } catch (...) {
                    made.failure = std::current_exception();
                }
            },
            &call);
        if (call.failure) [[unlikely]]
            std::rethrow_exception(std::move(call.failure));
    }
}

}  // namespace k6
