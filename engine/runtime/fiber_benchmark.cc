// What a switch, a sleep and an idle fiber cost.
//
//   bazel run //engine/runtime:fiber_benchmark

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Resumes `state.range(0)` fibers in turn; one item is one resume with its suspension: two switches.
void resume_each(benchmark::State& state) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    auto count = static_cast<std::size_t>(state.range(0));
    std::vector<Fiber*> fibers;
    bool done = false;
    double before = resident_bytes();
    for (std::size_t i = 0; i < count; ++i) {
        fibers.push_back(&worker.spawn([&done] {
            while (!done) Fiber::current()->suspend_uninterruptibly();
        }));
    }
    worker.post([&] {
        worker.post([&] {
            state.counters["rss_per_fiber"] = (resident_bytes() - before) / static_cast<double>(count);
            for (auto _ : state) {
                for (Fiber* fiber : fibers) fiber->resume();
            }
            done = true;
            for (Fiber* fiber : fibers) fiber->resume();
        });
    });
    worker.request_stop();
    worker.run();
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(resume_each)->Arg(1)->Arg(100)->Arg(10'000)->Arg(30'000);

// The same through the worker's list of ready fibers, which prefetches.
void resume_each_later(benchmark::State& state) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    auto count = static_cast<std::size_t>(state.range(0));
    std::vector<Fiber*> fibers;
    bool done = false;
    for (std::size_t i = 0; i < count; ++i) {
        fibers.push_back(&worker.spawn([&done] {
            while (!done) Fiber::current()->suspend_uninterruptibly();
        }));
    }
    worker.spawn([&] {
        for (auto _ : state) {
            Fiber* self = Fiber::current();
            for (Fiber* fiber : fibers) fiber->resume();
            worker.post([self] { self->resume_later(); });
            self->suspend_uninterruptibly();
        }
        done = true;
        for (Fiber* fiber : fibers) fiber->resume();
    });
    worker.request_stop();
    worker.run();
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(resume_each_later)->Arg(100)->Arg(10'000)->Arg(30'000);

// `state.range(0)` fibers sleep in simulated time, each with an interval of its own; one item is one sleep.
void sleep_simulated(benchmark::State& state) {
    auto count = static_cast<std::size_t>(state.range(0));
    std::size_t sleeps = 0;
    for (auto _ : state) {
        SimulatedClock clock;
        Worker worker({.clock = &clock});
        for (std::size_t i = 0; i < count; ++i) {
            worker.spawn([&sleeps, i] {
                for (int n = 0; n < 100; ++n, ++sleeps) sleep_for(std::chrono::microseconds(900'000 + 37 * i));
            });
        }
        worker.request_stop();
        worker.run();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(sleeps));
}
BENCHMARK(sleep_simulated)->Arg(1)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

// `state.range(0)` fibers sleep 20 to 120 ms by the system clock. The time measured is CPU time; one item is one sleep.
void sleep_real(benchmark::State& state) {
    SystemClock clock;
    auto count = static_cast<std::size_t>(state.range(0));
    std::size_t sleeps = 0;
    for (auto _ : state) {
        Worker worker({.clock = &clock});
        for (std::size_t i = 0; i < count; ++i) {
            worker.spawn([&sleeps, i] {
                for (int n = 0; n < 20; ++n, ++sleeps)
                    sleep_for(std::chrono::microseconds(20'000 + (i * 7919) % 100'000));
            });
        }
        worker.request_stop();
        worker.run();
    }
    state.counters["cpu_per_sleep"] =
        benchmark::Counter(static_cast<double>(sleeps), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(sleep_real)->Arg(1'000)->Arg(10'000)->Arg(50'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// A fiber from spawn to end.
void spawn_and_end(benchmark::State& state) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    worker.spawn([&] {
        for (auto _ : state) {
            Fiber* self = Fiber::current();
            worker.spawn([self] { self->resume(); });
            self->suspend_uninterruptibly();
        }
    });
    worker.request_stop();
    worker.run();
}
BENCHMARK(spawn_and_end);

}  // namespace
}  // namespace k6

BENCHMARK_MAIN();
