#include "js/modules/http/http_response.h"

#include <chrono>

#include "js/builtins/array_buffer.h"
#include "js/mujs/binding.h"
#include "js/mujs/native.h"
#include "proto_http/cookie_jar.h"

namespace k6::js {
namespace {

// What `expires` is where a cookie has none: the zero time of the reference implementation, in milliseconds.
constexpr double no_expiry = -6795364578871;

Value remote_ip(State& state, HttpResponse& self) {
    return state.string(self.value.remote ? to_string(self.value.remote->ip) : std::string());
}
Value remote_port(State&, HttpResponse& self) { return self.value.remote ? self.value.remote->port : 0; }
Value url(State& state, HttpResponse& self) { return state.string(self.value.url); }
Value status(State&, HttpResponse& self) { return self.value.status; }
Value status_text(State& state, HttpResponse& self) { return state.string(self.value.status_text); }
Value proto(State& state, HttpResponse& self) { return state.string(to_string(self.value.protocol)); }

Value headers(State& state, HttpResponse& self) {
    Value object = state.object();
    for (const auto& [name, text] : self.value.headers) {
        // Repeated fields are joined when their first one is met.
        if (!object.has_own(name)) object.set(name, state.string(*self.value.headers.joined(name)));
    }
    return object;
}

Value cookies(State& state, HttpResponse& self) {
    Value object = state.object();
    for (const std::string_view line : self.value.headers.all("Set-Cookie")) {
        const auto cookie = http::parse_set_cookie(line);
        if (!cookie) continue;
        Value entry = state.object();
        entry.set("name", state.string(cookie->name));
        entry.set("value", state.string(cookie->value));
        entry.set("domain", state.string(cookie->domain));
        entry.set("path", state.string(cookie->path));
        entry.set("http_only", cookie->http_only);
        entry.set("secure", cookie->secure);
        entry.set("max_age", cookie->max_age);
        entry.set("expires", cookie->expires
                                 ? static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                           cookie->expires->time_since_epoch())
                                                           .count())
                                 : no_expiry);
        if (!object.has_own(cookie->name)) object.set(cookie->name, state.array());
        object.get(cookie->name).append(entry);
    }
    return object;
}

Value body(State& state, HttpResponse& self) {
    // What never went out has no body at all, not even none.
    if (!self.was_sent()) return state.array();
    // After a failure, text that had arrived is kept.
    const bool partial = self.value.status == 0 && self.type() == ResponseType::text && !self.value.body.empty();
    if (!self.has_body() && !partial) return Value::null();
    return self.type() == ResponseType::binary ? array_buffer(state, self.value.body) : state.string(self.value.body);
}

/// `res.timings`, whose members are made when they are read, too.
struct HttpTimings {
    static constexpr const char* js_name = "Timings";
    static const LazyProperty<HttpTimings> js_lazy[8];
    http::Timings value;
};

template <Duration http::Timings::*Phase>
Value phase(State&, HttpTimings& self) {
    return to_milliseconds(self.value.*Phase);
}

const LazyProperty<HttpTimings> HttpTimings::js_lazy[8] = {
    {"duration", [](State&, HttpTimings& self) -> Value { return to_milliseconds(self.value.duration()); }},
    {"blocked", phase<&http::Timings::blocked>},
    {"looking_up", [](State&, HttpTimings&) -> Value { return 0; }},
    {"connecting", phase<&http::Timings::connecting>},
    {"tls_handshaking", phase<&http::Timings::tls_handshaking>},
    {"sending", phase<&http::Timings::sending>},
    {"waiting", phase<&http::Timings::waiting>},
    {"receiving", phase<&http::Timings::receiving>},
};

Value timings(State& state, HttpResponse& self) {
    return state.native<HttpTimings>(state.context<ScriptContext>().http->timings_prototype, 0, self.value.timings);
}

Value tls_version(State& state, HttpResponse& self) {
    return state.string(self.value.tls ? http::to_string(self.value.tls->version) : std::string_view());
}
Value tls_cipher_suite(State& state, HttpResponse& self) {
    return state.string(self.value.tls ? self.value.tls->cipher_suite : std::string_view());
}

Value ocsp(State& state, HttpResponse& self) {
    const http::OcspStaple staple = self.value.tls ? self.value.tls->ocsp() : http::OcspStaple{.status = {}};
    Value object = state.object();
    object.set("produced_at", staple.produced_at);
    object.set("this_update", staple.this_update);
    object.set("next_update", staple.next_update);
    object.set("revoked_at", staple.revoked_at);
    object.set("revocation_reason", state.string(staple.revocation_reason));
    object.set("status", state.string(staple.status));
    return object;
}

Value error(State& state, HttpResponse& self) { return state.string(self.value.error.text); }
Value error_code(State&, HttpResponse& self) { return self.value.error_code(); }

/// Header fields of the request as they went out, but those that the transport makes.
Value request_headers(State& state, const HttpResponse& self) {
    const http::Request& sent = self.call->request;
    Value fields = state.object();
    const auto add = [&](std::string_view name, std::string_view text) {
        if (!fields.has_own(name)) fields.set(name, state.array());
        fields.get(name).append(state.string(text));
    };
    for (const auto& [name, text] : sent.headers) {
        if (name != "Host" && name != "Content-Length" && name != "Transfer-Encoding" && name != "Cookie")
            add(name, text);
    }
    const std::string_view own_name = self.call->client->user_agent();
    if (!sent.headers.has("User-Agent") && !own_name.empty()) add("User-Agent", own_name);
    if (!sent.compression.empty() && sent.body.present() && !sent.headers.has("Content-Encoding")) {
        add("Content-Encoding", to_string(std::span(sent.compression)));
    }
    if (!self.value.cookie_header.empty()) add("Cookie", self.value.cookie_header);
    return fields;
}

Value request(State& state, HttpResponse& self) {
    if (!self.was_sent()) return Value::null();
    const http::Request& sent = self.call->request;
    Value object = state.object();
    object.set("method", state.string(sent.method.empty() ? std::string_view("GET") : sent.method));
    object.set("url", state.string(sent.url));
    object.set("headers", request_headers(state, self));
    const Value text = self.call->shown_body.load(state);
    object.set("body", text.is_string() ? text : state.string(sent.body.bytes()));
    Value sent_cookies = state.object();
    for (const http::RequestCookie& cookie : sent.cookies) {
        Value entry = state.object();
        entry.set("name", state.string(cookie.name));
        entry.set("value", state.string(cookie.value));
        entry.set("replace", cookie.replace);
        const Value values = state.array();
        values.append(entry);
        sent_cookies.set(cookie.name, values);
    }
    object.set("cookies", sent_cookies);
    return object;
}

}  // namespace

const LazyProperty<HttpResponse> HttpResponse::js_lazy[16] = {
    {"remote_ip", remote_ip},
    {"remote_port", remote_port},
    {"url", url},
    {"status", status},
    {"status_text", status_text},
    {"proto", proto},
    {"headers", headers},
    {"cookies", cookies},
    {"body", body},
    {"timings", timings},
    {"tls_version", tls_version},
    {"tls_cipher_suite", tls_cipher_suite},
    {"ocsp", ocsp},
    {"error", error},
    {"error_code", error_code},
    {"request", request},
};

Value make_response_prototype(ScriptContext& context) {
    Value prototype = context.state.object();
    context.state.define_functions(prototype, response_methods());
    return prototype;
}

namespace {

Value response_object(ScriptContext& context, HttpCallPtr call) {
    const std::size_t bytes =
        sizeof(HttpCall) + call->response.body.size() + call->response.headers.bytes() + call->request.url.size();
    const Value object = context.state.native<HttpResponse>(context.http->response_prototype, bytes, std::move(call));
    object.prevent_extensions();
    return object;
}

}  // namespace

Value make_response(ScriptContext& context, HttpCallPtr call) {
    // From here on the object keeps the body alive, and the jar is the script's business.
    call->body = Value();
    call->jar = Value();
    return response_object(context, std::move(call));
}

Value make_failed_response(ScriptContext& context, const ArgumentError& error) {
    HttpCallPtr call = context.http->pool->take();
    call->response_type = ResponseType::text;
    call->response = http::Response();
    call->response.error = {.code = error.code, .text = error.message, .message = error.message};
    return response_object(context, std::move(call));
}

}  // namespace k6::js
