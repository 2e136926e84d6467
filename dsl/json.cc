#include "dsl/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>

#include "metrics/json_text.h"

namespace k6::dsl {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 512;

const json::value& null_value() {
    static const json::value value;
    return value;
}

const json::value& value_of(const void* node) {
    return node == nullptr ? null_value() : *static_cast<const json::value*>(node);
}

const char* kind_name(Json::Kind kind) {
    switch (kind) {
        case Json::Kind::null:
            return "null";
        case Json::Kind::boolean:
            return "a boolean";
        case Json::Kind::number:
            return "a number";
        case Json::Kind::string:
            return "a string";
        case Json::Kind::array:
            return "an array";
        case Json::Kind::object:
            return "an object";
    }
    return "?";
}

[[noreturn]] void wrong_kind(std::string_view expected, const Json& found) {
    throw JsonError("expected " + std::string(expected) + ", got " + kind_name(found.kind()));
}

std::string text_of(const detail::JsonPath& path) {
    if (path.outer == nullptr) return "$";
    std::string text = text_of(*path.outer);
    if (path.is_index) return text + "[" + std::to_string(path.index) + "]";
    return text + "." + std::string(path.key);
}

/// Whole numbers may be written with a fraction of zero or an exponent.
template <class Integer>
std::optional<Integer> whole(const json::value& value) {
    if (const auto* number = value.if_int64()) {
        if (std::in_range<Integer>(*number)) return static_cast<Integer>(*number);
        return {};
    }
    if (const auto* number = value.if_uint64()) {
        if (std::in_range<Integer>(*number)) return static_cast<Integer>(*number);
        return {};
    }
    if (const auto* number = value.if_double()) {
        // 2^53: beyond it a double does not tell whole numbers apart.
        constexpr double exact = 9007199254740992.0;
        if (std::trunc(*number) == *number && std::abs(*number) <= exact &&
            (std::is_signed_v<Integer> || *number >= 0)) {
            return static_cast<Integer>(*number);
        }
    }
    return {};
}

}  // namespace

Json Json::parse(std::string_view text) {
    json::error_code error;
    json::parse_options options;
    options.max_depth = deepest;
    auto document = std::make_shared<json::value>(json::parse({text.data(), text.size()}, error, {}, options));
    if (error) throw JsonError("malformed JSON: " + error.message());
    Json parsed;
    parsed.node_ = document.get();
    parsed.document_ = std::move(document);
    return parsed;
}

Json::Kind Json::kind() const noexcept {
    switch (value_of(node_).kind()) {
        case json::kind::null:
            return Kind::null;
        case json::kind::bool_:
            return Kind::boolean;
        case json::kind::string:
            return Kind::string;
        case json::kind::array:
            return Kind::array;
        case json::kind::object:
            return Kind::object;
        default:
            return Kind::number;
    }
}

bool Json::boolean() const {
    if (const bool* value = value_of(node_).if_bool()) return *value;
    wrong_kind("true or false", *this);
}

double Json::number() const {
    const json::value& value = value_of(node_);
    if (const auto* integer = value.if_int64()) return static_cast<double>(*integer);
    if (const auto* integer = value.if_uint64()) return static_cast<double>(*integer);
    if (const auto* number = value.if_double()) return *number;
    wrong_kind("a number", *this);
}

std::int64_t Json::integer() const {
    if (const auto value = whole<std::int64_t>(value_of(node_))) return *value;
    wrong_kind("a whole number", *this);
}

std::uint64_t Json::unsigned_integer() const {
    if (const auto value = whole<std::uint64_t>(value_of(node_))) return *value;
    wrong_kind("a whole number from 0 on", *this);
}

std::string_view Json::text() const {
    if (const json::string* value = value_of(node_).if_string()) return {value->data(), value->size()};
    wrong_kind("a string", *this);
}

std::size_t Json::size() const noexcept {
    const json::value& value = value_of(node_);
    if (const json::array* array = value.if_array()) return array->size();
    if (const json::object* object = value.if_object()) return object->size();
    return 0;
}

Json Json::operator[](std::string_view key) const {
    const json::object* object = value_of(node_).if_object();
    const json::value* found = object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
    if (found == nullptr) return {};
    Json part(*this);
    part.node_ = found;
    return part;
}

Json Json::operator[](std::size_t index) const {
    const json::array* array = value_of(node_).if_array();
    if (array == nullptr || index >= array->size()) return {};
    Json part(*this);
    part.node_ = &(*array)[index];
    return part;
}

bool Json::has(std::string_view key) const {
    const json::object* object = value_of(node_).if_object();
    return object != nullptr && object->if_contains({key.data(), key.size()}) != nullptr;
}

std::vector<std::string> Json::keys() const {
    std::vector<std::string> names;
    if (const json::object* object = value_of(node_).if_object()) {
        for (const auto& member : *object) names.emplace_back(member.key().data(), member.key().size());
    }
    return names;
}

Json Json::at(std::string_view pointer) const {
    json::error_code error;
    const json::value* found = value_of(node_).find_pointer({pointer.data(), pointer.size()}, error);
    if (found == nullptr || error) return {};
    Json part(*this);
    part.node_ = found;
    return part;
}

std::string Json::dump() const { return json::serialize(value_of(node_)); }

namespace detail {

void json_mismatch(const JsonPath& path, std::string_view expected, const Json& found) {
    throw JsonError(text_of(path) + ": expected " + std::string(expected) + ", got " + kind_name(found.kind()));
}

void json_missing(const JsonPath& path) { throw JsonError(text_of(path) + " is missing"); }

void json_out_of_range(const JsonPath& path, const Json& found) {
    throw JsonError(text_of(path) + ": " + found.dump() + " does not fit the field's type");
}

std::int64_t json_integer(const JsonPath& path, const Json& from, std::int64_t least, std::int64_t most) {
    if (from.kind() != Json::Kind::number) json_mismatch(path, "a whole number", from);
    try {
        const std::int64_t value = from.integer();
        if (value >= least && value <= most) return value;
    } catch (const JsonError&) {
        // As below.
    }
    json_out_of_range(path, from);
}

std::uint64_t json_unsigned(const JsonPath& path, const Json& from, std::uint64_t most) {
    if (from.kind() != Json::Kind::number) json_mismatch(path, "a whole number", from);
    try {
        const std::uint64_t value = from.unsigned_integer();
        if (value <= most) return value;
    } catch (const JsonError&) {
        // As below.
    }
    json_out_of_range(path, from);
}

double json_number(const JsonPath& path, const Json& from) {
    if (from.kind() != Json::Kind::number) json_mismatch(path, "a number", from);
    return from.number();
}

void append_json(std::string& out, std::string_view text) { metrics::append_json_string(out, text); }
void append_json(std::string& out, double number) { metrics::append_json_number(out, number); }
void append_json_integer(std::string& out, std::int64_t number) { out += std::to_string(number); }
void append_json_unsigned(std::string& out, std::uint64_t number) { out += std::to_string(number); }

}  // namespace detail
}  // namespace k6::dsl
