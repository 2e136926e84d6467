#include "js/modules/http_request.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "base/duration.h"
#include "js/builtins/array_buffer.h"
#include "js/modules/arguments.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

ArgumentError error(std::string message, int code = 0) { return {code, std::move(message)}; }

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

// Form values: null and undefined are empty, infinities as Go writes them, nested objects empty with a warning.
std::string form_value(ScriptContext& context, const Value& value) {
    if (value.is_nullish()) return {};
    if (value.is_number() && std::isinf(value.as_number())) return value.as_number() > 0 ? "+Inf" : "-Inf";
    if (value.is_object()) {
        context.logger.warn("cannot urlencode a nested object or array: its value is left empty");
        return {};
    }
    return value.to_string(context.state);
}

bool is_file(const Value& value) { return value.is_object() && !value.is_array() && value.has_own(file_marker); }

std::string quoted_parameter(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out;
}

std::string random_boundary() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device random;
    std::string boundary;
    while (boundary.size() < 60) boundary += digits[random() & 15];
    return boundary;
}

// RFC 7578: one part for each own property, in their order.
std::string multipart(ScriptContext& context, const Value& object, const std::string& boundary) {
    std::string body;
    object.for_each([&](const std::string& key, const Value& value) {
        body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted_parameter(key) + '"';
        if (is_file(value)) {
            body += "; filename=\"" + quoted_parameter(value.get("filename").to_string(context.state)) +
                    "\"\r\nContent-Type: " + value.get("content_type").to_string(context.state) + "\r\n\r\n";
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

std::optional<ArgumentError> read_url(ScriptContext& context, const Value& url, HttpCall& call) {
    if (url.is_string()) {
        call.request.url = url.as_string();
        return {};
    }
    if (url.is_object() && url.has_own(url_marker)) {
        call.request.url = url.get("url").to_string(context.state);
        call.request.name = url.get("name").to_string(context.state);
        return {};
    }
    std::string shown;
    try {
        shown = url.to_string(context.state);
    } catch (const ScriptException&) {
        shown = "object";
    }
    return error("invalid URL: '#" + shown + "'", static_cast<int>(http::ErrorCode::invalid_url));
}

std::optional<ArgumentError> read_body(ScriptContext& context, const Value& body, HttpCall& call) {
    http::Request& request = call.request;
    if (body.is_nullish()) {
        request.body = http::Body();
    } else if (body.is_string()) {
        request.body = http::Body::copy(body.as_string());
    } else if (const auto bytes = bytes_of(body); bytes && (is_array_buffer(body) || is_uint8_array(body))) {
        // Copied: the script may change or drop the buffer while this request waits.
        request.body = http::Body::copy(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
    } else if (body.is_object() && !body.is_array() && !body.is_function()) {
        bool has_file = false;
        body.for_each([&](const std::string&, const Value& value) { has_file = has_file || is_file(value); });
        if (has_file) {
            const std::string boundary = random_boundary();
            request.body = http::Body::copy(multipart(context, body, boundary));
            request.headers.set("Content-Type", "multipart/form-data; boundary=" + boundary);
        } else {
            request.body = http::Body::copy(form_encode(context, body));
            request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        }
    } else {
        const char* type = body.is_number()    ? "number"
                           : body.is_boolean() ? "boolean"
                           : body.is_array()   ? "array"
                                               : "function";
        return error(std::string("unknown request body type ") + type);
    }
    return {};
}

std::optional<ArgumentError> read_timeout(ScriptContext&, const Value& value, HttpCall& call) {
    const auto invalid = [](std::string_view shown) {
        return error("invalid timeout value '" + std::string(shown) + "'");
    };
    if (value.is_number()) {
        auto timeout = duration_from_milliseconds(value.as_number());
        if (!timeout) return invalid(timeout.error().message);
        call.request.timeout = *timeout;
        return {};
    }
    if (!value.is_string()) return invalid("not a number or string");
    auto timeout = parse_duration(value.as_string());
    if (!timeout) return invalid(value.as_string());
    call.request.timeout = *timeout;
    return {};
}

std::optional<ArgumentError> read_cookies(ScriptContext& context, const Value& cookies, HttpCall& call) {
    if (!cookies.is_object()) return {};
    cookies.for_each([&](const std::string& name, const Value& value) {
        http::RequestCookie cookie{.name = name};
        if (value.is_object()) {
            cookie.value = value.get("value").to_string(context.state);
            cookie.replace = value.get("replace").truthy();
        } else {
            cookie.value = value.to_string(context.state);
        }
        call.request.cookies.push_back(std::move(cookie));
    });
    return {};
}

std::optional<ArgumentError> read_response_type(ScriptContext& context, const Value& value, HttpCall& call) {
    const std::string type = value.to_string(context.state);
    if (type == "text") {
        call.response_type = ResponseType::text;
    } else if (type == "binary") {
        call.response_type = ResponseType::binary;
    } else if (type == "none") {
        call.response_type = ResponseType::none;
    } else {
        return error(type + " does not belong to ResponseType values");
    }
    return {};
}

std::optional<ArgumentError> read_tags_param(ScriptContext& context, const Value& value, HttpCall& call) {
    if (!value.is_object()) return {};
    ScriptTags tags;
    try {
        tags = read_tags(context.state, value, "invalid HTTP request metric tags");
    } catch (const GoError& problem) {
        return error(problem.what());
    }
    metrics::TagTable& table = context.vu->tag_table();
    metrics::TagSetId set = context.vu->tags();
    for (const auto& [key, text] : tags) {
        // The client puts the name into two tags and must know it even where nobody observes tags.
        if (key == "name") {
            call.request.name = text;
        } else {
            set = table.with(set, key, text);
        }
    }
    call.request.tags = set;
    return {};
}

std::optional<ArgumentError> read_param(ScriptContext& context, const std::string& key, const Value& value,
                                        HttpCall& call) {
    http::Request& request = call.request;
    if (key == "headers") {
        if (!value.is_object()) return {};
        value.for_each([&](const std::string& name, const Value& text) {
            request.headers.set(name, text.to_string(context.state));
        });
    } else if (key == "cookies") {
        return read_cookies(context, value, call);
    } else if (key == "redirects") {
        request.redirects = static_cast<int>(std::clamp(value.to_number(context.state), 0.0, 1e6));
    } else if (key == "tags") {
        return read_tags_param(context, value, call);
    } else if (key == "auth") {
        if (value.is_string() && value.as_string() == "digest") request.auth = http::Auth::digest;
    } else if (key == "timeout") {
        return read_timeout(context, value, call);
    } else if (key == "throw") {
        call.throws = value.truthy();
    } else if (key == "responseType") {
        return read_response_type(context, value, call);
    } else if (key == "responseCallback") {
        if (value.is_null()) {
            request.expected.reset();
        } else if (const auto* statuses = value.is_object() ? value.native<ExpectedStatuses>() : nullptr) {
            call.expected = statuses->ranges;
            request.expected = call.expected;
        } else {
            return error("unsupported responseCallback");
        }
    }
    return {};
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

std::optional<ArgumentError> read_request(ScriptContext& context, const HttpArguments& arguments, HttpCall& call) {
    http::Request& request = call.request;
    request.method.assign(arguments.method);
    request.headers.clear();
    request.timeout = std::chrono::seconds(60);
    request.redirects.reset();
    request.auth = http::Auth::basic;
    request.jar = &context.cookies;
    request.cookies.clear();
    request.tags.reset();
    request.name.clear();
    request.expected.reset();
    if (context.expected_statuses) request.expected = *context.expected_statuses;
    call.throws = context.throws();
    call.response_type = context.vu->plan().discard_response_bodies ? ResponseType::none : ResponseType::text;

    if (auto problem = read_url(context, arguments.url, call)) return problem;
    if (auto problem = read_body(context, arguments.body, call)) return problem;
    if (arguments.params.is_object()) {
        std::optional<ArgumentError> problem;
        arguments.params.for_each([&](const std::string& key, const Value& value) {
            if (!problem && !value.is_undefined()) problem = read_param(context, key, value, call);
        });
        if (problem) return problem;
    }
    request.response_body =
        call.response_type == ResponseType::none ? http::ResponseBody::discard : http::ResponseBody::keep;
    return {};
}

}  // namespace k6::js
