// Request bodies made of script values: forms and multipart.
//
//   form_encode(context, {b: '2 &', a: [1, 'x']}) == "a=1&a=x&b=2+%26"
//
// The State's thread only.
#pragma once

#include <optional>
#include <string>

#include "js/modules/http/http_request.h"

namespace k6::js {

/// application/x-www-form-urlencoded, keys in byte order.
std::string form_encode(ScriptContext& context, const Value& object);

/// Sets the body and, for forms, the Content-Type.
std::optional<ArgumentError> read_body(ScriptContext& context, const Value& body, HttpCall& call);

}  // namespace k6::js
