// Records the nine samples of a request, with eight tags looked up for each, N times: what recorder_cost.py counts.
#include <chrono>
#include <cstdlib>

#include "metrics/recorder.h"
#include "metrics/testing/usual_request.h"

using namespace k6::metrics;

int main(int argc, char** argv) {
    const long count = argc > 1 ? std::atol(argv[1]) : 1'000'000;
    Registry registry;
    SubmetricSet submetrics;
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    Recorder recorder(registry, submetrics);
    UsualRequest request(recorder.tags());
    for (long i = 0; i < count; ++i, request.next()) {
        recorder.add_batch(request.tags(), request.values(), WallTime{std::chrono::nanoseconds{i}});
    }
}
