// A virtual user as the engine sees it: who it is, where it lives, what its samples are tagged with.
//
// The engine makes one Vu per virtual user on the worker where it stays for life; the front end's half (VuBody) holds a
// reference to it. Protocol clients record through it. Transient VUs (setup, teardown) have id 0.
//
//   double sent = 3;
//   vu.record(metrics::Builtin::data_sent, vu.tags(), sent);
//   vu.set_tags(vu.tag_table().with(vu.tags(), "group", "::login"));
//
// Its worker's thread only, but for `log`.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/log.h"
#include "engine/plan/plan.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "metrics/recorder.h"
#include "metrics/system_tags.h"
#include "metrics/tags.h"

namespace k6 {

class RunControl;

/// Facts of the iteration that runs, all counted from 0.
struct IterationNumbers {
    std::uint64_t of_vu = 0;  // __ITER: over all scenarios of this VU
    std::uint64_t of_vu_in_scenario = 0;
    std::uint64_t of_scenario_in_instance = 0;  // order of starts
    std::uint64_t of_scenario_in_test = 0;      // unique over all segments
};

class Vu {
public:
    struct Config {
        std::uint64_t id_in_instance = 0;
        std::uint64_t id_in_test = 0;
        Worker* worker = nullptr;
        metrics::Recorder* recorder = nullptr;
        const Plan* plan = nullptr;
        RunControl* control = nullptr;
        Logger* logger = nullptr;
        /// Tags of every sample: the run's (option `tags`).
        metrics::TagSetId run_tags{};
        /// Set once the code of this VU shall end; null: never.
        const std::atomic<bool>* stopped = nullptr;
    };

    explicit Vu(const Config& config)
        : config_(config),
          tags_(config.run_tags),
          wants_metadata_(config.plan != nullptr && (config.plan->system_tags.has(metrics::SystemTag::vu) ||
                                                     config.plan->system_tags.has(metrics::SystemTag::iter))) {}
    Vu(const Vu&) = delete;
    Vu& operator=(const Vu&) = delete;

    std::uint64_t id_in_instance() const noexcept { return config_.id_in_instance; }
    std::uint64_t id_in_test() const noexcept { return config_.id_in_test; }
    Worker& worker() const noexcept { return *config_.worker; }
    const Plan& plan() const noexcept { return *config_.plan; }
    RunControl& control() const noexcept { return *config_.control; }
    Logger& logger() const noexcept { return *config_.logger; }

    metrics::Recorder& recorder() const noexcept { return *config_.recorder; }
    metrics::TagTable& tag_table() const noexcept { return config_.recorder->tags(); }
    metrics::TagSetId run_tags() const noexcept { return config_.run_tags; }
    /// Tags of samples taken now: run, scenario, group and what the script set.
    metrics::TagSetId tags() const noexcept { return tags_; }
    void set_tags(metrics::TagSetId tags) noexcept { tags_ = tags; }

    /// Records one sample now.
    void record(metrics::MetricId metric, metrics::TagSetId tags, double value) {
        config_.recorder->add(metric, tags, value, worker().clock().wall_time(worker().now()), sample_metadata());
    }

    /// What samples carry for outputs besides tags: `vu` and `iter`, where these system tags are on. As short-lived as
    /// every tag set of for_sample: for the next add or add_batch.
    metrics::TagSetId sample_metadata() {
        const metrics::SystemTagSet& wanted = config_.plan->system_tags;
        if ((!wants_metadata_ && metadata.empty()) || !config_.recorder->wants_samples()) return metrics::no_tags;
        const std::string vu = std::to_string(config_.id_in_instance);
        const std::string iter = std::to_string(iteration_.of_vu);
        std::array<metrics::TagUpdate, 2> updates{};
        std::size_t count = 0;
        using metrics::SystemTag;
        if (wanted.has(SystemTag::vu)) updates[count++] = {metrics::tag_key(SystemTag::vu), vu};
        if (wanted.has(SystemTag::iter)) updates[count++] = {metrics::tag_key(SystemTag::iter), iter};
        metrics::TagSetId set = tag_table().for_sample(metrics::no_tags, std::span(updates).first(count));
        for (const auto& [key, value] : metadata) {
            const metrics::TagUpdate update{tag_table().key(key), value};
            set = tag_table().for_sample(set, std::span(&update, 1));
        }
        return set;
    }

    /// Whether the code that runs now has to end: for interpreters, which ask between waits (a wait throws Interrupted
    /// by itself). True when the run was stopped or the time of the iteration, setup or teardown is over, even if this
    /// worker's loop did not get the chance to interrupt the fiber. Reads the clock: not for every instruction.
    bool interruption_due() const noexcept {
        if (config_.stopped != nullptr && config_.stopped->load(std::memory_order_relaxed)) return true;
        const Fiber* const fiber = Fiber::current();
        return (fiber != nullptr && fiber->interrupted()) || worker().now() >= deadline_;
    }

    /// Null in setup, teardown and before the first activation.
    const Scenario* scenario() const noexcept { return scenario_; }
    const IterationNumbers& iteration() const noexcept { return iteration_; }

    /// When the iteration was due to start, if its scenario says when iterations start (arrival rates).
    std::optional<TimePoint> intended_start() const noexcept {
        return intended_start_ == TimePoint::min() ? std::nullopt : std::optional(intended_start_);
    }

    /// Bytes on the VU's sockets since they were last emitted as data_sent and data_received.
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;

    /// What the script adds to sample_metadata().
    StringMap metadata;

    /// Path of the group that the VU's code is in: "" or "::a::b" (see group.h).
    std::string group_path;

    /// For the engine: when the code that runs next has to end.
    void set_deadline(TimePoint deadline) noexcept { deadline_ = deadline; }
    void set_intended_start(std::optional<TimePoint> start) noexcept {
        intended_start_ = start.value_or(TimePoint::min());
    }

    /// For the engine: the VU now works for `scenario`, with these tags.
    void activate(const Scenario* scenario, metrics::TagSetId tags) noexcept {
        scenario_ = scenario;
        tags_ = tags;
        group_path.clear();
        metadata.clear();
        iteration_.of_vu_in_scenario = 0;
    }
    IterationNumbers& iteration() noexcept { return iteration_; }

private:
    Config config_;
    metrics::TagSetId tags_;
    bool wants_metadata_;
    TimePoint deadline_ = TimePoint::max();
    TimePoint intended_start_ = TimePoint::min();  // min(): none
    const Scenario* scenario_ = nullptr;
    IterationNumbers iteration_;
};

}  // namespace k6
