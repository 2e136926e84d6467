// The module `k6/html`.
#pragma once

#include "js/modules/context.h"

namespace k6::js {

/// A new namespace object: parseHTML.
Value make_html_module(ScriptContext& context);

}  // namespace k6::js
