// What Bazel asks of a test, applied to a run: `--bazel-test`, which the rules of dsl/defs.bzl give.
//
//   one iteration of each scenario (a smoke), unless --full is given
//   TEST_TIMEOUT                    a plan that takes longer fails before it begins
//   TEST_TOTAL_SHARDS, …_INDEX      the shard's execution segment; of a smoke, the shard's scenarios
//   TEST_SHARD_STATUS_FILE          touched: this test knows about shards
//   XML_OUTPUT_FILE                 gets JUnit XML
//   TEST_UNDECLARED_OUTPUTS_DIR     gets summary.json, report.html and run.k6r
//
//   auto line = as_bazel_test(std::move(line), process_environment);
//   if (auto fits = check_timeout(plan, process_environment); !fits) …
//
// Pure but for the touched file; any thread.
#pragma once

#include "base/error.h"
#include "engine/plan/options.h"
#include "engine/plan/plan.h"
#include "tools/run/command_line.h"

namespace k6::run {

/// The command line with what the environment says. Errors are ErrorClass::invalid_config.
Result<CommandLine> as_bazel_test(CommandLine line, const EnvironmentLookup& environment);

/// Whether everything works at all: each scenario once, right away, without thresholds. Under shards, those scenarios
/// whose turn it is; there may be none.
void reduce_to_smoke(Plan& plan, const EnvironmentLookup& environment);

/// Fails if Bazel would end the test before the plan is through, with what it needs.
Result<void> check_timeout(const Plan& plan, const EnvironmentLookup& environment);

}  // namespace k6::run
