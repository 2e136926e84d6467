#include <array>
#include <chrono>
#include <map>

#include "engine/runtime/parallel.h"
#include "js/builtins/array_buffer.h"
#include "js/modules/http_request.h"
#include "js/modules/http_response.h"
#include "js/modules/modules.h"
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

// Warns and answers with an empty response, or throws if the run says so.
Value argument_failure(ScriptContext& context, const ArgumentError& error) {
    if (context.throws()) throw GoError(error.message);
    context.logger.warn("Request Failed", {{"error", error.message}});
    return make_failed_response(context, error);
}

// What every response goes through on its way to the script.
Value deliver(ScriptContext& context, http::Response&& response, const HttpCall& call) {
    if (response.error) {
        if (call.throws || response.error.always_thrown) throw GoError(response.error.message);
        context.logger.warn("Request Failed", {{"error", response.error.message}});
    }
    return make_response(context, std::move(response), call);
}

Value send(ScriptContext& context, const HttpArguments& arguments) {
    HttpCall call;
    std::swap(call.request, context.request);
    const auto problem = read_request(context, arguments, call);
    Value result =
        problem ? argument_failure(context, *problem) : deliver(context, context.client->send(call.request), call);
    std::swap(call.request, context.request);
    return result;
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
    return send(context, {.method = Method, .url = call[0], .body = Value(), .params = call[1]});
}

/// post, put, patch, del and options: (url, body, params).
template <auto& Method>
Value with_body(Call& call) {
    return send(request_context(call), {.method = Method, .url = call[0], .body = call[1], .params = call[2]});
}

constexpr char get_method[] = "GET";
constexpr char head_method[] = "HEAD";
constexpr char post_method[] = "POST";
constexpr char put_method[] = "PUT";
constexpr char patch_method[] = "PATCH";
constexpr char delete_method[] = "DELETE";
constexpr char options_method[] = "OPTIONS";

Value request(Call& call) {
    return send(request_context(call), {.method = call.text(0), .url = call[1], .body = call[2], .params = call[3]});
}

// One entry of http.batch(): a URL, [method, url, body?, params?], or {method?, url, body?, params?}.
std::optional<ArgumentError> read_batch_item(ScriptContext& context, const std::string& key, const Value& item,
                                             HttpCall& call) {
    const bool is_url = item.is_string() || (item.is_object() && item.has_own(url_marker));
    if (is_url) return read_request(context, {.method = "GET", .url = item, .body = Value(), .params = Value()}, call);
    if (item.is_array()) {
        if (item.length() < 2) return ArgumentError{0, "batch request " + key + " needs a method and a url"};
        const Value method = item.at(0);
        if (!method.is_string()) return ArgumentError{0, "batch request " + key + ": the method is no string"};
        const std::string name = method.as_string();
        return read_request(context, {.method = name, .url = item.at(1), .body = item.at(2), .params = item.at(3)},
                            call);
    }
    if (!item.is_object())
        return ArgumentError{0, "batch request " + key + " is neither a URL, an array nor an object"};
    const Value url = item.get("url");
    if (url.is_undefined()) return ArgumentError{0, "batch request " + key + " doesn't have a url key"};
    std::string method = "GET";
    Value body = item.get("body");
    if (const Value given = item.get("method"); !given.is_nullish()) {
        method = given.to_string(context.state);
        for (char& c : method) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (method == "GET" || method == "HEAD") body = Value();
    }
    return read_request(context, {.method = method, .url = url, .body = body, .params = item.get("params")}, call);
}

struct BatchEntry {
    std::string key;
    HttpCall call;
    http::Response response;
};

// Sends all of them, at most `batch` at a time and `batchPerHost` to one host.
void send_all(ScriptContext& context, std::vector<std::unique_ptr<BatchEntry>>& entries) {
    const Plan& plan = context.vu->plan();
    std::map<std::string, FiberSemaphore> hosts;
    const auto places_of = [&](const std::string& url) -> FiberSemaphore* {
        if (plan.batch_per_host <= 0) return nullptr;
        const auto parsed = http::Url::parse(url);
        const std::string host = parsed ? parsed->authority() : std::string();
        return &hosts.try_emplace(host, static_cast<std::size_t>(plan.batch_per_host)).first->second;
    };
    const std::size_t limit = plan.batch > 0 ? static_cast<std::size_t>(plan.batch) : entries.size();
    run_parallel(entries.size(), limit, [&](std::size_t i) {
        BatchEntry& entry = *entries[i];
        FiberSemaphore* places = places_of(entry.call.request.url);
        if (places != nullptr) places->acquire();
        struct Release {
            FiberSemaphore* places;
            ~Release() {
                if (places != nullptr) places->release();
            }
        } const release{places};
        entry.response = context.client->send(entry.call.request);
    });
}

Value batch(Call& call) {
    auto& context = call.context<ScriptContext>();
    context.require_vu("Using batch");
    if (call.size() == 0) throw GoError("no argument was provided to http.batch()");
    if (call.size() > 1) throw GoError("http.batch() accepts only an array or an object of requests");
    const Value requests = call[0];
    if (!requests.is_object() || requests.is_function()) throw GoError("invalid http.batch() argument type");

    const bool is_array = requests.is_array();
    std::vector<std::unique_ptr<BatchEntry>> entries;
    std::optional<ArgumentError> problem;
    requests.for_each([&](const std::string& key, const Value& item) {
        if (problem) return;
        auto entry = std::make_unique<BatchEntry>();
        entry->key = key;
        problem = read_batch_item(context, key, item, entry->call);
        entries.push_back(std::move(entry));
    });

    Value results = is_array ? context.state.array() : context.state.object();
    const auto put = [&](const BatchEntry& entry, const Value& response) {
        if (is_array) {
            results.append(response);
        } else {
            results.set(entry.key, response);
        }
    };
    if (problem) {
        // Nothing is sent; what was read before the bad item answers empty.
        if (context.throws()) throw GoError(problem->message);
        context.logger.warn("A batch request failed", {{"error", problem->message}});
        for (const auto& entry : entries)
            put(*entry, make_failed_response(context, entry == entries.back() ? *problem : ArgumentError{}));
        const std::size_t total = is_array ? requests.length() : entries.size();
        for (std::size_t i = entries.size(); i < total; ++i) results.append(Value::null());
        return results;
    }

    send_all(context, entries);
    std::optional<GoError> thrown;
    for (const auto& entry : entries) {
        if (entry->call.throws && entry->response.error && !thrown) thrown.emplace(entry->response.error.message);
    }
    if (thrown) throw *thrown;
    for (const auto& entry : entries) put(*entry, deliver(context, std::move(entry->response), entry->call));
    return results;
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
    object.set("content_type",
               call.has(2) ? state.string(call.text(2)) : state.string("application/octet-stream"));
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
    {"batch", 1, batch},
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
    context.response_prototype = make_response_prototype(context);
    Value object = state.object();
    state.define_functions(object, functions, Attributes::none);
    for (const Constant& constant : constants)
        object.define(constant.name, state.string(constant.value), Attributes::read_only);
    return namespace_of(state, object);
}

}  // namespace k6::js
