// A run's samples, made by two workers, for outputs whose other end is a real service; and what the service must then
// say.
//
//   TEST_F(MyPeerTest, …) {                 // class MyPeerTest : public PeerWorld
//       environment["K6_…"] = "…";
//       run_with({"influxdb=http://…/db"});  // starts the outputs, records, stops them
//   }
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "metrics/output.h"
#include "metrics/recorder.h"
#include "outputs/http_push.h"
#include "outputs/output_world.h"
#include "outputs/url_text.h"
#include "tests/interop/peer_process.h"

namespace k6::outputs {

class PeerWorld : public OutputWorld {
protected:
    static constexpr int workers = 2;
    static constexpr int requests_of_a_worker = 1000;
    static constexpr int requests = workers * requests_of_a_worker;
    /// Every tenth request fails with status 500.
    static constexpr int failed = requests / 10;
    /// Of my_trend: 1, 2, … in milliseconds, without tags.
    static constexpr int trend_values = requests;
    static constexpr int samples_of_a_request = 14;

    using Outputs = std::vector<std::unique_ptr<metrics::Output>>;

    PeerWorld();

    /// The nine samples of a request, a check, and one each of the metrics below.
    void record(metrics::Recorder& recorder_of_worker, int worker, int i);

    /// Throws std::runtime_error if one cannot be made or started.
    Outputs start(const std::vector<std::string>& specifications);

    /// All requests, on a thread for each worker.
    void record_all(const Outputs& outputs);

    /// Starts, records, stops; the samples that did not arrive.
    std::uint64_t run_with(const std::vector<std::string>& specifications);

    /// Twenty rounds of half a million samples from one worker, whose memory must not grow after the first four: what
    /// holds them back is bounded. How much of the bounds is in use at one moment is the threads' chance: a queue of a
    /// million samples, as many again that are being written, and what is under way. Returns how many were recorded.
    std::uint64_t record_beyond_the_bounds(const Outputs& outputs);

    /// What a service answers a form with; throws std::runtime_error if that is no success.
    static std::string ask(const HttpTarget& target, const std::string& path, const Parameters& form);

    std::string log() const;

    const metrics::WallTime begin =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) - std::chrono::seconds(5);
    metrics::MetricId my_trend{0};
    metrics::MetricId my_counter{0};
    metrics::MetricId my_gauge{0};
    metrics::MetricId my_rate{0};
};

}  // namespace k6::outputs
