#include "js/modules/http/http_module.h"

#include <array>
#include <chrono>

#include "js/builtins/array_buffer.h"
#include "js/modules/arguments.h"
#include "js/modules/http/http_cookie_jar.h"
#include "js/modules/http/http_request.h"
#include "js/modules/http/http_response.h"
#include "js/modules/http/http_send.h"
#include "js/mujs/binding.h"
#include "js/mujs/native.h"
#include "proto_http/url.h"

namespace k6::js {
namespace {

ScriptContext& request_context(Call& call) {
    auto& context = call.context<ScriptContext>();
    context.require_vu("Making http requests");
    return context;
}

/// get and head: (url, params).
template <auto& Method>
Value without_body(Call& call) {
    ScriptContext& context = request_context(call);
    if (call.size() > 2) {
        context.logger.warn("http." + std::string(Method == std::string_view("GET") ? "get" : "head") +
                            " only accepts a url and a params argument (2 arguments), but " +
                            std::to_string(call.size()) + " were given");
    }
    return send_request(context, {.method = Method, .url = call[0], .body = Value(), .params = call[1]});
}

/// post, put, patch, del and options: (url, body, params).
template <auto& Method>
Value with_body(Call& call) {
    return send_request(request_context(call), {.method = Method, .url = call[0], .body = call[1], .params = call[2]});
}

constexpr char get_method[] = "GET";
constexpr char head_method[] = "HEAD";
constexpr char post_method[] = "POST";
constexpr char put_method[] = "PUT";
constexpr char patch_method[] = "PATCH";
constexpr char delete_method[] = "DELETE";
constexpr char options_method[] = "OPTIONS";

Value request(Call& call) {
    ScriptContext& context = request_context(call);
    return send_request(context, {.method = call.text(0), .url = call[1], .body = call[2], .params = call[3]});
}

Value async_request(Call& call) {
    ScriptContext& context = request_context(call);
    return send_async(context, {.method = call.text(0), .url = call[1], .body = call[2], .params = call[3]});
}

// http.url`http://host/${id}`: the name has ${} for each value.
Value url(Call& call) {
    State& state = call.state();
    const Value parts = call[0];
    if (!parts.is_object()) throw GoError("http.url is a template tag: http.url`…`");
    std::string text;
    std::string name;
    const std::size_t count = parts.length();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string part = parts.at(i).to_string(state);
        text += part;
        name += part;
        if (i + 1 < count) {
            text += call.text(i + 1);
            name += "${}";
        }
    }
    const auto parsed = http::Url::parse(text);
    if (!parsed) throw GoError("invalid URL: " + parsed.error().message);
    Value object = state.object();
    object.set("url", state.string(text));
    object.set("name", state.string(name));
    object.set("clean_url", state.string(parsed->masked()));
    object.define(url_marker, true, Attributes::hidden);
    return object;
}

Value file(Call& call) {
    State& state = call.state();
    const Value data = call[0];
    if (!data.is_string() && !is_array_buffer(data)) throw GoError("invalid type, expected string or ArrayBuffer");
    Value object = state.object();
    object.set("data", data);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    object.set("filename", state.string(call.has(1) ? std::string(call.text(1))
                                                    : std::to_string(std::chrono::nanoseconds(now).count())));
    object.set("content_type", call.has(2) ? state.string(call.text(2)) : state.string("application/octet-stream"));
    object.define(file_marker, true, Attributes::hidden);
    return object;
}

std::optional<int> whole_number(const Value& value) {
    if (!value.is_number()) return {};
    const double number = value.as_number();
    if (!(number >= -1e9 && number <= 1e9) || number != static_cast<int>(number)) return {};
    return static_cast<int>(number);
}

Value expected_statuses(Call& call) {
    if (call.size() == 0) throw GoError("no arguments");
    std::vector<http::StatusRange> ranges;
    for (std::size_t i = 0; i < call.size(); ++i) {
        const Value item = call[i];
        const std::string number = std::to_string(i + 1);
        if (const auto status = whole_number(item)) {
            ranges.push_back({*status, *status});
        } else if (item.is_object() && item.has("min") && item.has("max")) {
            const auto min = whole_number(item.get("min"));
            const auto max = whole_number(item.get("max"));
            if (!min || !max) throw GoError("both min and max need to be integers for argument number " + number);
            ranges.push_back({*min, *max});
        } else if (item.is_object() && (item.has("min") || item.has("max"))) {
            throw GoError("both min and max need to be integers for argument number " + number);
        } else {
            throw GoError("argument number " + number +
                          " to expectedStatuses was neither an integer nor an object like {min:100, max:329}");
        }
    }
    return call.state().native<ExpectedStatuses>(call.state().object(), sizeof(ExpectedStatuses), std::move(ranges));
}

Value set_response_callback(Call& call) {
    auto& context = call.context<ScriptContext>();
    const Value callback = call[0];
    if (callback.is_null()) {
        context.expected_statuses.reset();
    } else if (const auto* statuses = callback.is_object() ? callback.native<ExpectedStatuses>() : nullptr) {
        context.expected_statuses = statuses->ranges;
    } else {
        throw GoError("unsupported argument, expected http.expectedStatuses");
    }
    return {};
}

constexpr FunctionDefinition functions[] = {
    {"get", 2, without_body<get_method>},
    {"head", 2, without_body<head_method>},
    {"post", 3, with_body<post_method>},
    {"put", 3, with_body<put_method>},
    {"patch", 3, with_body<patch_method>},
    {"del", 3, with_body<delete_method>},
    {"options", 3, with_body<options_method>},
    {"request", 4, request},
    {"asyncRequest", 4, async_request},
    {"batch", 1, send_batch},
    {"cookieJar", 0, vu_cookie_jar},
    {"url", 1, url},
    {"file", 3, file},
    {"expectedStatuses", 1, expected_statuses},
    {"setResponseCallback", 1, set_response_callback},
};

struct Constant {
    const char* name;
    std::string_view value;
};

constexpr std::array constants{
    Constant{"TLS_1_0", "tls1.0"},
    Constant{"TLS_1_1", "tls1.1"},
    Constant{"TLS_1_2", "tls1.2"},
    Constant{"TLS_1_3", "tls1.3"},
    Constant{"OCSP_STATUS_GOOD", "good"},
    Constant{"OCSP_STATUS_REVOKED", "revoked"},
    Constant{"OCSP_STATUS_SERVER_FAILED", "server_failed"},
    Constant{"OCSP_STATUS_UNKNOWN", "unknown"},
    Constant{"OCSP_REASON_UNSPECIFIED", "unspecified"},
    Constant{"OCSP_REASON_KEY_COMPROMISE", "key_compromise"},
    Constant{"OCSP_REASON_CA_COMPROMISE", "ca_compromise"},
    Constant{"OCSP_REASON_AFFILIATION_CHANGED", "affiliation_changed"},
    Constant{"OCSP_REASON_SUPERSEDED", "superseded"},
    Constant{"OCSP_REASON_CESSATION_OF_OPERATION", "cessation_of_operation"},
    Constant{"OCSP_REASON_CERTIFICATE_HOLD", "certificate_hold"},
    Constant{"OCSP_REASON_REMOVE_FROM_CRL", "remove_from_crl"},
    Constant{"OCSP_REASON_PRIVILEGE_WITHDRAWN", "privilege_withdrawn"},
    Constant{"OCSP_REASON_AA_COMPROMISE", "aa_compromise"},
};

}  // namespace

Value make_http_module(ScriptContext& context) {
    State& state = context.state;
    context.http = std::make_shared<HttpRealm>();
    // Response objects hold its calls until the State ends.
    std::shared_ptr<HttpCallPool> pool = context.worker == nullptr ? nullptr : context.worker->http_calls;
    if (pool == nullptr) pool = std::make_shared<HttpCallPool>();
    if (context.worker != nullptr) context.worker->http_calls = pool;
    state.keep_alive(pool);
    context.http->pool = pool.get();
    context.http->timings_prototype = state.object();
    context.http->response_prototype = make_response_prototype(context);
    Value object = state.object();
    state.define_functions(object, functions, Attributes::none);
    object.set("CookieJar", make_cookie_jar_class(context));
    for (const Constant& constant : constants)
        object.define(constant.name, state.string(constant.value), Attributes::read_only);
    return namespace_of(state, object);
}

}  // namespace k6::js
