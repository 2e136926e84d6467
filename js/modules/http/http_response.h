// The Response object of scripts: lazy, so that a script pays for what it touches.
//
//   Value object = make_response(context, std::move(call));
//
// The prototype is made once per State. The State's thread only.
#pragma once

#include <string>

#include "js/modules/http/http_request.h"
#include "js/mujs/native.h"
#include "proto_http/response.h"

namespace k6::js {

struct HttpResponse {
    static constexpr const char* js_name = "Response";
    static const LazyProperty<HttpResponse> js_lazy[16];

    explicit HttpResponse(HttpCallPtr answered) : call(std::move(answered)), value(call->response) {}

    void js_trace(Tracer& tracer) const {
        tracer.visit(call->shown_body);
        tracer.visit(json);
        tracer.visit(page);
    }

    /// Whether there was a request at all, rather than arguments that make none.
    bool was_sent() const { return call->client != nullptr; }
    ResponseType type() const { return call->response_type; }
    bool has_body() const {
        const int status = value.status;
        return type() != ResponseType::none && !(status < 200 || status == 204 || status == 304);
    }

    HttpCallPtr call;
    /// Of the call.
    http::Response& value;

    /// What json() without a selector gave.
    TracedValue json;
    /// What html() made of the body: a Selection.
    TracedValue page;
    bool json_known = false;
    bool page_known = false;
    /// Whether the body is JSON, once a selector asked.
    enum class Validity : unsigned char { unknown, valid, invalid } json_validity = Validity::unknown;
};

/// The object with the methods of responses.
Value make_response_prototype(ScriptContext& context);

/// Takes the call, which has its response.
Value make_response(ScriptContext& context, HttpCallPtr call);

/// What a request that never went out is answered with: status 0 and the error.
Value make_failed_response(ScriptContext& context, const ArgumentError& error);

/// json, html, submitForm, clickLink
std::span<const FunctionDefinition> response_methods();

}  // namespace k6::js
