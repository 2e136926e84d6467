// Outputs by name: what `--out TYPE=ARGUMENT` makes.
//
//   Result<std::unique_ptr<metrics::Output>> output = make_output("json=out.json", context);
//
// A new kind is one more row of the table in factory.cc. Used while a run is set up, on one thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"
#include "metrics/output.h"
#include "outputs/output_context.h"

namespace k6::outputs {

/// `specification` is TYPE or TYPE=ARGUMENT. Errors (ErrorClass::generic): an unknown type, or an argument that its
/// type does not take.
Result<std::unique_ptr<metrics::Output>> make_output(std::string_view specification, const OutputContext& context);

}  // namespace k6::outputs
