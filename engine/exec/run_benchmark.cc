// What the engine adds to an iteration: bookkeeping, samples, one clock read.
#include <benchmark/benchmark.h>

#include "engine/exec/run.h"
#include "engine/exec/vu.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"

namespace k6 {
namespace {

/// Does nothing, or lets others run once in each iteration.
class IdleRunner final : public Runner {
public:
    explicit IdleRunner(bool waits) : waits_(waits) {}
    Result<std::unique_ptr<VuBody>> make_vu(Vu&) override {
        return std::unique_ptr<VuBody>(std::make_unique<Body>(waits_));
    }
    bool has_setup() const override { return false; }
    bool has_teardown() const override { return false; }
    Result<void> setup(VuBody&) override { return {}; }
    Result<void> teardown(VuBody&) override { return {}; }
    std::optional<std::string> setup_data_json() const override { return std::nullopt; }

private:
    struct Body final : VuBody {
        explicit Body(bool its_waits) : waits(its_waits) {}
        void activate(const Scenario&) override {}
        IterationEnd run_iteration(const Scenario&) override {
            if (waits) sleep_for(std::chrono::microseconds(1));
            return IterationEnd::completed;
        }
        bool waits;
    };
    bool waits_;
};

void iterations(benchmark::State& state, bool waits) {
    const std::int64_t count = waits ? 20'000 : 1'000'000;
    for (auto _ : state) {
        SystemClock clock;
        metrics::Registry registry;
        metrics::SubmetricSet submetrics;
        MemoryLogger logger;
        IdleRunner runner(waits);
        const Plan plan = make_plan({.vus = state.range(0), .iterations = count}).value();
        Run run({.plan = &plan,
                 .runner = &runner,
                 .registry = &registry,
                 .submetrics = &submetrics,
                 .logger = &logger,
                 .clock = &clock,
                 .workers = 1});
        benchmark::DoNotOptimize(run.execute().complete_iterations);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * count);
}

void iterations_that_never_wait(benchmark::State& state) { iterations(state, false); }
void iterations_that_sleep(benchmark::State& state) { iterations(state, true); }

BENCHMARK(iterations_that_never_wait)->Arg(1)->Arg(50)->Unit(benchmark::kMillisecond);
BENCHMARK(iterations_that_sleep)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace k6

BENCHMARK_MAIN();
