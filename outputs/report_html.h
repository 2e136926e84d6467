// A finished run as one HTML page, to read and to hand on: verdict, charts over time, thresholds, checks, requests by
// URL, groups, tracked series, all metrics. Everything is in the file: no network, no other files; light or dark as the
// reader's system is.
//
//   std::string page = html_report(record);
//
// A pure function; any thread.
#pragma once

#include <string>

#include "metrics/run_record.h"

namespace k6::outputs {

/// What tables by URL are made of: recorded if a report is wanted.
inline const std::vector<std::string> name_and_method = {"name", "method"};

std::string html_report(const metrics::RunRecord& record);

}  // namespace k6::outputs
