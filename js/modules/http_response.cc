#include "js/modules/http_response.h"

#include <chrono>

#include "js/builtins/array_buffer.h"
#include "js/mujs/binding.h"
#include "js/mujs/native.h"
#include "proto_http/cookie_jar.h"

namespace k6::js {
namespace {

// What `expires` is where a cookie has none: the zero time of the reference implementation, in milliseconds.
constexpr double no_expiry = -6795364578871;

/// The request as `res.request` shows it.
struct SentRequest {
    std::string method;
    std::string url;
    http::Headers headers;
    std::string body;
    std::vector<http::RequestCookie> cookies;
};

struct Response {
    static constexpr const char* js_name = "Response";

    http::Response value;
    ResponseType type = ResponseType::text;
    /// Takes the memory back; null for answers that no client gave.
    http::Client* client = nullptr;
    SentRequest sent;

    Response(http::Response&& response, ResponseType response_type, http::Client* from, SentRequest request)
        : value(std::move(response)), type(response_type), client(from), sent(std::move(request)) {}
    Response(Response&&) = delete;
    ~Response() {
        if (client != nullptr) client->recycle(std::move(value));
    }

    bool has_body() const {
        const int status = value.status;
        return type != ResponseType::none && !(status < 200 || status == 204 || status == 304);
    }

    static const LazyProperty<Response> js_lazy[16];
};

Value remote_ip(State& state, Response& self) {
    return state.string(self.value.remote ? to_string(self.value.remote->ip) : std::string());
}
Value remote_port(State&, Response& self) { return self.value.remote ? self.value.remote->port : 0; }
Value url(State& state, Response& self) { return state.string(self.value.url); }
Value status(State&, Response& self) { return self.value.status; }
Value status_text(State& state, Response& self) { return state.string(self.value.status_text); }
Value proto(State& state, Response& self) { return state.string(to_string(self.value.protocol)); }

Value headers(State& state, Response& self) {
    Value object = state.object();
    for (const auto& [name, text] : self.value.headers) {
        // Repeated fields are joined when their first one is met.
        if (!object.has_own(name)) object.set(name, state.string(*self.value.headers.joined(name)));
    }
    return object;
}

Value cookies(State& state, Response& self) {
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

Value body(State& state, Response& self) {
    // After a failure, text that had arrived is kept.
    const bool partial = self.value.status == 0 && self.type == ResponseType::text && !self.value.body.empty();
    if (!self.has_body() && !partial) return Value::null();
    return self.type == ResponseType::binary ? array_buffer(state, self.value.body) : state.string(self.value.body);
}

Value timings(State& state, Response& self) {
    const http::Timings& times = self.value.timings;
    Value object = state.object();
    object.set("duration", to_milliseconds(times.duration()));
    object.set("blocked", to_milliseconds(times.blocked));
    object.set("looking_up", 0);
    object.set("connecting", to_milliseconds(times.connecting));
    object.set("tls_handshaking", to_milliseconds(times.tls_handshaking));
    object.set("sending", to_milliseconds(times.sending));
    object.set("waiting", to_milliseconds(times.waiting));
    object.set("receiving", to_milliseconds(times.receiving));
    return object;
}

Value tls_version(State& state, Response& self) {
    return state.string(self.value.tls ? http::to_string(self.value.tls->version) : std::string_view());
}
Value tls_cipher_suite(State& state, Response& self) {
    return state.string(self.value.tls ? self.value.tls->cipher_suite : std::string_view());
}

// No staple is asked for, so nothing is known about the certificate's revocation.
Value ocsp(State& state, Response& self) {
    Value object = state.object();
    for (const char* name : {"produced_at", "this_update", "next_update", "revoked_at"}) object.set(name, 0);
    object.set("revocation_reason", state.string(std::string_view()));
    object.set("status", state.string(self.value.tls ? std::string_view("unknown") : std::string_view()));
    return object;
}

Value error(State& state, Response& self) { return state.string(self.value.error.text); }
Value error_code(State&, Response& self) { return self.value.error_code(); }

Value request(State& state, Response& self) {
    if (self.sent.method.empty()) return Value::null();
    Value object = state.object();
    object.set("method", state.string(self.sent.method));
    object.set("url", state.string(self.sent.url));
    Value fields = state.object();
    for (const auto& [name, text] : self.sent.headers) {
        if (!fields.has_own(name)) fields.set(name, state.array());
        fields.get(name).append(state.string(text));
    }
    if (!self.value.cookie_header.empty() && !fields.has_own("Cookie")) {
        const Value values = state.array();
        values.append(state.string(self.value.cookie_header));
        fields.set("Cookie", values);
    }
    object.set("headers", fields);
    object.set("body", state.string(self.sent.body));
    Value sent_cookies = state.object();
    for (const http::RequestCookie& cookie : self.sent.cookies) {
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

const LazyProperty<Response> Response::js_lazy[16] = {
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

Value json(Call& call) {
    Response& self = call.self<Response>();
    if (call.has(0)) throw GoError("res.json() with a selector is not available in this version");
    if (!self.has_body()) throw GoError("the body is null so we can't transform it to JSON");
    State& state = call.state();
    try {
        return state.global().get("JSON").get("parse").call({}, {state.string(self.value.body)});
    } catch (const ScriptException& thrown) {
        throw GoError("cannot parse json due to an error: " + describe(state, thrown.value()).message);
    }
}

constexpr FunctionDefinition methods[] = {{"json", 1, json}};

}  // namespace

Value make_response_prototype(ScriptContext& context) {
    Value prototype = context.state.object();
    context.state.define_functions(prototype, methods);
    return prototype;
}

Value make_response(ScriptContext& context, http::Response&& response, const HttpCall& call) {
    const http::Request& request = call.request;
    SentRequest sent{request.method.empty() ? "GET" : request.method, request.url, request.headers,
                     std::string(request.body.bytes()), request.cookies};
    const std::size_t bytes = sizeof(Response) + response.body.size() + response.headers.bytes();
    return context.state.native<Response>(context.response_prototype, bytes, std::move(response), call.response_type,
                                          context.client, std::move(sent));
}

Value make_failed_response(ScriptContext& context, const ArgumentError& error) {
    http::Response response;
    response.error = {.code = error.code, .text = error.message, .message = error.message};
    return context.state.native<Response>(context.response_prototype, sizeof(Response), std::move(response),
                                          ResponseType::text, nullptr, SentRequest{});
}

}  // namespace k6::js
