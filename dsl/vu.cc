#include "dsl/vu.h"

#include <algorithm>
#include <exception>
#include <random>
#include <stdexcept>

#include "dsl/runner.h"
#include "engine/exec/runner.h"
#include "engine/runtime/worker.h"

namespace k6::dsl {

TagScope::TagScope(k6::Vu& vu, std::string_view key, std::string_view value) : vu_(vu), key_(key) {
    metrics::TagTable& table = vu_.tag_table();
    if (const auto outer = table.get(vu_.tags(), key)) outer_.emplace(*outer);
    vu_.set_tags(table.with(vu_.tags(), key, value));
}

// Other tags may have changed meanwhile, so only this one is put back.
TagScope::~TagScope() {
    metrics::TagTable& table = vu_.tag_table();
    vu_.set_tags(outer_ ? table.with(vu_.tags(), key_, *outer_) : table.without(vu_.tags(), key_));
}

Vu::Vu(k6::Vu& core, http::ClientShared& shared, ws::ClientShared& ws_shared, const Runner& runner)
    : http(shared, core),
      ws(core, http, shared, ws_shared),
      core_(core),
      runner_(runner),
      random_(runner.vu_seed(core.id_in_test())) {}

std::string_view Vu::env(std::string_view name, std::string_view fallback) const {
    const std::string key(name);
    if (core_.scenario() != nullptr) {
        const StringMap& own = core_.scenario()->env;
        if (const auto found = own.find(key); found != own.end()) return found->second;
    }
    const StringMap& shared = runner_.environment();
    const auto found = shared.find(key);
    return found == shared.end() ? fallback : std::string_view(found->second);
}

void Vu::sleep_random(Duration shortest, Duration longest) {
    sleep_for(Duration(
        std::uniform_int_distribution<Duration::rep>(shortest.count(), std::max(shortest, longest).count())(random_)));
}

bool Vu::check(std::string_view name, bool passed, Tags tags) {
    require_valid_name(name);
    return record_check(core_, name, passed, tags);
}

void Vu::abort_test(std::string message) {
    core_.control().stop({ErrorClass::script_aborted, "test aborted" + (message.empty() ? "" : ": " + message)});
    throw Interrupted{};
}

void Vu::fail_test(std::string message) { core_.control().mark_failed(std::move(message)); }

metrics::MetricId Vu::metric_id(std::string_view name) {
    for (const auto& [known, id] : metric_ids_) {
        if (known == name.data()) return id;
    }
    const metrics::Metric* metric = runner_.registry().find(name);
    if (metric == nullptr) {
        throw std::invalid_argument("metric '" + std::string(name) +
                                    "' is not declared: list it in the test's metrics");
    }
    metric_ids_.emplace_back(name.data(), metric->id);
    return metric->id;
}

void Vu::require_valid_name(std::string_view name) {
    if (!valid_group_name(name)) throw std::invalid_argument(std::string(invalid_group_name_message));
}

void Vu::offload(const std::function<void()>& function) {
    Fiber* const fiber = Fiber::current();
    Worker& worker = core_.worker();
    std::exception_ptr failure;
    runner_.helpers().submit([&] {
        try {
            function();
        } catch (...) {
            failure = std::current_exception();
        }
        worker.post([fiber] { fiber->resume(); });
    });
    fiber->suspend_uninterruptibly();
    if (failure) std::rethrow_exception(std::move(failure));
    fiber->check_interrupt();
}

void Vu::time_call(const CallMetrics& metrics, std::string_view name, const CallParams& params, Call& about,
                   const std::function<void()>& function) {
    // Before the call: an undeclared metric is a mistake that shall not depend on what the call does.
    const metrics::MetricId reqs = metric_id(metrics.reqs);
    const metrics::MetricId duration = metric_id(metrics.duration);
    const metrics::MetricId failed = metric_id(metrics.failed);
    Clock& clock = core_.worker().clock();
    TimePoint begin{};
    TimePoint end{};
    std::exception_ptr failure;
    const auto run = [&] {
        begin = clock.now();
        try {
            function();
        } catch (const std::exception& thrown) {
            failure = std::current_exception();
            about.fail(thrown.what());
        }
        end = clock.now();
    };
    if (params.blocking) {
        offload(run);
    } else {
        run();
    }
    std::vector<Tag> tags{{"name", name}};
    tags.insert(tags.end(), params.tags.begin(), params.tags.end());
    for (const auto& [key, value] : about.tags()) tags.push_back({key, value});
    const auto record = [&](metrics::MetricId metric, double value) {
        core_.record(metric, sample_tags(core_, tags), value);
    };
    record(reqs, 1);
    record(duration, to_milliseconds(end - begin));
    record(failed, about.failed() ? 1 : 0);
    if (failure) std::rethrow_exception(std::move(failure));
}

void detail::add_sample(Vu& vu, std::string_view metric, double value, Tags tags) {
    vu.core_.record(vu.metric_id(metric), sample_tags(vu.core_, tags), value);
}

}  // namespace k6::dsl
