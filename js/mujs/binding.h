// Writing native functions.
//
// A native function takes a Call and returns a Value; it may hold any C++ objects, and leaves by throwing as it likes
// (js/mujs/errors.h): destructors run in every case.
//
//   Value repeat(Call& call) {
//       std::string_view text = call.text(0);             // argument 0, converted as String() does
//       double count = call.number(1);                    // NaN if missing
//       if (!(count >= 0)) throw RangeError("count must not be negative");
//       std::string result;
//       for (double i = 0; i < count; ++i) result += text;
//       return call.state().string(result);
//   }
//   state.global().define("repeat", state.function("repeat", 2, repeat));
//
// A class is one table; `this` is the native object:
//
//   struct Counter { static constexpr const char* js_name = "Counter"; double value = 0; };
//   constexpr FunctionDefinition counter_methods[] = {
//       {"add", 1, [](Call& call) -> Value { return call.self<Counter>().value += call.number(0); }},
//   };
//   constexpr ClassDefinition counter_class{
//       .name = "Counter",
//       .construct = [](Call& call) -> Value { return call.native<Counter>(0); },
//       .methods = counter_methods,
//   };
//   state.global().define("Counter", state.define_class(counter_class));
//
// The State's thread only; a Call lives for the call it describes.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "js/mujs/native.h"
#include "js/mujs/state.h"

namespace k6::js {

class Call {
public:
    State& state() const noexcept { return state_; }
    template <class T>
    T& context() const noexcept {
        return state_.context<T>();
    }

    /// Number of arguments given.
    std::size_t size() const noexcept { return size_; }
    /// True for `new f(…)` of a class.
    bool is_construct() const noexcept { return construct_; }
    Value this_value() const;
    Value callee() const;

    /// The argument, undefined if not given.
    Value operator[](std::size_t index) const { return argument(index); }
    Value argument(std::size_t index) const;
    Value::Type type(std::size_t index) const noexcept;
    bool has(std::size_t index) const noexcept { return type(index) != Value::Type::undefined; }

    /// ECMAScript conversions of an argument; those of objects run script.
    double number(std::size_t index) const;
    bool truthy(std::size_t index) const noexcept;
    /// UTF-8, valid during the call.
    std::string_view text(std::size_t index);
    /// ToIntegerOrInfinity, clamped to the range of the type; 0 for NaN.
    std::int64_t integer(std::size_t index) const;

    /// `this` as the C++ object of a class; TypeError if it is something else.
    template <class T>
    T& self() const {
        T* object = this_value().native<T>();
        if (object == nullptr) wrong_receiver(T::js_name);
        return *object;
    }
    /// A new object of the class whose constructor is running.
    template <class T, class... Arguments>
    Value native(Arguments&&... arguments) const {
        return state_.native<T>(callee().get("prototype"), 0, std::forward<Arguments>(arguments)...);
    }

private:
    friend struct Internal;
    Call(State& state, int base, std::size_t size, bool construct) noexcept
        : state_(state), base_(base), size_(size), construct_(construct) {}
    Call(const Call&) = delete;
    [[noreturn]] static void wrong_receiver(const char* name);

    State& state_;
    int base_;
    std::size_t size_;
    bool construct_;
    std::unique_ptr<std::deque<std::string>> converted_;
};

}  // namespace k6::js
