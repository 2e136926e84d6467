#include "js/modules/http/http_send.h"

#include "js/builtins/promise.h"
#include "js/modules/arguments.h"
#include "js/modules/http/http_response.h"
#include "js/mujs/native.h"

namespace k6::js {
namespace {

constexpr auto invalid_url = static_cast<int>(http::ErrorCode::invalid_url);

/// Whether the client could not even begin: then it is the argument's fault.
bool is_argument_error(const http::Response& response) {
    return response.error.code == invalid_url && response.url.empty();
}

ArgumentError argument_error(const http::Response& response) { return {response.error.code, response.error.text}; }

/// Warns and answers with an empty response, or throws if the run says so.
Value argument_failure(ScriptContext& context, const ArgumentError& error) {
    if (context.throws()) throw GoError(error.message);
    context.logger.warn("Request Failed", {{"error", error.message}});
    return make_failed_response(context, error);
}

/// What every response goes through on its way to the script.
Value deliver(ScriptContext& context, HttpCallPtr call) {
    const http::RequestError& error = call->response.error;
    if (error) {
        if (is_argument_error(call->response)) return argument_failure(context, argument_error(call->response));
        if (call->throws || error.always_thrown) throw GoError(error.message);
        context.logger.warn("Request Failed", {{"error", error.message}});
    }
    return make_response(context, std::move(call));
}

/// On any fiber of the VU's.
void send(ScriptContext& context, HttpCall& call) {
    // Also an interrupted call's response is recycled.
    call.client = context.client;
    context.client->send(call.request, call.response);
}

}  // namespace

Value send_request(ScriptContext& context, const HttpArguments& arguments) {
    HttpCallPtr call = context.http->pool->take();
    if (const auto problem = read_request(context, arguments, *call)) return argument_failure(context, *problem);
    send(context, *call);
    return deliver(context, std::move(call));
}

Value send_async(ScriptContext& context, const HttpArguments& arguments) {
    PromiseHandle done(context.state);
    // Shared, as jobs are copied.
    const auto call = std::make_shared<HttpCallPtr>(context.http->pool->take());
    if (const auto problem = read_request(context, arguments, **call)) {
        if (context.throws()) {
            done.reject(host_rejection(context.state, problem->message));
        } else {
            done.resolve(argument_failure(context, *problem));
        }
        return done.promise();
    }
    // The script may choose others for later requests while this one is under way.
    if (auto& expected = (*call)->request.expected) {
        std::vector<http::StatusRange> ranges(expected->begin(), expected->end());
        (*call)->expected = std::move(ranges);
        expected = (*call)->expected;
    }
    context.loop.spawn([&context, call, done]() mutable -> EventLoop::Job {
        send(context, **call);
        return [&context, call, done]() mutable {
            Value response;
            try {
                response = deliver(context, std::move(*call));
            } catch (const GoError& error) {
                done.reject(host_rejection(context.state, error.what()));
                return;
            }
            done.resolve(response);
        };
    });
    return done.promise();
}

// ---- batch

namespace {

/// One entry of http.batch(): a URL, [method, url, body?, params?], or {method?, url, body?, params?}.
std::optional<ArgumentError> read_batch_item(ScriptContext& context, const std::string& key, const Value& item,
                                             HttpCall& call) {
    const bool is_url = item.is_string() || (item.is_object() && item.has_own(url_marker));
    if (is_url) return read_request(context, {.method = "GET", .url = item, .body = Value(), .params = Value()}, call);
    if (item.is_array()) {
        const std::size_t size = item.length();
        if (size < 2) {
            return ArgumentError{
                0, "invalid batch request '" + key + "', expected at least 2 elements but got " + std::to_string(size)};
        }
        const Value method = item.at(0);
        if (!method.is_string()) return ArgumentError{0, "invalid method type of batch request '" + key + "'"};
        const std::string name = method.as_string();
        return read_request(context, {.method = name, .url = item.at(1), .body = item.at(2), .params = item.at(3)},
                            call);
    }
    if (!item.is_object()) {
        return ArgumentError{invalid_url, "invalid batch request '" + key + "': neither a URL, an array nor an object"};
    }
    const Value url = item.get("url");
    if (url.is_undefined()) return ArgumentError{0, "batch request '" + key + "' doesn't have a url key"};
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
    HttpCallPtr call;
};

/// Sends all of them, at most `batch` at a time and `batchPerHost` to one host.
void send_all(ScriptContext& context, const std::vector<BatchEntry>& entries) {
    const Plan& plan = context.vu->plan();
    std::vector<http::Parcel> parcels;
    parcels.reserve(entries.size());
    for (const BatchEntry& entry : entries) {
        // Also an interrupted call's response is recycled.
        entry.call->client = context.client;
        parcels.push_back({&entry.call->request, &entry.call->response});
    }
    context.client->send_all(parcels, {.together = plan.batch, .per_host = plan.batch_per_host});
}

}  // namespace

Value send_batch(Call& call) {
    auto& context = call.context<ScriptContext>();
    context.require_vu("Using batch");
    if (call.size() == 0) throw GoError("no argument was provided to http.batch()");
    if (call.size() > 1) throw GoError("http.batch() accepts only an array or an object of requests");
    const Value requests = call[0];
    if (!requests.is_object() || requests.is_function()) {
        throw GoError("invalid http.batch() argument type, it accepts only an array or an object of requests");
    }

    const bool is_array = requests.is_array();
    std::vector<BatchEntry> entries;
    std::optional<ArgumentError> problem;
    const auto read = [&](std::string_view key, const Value& item) {
        if (problem) return;
        BatchEntry& entry = entries.emplace_back(BatchEntry{std::string(key), context.http->pool->take()});
        problem = read_batch_item(context, entry.key, item, *entry.call);
        // A URL that cannot be read spoils the batch before anything is sent.
        if (problem) return;
        if (const auto url = context.client->check_url(entry.call->request.url); !url) {
            problem = ArgumentError{invalid_url, "invalid URL: " + url.error().message};
        }
    };
    const std::size_t total = is_array ? requests.length() : 0;
    if (is_array) {
        entries.reserve(total);
        for (std::size_t i = 0; i < total; ++i) read(std::to_string(i), requests.at(i));
    } else {
        requests.for_each(read);
    }

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
        for (const BatchEntry& entry : entries) {
            put(entry, make_failed_response(context, &entry == &entries.back() ? *problem : ArgumentError{}));
        }
        for (std::size_t i = entries.size(); i < total; ++i) results.append(Value::null());
        return results;
    }

    send_all(context, entries);
    for (const BatchEntry& entry : entries) {
        const http::RequestError& error = entry.call->response.error;
        if ((entry.call->throws && error) || error.always_thrown) throw GoError(error.message);
    }
    for (BatchEntry& entry : entries) put(entry, deliver(context, std::move(entry.call)));
    return results;
}

}  // namespace k6::js
