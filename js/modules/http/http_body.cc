#include "js/modules/http/http_body.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "js/builtins/array_buffer.h"

namespace k6::js {
namespace {

void append_form_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
            c == '.' || c == '~') {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
}

/// null and undefined are empty, infinities as the reference writes them, nested objects empty with a warning.
std::string form_value(ScriptContext& context, const Value& value) {
    if (value.is_nullish()) return {};
    if (value.is_number() && std::isinf(value.as_number())) return value.as_number() > 0 ? "+Inf" : "-Inf";
    if (value.is_object() && !value.is_date()) {
        context.logger.warn(value.is_array() ? "cannot urlencode a nested array, its value is left empty"
                                             : "cannot urlencode a nested object, its value is left empty");
        return {};
    }
    return value.to_string(context.state);
}

bool is_file(const Value& value) { return value.is_object() && !value.is_array() && value.has_own(file_marker); }

std::string quoted_parameter(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\r') {
            out += "%0D";
        } else if (c == '\n') {
            out += "%0A";
        } else {
            out += c;
        }
    }
    return out;
}

/// No line end may come into a header through a script's text.
std::string header_text(std::string text) {
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
}

std::string random_boundary() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device random;
    std::string boundary;
    while (boundary.size() < 60) {
        for (auto bits = random(); boundary.size() < 60 && bits != 0; bits >>= 4) boundary += digits[bits & 15];
    }
    return boundary;
}

/// RFC 7578: one part for each own property, in their order.
std::string multipart(ScriptContext& context, const Value& object, const std::string& boundary) {
    std::string body;
    object.for_each([&](std::string_view key, const Value& value) {
        body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted_parameter(key) + '"';
        if (is_file(value)) {
            body += "; filename=\"" + quoted_parameter(value.get("filename").to_string(context.state)) +
                    "\"\r\nContent-Type: " + header_text(value.get("content_type").to_string(context.state)) +
                    "\r\n\r\n";
            const Value data = value.get("data");
            if (const auto bytes = bytes_of(data)) {
                body.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
            } else {
                body += data.to_string(context.state);
            }
        } else {
            body += "\r\n\r\n" + form_value(context, value);
        }
        body += "\r\n";
    });
    return body + "--" + boundary + "--\r\n";
}

/// What messages call the type of a body that cannot be sent.
const char* type_name(const Value& value) {
    if (value.is_boolean()) return "bool";
    if (value.is_array()) return "[]interface {}";
    if (value.is_function()) return "func";
    const double number = value.as_number();
    return std::floor(number) == number && std::abs(number) < 9e15 ? "int64" : "float64";
}

}  // namespace

std::string form_encode(ScriptContext& context, const Value& object) {
    std::vector<std::string> keys = object.keys();
    std::sort(keys.begin(), keys.end());
    std::string out;
    const auto pair = [&](const std::string& key, const Value& value) {
        if (!out.empty()) out += '&';
        append_form_escaped(out, key);
        out += '=';
        append_form_escaped(out, form_value(context, value));
    };
    for (const std::string& key : keys) {
        const Value value = object.get(key);
        if (value.is_array()) {
            for (std::size_t i = 0; i < value.length(); ++i) pair(key, value.at(i));
        } else {
            pair(key, value);
        }
    }
    return out;
}

std::optional<ArgumentError> read_body(ScriptContext& context, const Value& body, HttpCall& call) {
    http::Request& request = call.request;
    if (body.is_nullish()) {
        request.body = http::Body();
        return {};
    }
    if (body.is_string()) {
        call.shown_body = TracedValue(body);
        call.body = body;
        const std::string_view text = call.body.raw_text();
        // ASCII is the same to the engine and on the wire.
        const bool ascii =
            std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) > 0; });
        request.body = ascii ? http::Body::borrow(text) : http::Body::copy(body.as_string());
        return {};
    }
    if (const auto bytes = bytes_of(body); bytes && (is_array_buffer(body) || is_uint8_array(body))) {
        // Copied: the script may change or drop the buffer while this request waits.
        request.body = http::Body::copy(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
        return {};
    }
    if (!body.is_object() || body.is_array() || body.is_function()) {
        return ArgumentError{0, std::string("unknown request body type ") + type_name(body)};
    }
    bool has_file = false;
    body.for_each([&](std::string_view, const Value& value) { has_file = has_file || is_file(value); });
    if (has_file) {
        const std::string boundary = random_boundary();
        request.body = http::Body::copy(multipart(context, body, boundary));
        request.headers.set("Content-Type", "multipart/form-data; boundary=" + boundary);
    } else {
        request.body = http::Body::copy(form_encode(context, body));
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    }
    return {};
}

}  // namespace k6::js
