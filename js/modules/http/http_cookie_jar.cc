#include "js/modules/http/http_cookie_jar.h"

#include <array>
#include <charconv>
#include <chrono>

#include "js/modules/http/http_call.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

struct CookieJarObject {
    static constexpr const char* js_name = "CookieJar";
    /// The VU's; null for an independent jar.
    http::CookieJar* of_vu = nullptr;
    http::CookieJar own;
    http::CookieJar& jar() { return of_vu != nullptr ? *of_vu : own; }
};

http::Url url_of(Call& call) {
    auto url = http::Url::parse(call.text(0));
    if (!url) throw GoError(url.error().message);
    return std::move(*url);
}

WallTime now(Call& call) {
    const auto& context = call.context<ScriptContext>();
    if (context.vu == nullptr)
        return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
    const Worker& worker = context.vu->worker();
    return worker.clock().wall_time(worker.now());
}

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return text;
}

/// `Mon, 02 Jan 2006 15:04:05 MST`, in full: other forms of cookie dates are refused.
bool is_rfc1123(std::string_view text) {
    constexpr std::string_view shape = "Aaa, 00 Aaa 0000 00:00:00 ";
    if (text.size() < shape.size() + 3) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const char c = text[i];
        const bool digit = c >= '0' && c <= '9';
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const char wanted = shape[i];
        if (wanted == '0' ? !digit : wanted == 'A' || wanted == 'a' ? !letter : c != wanted) return false;
    }
    return true;
}

void set_attribute(State& state, std::string_view key, const Value& value, http::Cookie& cookie) {
    const std::string name = lower(std::string(key));
    if (name == "path") {
        cookie.path = value.to_string(state);
    } else if (name == "domain") {
        cookie.domain = value.to_string(state);
    } else if (name == "expires") {
        const std::string text = value.to_string(state);
        if (text.empty()) return;
        const auto expires = is_rfc1123(text) ? http::parse_cookie_date(text) : std::nullopt;
        if (!expires) {
            throw GoError("unable to parse \"expires\" date string \"" + text +
                          "\": it is not of the form 'Mon, 02 Jan 2006 15:04:05 MST'");
        }
        cookie.expires = expires;
    } else if (name == "max_age") {
        const double seconds = value.to_number(state);
        cookie.max_age = seconds > -1e15 && seconds < 1e15 ? static_cast<std::int64_t>(seconds) : 0;
    } else if (name == "secure") {
        cookie.secure = value.truthy();
    } else if (name == "http_only") {
        cookie.http_only = value.truthy();
    }
}

Value set(Call& call) {
    CookieJarObject& self = call.self<CookieJarObject>();
    const http::Url url = url_of(call);
    http::Cookie cookie{.name = std::string(call.text(1)), .value = std::string(call.text(2))};
    const Value attributes = call[3];
    if (attributes.is_object()) {
        attributes.for_each(
            [&](std::string_view key, const Value& value) { set_attribute(call.state(), key, value, cookie); });
    }
    if (!url.host().empty() && !cookie.name.empty()) self.jar().store(url, cookie, now(call));
    return true;
}

Value cookies_for_url(Call& call) {
    CookieJarObject& self = call.self<CookieJarObject>();
    State& state = call.state();
    const http::Url url = url_of(call);
    const Value object = state.object();
    for (const auto& match : self.jar().matches(url, now(call))) {
        if (!object.has_own(match.name)) object.set(match.name, state.array());
        object.get(match.name).append(state.string(match.value));
    }
    return object;
}

/// Removes what a cookie of that name without a path would replace.
void remove(Call& call, CookieJarObject& self, const http::Url& url, const std::string& name) {
    self.jar().store(url, {.name = name, .value = {}, .max_age = -1}, now(call));
}

Value clear(Call& call) {
    CookieJarObject& self = call.self<CookieJarObject>();
    const http::Url url = url_of(call);
    std::vector<std::string> names;
    for (const auto& match : self.jar().matches(url, now(call))) names.emplace_back(match.name);
    for (const std::string& name : names) remove(call, self, url, name);
    return Value::null();
}

Value remove_one(Call& call) {
    CookieJarObject& self = call.self<CookieJarObject>();
    const http::Url url = url_of(call);
    const std::string name(call.text(1));
    if (name.empty()) throw GoError("cookie: is null");
    remove(call, self, url, name);
    return Value::null();
}

constexpr FunctionDefinition methods[] = {
    {"clear", 1, clear},
    {"cookiesForURL", 1, cookies_for_url},
    {"delete", 2, remove_one},
    {"set", 4, set},
};

constexpr ClassDefinition cookie_jar_class{
    .name = "CookieJar",
    .construct = [](Call& call) -> Value { return call.native<CookieJarObject>(); },
    .methods = methods,
};

}  // namespace

Value make_cookie_jar_class(ScriptContext& context) {
    context.http->cookie_jar_prototype = context.state.object();
    return context.state.define_class(cookie_jar_class, context.http->cookie_jar_prototype);
}

Value vu_cookie_jar(Call& call) {
    auto& context = call.context<ScriptContext>();
    context.require_vu("Making cookie jars");
    return call.state().native<CookieJarObject>(context.http->cookie_jar_prototype, sizeof(CookieJarObject),
                                                &context.cookies);
}

http::CookieJar* cookie_jar_of(const Value& value) {
    auto* object = value.is_object() ? value.native<CookieJarObject>() : nullptr;
    return object == nullptr ? nullptr : &object->jar();
}

}  // namespace k6::js
