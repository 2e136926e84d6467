#include "js/modules/http/http_request.h"

#include <algorithm>
#include <cmath>

#include "base/duration.h"
#include "js/modules/arguments.h"
#include "js/modules/http/http_body.h"
#include "js/modules/http/http_cookie_jar.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

using Problem = std::optional<ArgumentError>;

ArgumentError error(std::string message, int code = 0) { return {code, std::move(message)}; }

/// Assigns a string value's text without another copy where that can be.
void assign_text(std::string& to, const Value& text) {
    const std::string_view raw = text.raw_text();
    if (std::all_of(raw.begin(), raw.end(), [](char c) { return static_cast<signed char>(c) > 0; })) {
        to.assign(raw);
    } else {
        to = text.as_string();
    }
}

Problem read_url(ScriptContext& context, const Value& url, HttpCall& call) {
    if (url.is_string()) {
        assign_text(call.request.url, url);
        return {};
    }
    if (url.is_object() && url.has_own(url_marker)) {
        call.request.url = url.get("url").to_string(context.state);
        // Where nobody wants names, the template is none.
        const bool has_name = context.vu == nullptr || context.vu->plan().system_tags.has(metrics::SystemTag::name);
        if (has_name) call.request.name = url.get("name").to_string(context.state);
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

Problem read_headers(ScriptContext& context, const Value& value, HttpCall& call) {
    if (!value.is_object()) return {};
    value.for_each([&](std::string_view name, const Value& text) {
        if (text.is_string()) {
            const std::string_view raw = text.raw_text();
            // The engine's own form differs from UTF-8 in NUL and lone surrogates only, neither of which a header can
            // carry.
            call.request.headers.set(name, raw);
        } else {
            call.request.headers.set(name, text.to_string(context.state));
        }
    });
    return {};
}

Problem read_cookies(ScriptContext& context, const Value& cookies, HttpCall& call) {
    if (!cookies.is_object()) return {};
    cookies.for_each([&](std::string_view name, const Value& value) {
        http::RequestCookie cookie{.name = std::string(name), .value = {}};
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

Problem read_jar(ScriptContext&, const Value& value, HttpCall& call) {
    if (http::CookieJar* jar = cookie_jar_of(value)) {
        call.request.jar = jar;
        call.jar = value;
    }
    return {};
}

Problem read_redirects(ScriptContext& context, const Value& value, HttpCall& call) {
    const double limit = value.to_number(context.state);
    call.request.redirects = limit >= 1 ? static_cast<int>(std::min(limit, 1e6)) : 0;
    return {};
}

Problem read_tags_param(ScriptContext& context, const Value& value, HttpCall& call) {
    if (!value.is_object()) return {};
    ScriptTags tags;
    try {
        tags = read_tags(context.state, value, "invalid HTTP request metric tags");
    } catch (const GoError& problem) {
        return error(problem.what());
    }
    for (auto& [key, text] : tags) {
        // The client puts the name into two tags, and must know it even where nobody observes tags.
        if (key == "name") {
            call.request.name = std::move(text);
        } else {
            call.request.sample_tags.push_back({std::move(key), std::move(text)});
        }
    }
    return {};
}

Problem read_auth(ScriptContext&, const Value& value, HttpCall& call) {
    if (!value.is_string()) return {};
    const std::string_view auth = value.raw_text();
    if (auth == "digest") call.request.auth = http::Auth::digest;
    if (auth == "ntlm") call.request.auth = http::Auth::ntlm;
    return {};
}

Problem read_timeout(ScriptContext&, const Value& value, HttpCall& call) {
    const auto invalid = [](std::string_view shown) {
        return error("invalid timeout value '" + std::string(shown) + "'");
    };
    if (value.is_number()) {
        auto timeout = duration_from_milliseconds(value.as_number());
        if (!timeout) return invalid(timeout.error().message);
        call.request.timeout = *timeout;
        return {};
    }
    if (value.is_null()) return invalid("null");
    if (!value.is_string()) return invalid("not a number or string");
    const std::string text = value.as_string();
    auto timeout = parse_duration(text);
    if (text.empty() || !timeout) return invalid(text);
    call.request.timeout = *timeout;
    return {};
}

Problem read_throw(ScriptContext&, const Value& value, HttpCall& call) {
    call.throws = value.truthy();
    return {};
}

Problem read_compression(ScriptContext& context, const Value& value, HttpCall& call) {
    const std::string list = value.is_null() ? std::string() : value.to_string(context.state);
    if (list.empty()) return {};
    auto codings = http::parse_content_codings(list);
    if (!codings) return error(codings.error().message);
    call.request.compression = std::move(*codings);
    return {};
}

Problem read_response_type(ScriptContext& context, const Value& value, HttpCall& call) {
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

Problem read_response_callback(ScriptContext&, const Value& value, HttpCall& call) {
    if (value.is_null()) {
        call.request.expected.reset();
        return {};
    }
    const auto* statuses = value.is_object() ? value.native<ExpectedStatuses>() : nullptr;
    if (statuses == nullptr) return error("unsupported responseCallback");
    call.expected = statuses->ranges;
    call.request.expected = call.expected;
    return {};
}

struct Param {
    std::string_view key;
    Problem (*read)(ScriptContext&, const Value&, HttpCall&);
};

constexpr Param param_table[] = {
    {"headers", read_headers},
    {"tags", read_tags_param},
    {"timeout", read_timeout},
    {"cookies", read_cookies},
    {"responseType", read_response_type},
    {"redirects", read_redirects},
    {"jar", read_jar},
    {"auth", read_auth},
    {"throw", read_throw},
    {"compression", read_compression},
    {"responseCallback", read_response_callback},
};

Problem read_params(ScriptContext& context, const Value& params, HttpCall& call) {
    Problem problem;
    params.for_each([&](std::string_view key, const Value& value) {
        if (problem || value.is_undefined()) return;
        for (const Param& param : param_table) {
            if (param.key == key) {
                problem = param.read(context, value, call);
                return;
            }
        }
    });
    return problem;
}

/// The client sends the body's real length whatever the script says; a script that says another one learns so.
void check_content_length(ScriptContext& context, const HttpCall& call) {
    const auto given = call.request.headers.get("Content-Length");
    if (!given || !call.request.body.present()) return;
    const std::string length = std::to_string(call.request.body.bytes().size());
    if (*given == length) return;
    context.logger.warn("The specified Content-Length header " + std::string(*given) + " in the " +
                        call.request.method + " request for " + call.request.url +
                        " does not match the actual length " + length + " of its body: it is ignored");
}

}  // namespace

std::optional<ArgumentError> read_request(ScriptContext& context, const HttpArguments& arguments, HttpCall& call) {
    http::Request& request = call.request;
    request.method.assign(arguments.method);
    request.headers.clear();
    request.compression.clear();
    request.timeout = std::chrono::seconds(60);
    request.redirects.reset();
    request.auth = http::Auth::basic;
    request.jar = &context.cookies;
    request.cookies.clear();
    request.tags.reset();
    request.sample_tags.clear();
    request.name.clear();
    request.expected.reset();
    if (context.expected_statuses) request.expected = *context.expected_statuses;
    call.throws = context.throws();
    call.response_type = context.vu->plan().discard_response_bodies ? ResponseType::none : ResponseType::text;

    if (auto problem = read_url(context, arguments.url, call)) return problem;
    if (auto problem = read_body(context, arguments.body, call)) return problem;
    if (arguments.params.is_object()) {
        if (auto problem = read_params(context, arguments.params, call)) return problem;
        check_content_length(context, call);
    }
    request.response_body =
        call.response_type == ResponseType::none ? http::ResponseBody::discard : http::ResponseBody::keep;
    return {};
}

}  // namespace k6::js
