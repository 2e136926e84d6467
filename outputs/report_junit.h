// A finished run as JUnit XML, for whatever collects test results: a test case per threshold, per check, and for the
// run itself.
//
//   std::string xml = junit_report(record);
//
// A pure function; any thread.
#pragma once

#include <string>

#include "metrics/run_record.h"

namespace k6::outputs {

/// UTF-8; what XML 1.0 does not allow in names and messages becomes U+FFFD.
std::string junit_report(const metrics::RunRecord& record);

}  // namespace k6::outputs
