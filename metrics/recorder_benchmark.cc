// What measuring costs: run with `bazel run //metrics:recorder_benchmark`.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "metrics/recorder.h"
#include "metrics/testing/usual_request.h"

namespace k6::metrics {
namespace {

class DiscardingSink final : public SampleSink {
public:
    void accept(std::shared_ptr<const SampleChunk>) override {}
};

/// Arguments: whether an output wants samples, and whether the tag set is looked up for every request.
void nine_samples_of_a_request(benchmark::State& state) {
    Registry registry;
    SubmetricSet submetrics;
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    DiscardingSink sink;
    Recorder recorder(registry, submetrics, state.range(0) != 0 ? &sink : nullptr);
    UsualRequest request(recorder.tags());
    TagSetId tags = request.tags();
    std::int64_t time = 0;
    for (auto _ : state) {
        if (state.range(1) != 0) tags = request.tags();
        recorder.add_batch(tags, request.values(), WallTime{std::chrono::nanoseconds{++time}});
        request.next();
    }
}
BENCHMARK(nine_samples_of_a_request)->ArgNames({"output", "tags"})->ArgsProduct({{0, 1}, {0, 1}});

void histogram_record(benchmark::State& state) {
    const std::vector<double> values = usual_durations(1 << 16);
    Histogram histogram;
    std::size_t i = 0;
    for (auto _ : state) histogram.record(values[i++ % values.size()]);
    state.counters["bytes"] = static_cast<double>(histogram.memory());
}
BENCHMARK(histogram_record);

void trend_add(benchmark::State& state) {
    const std::vector<double> values = usual_durations(1 << 16);
    TrendSink trend;
    std::size_t i = 0;
    for (auto _ : state) trend.add(values[i++ % values.size()]);
}
BENCHMARK(trend_add);

}  // namespace
}  // namespace k6::metrics

BENCHMARK_MAIN();
