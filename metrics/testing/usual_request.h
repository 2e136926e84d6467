// The request that benchmarks record: eight tags, of which the VU has two, and nine samples.
//
//   UsualRequest request(recorder.tags());
//   recorder.add_batch(request.tags(), request.values(), time);     // the tags are looked up, as for every request
//   request.next();
//
// One thread.
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <vector>

#include "metrics/recorder.h"

namespace k6::metrics {

/// As those of servers are; the same ones each time.
inline std::vector<double> usual_durations(std::size_t count) {
    std::mt19937_64 random(1);
    std::vector<double> durations(count);
    for (double& duration : durations) duration = std::lognormal_distribution(2.0, 0.7)(random);
    return durations;
}

class UsualRequest {
public:
    explicit UsualRequest(TagTable& tags)
        : tags_(tags),
          vu_(tags.with(tags.with(no_tags, SystemTag::scenario, "default"), SystemTag::group, "")),
          updates_{TagUpdate{tag_key(SystemTag::name), "http://127.0.0.1:8080/index.html"},
                   TagUpdate{tag_key(SystemTag::url), "http://127.0.0.1:8080/index.html"},
                   TagUpdate{tag_key(SystemTag::method), "GET"},
                   TagUpdate{tag_key(SystemTag::status), "200"},
                   TagUpdate{tag_key(SystemTag::proto), "HTTP/1.1"},
                   TagUpdate{tag_key(SystemTag::expected_response), "true"}},
          phases_(4096) {
        const std::vector<double> durations = usual_durations(phases_.size());
        for (std::size_t i = 0; i < phases_.size(); ++i) {
            const double x = durations[i];
            phases_[i] = {clocked(x), clocked(x * 0.001), clocked(x * 0.01), clocked(x * 0.9), clocked(x * 0.09)};
        }
    }

    TagSetId tags() const { return tags_.for_sample(vu_, updates_); }

    std::array<MetricValue, 9> values() const {
        const Phases& now = phases_[at_];
        return {
            MetricValue{Builtin::http_reqs, 1},
            MetricValue{Builtin::http_req_duration, now.duration},
            MetricValue{Builtin::http_req_blocked, now.blocked},
            MetricValue{Builtin::http_req_connecting, 0},
            MetricValue{Builtin::http_req_tls_handshaking, 0},
            MetricValue{Builtin::http_req_sending, now.sending},
            MetricValue{Builtin::http_req_waiting, now.waiting},
            MetricValue{Builtin::http_req_receiving, now.receiving},
            MetricValue{Builtin::http_req_failed, 0},
        };
    }

    /// Another duration.
    void next() { at_ = (at_ + 1) % phases_.size(); }

private:
    struct Phases {
        double duration;
        double blocked;
        double sending;
        double waiting;
        double receiving;
    };

    /// Milliseconds as a clock gives them, in whole nanoseconds.
    static double clocked(double milliseconds) {
        return static_cast<double>(static_cast<long long>(milliseconds * 1e6)) / 1e6;
    }

    TagTable& tags_;
    TagSetId vu_;
    std::array<TagUpdate, 6> updates_;
    std::vector<Phases> phases_;
    std::size_t at_ = 0;
};

}  // namespace k6::metrics
