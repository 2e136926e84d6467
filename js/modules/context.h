// What the k6 modules of one VU's script work with; reached from native functions as call.context<ScriptContext>().
//
// One per State, owned by the script's instance (js/runner), which sets `phase` and `vu` as the VU's life goes on. The
// VU's worker's thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/secrets.h"
#include "engine/exec/vu.h"
#include "js/modules/event_loop.h"
#include "js/modules/shared_arrays.h"
#include "js/mujs/block_pool.h"
#include "js/mujs/errors.h"
#include "js/mujs/state.h"
#include "metrics/metric.h"
#include "proto_http/client.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/request.h"

namespace k6::js {

class HttpCallPool;
struct HttpRealm;

/// What the VUs of one worker share. Outlives their States.
struct WorkerShare {
    BlockPool blocks;
    /// Of k6/http; made when the first VU needs it.
    std::shared_ptr<HttpCallPool> http_calls;
};

/// Where a script stands in its life.
enum class Phase { init, setup, iteration, teardown };

struct ScriptContext {
    State& state;
    Logger& logger;
    metrics::Registry& registry;
    /// Of all VUs of the test.
    SharedArrays& shared_arrays;
    /// Of the test; null: there are none.
    const Secrets* secrets = nullptr;
    /// Where console.* goes; null: to `logger`, marked source=console.
    Logger* console = nullptr;
    /// Tasks, timers and operations that go on beside the script.
    EventLoop loop{state, logger};
    Phase phase = Phase::init;

    /// Null in the first init pass, which runs before there are VUs.
    Vu* vu = nullptr;
    /// Null as long as `vu` is.
    http::Client* client = nullptr;
    /// Emptied before each iteration unless the plan keeps cookies.
    http::CookieJar cookies;
    /// What http.setResponseCallback chose: nullopt judges no response.
    std::optional<std::vector<http::StatusRange>> expected_statuses = std::vector<http::StatusRange>(
        std::begin(http::default_expected_statuses), std::end(http::default_expected_statuses));
    /// Null in the first init pass.
    WorkerShare* worker = nullptr;
    /// Of k6/http; null until the script imports it.
    std::shared_ptr<HttpRealm> http;
    /// Tags and metadata that the script has given its VU since it was activated; nothing where it has deleted one.
    std::map<std::string, std::optional<std::string>, std::less<>> own_tags;
    std::map<std::string, std::optional<std::string>, std::less<>> own_metadata;
    /// Why exec.test.abort() ended the init code: then there is no run to be told.
    std::optional<std::string> abort_reason;

    /// The VU, or a GoError saying that `what` cannot be done in the init context.
    Vu& require_vu(std::string_view what) const {
        if (phase == Phase::init) throw GoError(std::string(what) + " in the init context is not supported");
        return *vu;
    }
    /// Option `throw`.
    bool throws() const { return vu != nullptr && vu->plan().throw_errors; }
};

}  // namespace k6::js
