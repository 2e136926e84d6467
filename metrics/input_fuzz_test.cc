// Runs the fuzz entry on seeds and on mutations of them: the same ones in every run. Longer:
// bazel test --test_env=K6_FUZZ_ROUNDS=1000000 //metrics:input_fuzz_test
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/testing/mutations.h"
#include "metrics/recorder.h"
#include "metrics/run_record.h"

namespace k6::metrics {
namespace {

/// A small run of everything that a record may hold; without the wrapping, so that changes reach the contents.
std::string record_body() {
    Registry registry;
    registry.declare("luck", MetricType::rate).value();
    SubmetricSet submetrics;
    submetrics.add_breakdown({.keys = {"name"}});
    const std::vector<ThresholdDefinition> definitions = {
        {"checks{group:::g}", {{"rate>0.9", true, std::chrono::seconds(1)}}},
        {"http_req_duration", {{"p(95)<5 over 4s"}}}};
    RunRecord record{.test = "s.js", .plan_hash = "0a"};
    record.thresholds = ThresholdSet::create(definitions, registry, submetrics).value();
    Recorder recorder(registry, submetrics);
    const TagSetId tags = recorder.tags().with(recorder.tags().with(no_tags, "group", "::g"), "name", "n");
    const auto at = [](int time) { return WallTime{std::chrono::nanoseconds{time}}; };
    for (int i = 0; i < 20; ++i) {
        recorder.add(Builtin::http_reqs, tags, 0.5, at(i));
        recorder.add(Builtin::http_req_duration, i % 2 == 0 ? tags : no_tags, i - 3, at(i));
        recorder.add(Builtin::vus, no_tags, i, at(i));
        recorder.add(Builtin::checks, recorder.tags().with(tags, "check", "c"), i % 3, at(i));
    }
    record.registry = &registry;
    record.submetrics = &submetrics;
    record.snapshot = recorder.snapshot();
    record.duration = std::chrono::seconds(3);
    record.timeline.add(record.snapshot, record.duration, true);
    record.thresholds.evaluate(record.snapshot, record.duration, ThresholdSet::Moment::at_end);
    record.failure = Error{ErrorClass::thresholds_failed, "crossed"};
    record.findings = {"slow"};
    const std::string file = encode_record(record);
    // "k6record", the version, the size as a varint of two bytes, the body, the check sum.
    std::string body(1 << 14, '\0');
    uLongf size = body.size();
    const std::string packed = file.substr(11, file.size() - 15);
    EXPECT_EQ(::uncompress(reinterpret_cast<Bytef*>(body.data()), &size, reinterpret_cast<const Bytef*>(packed.data()),
                           packed.size()),
              Z_OK);
    body.resize(size);
    EXPECT_TRUE(decode_record_body(body, std::make_shared<RecordWorld>()));
    return body;
}

constexpr std::string_view pieces[] = {
    "<",    ">",    "=",    "!",   "(",  ")", "{", "}",   ":",      ",", "\"",
    "'",    "p(",   " ",    "0",   ".9", "5", "e", "Inf", " over ", "x", std::string_view("\0", 1),
    "\x01", "\x7f", "\x80", "\xff"};

TEST(MetricsInputFuzz, SeedsAndMutations) {
    const std::vector<std::string> seeds = {"p(95)<500",
                                            "p(99.9) <= 1e3 over 1m30s",
                                            "rate===0x1p-4",
                                            "count != -Inf over 2s",
                                            "http_req_duration{name:http://h/a b,\"status\" : '200'}",
                                            "checks{group:::a::b}",
                                            record_body(),
                                            "k6record\x01",
                                            ""};
    fuzz_mutations(seeds, pieces, {.rounds = 300, .depth = 4});
}

}  // namespace
}  // namespace k6::metrics
