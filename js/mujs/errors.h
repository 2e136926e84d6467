// What goes wrong between C++ and scripts.
//
// * HostError and its kinds: thrown by native functions; the script sees a JavaScript error of that class.
// * ScriptException: a value thrown by the script, on its way through C++ frames. A native function normally lets it
//   pass; the script above then sees the same value.
// * ScriptError: the description of an uncaught exception, a plain value that outlives the State.
// * any other C++ exception (k6::Interrupted above all) passes through all script frames uncaught: neither catch nor
//   finally blocks run, and it arrives as it was thrown at the C++ caller that entered the script. std::exception and
//   its kinds are an exception to this: they become GoErrors with what() as their message.
//
//   Value divide(Call& call) {
//       if (call.number(1) == 0) throw RangeError("division by zero");
//       return call.number(0) / call.number(1);
//   }
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "js/mujs/value.h"

namespace k6::js {

/// An error that a native function raises; what() is the message.
class HostError : public std::runtime_error {
public:
    enum class Kind { error, go_error, type_error, range_error, syntax_error, reference_error };
    HostError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// The class of errors that host functions throw (`e.name === 'GoError'`).
struct GoError : HostError {
    explicit GoError(const std::string& message) : HostError(Kind::go_error, message) {}
};
struct TypeError : HostError {
    explicit TypeError(const std::string& message) : HostError(Kind::type_error, message) {}
};
struct RangeError : HostError {
    explicit RangeError(const std::string& message) : HostError(Kind::range_error, message) {}
};
struct SyntaxError : HostError {
    explicit SyntaxError(const std::string& message) : HostError(Kind::syntax_error, message) {}
};

/// A value that the script threw. Deliberately no std::exception: only those who mean it catch it.
class ScriptException {
public:
    explicit ScriptException(Value value) : value_(std::move(value)) {}
    const Value& value() const noexcept { return value_; }

private:
    Value value_;
};

struct StackFrame {
    std::string function;  // empty at top level and in anonymous functions
    std::string file;      // "native" for native functions
    int line = 0;
    int column = 0;  // 0: not known
};

/// An uncaught exception, described.
struct ScriptError {
    /// String(thrown): "TypeError: x is not a function", "[object Object]", …
    std::string text;
    /// The `message` property if the thrown value is an object that has one, otherwise the text.
    std::string message;
    /// The `name` property ("TypeError"), empty if there is none.
    std::string name;
    std::vector<StackFrame> frames;

    /// As the log prints it: the text, a line end, and one "\tat …" line per frame.
    std::string log_text() const;
    /// As an Error of class script_exception whose message is log_text().
    Error to_error() const;
};

/// Parses the lines of a `stack` property.
std::vector<StackFrame> parse_stack(std::string_view stack);
/// The name of a function as scripts know it. Those that ES5 cannot spell come from the lowering as "$k_f_" and the
/// name, with every byte that is no ASCII letter or digit as $ and two hex digits; names that it made up ("$c12") are
/// none.
std::string shown_function_name(std::string_view name);
/// A native function of the lowering (js/support), which traces leave out.
inline bool is_hidden_function(std::string_view name) { return name.starts_with("$k_") && !name.starts_with("$k_f_"); }

/// One frame in the layout of `stack`: "\tat name (file:line:column)".
std::string format_frame(const StackFrame& frame);

/// Describes a thrown value; a toString or getter of it that throws in turn is passed over.
ScriptError describe(State& state, const Value& thrown);

/// What a call into the script came to: a value, or the description of what it threw.
class [[nodiscard]] Completion {
public:
    Completion(Value value) : state_(std::move(value)) {}
    Completion(ScriptError error) : state_(std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    const Value& value() const& { return std::get<0>(state_); }
    Value&& value() && { return std::get<0>(std::move(state_)); }
    const Value& operator*() const& { return value(); }
    const ScriptError& error() const& { return std::get<1>(state_); }

private:
    std::variant<Value, ScriptError> state_;
};

}  // namespace k6::js
