// The hot path allocates nothing once it is warm: this binary counts every call of operator new.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/testing/allocations.h"
#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

constexpr WallTime now{std::chrono::nanoseconds{1}};

class DiscardingSink final : public SampleSink {
public:
    void accept(std::shared_ptr<const SampleChunk>) override {}
};

/// What an HTTP client does at the end of a request, and a script's check after it.
void record_request(Recorder& recorder, TagSetId vu, int i) {
    TagTable& tags = recorder.tags();
    const double x = 1 + i % 10;
    const std::array updates = {
        TagUpdate{tag_key(SystemTag::url), "http://host.test/a/path/that/is/not/short"},
        TagUpdate{tag_key(SystemTag::name), "http://host.test/a/path/that/is/not/short"},
        TagUpdate{tag_key(SystemTag::method), "GET"},
        TagUpdate{tag_key(SystemTag::status), i % 2 == 0 ? "200" : "404"},
        TagUpdate{tag_key(SystemTag::expected_response), i % 2 == 0 ? "true" : "false"},
    };
    const std::array values = {
        MetricValue{Builtin::http_reqs, 1},
        MetricValue{Builtin::http_req_duration, x},
        MetricValue{Builtin::http_req_blocked, x},
        MetricValue{Builtin::http_req_connecting, 0},
        MetricValue{Builtin::http_req_tls_handshaking, 0},
        MetricValue{Builtin::http_req_sending, x},
        MetricValue{Builtin::http_req_waiting, x},
        MetricValue{Builtin::http_req_receiving, x},
        MetricValue{Builtin::http_req_failed, i % 2 == 0 ? 0.0 : 1.0},
    };
    recorder.add_batch(tags.for_sample(vu, updates), values, now);
    const TagUpdate check{tag_key(SystemTag::check), "a check with a name longer than a small string"};
    recorder.add(Builtin::checks, tags.for_sample(vu, {&check, 1}), 1, now);
    const TagSetId group = tags.with(vu, SystemTag::group, "::a group with a name longer than a small string");
    recorder.add(Builtin::group_duration, group, x, now);
}

class Allocations : public testing::Test {
protected:
    Allocations() { submetrics.add_defaults(registry, SystemTagSet::defaults()); }

    std::size_t in_steady_state(Recorder& recorder, int requests) {
        const TagSetId vu = recorder.tags().with(no_tags, SystemTag::scenario, "default");
        // Past the exact values of every trend.
        for (int i = 0; i < 10'000; ++i) record_request(recorder, vu, i);
        const std::size_t before = allocations_of_this_thread();
        for (int i = 0; i < requests; ++i) record_request(recorder, vu, i);
        return allocations_of_this_thread() - before;
    }

    Registry registry;
    SubmetricSet submetrics;
};

TEST_F(Allocations, AreCountedByThisTest) {
    const std::size_t before = allocations_of_this_thread();
    const std::string text(100, 'x');
    EXPECT_EQ(allocations_of_this_thread() - before, 1U);
    EXPECT_EQ(text.size(), 100U);
}

TEST_F(Allocations, ThereAreNoneWithoutOutputs) {
    Recorder recorder(registry, submetrics);
    EXPECT_EQ(in_steady_state(recorder, 10'000), 0U);
}

TEST_F(Allocations, ThereAreAFewPerChunkWithAnOutput) {
    DiscardingSink sink;
    Recorder recorder(registry, submetrics, &sink);
    constexpr int requests = 10'000;
    constexpr std::size_t chunks = requests * 11 / SampleChunk::capacity + 1;
    EXPECT_LE(in_steady_state(recorder, requests), chunks * 5);
}

}  // namespace
}  // namespace k6::metrics
