// The JSON:API documents of the control API, version 1, as text: what it answers and what it is sent.
//
//   std::string body = status_document(run.progress(), exit_code);
//   Result<StatusPatch> patch = parse_status_patch(request_body);
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/exec/run.h"
#include "metrics/summary.h"

namespace k6::control {

std::string status_document(const RunProgress& progress);

/// All metrics of the model, sub-metrics included.
std::string metrics_document(const metrics::SummaryModel& model);
/// The one of that name; nothing if there is none.
std::optional<std::string> metric_document(const metrics::SummaryModel& model, std::string_view name);

/// All groups, the root first.
std::string groups_document(const metrics::SummaryModel& model);
/// The one of that id (metrics::path_id of its path); nothing if there is none.
std::optional<std::string> group_document(const metrics::SummaryModel& model, std::string_view id);

/// `data` is JSON text.
std::string setup_document(const std::optional<std::string>& data);

std::string error_document(int status, std::string_view title, std::string_view detail);

/// What a PATCH of the status changes.
struct StatusPatch {
    std::optional<bool> paused;
    std::optional<bool> stopped;
    std::optional<std::int64_t> vus;
    std::optional<std::int64_t> max_vus;
};
Result<StatusPatch> parse_status_patch(std::string_view json);

/// The text if it is well-formed JSON; nothing if it is blank. Errors name the place.
Result<std::optional<std::string>> parse_setup_data(std::string_view json);

}  // namespace k6::control
