// JSON to and from structs, and JSON of unknown shape.
//
//   struct Item { std::string name; double price = 0; };
//   K6_FIELDS(Item, name, price)
//
//   std::string text = to_json(std::vector<Item>{{"tea", 3.5}});     // [{"name":"tea","price":3.5}]
//   auto items = from_json<std::vector<Item>>(text);                  // throws JsonError: "$[0].price: …"
//   Json any = Json::parse(text);
//   any[0]["name"].text() == "tea";
//
// What has fields (fields.h), bool, numbers, strings, std::optional, std::vector, std::map by string and Json itself go
// both ways. An optional that is empty is left out; a field that is no optional must be there; unknown keys are
// skipped. Values; any thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dsl/fields.h"

namespace k6::dsl {

/// JSON that is malformed or not of the shape asked for; what() says where: "$.items[2].price: expected a number, got a
/// string".
class JsonError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A parsed document or a part of it, which keeps the whole alive.
class Json {
public:
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

    /// null.
    Json() = default;
    /// Throws JsonError.
    static Json parse(std::string_view text);

    Kind kind() const noexcept;
    bool is_null() const noexcept { return kind() == Kind::null; }

    // Throw JsonError for another kind.
    bool boolean() const;
    double number() const;
    std::int64_t integer() const;
    std::uint64_t unsigned_integer() const;
    std::string_view text() const;

    /// Of an array or object; 0 for others.
    std::size_t size() const noexcept;
    /// null if it is not there.
    Json operator[](std::string_view key) const;
    Json operator[](const char* key) const { return (*this)[std::string_view(key)]; }
    Json operator[](std::size_t index) const;
    Json operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
    bool has(std::string_view key) const;
    /// Of an object.
    std::vector<std::string> keys() const;
    /// By JSON Pointer (RFC 6901): "/items/0/name"; null if it is not there.
    Json at(std::string_view pointer) const;

    /// As JSON text again.
    std::string dump() const;

private:
    std::shared_ptr<const void> document_;
    const void* node_ = nullptr;
};

namespace detail {

/// The way from the root to where a reader stands, for messages.
struct JsonPath {
    const JsonPath* outer = nullptr;
    std::string_view key = {};
    std::size_t index = 0;
    bool is_index = false;
};

[[noreturn]] void json_mismatch(const JsonPath& path, std::string_view expected, const Json& found);
[[noreturn]] void json_missing(const JsonPath& path);
[[noreturn]] void json_out_of_range(const JsonPath& path, const Json& found);
std::int64_t json_integer(const JsonPath& path, const Json& from, std::int64_t least, std::int64_t most);
std::uint64_t json_unsigned(const JsonPath& path, const Json& from, std::uint64_t most);
double json_number(const JsonPath& path, const Json& from);

void append_json(std::string& out, std::string_view text);
void append_json(std::string& out, double number);
void append_json_integer(std::string& out, std::int64_t number);
void append_json_unsigned(std::string& out, std::uint64_t number);

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

template <class T>
void read_json(const Json& from, T& into, const JsonPath& path) {
    if constexpr (std::same_as<T, Json>) {
        into = from;
    } else if constexpr (std::same_as<T, bool>) {
        if (from.kind() != Json::Kind::boolean) json_mismatch(path, "true or false", from);
        into = from.boolean();
    } else if constexpr (std::floating_point<T>) {
        into = static_cast<T>(json_number(path, from));
    } else if constexpr (std::signed_integral<T>) {
        into = static_cast<T>(json_integer(path, from, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    } else if constexpr (std::unsigned_integral<T>) {
        into = static_cast<T>(json_unsigned(path, from, std::numeric_limits<T>::max()));
    } else if constexpr (std::same_as<T, std::string>) {
        if (from.kind() != Json::Kind::string) json_mismatch(path, "a string", from);
        into = from.text();
    } else if constexpr (IsOptional<T>::value) {
        if (from.is_null()) {
            into.reset();
        } else {
            read_json(from, into.emplace(), path);
        }
    } else if constexpr (IsVector<T>::value) {
        if (from.kind() != Json::Kind::array) json_mismatch(path, "an array", from);
        into.clear();
        for (std::size_t i = 0, size = from.size(); i < size; ++i) {
            typename T::value_type item{};
            read_json(from[i], item, {.outer = &path, .index = i, .is_index = true});
            into.push_back(std::move(item));
        }
    } else if constexpr (IsStringMap<T>::value) {
        if (from.kind() != Json::Kind::object) json_mismatch(path, "an object", from);
        into.clear();
        for (const std::string& key : from.keys()) read_json(from[key], into[key], {.outer = &path, .key = key});
    } else if constexpr (HasFields<T>) {
        if (from.kind() != Json::Kind::object) json_mismatch(path, "an object", from);
        for_each_field<T>([&](std::string_view key, auto member) {
            using Member = std::remove_reference_t<decltype(into.*member)>;
            const JsonPath at{.outer = &path, .key = key};
            if constexpr (!IsOptional<Member>::value && !std::same_as<Member, Json>) {
                if (!from.has(key)) json_missing(at);
            }
            read_json(from[key], into.*member, at);
        });
    } else {
        static_assert(always_false<T>, "JSON: this type has no K6_FIELDS list and is none of JSON's own kinds");
    }
}

template <class T>
void write_json(std::string& out, const T& value) {
    if constexpr (std::same_as<T, Json>) {
        out += value.dump();
    } else if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::floating_point<T>) {
        append_json(out, static_cast<double>(value));
    } else if constexpr (std::signed_integral<T>) {
        append_json_integer(out, value);
    } else if constexpr (std::unsigned_integral<T>) {
        append_json_unsigned(out, value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        append_json(out, std::string_view(value));
    } else if constexpr (IsOptional<T>::value) {
        if (value) {
            write_json(out, *value);
        } else {
            out += "null";
        }
    } else if constexpr (IsVector<T>::value) {
        out += '[';
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i > 0) out += ',';
            write_json<typename T::value_type>(out, value[i]);
        }
        out += ']';
    } else if constexpr (IsStringMap<T>::value) {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value) {
            if (!std::exchange(first, false)) out += ',';
            append_json(out, std::string_view(key));
            out += ':';
            write_json(out, item);
        }
        out += '}';
    } else if constexpr (HasFields<T>) {
        out += '{';
        bool first = true;
        for_each_field<T>([&](std::string_view key, auto member) {
            const auto& item = value.*member;
            if constexpr (IsOptional<std::remove_cvref_t<decltype(item)>>::value) {
                if (!item) return;
            }
            if (!std::exchange(first, false)) out += ',';
            append_json(out, key);
            out += ':';
            write_json(out, item);
        });
        out += '}';
    } else {
        static_assert(always_false<T>, "JSON: this type has no K6_FIELDS list and is none of JSON's own kinds");
    }
}

}  // namespace detail

template <class T>
std::string to_json(const T& value) {
    std::string out;
    detail::write_json(out, value);
    return out;
}

/// Throws JsonError.
template <class T>
T from_json(const Json& document) {
    T value{};
    detail::read_json(document, value, {});
    return value;
}
template <class T>
T from_json(std::string_view text) {
    return from_json<T>(Json::parse(text));
}

/// The same without exceptions.
template <class T>
Result<T> try_from_json(std::string_view text) {
    try {
        return from_json<T>(text);
    } catch (const JsonError& error) {
        return Error{ErrorClass::generic, error.what()};
    }
}

}  // namespace k6::dsl
