// What an output costs: CPU time of the whole process, for a request's nine samples with eight tags, with and without
// it, in turns.
//
//   bazel run //outputs:output_cost                          # none, json and csv, to files
//   valgrind --tool=callgrind output_cost 20000 json=/tmp/x  # instructions of one of them
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "metrics/recorder.h"
#include "metrics/testing/usual_request.h"
#include "outputs/factory.h"

namespace {

using namespace k6;
using namespace k6::metrics;

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Microseconds of CPU per request; exits the program if the output does not work.
double cost(const std::string& specification, int requests) {
    MemoryLogger logger;
    Registry registry;
    SubmetricSet submetrics;
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    std::vector<std::unique_ptr<Output>> outputs;
    if (!specification.empty()) {
        auto made = outputs::make_output(specification, {registry, submetrics, {}, logger});
        const bool started = made && (*made)->start();
        if (!started) {
            std::fprintf(stderr, "%s does not start\n", specification.c_str());
            std::exit(1);
        }
        outputs.push_back(*std::move(made));
    }
    SampleFanOut samples(outputs);
    const double begin = cpu_seconds();
    {
        Recorder recorder(registry, submetrics, samples.sink());
        UsualRequest request(recorder.tags());
        const WallTime start{std::chrono::seconds(1'795'287'077)};
        for (int i = 0; i < requests; ++i) {
            recorder.add_batch(request.tags(), request.values(), start + std::chrono::nanoseconds(i * 20'117LL));
            request.next();
            // As a worker does every 50 ms, at 20,000 requests a second.
            if (i % 1000 == 999) recorder.flush_samples();
        }
        recorder.flush_samples();
    }
    for (auto& output : outputs) {
        const bool stopped = static_cast<bool>(output->stop({}));
        if (!stopped || output->dropped_samples() > 0) {
            std::fprintf(stderr, "%s lost samples\n", specification.c_str());
            std::exit(1);
        }
    }
    return (cpu_seconds() - begin) * 1e6 / requests;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 2) {
        cost(argv[2], std::atoi(argv[1]));
        return 0;
    }
    const char* folder = std::getenv("TMPDIR");
    const std::string path = (folder != nullptr ? std::string(folder) : "/tmp") + "/k6_output_cost";
    const std::array<std::pair<const char*, std::string>, 4> outputs = {
        {{"none", ""}, {"json", "json=" + path}, {"csv", "csv=" + path}, {"json to /dev/null", "json=/dev/null"}}};
    constexpr int requests = 100'000;
    constexpr int turns = 7;
    std::array<std::vector<double>, outputs.size()> costs;
    for (int turn = 0; turn < turns; ++turn) {
        for (std::size_t i = 0; i < outputs.size(); ++i) costs[i].push_back(cost(outputs[i].second, requests));
    }
    std::remove(path.c_str());
    const double without = median(costs[0]);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        std::printf("%-18s %6.2f us of CPU per request, %+.2f us\n", outputs[i].first, median(costs[i]),
                    median(costs[i]) - without);
    }
}
