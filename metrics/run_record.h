// A run, finished, as a value: what it was, everything it measured, how it was judged. One file keeps it, several of
// them merge into what one run over all samples would have left, and the reports are made from it.
//
//   RunRecord record{.test = "script.js", .plan_hash = …, .registry = …, …};
//   std::string file = encode_record(record);                            // --out record=run.k6r
//   Result<RunRecord> again = decode_record(file, std::make_shared<RecordWorld>());
//
//   Result<MergedRecords> whole = merge_records(files);                  // k6 merge a.k6r b.k6r
//   SummaryModel model = summary_of(whole->record);
//
// Merging does not depend on the order of the files nor on how the samples were spread over them: the record of the
// whole has the same bytes, as long as gauges and first occurrences of checks and groups differ in their nanosecond and
// no breakdown was full.
//
// The file: "k6record", then
//
//   varint   version, 1
//   varint   size of the body
//   body     deflated (zlib)
//   4 bytes  CRC-32 of all before, low byte first
//
// The body, in the pieces of sink_codec.h; lists begin with a varint count; times are varints of nanoseconds:
//
//   text test, text plan hash, list of segments (4 varints: from as numerator and denominator, to likewise),
//   time started (since 1970), duration, varint complete iterations, varint interrupted iterations,
//   varint lost tags, varint dropped samples
//   byte 1 if the run failed: varint error class, text message, text hint; byte 1 if thresholds stopped it
//   list of text: trend statistics; text time unit; byte 1 if thresholds without data are as in k6
//   thresholds: list of (text metric, list of (text source, byte abortOnFail, byte 1 and delay, or 0,
//               list of text: sinks of its slots, if it has a window))
//   metrics: list by name of (text name, byte type, byte contents, sink)
//   sub-metrics: list by name of (varint metric in the list above, text suffix, list of (text key, text value), sink)
//   checks: list by first occurrence of (text scenario, text group, text name, varint passes, varint fails, time)
//   groups: list by first occurrence of (text path, time)
//   breakdowns: list of (list of text keys, list of parts by first occurrence: byte 1 if "other", list of text values,
//               time, list of (varint metric, sink))
//   timeline: period, end, list of (varint metric, list of text: sinks of its slots, empty if nothing)
//   findings: list of text
//
// Functions: any thread. Damage of any kind is an Error of ErrorClass::generic.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "metrics/metric.h"
#include "metrics/snapshot.h"
#include "metrics/submetric.h"
#include "metrics/summary.h"
#include "metrics/threshold.h"
#include "metrics/timeline.h"

namespace k6::metrics {

/// The part of a plan that an instance ran: (from, to], in lowest terms.
struct SegmentPart {
    std::int64_t from_numerator = 0;
    std::int64_t from_denominator = 1;
    std::int64_t to_numerator = 1;
    std::int64_t to_denominator = 1;

    friend bool operator==(const SegmentPart&, const SegmentPart&) = default;
};

/// "0:1/3".
std::string to_string(const SegmentPart& segment);

/// What ids in a record refer to; records that are to be merged share one.
struct RecordWorld {
    Registry registry;
    SubmetricSet submetrics;
};

struct RunRecord {
    /// What the test is called: a script's path.
    std::string test;
    /// Hexadecimal; equal for equal plans, whatever segment of them was run.
    std::string plan_hash;
    /// Of the plan; more than one where parts are missing between them.
    std::vector<SegmentPart> segments = {SegmentPart{}};
    WallTime started{};
    Duration duration{};
    std::uint64_t complete_iterations = 0;
    std::uint64_t interrupted_iterations = 0;
    std::uint64_t dropped_samples = 0;
    /// Why the run failed, crossed thresholds included.
    std::optional<Error> failure = std::nullopt;
    /// A threshold with abortOnFail ended it.
    bool stopped_by_thresholds = false;

    /// Options of the summary.
    std::vector<std::string> trend_stats = {};
    std::string time_unit = {};

    /// As long as the record; `world` may own them.
    const Registry* registry = nullptr;
    const SubmetricSet* submetrics = nullptr;
    std::shared_ptr<const RecordWorld> world = nullptr;

    /// Judged.
    ThresholdSet thresholds = {};
    RunSnapshot snapshot = {};
    Timeline timeline = {};
    /// Why the load generator was the limit; empty: it was not.
    std::vector<std::string> findings = {};
};

std::string encode_record(const RunRecord& record);
/// Declares the record's metrics and sub-metrics in `world`.
Result<RunRecord> decode_record(std::string_view file, std::shared_ptr<RecordWorld> world);
/// Without header, compression and check sum.
Result<RunRecord> decode_record_body(std::string_view body, std::shared_ptr<RecordWorld> world);

/// A file's name, for messages, and its contents.
struct RecordFile {
    std::string name;
    std::string bytes;
};

struct MergedRecords {
    RunRecord record;
    /// Parts of the plan that no record covers; empty: it is the whole.
    std::vector<SegmentPart> missing;
};

/// Errors name the files: damage, other plans, parts of the plan that two of them ran.
Result<MergedRecords> merge_records(std::span<const RecordFile> files);

SummaryModel summary_of(const RunRecord& record);

}  // namespace k6::metrics
