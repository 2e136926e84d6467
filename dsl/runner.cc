#include "dsl/runner.h"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include "base/version.h"
#include "proto_http/client_shared.h"

namespace k6::dsl {
namespace {

class Body final : public VuBody {
public:
    Body(k6::Vu& core, http::ClientShared& shared, ws::ClientShared& ws_shared, const Runner& runner)
        : vu_(core, shared, ws_shared, runner) {}

    void activate(const k6::Scenario& scenario) override {
        entry_ = runner().find(scenario.exec);
        if (!std::exchange(activated_, true)) make_state();
    }

    IterationEnd run_iteration(const k6::Scenario& scenario) override {
        vu_.http.begin_iteration();
        const std::string error = run(*entry_);
        if (vu_.core().plan().no_vu_connection_reuse) vu_.http.client().close_idle();
        if (error.empty()) return IterationEnd::completed;
        vu_.core().logger().error(error, {{"scenario", scenario.name}});
        return IterationEnd::threw;
    }

    void finish() override {
        const Entry& teardown = runner().test().vu_teardown;
        if (!activated_ || teardown.run == nullptr) return;
        if (teardown.state != nullptr && state_ == nullptr) return;  // its setup has failed
        const std::string error = run(teardown);
        if (!error.empty()) vu_.core().logger().error("vu_teardown: " + error);
    }

    /// Empty, or what was thrown. Interrupted passes.
    std::string run(const Entry& entry) {
        return guarded([&] { entry.run(vu_, runner().setup_data(), state_.get()); });
    }

    template <class Function>
    static std::string guarded(Function&& function) {
        try {
            function();
            return {};
        } catch (const std::exception& thrown) {
            return *thrown.what() == '\0' ? "an exception without a message" : thrown.what();
        }
    }

    Vu& vu() noexcept { return vu_; }

private:
    const Runner& runner() const noexcept { return vu_.runner(); }

    void make_state() {
        const Test& test = runner().test();
        if (test.vu_setup.run == nullptr) {
            if (const Entry* entry = runner().stateful(); entry != nullptr) state_ = entry->make_state();
            return;
        }
        const std::string error = guarded([&] { state_ = test.vu_setup.run(vu_, runner().setup_data()); });
        if (error.empty()) return;
        vu_.core().control().stop({ErrorClass::script_exception, "vu_setup: " + error});
        throw Interrupted{};
    }

    Vu vu_;
    const Entry* entry_ = nullptr;
    detail::StatePtr state_;
    bool activated_ = false;
};

}  // namespace

Result<std::unique_ptr<Runner>> Runner::make(Test test, StringMap environment, metrics::Registry& registry,
                                             unsigned workers) {
    for (const MetricDeclaration& metric : test.metrics) {
        if (auto declared = registry.declare(metric.name, metric.type, metric.contains); !declared)
            return declared.error();
    }
    auto options = to_options(test);
    if (!options) return options.error();
    std::vector<Data> data;
    for (const DataDeclaration& one : test.data) {
        const std::string context = "data '" + std::string(one.path) + "'";
        auto text = read_data_file(one.path);
        if (!text) return with_context(text.error(), context);
        auto loaded = one.load(*text, one.separator);
        if (!loaded) return with_context(loaded.error(), context);
        data.push_back({one.path, one.type, *std::move(loaded)});
    }
    return std::unique_ptr<Runner>(
        new Runner(std::move(test), *std::move(options), std::move(data), std::move(environment), registry, workers));
}

Runner::Runner(Test test, Options options, std::vector<Data> data, StringMap environment, metrics::Registry& registry,
               unsigned workers)
    : test_(std::move(test)),
      options_(std::move(options)),
      data_(std::move(data)),
      environment_(std::move(environment)),
      registry_(&registry),
      seed_(std::random_device{}()),
      helpers_({.max_threads = std::max<std::size_t>(1, test_.helper_threads)}),
      clients_(workers, std::string(product_user_agent)),
      ws_clients_(workers) {}

Runner::~Runner() = default;

const Entry* Runner::find(std::string_view name) const {
    for (const Scenario& scenario : test_.scenarios) {
        if (scenario.exec.name == name) return &scenario.exec;
    }
    return test_.main.run != nullptr && name == "default" ? &test_.main : nullptr;
}

const Entry* Runner::stateful() const {
    for (const Scenario& scenario : test_.scenarios) {
        if (scenario.exec.state != nullptr) return &scenario.exec;
    }
    if (test_.main.state != nullptr) return &test_.main;
    return test_.vu_teardown.state != nullptr ? &test_.vu_teardown : nullptr;
}

bool Runner::has_function(std::string_view name) const { return find(name) != nullptr; }

const void* Runner::find_data(std::string_view path, const std::type_info& type) const {
    for (const Data& data : data_) {
        if (data.path == path && *data.type == type) return data.loaded.get();
    }
    return nullptr;
}

Result<std::unique_ptr<VuBody>> Runner::make_vu(k6::Vu& vu) {
    auto shared = clients_.of(vu.plan(), vu.worker());
    if (!shared) return shared.error();
    return std::unique_ptr<VuBody>(std::make_unique<Body>(vu, **shared, ws_clients_.of(vu.worker()), *this));
}

Result<void> Runner::setup(VuBody& body) {
    auto& own = static_cast<Body&>(body);
    const std::string error = Body::guarded([&] { setup_data_ = test_.setup.run(own.vu()); });
    if (!error.empty()) return Error{ErrorClass::script_exception, "setup: " + error};
    return {};
}

Result<void> Runner::teardown(VuBody& body) {
    const std::string error = static_cast<Body&>(body).run(test_.teardown);
    if (!error.empty()) return Error{ErrorClass::script_exception, "teardown: " + error};
    return {};
}

}  // namespace k6::dsl
