// The Response object of scripts: lazy, so that a script pays for what it touches.
//
//   Value object = make_response(context, std::move(response), call);
//
// `make_response_prototype` is done once per State.
#pragma once

#include <string>

#include "js/modules/context.h"
#include "js/modules/http_request.h"
#include "proto_http/response.h"

namespace k6::js {

/// The object with the methods of responses.
Value make_response_prototype(ScriptContext& context);

/// Takes the response; `call` tells what was asked.
Value make_response(ScriptContext& context, http::Response&& response, const HttpCall& call);

/// What a request that never went out is answered with: status 0 and the error.
Value make_failed_response(ScriptContext& context, const ArgumentError& error);

}  // namespace k6::js
