// The C++ front end: runs the functions of a Test as the engine's VUs.
//
//   auto runner = Runner::make(define_test(), environment, registry, workers);
//   (*runner)->has_function("browse");
//
// Made before the run by one thread; then used as engine/exec/runner.h says.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "dsl/test.h"
#include "engine/exec/runner.h"
#include "engine/plan/options.h"
#include "engine/runtime/blocking_pool.h"
#include "metrics/metric.h"
#include "proto_ws/client_shared.h"

namespace k6::dsl {

class Runner final : public k6::Runner {
public:
    /// Declares the test's metrics and reads its data. `environment` is what Vu::env shows, scenarios' own variables
    /// aside. The registry outlives the runner.
    static Result<std::unique_ptr<Runner>> make(Test test, StringMap environment, metrics::Registry& registry,
                                                unsigned workers);
    ~Runner() override;

    /// What the test says as options, for the topmost layers to lie over.
    const Options& options() const noexcept { return options_; }
    bool has_function(std::string_view name) const;

    Result<std::unique_ptr<VuBody>> make_vu(k6::Vu& vu) override;
    bool has_setup() const override { return test_.setup.run != nullptr; }
    bool has_teardown() const override { return test_.teardown.run != nullptr; }
    bool has_vu_teardown() const override { return test_.vu_teardown.run != nullptr; }
    Result<void> setup(VuBody& body) override;
    Result<void> teardown(VuBody& body) override;
    /// Typed data has no JSON.
    std::optional<std::string> setup_data_json() const override { return std::nullopt; }

    const Test& test() const noexcept { return test_; }
    const StringMap& environment() const noexcept { return environment_; }
    const metrics::Registry& registry() const noexcept { return *registry_; }
    /// The entry function of that name, or null.
    const Entry* find(std::string_view name) const;
    /// A function that takes per-VU state, or null.
    const Entry* stateful() const;
    const std::any& setup_data() const noexcept { return setup_data_; }
    /// What was read from a file of the test's data as rows of that type (or as a File), or null.
    const void* find_data(std::string_view path, const std::type_info& type) const;
    /// The seed of a VU's random numbers. Not from std::random_device on the VU's fiber: that takes 5 KB of its stack.
    std::uint64_t vu_seed(std::uint64_t id) const { return RandomSource(seed_ + id)(); }
    /// For calls that block. Any worker's thread.
    BlockingPool& helpers() const noexcept { return helpers_; }

private:
    struct Data {
        std::string_view path;
        const std::type_info* type;
        detail::LoadedData loaded;
    };

    Runner(Test test, Options options, std::vector<Data> data, StringMap environment, metrics::Registry& registry,
           unsigned workers);

    Test test_;
    Options options_;
    std::vector<Data> data_;
    StringMap environment_;
    metrics::Registry* registry_;
    std::any setup_data_;
    std::uint64_t seed_;
    mutable BlockingPool helpers_;
    /// By worker index; each made and used on its worker's thread only.
    http::SharedClients clients_;
    ws::SharedClients ws_clients_;
};

}  // namespace k6::dsl
