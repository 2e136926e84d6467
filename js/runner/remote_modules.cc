#include "js/runner/remote_modules.h"

#include <chrono>
#include <utility>

#include "base/version.h"
#include "engine/exec/vu.h"
#include "engine/plan/plan.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "metrics/metric.h"
#include "metrics/recorder.h"
#include "metrics/submetric.h"
#include "proto_http/client.h"
#include "proto_http/client_shared.h"
#include "proto_http/request.h"

namespace k6::js {
namespace {

constexpr std::chrono::seconds longest_fetch{60};

Error failure(std::string message) { return Error{ErrorClass::script_exception, std::move(message)}; }

/// `url` with `_k6=1` in its query.
std::string marked(const std::string& url) {
    const std::size_t fragment = std::min(url.size(), url.find('#'));
    const std::string bare = url.substr(0, fragment);
    return bare + (bare.find('?') == std::string::npos ? "?_k6=1" : "&_k6=1");
}

// The client counts for a VU. There is none yet: what it would count goes nowhere.
Result<FetchedModule> fetch(const std::string& url, Logger& logger) {
    Worker& worker = Fiber::current()->worker();
    auto plan = make_plan({});
    if (!plan) return plan.error();
    auto settings = http::client_settings(*plan, product_user_agent, http::process_environment);
    if (!settings) return settings.error();
    auto shared = http::ClientShared::make(worker, *std::move(settings));
    if (!shared) return shared.error();
    const metrics::Registry registry;
    const metrics::SubmetricSet submetrics;
    metrics::Recorder recorder(registry, submetrics);
    Vu vu({.worker = &worker, .recorder = &recorder, .plan = &*plan, .logger = &logger});
    http::Client client(vu, **shared);
    http::Response response = client.send({.url = url, .timeout = longest_fetch});
    if (response.error) return failure(response.error.message);
    return FetchedModule{.status = response.status, .body = std::move(response.body)};
}

}  // namespace

FetchModule fetch_by_https(Logger& logger) {
    return [&logger](const std::string& url) { return fetch(url, logger); };
}

Result<std::shared_ptr<const std::string>> RemoteModules::read(const std::string& url) {
    if (const auto found = contents_.find(url); found != contents_.end()) return found->second;
    if (!fetch_) return failure("not found in the archive: " + url);
    if (frozen_) return failure("not loaded during initialization: " + url);
    auto fetched = fetch_(marked(url));
    if (!fetched || fetched->status != 200) fetched = fetch_(url);
    if (!fetched) return failure(fetched.error().message);
    if (fetched->status == 404) return failure("not found: " + url);
    if (fetched->status != 200) {
        return failure("wrong status code (" + std::to_string(fetched->status) + ") for: " + url);
    }
    return contents_.emplace(url, std::make_shared<const std::string>(std::move(fetched->body))).first->second;
}

void RemoteModules::provide(Contents archived) {
    contents_ = std::move(archived);
    fetch_ = {};
}

}  // namespace k6::js
