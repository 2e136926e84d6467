// Recoverable failures as values.
//
// `Error` says what went wrong (a message that names the offending thing), which class of failure it is (the class
// decides the process's exit code), and optionally a hint. `Result<T>` is either a T or an Error.
//
//   Result<int> parse_port(std::string_view text) {
//       if (text.empty()) return Error{ErrorClass::invalid_config, "the port is empty"};
//       return 80;
//   }
//   if (auto port = parse_port(text); !port) return port.error();
//
// Any thread; values without shared state.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace k6 {

/// Classes of failure. The numbers are the exit codes of the `k6` command, one class per code.
enum class ErrorClass : int {
    thresholds_failed = 99,
    setup_timeout = 100,
    teardown_timeout = 101,
    generic_timeout = 102,
    stopped_by_api = 103,
    invalid_config = 104,
    external_abort = 105,
    cannot_start_api = 106,
    script_exception = 107,
    script_aborted = 108,
    panic = 109,
    marked_as_failed = 110,
    generic = 255,
};

struct Error {
    ErrorClass error_class = ErrorClass::generic;
    /// One line where possible; names the file, option, line or field that is wrong.
    std::string message;
    /// Printed beside the message when not empty, for example "script exception".
    std::string hint = {};

    friend bool operator==(const Error&, const Error&) = default;
};

/// Returns `error` with `context` and ": " put before its message.
inline Error with_context(Error error, std::string_view context) {
    error.message = std::string(context) + ": " + error.message;
    return error;
}

/// Either a value or an Error; `Result<void>` carries no value. Reading the side that is not there is a programmer
/// error (std::bad_variant_access).
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    template <class U = T>
    requires(std::constructible_from<T, U&&> && !std::same_as<std::remove_cvref_t<U>, Result> &&
             !std::same_as<std::remove_cvref_t<U>, Error>) Result(U&& value)
        : state_(std::in_place_index<0>, std::forward<U>(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() & { return std::get<1>(state_); }
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    bool has_value() const noexcept { return !failed_; }
    explicit operator bool() const noexcept { return has_value(); }

    Error& error() & { return error_; }
    const Error& error() const& { return error_; }
    Error&& error() && { return std::move(error_); }

private:
    Error error_;
    bool failed_ = false;
};

}  // namespace k6
