#include "dsl/vu.h"

#include <random>
#include <stdexcept>

#include "dsl/runner.h"
#include "engine/exec/runner.h"
#include "engine/runtime/worker.h"

namespace k6::dsl {

Http::Http(Vu&, http::ClientShared& shared, k6::Vu& core) : core_(core), client_(core, shared) {}

Response Http::request(std::string_view method, std::string_view url, std::optional<std::string_view> body,
                       const RequestParams& params) {
    scratch_.method.assign(method);
    scratch_.url.assign(url);
    scratch_.headers = params.headers;
    scratch_.body = body ? http::Body::borrow(*body) : http::Body();
    scratch_.timeout = params.timeout;
    scratch_.redirects = params.redirects;
    scratch_.name.assign(params.name);
    scratch_.sample_tags.clear();
    for (const Tag& tag : params.tags) scratch_.sample_tags.push_back({std::string(tag.key), std::string(tag.value)});
    Response response(client_, scratch_);
    if (!response.error().empty()) core_.logger().warn("Request Failed", {{"error", (*response).error.message}});
    return response;
}

Vu::Vu(k6::Vu& core, http::ClientShared& shared, const Runner& runner)
    : http(*this, shared, core), core_(core), runner_(runner), random_(runner.vu_seed(core.id_in_test())) {}

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

void Vu::sleep(Duration duration) { sleep_for(duration); }

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

void detail::add_sample(Vu& vu, std::string_view metric, double value, Tags tags) {
    vu.core_.record(vu.metric_id(metric), sample_tags(vu.core_, tags), value);
}

}  // namespace k6::dsl
