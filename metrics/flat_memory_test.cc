// Memory does not grow with the length of a run: 30 million samples, with tags that change, through one recorder.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    statm >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(FlatMemory, OfThirtyMillionSamples) {
    Registry registry;
    const MetricId custom = registry.declare("my_trend", MetricType::trend).value();
    SubmetricSet submetrics;
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    submetrics.add_breakdown({.keys = {"name", "status"}, .limit = 15});
    Recorder recorder(registry, submetrics);
    TagTable& tags = recorder.tags();
    const TagSetId vu = tags.with(tags.with(no_tags, SystemTag::scenario, "default"), SystemTag::group, "");
    std::vector<std::string> names;
    for (int i = 0; i < 10; ++i) names.push_back("http://host/page/" + std::to_string(i));
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> latency(3, 1);
    std::vector<double> durations(1 << 16);
    for (double& duration : durations) duration = latency(random);

    std::uint64_t requests = 0;
    const auto send = [&](std::uint64_t count) {
        for (const std::uint64_t end = requests + count; requests < end; ++requests) {
            const std::array updates{
                TagUpdate{tag_key(SystemTag::name), names[requests % names.size()]},
                TagUpdate{tag_key(SystemTag::status), requests % 7 == 0 ? "500" : "200"},
                TagUpdate{tag_key(SystemTag::expected_response), requests % 7 == 0 ? "false" : "true"},
            };
            const double duration = durations[requests % durations.size()];
            const std::array values{MetricValue{Builtin::http_reqs, 1},
                                    MetricValue{Builtin::http_req_duration, duration},
                                    MetricValue{Builtin::http_req_blocked, duration * 0.001},
                                    MetricValue{Builtin::http_req_connecting, 0},
                                    MetricValue{Builtin::http_req_tls_handshaking, 0},
                                    MetricValue{Builtin::http_req_sending, duration * 0.01},
                                    MetricValue{Builtin::http_req_waiting, duration * 0.9},
                                    MetricValue{Builtin::http_req_receiving, duration * 0.09},
                                    MetricValue{Builtin::http_req_failed, requests % 7 == 0 ? 1.0 : 0.0},
                                    MetricValue{custom, duration * 3}};
            recorder.add_batch(tags.for_sample(vu, updates), values,
                               WallTime{std::chrono::nanoseconds{static_cast<std::int64_t>(requests)}});
        }
    };
    // Until every series has left its exact values behind, and nearly every value has occurred.
    send(4'000'000 / 10);
    const std::size_t before = resident_bytes();
    send(30'000'000 / 10);
    const std::size_t after = resident_bytes();
    EXPECT_LT(after - std::min(before, after), std::size_t{1} << 20);
    EXPECT_EQ(recorder.snapshot().total(Builtin::http_reqs)->counter().count(), 3'400'000);
    RecordProperty("grown_bytes", static_cast<int>(after - std::min(before, after)));
}

}  // namespace
}  // namespace k6::metrics
