// Sending requests of scripts: one, one beside the script, many at a time.
//
// Each answers with Response objects; failures are logged, or thrown if the script wants so. The VU's fiber only.
#pragma once

#include "js/modules/http/http_request.h"
#include "js/mujs/binding.h"

namespace k6::js {

/// Sends and waits.
Value send_request(ScriptContext& context, const HttpArguments& arguments);
/// Sends on a fiber of its own; a promise of the Response.
Value send_async(ScriptContext& context, const HttpArguments& arguments);
/// http.batch()
Value send_batch(Call& call);

}  // namespace k6::js
