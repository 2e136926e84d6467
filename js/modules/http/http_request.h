// What scripts pass to http.get and its like, turned into a Request.
//
//   HttpCallPtr call = realm.pool->take();
//   if (auto problem = read_request(context, {.method = "POST", .url = url, .body = body, .params = params}, *call)) …
//   context.client->send(call->request, call->response);
//
// The State's thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "js/modules/http/http_call.h"

namespace k6::js {

struct HttpArguments {
    std::string_view method;
    const Value& url;
    const Value& body;
    const Value& params;
};

/// Why arguments do not make a request. Such errors heed the option `throw` only, never `params.throw`.
struct ArgumentError {
    /// An ErrorCode, or 0.
    int code = 0;
    std::string message;
};

/// Fills `call`; nothing of what it held before remains. A body that is a string is borrowed from the script: the call
/// must stay where it is until it has been sent.
std::optional<ArgumentError> read_request(ScriptContext& context, const HttpArguments& arguments, HttpCall& call);

/// The class of values that http.expectedStatuses makes.
struct ExpectedStatuses {
    static constexpr const char* js_name = "ExpectedStatuses";
    std::vector<http::StatusRange> ranges;
};

/// What http.file makes.
inline constexpr const char* file_marker = "@@k6:file";
/// What the http.url tag makes.
inline constexpr const char* url_marker = "@@k6:url";

}  // namespace k6::js
