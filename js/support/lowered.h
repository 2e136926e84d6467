// Between the lowering and the engine: what the one says of its output, as the other takes it.
//
//   auto lowered = lower::lower(parsed.program());
//   auto script = SharedScript::compile(url, lowered->code, original_source(*lowered, parsed.program().source));
//   state.set_source_lowering(lower_source);
//
// Free functions, any thread.
#pragma once

#include <string_view>

#include "base/error.h"
#include "js/lower/lower.h"
#include "js/mujs/shared_script.h"

namespace k6::js {

/// What `module` was made from; `source` is the text that its tree came from.
OriginalSource original_source(const lower::LoweredModule& module, std::string_view source);

/// For State::set_source_lowering.
Result<LoweredSource> lower_source(std::string_view source);

}  // namespace k6::js
