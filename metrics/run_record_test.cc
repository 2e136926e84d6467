#include "metrics/run_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "metrics/recorder.h"
#include "metrics/summary_text.h"

namespace k6::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

WallTime at(std::int64_t nanoseconds) { return WallTime{std::chrono::nanoseconds{nanoseconds}}; }

/// What a VU does at one moment of a test.
struct Event {
    std::int64_t time = 0;
    bool failed = false;
    double duration = 0;
    int name = 0;
    int group = 0;
};

std::vector<Event> events(std::size_t count) {
    std::mt19937_64 random(11);
    std::lognormal_distribution<double> latency(3, 0.8);
    std::vector<Event> list(count);
    for (std::size_t i = 0; i < count; ++i) {
        list[i] = {static_cast<std::int64_t>(1'000'000 + i * 1000), random() % 13 == 0, latency(random),
                   static_cast<int>(random() % 5), static_cast<int>(random() % 3)};
    }
    return list;
}

/// One instance of a test; several of them share out the events of one.
class Instance {
public:
    explicit Instance(std::vector<ThresholdDefinition> definitions = default_thresholds()) {
        errors_ = registry_.declare("my_errors", MetricType::rate).value();
        size_ = registry_.declare("my_size", MetricType::gauge, ValueKind::data).value();
        submetrics_.add_defaults(registry_, SystemTagSet::defaults());
        submetrics_.add_breakdown({.keys = scenario_and_group});
        submetrics_.add_breakdown({.keys = {"name", "status"}, .limit = 50});
        thresholds_ = ThresholdSet::create(definitions, registry_, submetrics_).value();
        recorder_.emplace(registry_, submetrics_);
    }

    static std::vector<ThresholdDefinition> default_thresholds() {
        return {{"checks", {{"rate>0.99"}}},
                {"http_req_duration", {{"p(95)<1000"}, {"p(90)<1 over 4s"}, {"max<1e9 over 4s"}}},
                {"http_reqs{status:500}", {{"count<1", false, seconds(3)}}}};
    }

    void add(const Event& event) {
        TagTable& tags = recorder_->tags();
        const std::string group = event.group == 0 ? "" : "::g" + std::to_string(event.group);
        const TagSetId vu = tags.with(tags.with(no_tags, SystemTag::scenario, "default"), SystemTag::group, group);
        const std::string name = "http://h/" + std::to_string(event.name);
        const TagSetId request =
            tags.with(tags.with(tags.with(vu, SystemTag::name, name), SystemTag::status, event.failed ? "500" : "200"),
                      SystemTag::expected_response, event.failed ? "false" : "true");
        const std::array values{MetricValue{Builtin::http_reqs, 1},
                                MetricValue{Builtin::http_req_duration, event.duration},
                                MetricValue{Builtin::http_req_failed, event.failed ? 1.0 : 0.0},
                                MetricValue{Builtin::http_req_waiting, event.duration * 0.7}};
        recorder_->add_batch(request, values, at(event.time));
        // Two checks of one call: of the same moment, in their order.
        for (const char* check : {"z is fine", "a is fine"}) {
            recorder_->add(Builtin::checks, tags.with(vu, SystemTag::check, check), event.failed ? 0 : 1,
                           at(event.time));
        }
        recorder_->add(errors_, vu, event.failed ? 1 : 0, at(event.time));
        recorder_->add(size_, vu, event.duration * 100, at(event.time));
        ++iterations_;
    }

    void tick(Duration elapsed) {
        timeline_.add(recorder_->snapshot(), elapsed);
        if (elapsed % ThresholdSet::period == Duration()) {
            thresholds_.evaluate(recorder_->snapshot(), elapsed, ThresholdSet::Moment::during_run);
        }
    }

    std::string record(SegmentPart segment, Duration duration = milliseconds(10'500)) {
        RunRecord made{.test = "script.js", .plan_hash = "abc"};
        made.segments = {segment};
        made.started = at(500);
        made.duration = duration;
        made.complete_iterations = iterations_;
        made.trend_stats = {"avg", "p(95)"};
        made.registry = &registry_;
        made.submetrics = &submetrics_;
        made.snapshot = recorder_->snapshot();
        timeline_.add(made.snapshot, duration, true);
        made.timeline = timeline_;
        const auto verdict = thresholds_.evaluate(made.snapshot, duration, ThresholdSet::Moment::at_end);
        made.thresholds = thresholds_;
        if (!verdict.breached.empty()) {
            made.failure = Error{ErrorClass::thresholds_failed,
                                 "thresholds on metrics '" + verdict.breached_text() + "' have been crossed"};
        }
        return encode_record(made);
    }

private:
    Registry registry_;
    SubmetricSet submetrics_;
    ThresholdSet thresholds_;
    std::optional<Recorder> recorder_;
    Timeline timeline_;
    MetricId errors_{0};
    MetricId size_{0};
    std::uint64_t iterations_ = 0;
};

SegmentPart part_of(std::int64_t index, std::int64_t parts) {
    const auto reduced = [](std::int64_t numerator, std::int64_t denominator) {
        const std::int64_t divisor = std::gcd(numerator, denominator);
        return std::pair{numerator / divisor, denominator / divisor};
    };
    const auto [from, from_of] = reduced(index, parts);
    const auto [to, to_of] = reduced(index + 1, parts);
    return {from, from_of, to, to_of};
}

/// Runs the events on so many instances, each event on one of them by chance, ticks alike; their records.
std::vector<std::string> records_of(const std::vector<Event>& list, std::size_t parts) {
    std::mt19937_64 random(parts);
    std::vector<std::unique_ptr<Instance>> instances;
    for (std::size_t i = 0; i < parts; ++i) instances.push_back(std::make_unique<Instance>());
    const std::size_t ticks = 10;
    std::size_t next = 0;
    for (std::size_t tick = 1; tick <= ticks + 1; ++tick) {
        for (; next < list.size() * tick / (ticks + 1); ++next) instances[random() % parts]->add(list[next]);
        if (tick > ticks) break;
        for (const auto& instance : instances) instance->tick(seconds(static_cast<std::int64_t>(tick)));
    }
    std::vector<std::string> records;
    for (std::size_t i = 0; i < parts; ++i) {
        records.push_back(
            instances[i]->record(part_of(static_cast<std::int64_t>(i), static_cast<std::int64_t>(parts))));
    }
    return records;
}

std::vector<RecordFile> named(const std::vector<std::string>& records) {
    std::vector<RecordFile> files;
    for (std::size_t i = 0; i < records.size(); ++i) files.push_back({"part" + std::to_string(i), records[i]});
    return files;
}

Result<RunRecord> decoded(std::string_view bytes) { return decode_record(bytes, std::make_shared<RecordWorld>()); }

TEST(RunRecord, GivesBackWhatItWrote) {
    const std::string bytes = records_of(events(3000), 1).front();
    const auto record = decoded(bytes);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(encode_record(*record), bytes);
    EXPECT_EQ(record->test, "script.js");
    EXPECT_EQ(record->complete_iterations, 3000U);
    EXPECT_EQ(record->timeline.size(), 11U);
    ASSERT_TRUE(record->failure);
    EXPECT_EQ(record->failure->error_class, ErrorClass::thresholds_failed);
}

// A small and a large number of samples: exact percentiles, and those of the histogram.
class MergedRecord : public testing::TestWithParam<std::size_t> {};

TEST_P(MergedRecord, EqualsThatOfOneRunByteForByte) {
    for (const std::size_t count : {std::size_t{900}, std::size_t{20'000}}) {
        const std::vector<Event> list = events(count);
        const std::string whole = records_of(list, 1).front();
        std::vector<std::string> parts = records_of(list, GetParam());
        std::mt19937_64 random(5);
        std::ranges::shuffle(parts, random);
        const auto merged = merge_records(named(parts));
        ASSERT_TRUE(merged) << merged.error().message;
        EXPECT_TRUE(merged->missing.empty());
        EXPECT_TRUE(encode_record(merged->record) == whole) << count << " events";

        const auto single = decoded(whole);
        ASSERT_TRUE(single);
        const SummaryTextOptions full{.layout = SummaryLayout::full};
        EXPECT_EQ(render_summary_text(summary_of(merged->record), full),
                  render_summary_text(summary_of(*single), full));
        EXPECT_EQ(merged->record.failure, single->failure);
    }
}

INSTANTIATE_TEST_SUITE_P(Parts, MergedRecord, testing::Values(2, 3, 7, 16, 64));

TEST(MergeRecords, DoesNotDependOnSteps) {
    const std::vector<std::string> parts = records_of(events(500), 4);
    const auto first = merge_records(named({parts[0], parts[1]}));
    const auto second = merge_records(named({parts[3], parts[2]}));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->missing, std::vector{(SegmentPart{1, 2, 1, 1})});
    const auto stepwise = merge_records(named({encode_record(second->record), encode_record(first->record)}));
    ASSERT_TRUE(stepwise);
    EXPECT_TRUE(encode_record(stepwise->record) == encode_record(merge_records(named(parts))->record));
}

TEST(MergeRecords, NamesMissingSegments) {
    const std::vector<std::string> parts = records_of(events(100), 4);
    const auto merged = merge_records(named({parts[1], parts[3]}));
    ASSERT_TRUE(merged);
    ASSERT_EQ(merged->missing.size(), 2U);
    EXPECT_EQ(to_string(merged->missing[0]), "0:1/4");
    EXPECT_EQ(to_string(merged->missing[1]), "1/2:3/4");
}

TEST(MergeRecords, RefusesWhatDoesNotBelongTogether) {
    const std::vector<std::string> parts = records_of(events(100), 2);
    const auto same = merge_records(named({parts[0], parts[0]}));
    ASSERT_FALSE(same);
    EXPECT_EQ(same.error().message,
              "'part0' and 'part1' ran the same part of the test: 0:1/2 begins before 0:1/2 ends");

    auto other = decoded(parts[1]);
    other->plan_hash = "def";
    const auto plans = merge_records(named({parts[0], encode_record(*other)}));
    ASSERT_FALSE(plans);
    EXPECT_EQ(plans.error().message,
              "'part0' and 'part1' are records of different plans: only parts of one test can be merged");

    Instance judged_otherwise({{"checks", {{"rate>0.5"}}}});
    const auto thresholds = merge_records(named({parts[0], judged_otherwise.record(part_of(1, 2))}));
    ASSERT_FALSE(thresholds);
    EXPECT_EQ(thresholds.error().message, "'part0' and 'part1' were judged by different thresholds");

    EXPECT_FALSE(merge_records({}));
    EXPECT_EQ(merge_records(named({"text"})).error().message, "'part0': this is no run record");
}

TEST(MergeRecords, JudgesTheWholeOnly) {
    // Each half has too few requests; together they have enough.
    std::vector<std::string> parts;
    for (std::int64_t i = 0; i < 2; ++i) {
        Instance half({{"http_reqs", {{"count>=100"}}}});
        for (const Event& event : events(60)) half.add({event.time + i, event.failed, event.duration, 0, 0});
        parts.push_back(half.record(part_of(i, 2)));
        EXPECT_TRUE(decoded(parts.back())->failure);
    }
    const auto merged = merge_records(named(parts));
    ASSERT_TRUE(merged);
    EXPECT_FALSE(merged->record.failure);
    EXPECT_TRUE(merged->record.thresholds.all()[0].thresholds[0].ok);
}

TEST(MergeRecords, KeepsOtherFailures) {
    const std::vector<std::string> parts = records_of(events(50), 2);
    auto aborted = decoded(parts[1]);
    aborted->failure = Error{ErrorClass::script_aborted, "test aborted: enough"};
    const auto merged = merge_records(named({parts[0], encode_record(*aborted)}));
    ASSERT_TRUE(merged);
    EXPECT_EQ(merged->record.failure, aborted->failure);
}

TEST(RunRecord, RefusesDamage) {
    const std::string bytes = records_of(events(40), 1).front();
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 16) {
        EXPECT_FALSE(decoded(std::string_view(bytes).substr(0, size))) << size;
    }
    for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 97) {
        std::string flipped = bytes;
        flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
        EXPECT_FALSE(decoded(flipped)) << i;
    }
    std::string newer = bytes;
    EXPECT_EQ(decoded("k6record\x02").error().message, "the run record is damaged: it is cut off");
}

}  // namespace
}  // namespace k6::metrics
