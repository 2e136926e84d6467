#include "metrics/recorder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace k6::metrics {
namespace {

constexpr WallTime at(std::int64_t nanoseconds) { return WallTime{std::chrono::nanoseconds{nanoseconds}}; }

SubmetricId add_submetric(SubmetricSet& set, const Registry& registry, std::string_view text) {
    const auto expression = parse_metric_expression(text);
    return set.add(*registry.find(expression->metric), expression->selector.value());
}

class CollectingSink final : public SampleSink {
public:
    void accept(std::shared_ptr<const SampleChunk> chunk) override { chunks.push_back(std::move(chunk)); }
    std::size_t samples() const {
        std::size_t count = 0;
        for (const auto& chunk : chunks) count += chunk->samples().size();
        return count;
    }
    std::vector<std::shared_ptr<const SampleChunk>> chunks;
};

TEST(Recorder, FeedsTotalsAndMatchingSubmetrics) {
    Registry registry;
    SubmetricSet submetrics;
    const SubmetricId slow = add_submetric(submetrics, registry, "http_reqs{kind:slow}");
    const SubmetricId duration = add_submetric(submetrics, registry, "http_req_duration{kind:slow,status:200}");
    Recorder recorder(registry, submetrics);
    TagTable& tags = recorder.tags();
    const TagSetId plain = tags.with(no_tags, SystemTag::scenario, "default");
    const TagSetId marked = tags.with(plain, "kind", "slow");
    const TagUpdate status{tag_key(SystemTag::status), "200"};
    const TagSetId marked_200 = tags.for_sample(marked, {&status, 1});

    const std::vector<MetricValue> request = {{Builtin::http_reqs, 1}, {Builtin::http_req_duration, 12.5}};
    recorder.add_batch(plain, request, at(1));
    recorder.add_batch(marked, request, at(2));
    recorder.add_batch(marked_200, request, at(3));
    recorder.add(Builtin::http_req_duration, marked_200, 20, at(4));

    const RunSnapshot snapshot = recorder.snapshot();
    EXPECT_EQ(snapshot.total(Builtin::http_reqs)->counter().count(), 3);
    EXPECT_EQ(snapshot.total(Builtin::http_req_duration)->trend().count(), 4U);
    EXPECT_EQ(snapshot.submetric(slow)->counter().count(), 2);
    EXPECT_EQ(snapshot.submetric(duration)->trend().count(), 2U);
    EXPECT_EQ(snapshot.submetric(duration)->trend().max(), 20);
    EXPECT_EQ(snapshot.total(Builtin::iterations), nullptr);
}

TEST(Recorder, TakesMetricsDeclaredLater) {
    Registry registry;
    const SubmetricSet submetrics;
    Recorder recorder(registry, submetrics);
    const MetricId late = registry.declare("late_one", MetricType::gauge).value();
    recorder.add(late, no_tags, 5, at(1));
    EXPECT_EQ(recorder.snapshot().total(late)->gauge().value(), 5);
}

TEST(Recorder, IgnoresNaN) {
    const Registry registry;
    const SubmetricSet submetrics;
    CollectingSink sink;
    Recorder recorder(registry, submetrics, &sink);
    recorder.add(Builtin::http_req_duration, no_tags, std::numeric_limits<double>::quiet_NaN(), at(1));
    recorder.flush_samples();
    EXPECT_EQ(recorder.snapshot().total(Builtin::http_req_duration), nullptr);
    EXPECT_TRUE(sink.chunks.empty());
}

TEST(Recorder, CountsChecksByGroupAndName) {
    const Registry registry;
    const SubmetricSet submetrics;
    Recorder recorder(registry, submetrics);
    TagTable& tags = recorder.tags();
    const TagSetId root = tags.with(no_tags, SystemTag::group, "");
    const TagSetId inner = tags.with(no_tags, SystemTag::group, "::a");
    const auto check = [&](TagSetId base, std::string_view name, bool ok, WallTime time) {
        const TagUpdate update{tag_key(SystemTag::check), name};
        recorder.add(Builtin::checks, tags.for_sample(base, {&update, 1}), ok ? 1 : 0, time);
    };
    check(inner, "z first", true, at(10));
    check(inner, "a second", false, at(10));
    check(root, "z first", true, at(11));
    check(inner, "z first", false, at(12));
    recorder.add(Builtin::checks, root, 1, at(13));  // The system tag `check` is off: counted, but not by name.
    recorder.add(Builtin::group_duration, tags.with(no_tags, SystemTag::group, "::b"), 5, at(14));

    const RunSnapshot snapshot = recorder.snapshot();
    ASSERT_EQ(snapshot.checks.size(), 3U);
    EXPECT_EQ(snapshot.checks[0].group, "::a");
    EXPECT_EQ(snapshot.checks[0].name, "z first");
    EXPECT_EQ(snapshot.checks[0].passes, 1U);
    EXPECT_EQ(snapshot.checks[0].fails, 1U);
    EXPECT_EQ(snapshot.checks[1].name, "a second");
    EXPECT_EQ(snapshot.checks[2].group, "");
    EXPECT_EQ(snapshot.total(Builtin::checks)->rate().total(), 5U);
    std::vector<std::string> groups;
    for (const GroupSeen& group : snapshot.groups) groups.push_back(group.path);
    EXPECT_EQ(groups, (std::vector<std::string>{"::a", "", "::b"}));
}

TEST(Recorder, MakesNoSamplesUnlessSomebodyWantsThem) {
    const Registry registry;
    const SubmetricSet submetrics;
    Recorder recorder(registry, submetrics);
    EXPECT_FALSE(recorder.wants_samples());
    EXPECT_FALSE(recorder.tags().observes(SystemTag::url));
    recorder.add(Builtin::iterations, no_tags, 1, at(1));
    recorder.flush_samples();
}

// A series is a metric with a set of tags; the same one on several workers is one.
TEST(Recorder, CountsSeriesIfSomebodyWantsSamples) {
    Registry registry;
    const MetricId mine = registry.declare("mine", MetricType::counter).value();
    const SubmetricSet submetrics;
    CollectingSink sink;
    Recorder unseen(registry, submetrics);
    unseen.add(mine, unseen.tags().with(no_tags, "id", "1"), 1, at(1));
    EXPECT_EQ(unseen.snapshot().series.estimate(), 0U);

    Recorder first(registry, submetrics, &sink);
    Recorder second(registry, submetrics, &sink);
    for (int turn = 0; turn < 2; ++turn) {
        for (Recorder* recorder : {&first, &second}) {
            for (int i = 0; i < 10; ++i) {
                const std::string id = std::to_string(i + (recorder == &second ? 5 : 0));
                const TagUpdate update{recorder->tags().key("id"), id};
                const TagSetId tags = recorder->tags().for_sample(no_tags, {&update, 1});
                const std::array both{MetricValue{mine, 1}, MetricValue{Builtin::checks, 1}};
                recorder->add_batch(tags, both, at(1));
                // Metadata are no part of a series.
                recorder->add(mine, tags, 1, at(1), recorder->tags().with(no_tags, "trace", id));
            }
        }
    }
    RunSnapshot whole = first.snapshot();
    EXPECT_EQ(whole.series.estimate(), 20U);
    whole.merge(second.snapshot());
    EXPECT_EQ(whole.series.estimate(), 30U);
}

TEST(Recorder, HandsOutSamplesInChunks) {
    const Registry registry;
    const SubmetricSet submetrics;
    CollectingSink sink;
    {
        Recorder recorder(registry, submetrics, &sink);
        EXPECT_TRUE(recorder.wants_samples());
        TagTable& tags = recorder.tags();
        const TagUpdate iteration{tag_key(SystemTag::iter), "7"};
        recorder.add(Builtin::iterations, tags.with(no_tags, "k", "v"), 1, at(5),
                     tags.for_sample(no_tags, {&iteration, 1}));
        for (std::size_t i = 0; i < SampleChunk::capacity; ++i) {
            // A tag set each, so that generations of them come and go.
            const std::string url = "http://host.test/" + std::to_string(i);
            const TagUpdate update{tag_key(SystemTag::url), url};
            recorder.add(Builtin::http_req_duration, tags.for_sample(no_tags, {&update, 1}), static_cast<double>(i),
                         at(6));
        }
        EXPECT_EQ(sink.chunks.size(), 1U);
        recorder.flush_samples();
        recorder.flush_samples();
    }
    // The recorder and its tag table are gone; the chunks are not.
    ASSERT_EQ(sink.chunks.size(), 2U);
    EXPECT_EQ(sink.chunks[0]->samples().size(), SampleChunk::capacity);
    const Sample& first = sink.chunks[0]->samples()[0];
    EXPECT_EQ(first.metric, MetricId{Builtin::iterations});
    EXPECT_EQ(first.time, at(5));
    EXPECT_EQ(first.tags->get("k"), "v");
    EXPECT_EQ(first.metadata->get("iter"), "7");
    const Sample& last = sink.chunks[1]->samples().back();
    EXPECT_EQ(last.value, SampleChunk::capacity - 1.0);
    EXPECT_EQ(last.tags->get("url"), "http://host.test/" + std::to_string(SampleChunk::capacity - 1));
    EXPECT_TRUE(last.metadata->empty());
}

TEST(Recorder, RoutesEveryGenerationOfSampleSetsAnew) {
    const Registry registry;
    SubmetricSet submetrics;
    const SubmetricId hit = add_submetric(submetrics, registry, "http_reqs{kind:hit}");
    CollectingSink sink;
    Recorder recorder(registry, submetrics, &sink);
    TagTable& tags = recorder.tags();
    const TagKey kind = tags.key("kind");
    const std::size_t rounds = TagTable::Limits{}.sample_sets * 3;
    for (std::size_t i = 0; i < rounds; ++i) {
        const std::string url = std::to_string(i);
        const std::vector<TagUpdate> updates = {{tag_key(SystemTag::url), url}, {kind, i % 3 == 0 ? "hit" : "miss"}};
        recorder.add(Builtin::http_reqs, tags.for_sample(no_tags, updates), 1, at(1));
    }
    recorder.flush_samples();
    EXPECT_EQ(recorder.snapshot().submetric(hit)->counter().count(), static_cast<double>(rounds / 3));
    ASSERT_EQ(sink.samples(), rounds);
    std::size_t number = 0;
    for (const auto& chunk : sink.chunks) {
        for (const Sample& sample : chunk->samples()) {
            ASSERT_EQ(sample.tags->get("url"), std::to_string(number++));
        }
    }
}

TEST(Recorder, ReportsLostTags) {
    const Registry registry;
    const SubmetricSet submetrics;
    CollectingSink sink;
    Recorder recorder(registry, submetrics, &sink);
    TagTable& tags = recorder.tags();
    const auto number = [&tags](std::size_t i) {
        const std::string value = std::to_string(i);
        const TagUpdate update{tag_key(SystemTag::url), value};
        return tags.for_sample(no_tags, {&update, 1});
    };
    const TagSetId kept_too_long = number(0);
    recorder.add(Builtin::http_reqs, kept_too_long, 1, at(1));
    for (std::size_t i = 1; i <= 2 * TagTable::Limits{}.sample_sets; ++i) number(i);
    EXPECT_EQ(recorder.snapshot().lost_tags, 0U);
    recorder.add(Builtin::http_reqs, kept_too_long, 1, at(1));
    RunSnapshot snapshot = recorder.snapshot();
    EXPECT_EQ(snapshot.lost_tags, 1U);
    snapshot.merge(recorder.snapshot());
    EXPECT_EQ(snapshot.lost_tags, 2U);
    // The sample itself counts all the same.
    EXPECT_EQ(recorder.snapshot().total(Builtin::http_reqs)->counter().count(), 2);
}

// The claim that distributed and many-core runs rest on: parts merged in any order equal the whole.
TEST(RunSnapshot, OfShuffledPartsEqualsTheWhole) {
    Registry registry;
    const MetricId gauge = registry.declare("my_gauge", MetricType::gauge).value();
    SubmetricSet submetrics;
    const SubmetricId slow = add_submetric(submetrics, registry, "http_req_duration{kind:slow}");
    Recorder whole(registry, submetrics);
    std::vector<std::unique_ptr<Recorder>> parts;
    for (int i = 0; i < 4; ++i) parts.push_back(std::make_unique<Recorder>(registry, submetrics));

    std::mt19937_64 random(99);
    for (int i = 0; i < 20'000; ++i) {
        const double duration = std::lognormal_distribution(3.0, 1.0)(random);
        const bool is_slow = random() % 4 == 0;
        const std::string group = random() % 2 == 0 ? "" : "::g" + std::to_string(random() % 3);
        const std::string name = "check " + std::to_string(random() % 5);
        const bool ok = random() % 3 != 0;
        for (Recorder* recorder : {&whole, parts[random() % parts.size()].get()}) {
            TagTable& tags = recorder->tags();
            const TagSetId base = tags.with(no_tags, SystemTag::group, group);
            const std::vector<TagUpdate> updates = {{tags.key("kind"), is_slow ? "slow" : "fast"}};
            recorder->add(Builtin::http_req_duration, tags.for_sample(base, updates), duration, at(i));
            recorder->add(gauge, base, duration, at(i));
            recorder->add(Builtin::http_reqs, base, 0.1, at(i));
            const TagUpdate check{tag_key(SystemTag::check), name};
            recorder->add(Builtin::checks, tags.for_sample(base, {&check, 1}), ok ? 1 : 0, at(i));
        }
    }

    const RunSnapshot expected = whole.snapshot();
    for (int round = 0; round < 3; ++round) {
        std::ranges::shuffle(parts, random);
        RunSnapshot merged;
        for (const auto& part : parts) merged.merge(part->snapshot());

        EXPECT_DOUBLE_EQ(merged.total(Builtin::http_reqs)->counter().count(),
                         expected.total(Builtin::http_reqs)->counter().count());
        EXPECT_EQ(merged.total(gauge)->gauge().value(), expected.total(gauge)->gauge().value());
        for (double p : {0.0, 0.5, 0.9, 0.95, 0.99, 1.0}) {
            EXPECT_EQ(merged.submetric(slow)->trend().quantile(p), expected.submetric(slow)->trend().quantile(p));
            EXPECT_EQ(merged.total(Builtin::http_req_duration)->trend().quantile(p),
                      expected.total(Builtin::http_req_duration)->trend().quantile(p));
        }
        ASSERT_EQ(merged.checks.size(), expected.checks.size());
        for (std::size_t i = 0; i < expected.checks.size(); ++i) {
            EXPECT_EQ(merged.checks[i].group, expected.checks[i].group);
            EXPECT_EQ(merged.checks[i].name, expected.checks[i].name);
            EXPECT_EQ(merged.checks[i].passes, expected.checks[i].passes);
            EXPECT_EQ(merged.checks[i].fails, expected.checks[i].fails);
        }
        ASSERT_EQ(merged.groups.size(), expected.groups.size());
        for (std::size_t i = 0; i < expected.groups.size(); ++i) {
            EXPECT_EQ(merged.groups[i].path, expected.groups[i].path);
        }
    }
}

}  // namespace
}  // namespace k6::metrics
