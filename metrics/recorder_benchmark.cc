// What measuring costs: run with `bazel run //metrics:recorder_benchmark`.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

class DiscardingSink final : public SampleSink {
public:
    void accept(std::shared_ptr<const SampleChunk>) override {}
};

std::vector<double> latencies() {
    std::mt19937_64 random(1);
    std::vector<double> values(1 << 16);
    for (double& value : values) value = std::lognormal_distribution(2.0, 0.7)(random);
    return values;
}

/// Arguments: whether an output wants samples, and whether the tag set is looked up for every request.
void nine_samples_of_a_request(benchmark::State& state) {
    Registry registry;
    SubmetricSet submetrics;
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    DiscardingSink sink;
    Recorder recorder(registry, submetrics, state.range(0) != 0 ? &sink : nullptr);
    TagTable& tags = recorder.tags();
    const TagSetId vu = tags.with(tags.with(no_tags, SystemTag::scenario, "default"), SystemTag::group, "");
    const std::array updates = {
        TagUpdate{tag_key(SystemTag::name), "http://127.0.0.1:8080/index.html"},
        TagUpdate{tag_key(SystemTag::url), "http://127.0.0.1:8080/index.html"},
        TagUpdate{tag_key(SystemTag::method), "GET"},
        TagUpdate{tag_key(SystemTag::status), "200"},
        TagUpdate{tag_key(SystemTag::proto), "HTTP/1.1"},
        TagUpdate{tag_key(SystemTag::expected_response), "true"},
    };
    const std::vector<double> values = latencies();
    TagSetId request_tags = tags.for_sample(vu, updates);
    std::size_t i = 0;
    for (auto _ : state) {
        if (state.range(1) != 0) request_tags = tags.for_sample(vu, updates);
        const double x = values[i++ % values.size()];
        const std::array batch = {
            MetricValue{Builtin::http_reqs, 1},
            MetricValue{Builtin::http_req_duration, x},
            MetricValue{Builtin::http_req_blocked, x * 0.001},
            MetricValue{Builtin::http_req_connecting, 0},
            MetricValue{Builtin::http_req_tls_handshaking, 0},
            MetricValue{Builtin::http_req_sending, x * 0.01},
            MetricValue{Builtin::http_req_waiting, x * 0.9},
            MetricValue{Builtin::http_req_receiving, x * 0.09},
            MetricValue{Builtin::http_req_failed, 0},
        };
        recorder.add_batch(request_tags, batch, WallTime{std::chrono::nanoseconds{static_cast<std::int64_t>(i)}});
    }
}
BENCHMARK(nine_samples_of_a_request)->ArgNames({"output", "tags"})->ArgsProduct({{0, 1}, {0, 1}});

void histogram_record(benchmark::State& state) {
    const std::vector<double> values = latencies();
    Histogram histogram;
    std::size_t i = 0;
    for (auto _ : state) histogram.record(values[i++ % values.size()]);
    state.counters["bytes"] = static_cast<double>(histogram.memory());
}
BENCHMARK(histogram_record);

void trend_add(benchmark::State& state) {
    const std::vector<double> values = latencies();
    TrendSink trend;
    std::size_t i = 0;
    for (auto _ : state) trend.add(values[i++ % values.size()]);
}
BENCHMARK(trend_add);

}  // namespace
}  // namespace k6::metrics

BENCHMARK_MAIN();
