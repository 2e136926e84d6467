// What scripts pass to http.get and its like, turned into a Request.
//
//   HttpCall http;                                   // reused from call to call
//   read_request(context, {.method = "POST", .url = call[0], .body = call[1], .params = call[2]}, http);
//   context.client->send(http.request);
//
// The State's thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "js/modules/context.h"
#include "proto_http/request.h"

namespace k6::js {

/// How the body of the response reaches the script.
enum class ResponseType { text, binary, none };

/// A request with what belongs to it on the script's side.
struct HttpCall {
    http::Request request;
    ResponseType response_type = ResponseType::text;
    /// Failures throw; the option `throw` unless the params say otherwise.
    bool throws = false;
    /// `params.responseCallback`, which the request refers to.
    std::vector<http::StatusRange> expected;
};

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

/// Fills `call`; nothing of what it held before remains.
std::optional<ArgumentError> read_request(ScriptContext& context, const HttpArguments& arguments, HttpCall& call);

/// `a=1&b=2`, keys in byte order: application/x-www-form-urlencoded as k6 writes it.
std::string form_encode(ScriptContext& context, const Value& object);

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
