// The C++ front end: runs the functions of a Test as the engine's VUs.
//
//   auto runner = Runner::make(define_test(), environment, registry);
//   (*runner)->has_function("browse");
//
// Made before the run by one thread; then used as engine/exec/runner.h says.
#pragma once

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "dsl/test.h"
#include "engine/exec/runner.h"
#include "engine/plan/options.h"
#include "metrics/metric.h"

namespace k6::dsl {

class Runner final : public k6::Runner {
public:
    /// Declares the test's metrics. `environment` is what Vu::env shows, scenarios' own variables aside. The registry
    /// outlives the runner.
    static Result<std::unique_ptr<Runner>> make(Test test, StringMap environment, metrics::Registry& registry,
                                                unsigned workers);
    ~Runner() override;

    /// What the test says as options, for the topmost layers to lie over.
    const Options& options() const noexcept { return options_; }
    bool has_function(std::string_view name) const;

    Result<std::unique_ptr<VuBody>> make_vu(k6::Vu& vu) override;
    bool has_setup() const override { return test_.setup.run != nullptr; }
    bool has_teardown() const override { return test_.teardown.run != nullptr; }
    Result<void> setup(VuBody& body) override;
    Result<void> teardown(VuBody& body) override;
    /// Typed data has no JSON.
    std::optional<std::string> setup_data_json() const override { return std::nullopt; }

    const StringMap& environment() const noexcept { return environment_; }
    const metrics::Registry& registry() const noexcept { return *registry_; }
    /// The entry function of that name, or null.
    const Entry* find(std::string_view name) const;
    const std::any& setup_data() const noexcept { return setup_data_; }
    /// The seed of a VU's random numbers. Not from std::random_device on the VU's fiber: that takes 5 KB of its stack.
    std::uint64_t vu_seed(std::uint64_t id) const { return RandomSource(seed_ + id)(); }

private:
    Runner(Test test, Options options, StringMap environment, metrics::Registry& registry, unsigned workers);

    Test test_;
    Options options_;
    StringMap environment_;
    metrics::Registry* registry_;
    std::any setup_data_;
    std::uint64_t seed_;
    /// By worker index; each made and used on its worker's thread only.
    http::SharedClients clients_;
};

}  // namespace k6::dsl
