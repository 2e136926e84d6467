#include "dsl/runner.h"

#include <exception>
#include <random>
#include <utility>

#include "base/version.h"
#include "proto_http/client_shared.h"

namespace k6::dsl {
namespace {

class Body final : public VuBody {
public:
    Body(k6::Vu& core, http::ClientShared& shared, const Runner& runner)
        : core_(core), runner_(runner), vu_(core, shared, runner) {}

    void activate(const k6::Scenario& scenario) override { entry_ = runner_.find(scenario.exec); }

    IterationEnd run_iteration(const k6::Scenario& scenario) override {
        const std::string error = run(*entry_);
        if (core_.plan().no_vu_connection_reuse) vu_.http.client().close_idle();
        if (error.empty()) return IterationEnd::completed;
        core_.logger().error(error, {{"scenario", scenario.name}});
        return IterationEnd::threw;
    }

    /// Empty, or what was thrown. Interrupted passes.
    std::string run(const Entry& entry) {
        return guarded([&] { entry.run(vu_, runner_.setup_data()); });
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
    k6::Vu& core_;
    const Runner& runner_;
    Vu vu_;
    const Entry* entry_ = nullptr;
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
    return std::unique_ptr<Runner>(
        new Runner(std::move(test), *std::move(options), std::move(environment), registry, workers));
}

Runner::Runner(Test test, Options options, StringMap environment, metrics::Registry& registry, unsigned workers)
    : test_(std::move(test)),
      options_(std::move(options)),
      environment_(std::move(environment)),
      registry_(&registry),
      seed_(std::random_device{}()),
      clients_(workers, std::string(product_user_agent)) {}

Runner::~Runner() = default;

const Entry* Runner::find(std::string_view name) const {
    for (const Scenario& scenario : test_.scenarios) {
        if (scenario.exec.name == name) return &scenario.exec;
    }
    return test_.main.run != nullptr && name == "default" ? &test_.main : nullptr;
}

bool Runner::has_function(std::string_view name) const { return find(name) != nullptr; }

Result<std::unique_ptr<VuBody>> Runner::make_vu(k6::Vu& vu) {
    auto shared = clients_.of(vu.plan(), vu.worker());
    if (!shared) return shared.error();
    return std::unique_ptr<VuBody>(std::make_unique<Body>(vu, **shared, *this));
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
