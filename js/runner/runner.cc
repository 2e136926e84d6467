#include "js/runner/runner.h"

#include <algorithm>
#include <random>

#include "base/version.h"
#include "engine/runtime/worker.h"
#include "js/runner/files.h"
#include "js/runner/instance.h"
#include "proto_http/client_shared.h"

namespace k6::js {

struct Runner::Impl {
    Impl(StringMap variables, metrics::Registry& registry, Logger& logger, unsigned workers)
        : program(files),
          environment{.program = program,
                      .files = files,
                      .logger = logger,
                      .registry = registry,
                      .variables = std::move(variables),
                      .seed = std::random_device{}()},
          clients(workers) {}

    Files files;
    Program program;
    ScriptEnvironment environment;
    std::optional<std::string> options;
    std::vector<std::string> functions;
    /// By worker index; each made and used on its worker's thread only.
    std::vector<std::unique_ptr<http::ClientShared>> clients;

    Result<void> first_pass(ScriptSource source) {
        auto entry = program.load_entry(std::move(source));
        if (!entry) return entry.error();
        environment.entry = *entry;
        Instance instance(environment, nullptr, nullptr);
        if (auto ready = instance.initialise(); !ready) return ready.error();
        auto json = instance.options_json();
        if (!json) return json.error();
        options = *std::move(json);
        functions = instance.exported_functions();
        for (const char* lifecycle : {"setup", "teardown"}) {
            const Value value = instance.exported(lifecycle);
            if (!value.is_nullish() && !value.is_function()) {
                return Error{ErrorClass::generic, "exported '" + std::string(lifecycle) + "' must be a function"};
            }
        }
        if (functions.empty()) return Error{ErrorClass::generic, "no exported functions in script"};
        files.freeze();
        program.freeze();
        return {};
    }
};

Runner::Runner() = default;
Runner::~Runner() = default;

Result<std::unique_ptr<Runner>> Runner::load(ScriptSource source, StringMap variables, metrics::Registry& registry,
                                             Logger& logger, unsigned workers) {
    std::unique_ptr<Runner> runner(new Runner);
    runner->impl_ = std::make_unique<Impl>(std::move(variables), registry, logger, workers);
    // Init code may sleep, and deep recursion must meet a fiber's guarded stack: so it runs on a fiber too.
    Result<void> done;
    SystemClock clock;
    // Parsing and lowering recurse as deep as the script nests.
    constexpr std::size_t stack_size = std::size_t{16} << 20;
    Worker worker({.index = 0, .clock = &clock, .stack_size = stack_size});
    worker.spawn([&] { done = runner->impl_->first_pass(std::move(source)); });
    worker.request_stop();
    worker.run();
    if (!done) return done.error();
    return runner;
}

const std::optional<std::string>& Runner::options_json() const noexcept { return impl_->options; }

bool Runner::has_function(std::string_view name) const {
    return std::find(impl_->functions.begin(), impl_->functions.end(), name) != impl_->functions.end();
}

Result<std::unique_ptr<VuBody>> Runner::make_vu(Vu& vu) {
    std::unique_ptr<http::ClientShared>& shared = impl_->clients.at(vu.worker().index());
    if (!shared) {
        auto settings = http::client_settings(vu.plan(), product_user_agent);
        if (!settings) return settings.error();
        auto made = http::ClientShared::make(vu.worker(), *std::move(settings));
        if (!made) return made.error();
        shared = *std::move(made);
    }
    auto instance = std::make_unique<Instance>(impl_->environment, &vu, shared.get());
    if (auto ready = instance->initialise(); !ready) return ready.error();
    return std::unique_ptr<VuBody>(std::move(instance));
}

Result<void> Runner::setup(VuBody& body) {
    auto data = static_cast<Instance&>(body).run_setup();
    if (!data) return data.error();
    impl_->environment.setup_data = *std::move(data);
    return {};
}

Result<void> Runner::teardown(VuBody& body) { return static_cast<Instance&>(body).run_teardown(); }

std::optional<std::string> Runner::setup_data_json() const { return impl_->environment.setup_data; }

}  // namespace k6::js
