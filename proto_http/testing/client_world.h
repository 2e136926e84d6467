// Everything that a client needs around it: a worker with the system's clock, a recorder that keeps its samples, one
// VU.
//
//   ClientWorld world;
//   world.run([&](Client& client) { EXPECT_EQ(client.send({.url = url}).status, 200); });
//   EXPECT_EQ(world.samples("http_reqs").size(), 1u);
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "engine/exec/vu.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/worker.h"
#include "metrics/metric.h"
#include "metrics/recorder.h"
#include "metrics/sample.h"
#include "metrics/submetric.h"
#include "proto_http/client.h"
#include "proto_http/client_shared.h"

namespace k6::http::testing {

/// A sample with copies of its tags.
struct RecordedSample {
    std::string metric;
    double value = 0;
    std::map<std::string, std::string> tags;
    std::map<std::string, std::string> metadata;
    metrics::WallTime time;
};

class ClientWorld : private metrics::SampleSink {
public:
    struct Options {
        ClientSettings settings = {.user_agent = "test/1"};
        /// Without samples nothing allocates.
        bool keep_samples = true;
        Resolver::Lookup lookup = {};
        metrics::SystemTagSet vu_system_tags = {};
        /// nullptr: the system's.
        Clock* clock = nullptr;
    };

    ClientWorld() : ClientWorld(Options{}) {}
    explicit ClientWorld(Options options)
        : resolver_({}, std::move(options.lookup)),
          worker_({.clock = options.clock != nullptr ? options.clock : &clock_, .resolver = &resolver_}),
          recorder_(registry_, submetrics_, options.keep_samples ? this : nullptr) {
        plan_.system_tags = options.vu_system_tags;
        vu_.emplace(Vu::Config{
            .id_in_instance = 7, .worker = &worker_, .recorder = &recorder_, .plan = &plan_, .logger = &logger_});
        vu_->set_tags(recorder_.tags().with(metrics::no_tags, "base", "b"));
        shared_ = std::move(*ClientShared::make(worker_, options.settings));
        client_.emplace(*vu_, *shared_);
    }

    Vu& vu() { return *vu_; }
    Worker& worker() { return worker_; }
    Client& client() { return *client_; }
    ClientShared& shared() { return *shared_; }
    MemoryLogger& logger() { return logger_; }
    metrics::Recorder& recorder() { return recorder_; }

    /// Runs `body` on a fiber, and the worker until all its fibers have ended.
    void run(std::function<void(Client&)> body) {
        worker_.spawn([this, body = std::move(body)] { body(*client_); });
        run_fibers();
    }
    void run_fibers() {
        worker_.request_stop();
        worker_.run();
        recorder_.flush_samples();
    }

    const std::vector<RecordedSample>& samples() const { return samples_; }
    std::vector<RecordedSample> samples(const std::string& metric) const {
        std::vector<RecordedSample> out;
        for (const RecordedSample& sample : samples_) {
            if (sample.metric == metric) out.push_back(sample);
        }
        return out;
    }

private:
    void accept(std::shared_ptr<const metrics::SampleChunk> chunk) override {
        for (const metrics::Sample& sample : chunk->samples()) {
            RecordedSample copy{.metric = registry_.at(sample.metric).name, .value = sample.value, .time = sample.time};
            for (const metrics::Tag& tag : *sample.tags) copy.tags.emplace(tag.key, tag.value);
            for (const metrics::Tag& tag : *sample.metadata) copy.metadata.emplace(tag.key, tag.value);
            samples_.push_back(std::move(copy));
        }
    }

    SystemClock clock_;
    Resolver resolver_;
    Worker worker_;
    metrics::Registry registry_;
    metrics::SubmetricSet submetrics_;
    std::vector<RecordedSample> samples_;
    metrics::Recorder recorder_;
    Plan plan_;
    MemoryLogger logger_;
    std::optional<Vu> vu_;
    std::unique_ptr<ClientShared> shared_;
    std::optional<Client> client_;
};

}  // namespace k6::http::testing
