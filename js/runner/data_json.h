// What setup() returns, as the JSON that travels to the VUs.
//
//   data_to_json(state, value);       // {"at":"1970-01-01T00:00:00Z","key":"AQI=","none":null}
//
// It differs from JSON.stringify: dates are RFC 3339 without needless fractions, Uint8Array is base64, undefined
// members are null, object keys are sorted, toJSON is not asked, and what has no JSON form (functions, NaN, cycles) is
// an error. The State's thread only.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "js/mujs/state.h"

namespace k6::js {

/// Nothing for undefined. Errors are ErrorClass::generic, those of getters script_exception.
Result<std::optional<std::string>> data_to_json(State& state, const Value& value);

}  // namespace k6::js
