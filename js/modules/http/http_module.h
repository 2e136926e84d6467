// The module `k6/http`.
#pragma once

#include "js/modules/context.h"

namespace k6::js {

/// A new namespace object.
Value make_http_module(ScriptContext& context);

}  // namespace k6::js
