#include "tools/run/bazel_test.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>

#include "base/duration.h"
#include "engine/plan/schedule.h"

namespace k6::run {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::optional<std::int64_t> number_in(const EnvironmentLookup& environment, std::string_view name) {
    const auto text = environment(name);
    if (!text) return {};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return {};
    return number;
}

struct Shard {
    std::int64_t index = 0;
    std::int64_t total = 1;
};

/// Nothing: the test is not sharded.
std::optional<Shard> shard_of(const EnvironmentLookup& environment) {
    const auto total = number_in(environment, "TEST_TOTAL_SHARDS");
    const auto index = number_in(environment, "TEST_SHARD_INDEX");
    if (!total || !index || *total < 2 || *index < 0 || *index >= *total) return {};
    return Shard{*index, *total};
}

void take_segment(const Shard& shard, Options& options) {
    options.execution_segment = Segment{Rational(shard.index, shard.total), Rational(shard.index + 1, shard.total)};
    SegmentSequence sequence;
    for (std::int64_t i = 0; i <= shard.total; ++i) sequence.emplace_back(i, shard.total);
    options.execution_segment_sequence = std::move(sequence);
}

/// The smallest of Bazel's named timeouts that is enough.
std::string timeout_attribute(Duration needed) {
    struct Named {
        std::string_view name;
        Duration timeout;
    };
    constexpr std::array names{Named{"short", minutes(1)}, Named{"moderate", minutes(5)}, Named{"long", minutes(15)},
                               Named{"eternal", minutes(60)}};
    for (const auto& [name, timeout] : names) {
        if (needed <= timeout) return "timeout = \"" + std::string(name) + "\" for the target, or ";
    }
    return "";
}

}  // namespace

Result<CommandLine> as_bazel_test(CommandLine line, const EnvironmentLookup& environment) {
    if (!line.full) line.smoke = true;
    if (const auto file = environment("TEST_SHARD_STATUS_FILE"); file && !file->empty()) {
        if (!std::ofstream(*file)) {
            return Error{ErrorClass::invalid_config, "TEST_SHARD_STATUS_FILE: cannot write " + *file};
        }
    }
    if (const auto shard = shard_of(environment)) {
        if (line.options.execution_segment) {
            return Error{ErrorClass::invalid_config,
                         "--execution-segment and shards of Bazel (shard_count) cannot be had together"};
        }
        if (!line.smoke) take_segment(*shard, line.options);
    }
    if (const auto file = environment("XML_OUTPUT_FILE"); file && !file->empty()) {
        line.outputs.push_back("junit=" + *file);
    }
    if (const auto folder = environment("TEST_UNDECLARED_OUTPUTS_DIR"); folder && !folder->empty()) {
        if (!line.summary_export) line.summary_export = *folder + "/summary.json";
        line.outputs.push_back("html=" + *folder + "/report.html");
        line.outputs.push_back("record=" + *folder + "/run.k6r");
    }
    return line;
}

void reduce_to_smoke(Plan& plan, const EnvironmentLookup& environment) {
    if (const auto shard = shard_of(environment)) {
        std::vector<Scenario> turn;
        for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
            if (static_cast<std::int64_t>(i) % shard->total == shard->index) turn.push_back(plan.scenarios[i]);
        }
        plan.scenarios = std::move(turn);
    }
    // Well before Bazel would end it, and without a word.
    Duration longest = minutes(10);
    if (const auto timeout = number_in(environment, "TEST_TIMEOUT")) {
        longest = std::min(longest, Duration(seconds(*timeout)) * 3 / 4);
    }
    for (Scenario& scenario : plan.scenarios) {
        scenario.executor = PerVuIterationsPlan{.vus = 1, .iterations = 1, .max_duration = longest};
        scenario.start_time = {};
        scenario.graceful_stop = {};
    }
    plan.min_iteration_duration = {};
    plan.thresholds.clear();
}

Result<void> check_timeout(const Plan& plan, const EnvironmentLookup& environment) {
    const auto timeout = number_in(environment, "TEST_TIMEOUT");
    if (!timeout || *timeout <= 0) return {};
    const Duration allowed = seconds(*timeout);
    const Duration needed = max_duration(plan);
    if (needed <= allowed) return {};
    const auto whole_seconds = std::chrono::ceil<seconds>(needed);
    return Error{ErrorClass::invalid_config, "the plan takes up to " + format_go_duration(needed) +
                                                 ", but Bazel ends this test after " + format_go_duration(allowed) +
                                                 ": it needs " + timeout_attribute(needed) +
                                                 "--test_timeout=" + std::to_string(whole_seconds.count())};
}

}  // namespace k6::run
