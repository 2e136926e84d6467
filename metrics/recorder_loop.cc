// Records the nine samples of a request, with eight tags looked up for each, N times: what recorder_cost.py counts.
#include <array>
#include <cstdlib>
#include <random>
#include <vector>

#include "metrics/recorder.h"

using namespace k6::metrics;

int main(int argc, char** argv) {
    const long count = argc > 1 ? std::atol(argv[1]) : 1'000'000;
    Registry registry;
    SubmetricSet submetrics;
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    Recorder recorder(registry, submetrics);
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
    std::mt19937_64 random(1);
    std::vector<double> durations(4096);
    for (double& duration : durations) duration = std::lognormal_distribution(2.0, 0.7)(random);
    for (long i = 0; i < count; ++i) {
        const double x = durations[static_cast<std::size_t>(i) % durations.size()];
        const std::array values = {
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
        recorder.add_batch(tags.for_sample(vu, updates), values, WallTime{std::chrono::nanoseconds{i}});
    }
}
