// Reports: what `--out` can write about a finished run, as opposed to outputs, which take samples while it runs.
//
//   --out html=report.html      a page to read (report_html.h)
//   --out junit=results.xml     for collectors of test results (report_junit.h)
//   --out record=run.k6r        everything, for `k6 merge` (metrics/run_record.h)
//
//   if (auto report = parse_report("html=report.html")) …      // else it is an output's
//   Result<void> written = write_report(*report, record);
//
// Without a file they go to report.html, junit.xml and run.k6r; "-" is standard output. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "metrics/run_record.h"

namespace k6::outputs {

enum class ReportKind { html, junit, record };

struct Report {
    ReportKind kind;
    /// "-": standard output.
    std::string path;
};

/// Nothing if the type is not a report's.
std::optional<Report> parse_report(std::string_view specification);

/// What the banner says: "html (report.html)".
std::string describe(const Report& report);

/// Before the run: a file that cannot be written is an error now rather than afterwards.
Result<void> prepare_report(const Report& report);
Result<void> write_report(const Report& report, const metrics::RunRecord& record);

}  // namespace k6::outputs
