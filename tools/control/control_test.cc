// The server over a real run, asked by the commands and by hand, on loopback.
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/exec/fake_runner.h"
#include "engine/runtime/fiber.h"
#include "tools/control/client.h"
#include "tools/control/server.h"

namespace k6::control {
namespace {

using namespace std::chrono_literals;

/// FakeRunner with setup data.
class DataRunner final : public Runner {
public:
    FakeRunner inner;
    std::atomic<int> torn_down = 0;

    Result<std::unique_ptr<VuBody>> make_vu(Vu& vu) override { return inner.make_vu(vu); }
    bool has_setup() const override { return true; }
    bool has_teardown() const override { return true; }
    Result<void> setup(VuBody&) override {
        if (fails) return Error{ErrorClass::script_exception, "no token"};
        return set_setup_data(R"({"token":"x"})");
    }
    Result<void> teardown(VuBody&) override {
        ++torn_down;
        return {};
    }
    std::optional<std::string> setup_data_json() const override {
        const std::lock_guard lock(mutex);
        return data;
    }
    Result<void> set_setup_data(std::optional<std::string> json) override {
        const std::lock_guard lock(mutex);
        data = std::move(json);
        return {};
    }

    std::atomic<bool> fails = false;
    mutable std::mutex mutex;
    std::optional<std::string> data;
};

/// A run in a thread of its own, which ends when the test says so.
class ControlTest : public testing::Test {
protected:
    void start(Options options) {
        runner_.inner.iteration = [this](Vu& vu) {
            vu.record(metrics::Builtin::http_reqs, vu.tags(), 1);
            ++iterations_;
            sleep_for(1ms);
            return IterationEnd::completed;
        };
        options.no_setup = true;
        options.no_teardown = true;
        world_.emplace(options, runner_, &clock_, 2);
        auto server = ControlServer::start("127.0.0.1:0", {.run = world_->run.get(),
                                                           .runner = &runner_,
                                                           .registry = &world_->registry,
                                                           .submetrics = &world_->submetrics,
                                                           .logger = &world_->logger});
        ASSERT_TRUE(server) << server.error().message;
        server_ = *std::move(server);
        address_ = "127.0.0.1:" + std::to_string(server_->port());
        thread_ = std::thread([this] { result_ = world_->execute(); });
    }
    void TearDown() override {
        if (thread_.joinable()) {
            world_->run->stop({ErrorClass::external_abort, "the test is over"});
            thread_.join();
        }
        server_.reset();
    }
    httplib::Client client() { return httplib::Client("127.0.0.1", server_->port()); }
    httplib::Result patch(const std::string& attributes) {
        return client().Patch("/v1/status", R"({"data":{"attributes":)" + attributes + "}}", "application/json");
    }
    void wait_for_iterations() {
        const int before = iterations_;
        while (iterations_ < before + 3) std::this_thread::yield();
    }

    SystemClock clock_;
    DataRunner runner_;
    std::atomic<int> iterations_ = 0;
    std::optional<SimulatedRun> world_;
    std::unique_ptr<ControlServer> server_;
    std::string address_;
    std::thread thread_;
    RunResult result_;
};

Options external(std::int64_t vus, std::int64_t max_vus) {
    return {.scenarios = {{"a", {.executor = ExternallyControlled{.vus = vus, .duration = 0s, .max_vus = max_vus}}}}};
}

TEST_F(ControlTest, AnswersWhileTheRunGoesOn) {
    start(external(2, 4));
    wait_for_iterations();
    const auto status = client().Get("/v1/status");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->status, 200);
    EXPECT_EQ(status->get_header_value("Content-Type"), "application/json; charset=utf-8");
    EXPECT_NE(status->body.find(R"("vus-max":4)"), std::string::npos) << status->body;
    EXPECT_NE(status->body.find(R"("running":true)"), std::string::npos);
    EXPECT_NE(client().Get("/v1/metrics")->body.find(R"("id":"http_reqs")"), std::string::npos);
    EXPECT_NE(client().Get("/v1/metrics/http_reqs")->body.find(R"("type":"counter")"), std::string::npos);
    EXPECT_NE(client().Get("/v1/groups")->body.find(R"("path":"")"), std::string::npos);
}

TEST_F(ControlTest, WhatIsNotThereIsSaid) {
    start(external(1, 1));
    EXPECT_EQ(client().Get("/v1/metrics/nope")->status, 404);
    EXPECT_EQ(client().Get("/v1/metrics/nope")->body,
              R"({"errors":[{"status":"404","title":"Not Found","detail":"No metric with that ID was found"}]})");
    EXPECT_EQ(client().Get("/v1/groups/0")->status, 404);
    EXPECT_EQ(client().Get("/v1/unknown")->status, 404);
    EXPECT_EQ(client().Delete("/v1/status")->status, 405);
    EXPECT_EQ(client().Get("/ping")->body, "ok");
    EXPECT_EQ(client().Get("/anything")->status, 200);
    EXPECT_EQ(patch("1")->status, 400);
    EXPECT_EQ(client().Patch("/v1/status", "{", "application/json")->status, 400);
}

TEST_F(ControlTest, StoppingEndsTheRun) {
    start(external(1, 1));
    wait_for_iterations();
    EXPECT_NE(patch(R"({"stopped":true,"vus":99})")->body.find(R"("stopped":true)"), std::string::npos);
    thread_.join();
    EXPECT_EQ(exit_code(result_), 103);
    EXPECT_EQ(result_.error->message, "test run stopped from REST API");
}

TEST_F(ControlTest, TheCommandsSteer) {
    start(external(1, 2));
    wait_for_iterations();
    const auto paused = ask(address_, Question::pause);
    ASSERT_TRUE(paused) << paused.error().message;
    EXPECT_NE(paused->find("paused: \"true\"\n"), std::string::npos) << *paused;
    EXPECT_EQ(ask(address_, Question::pause).error().message, "Pause error: execution is already paused");
    EXPECT_TRUE(ask(address_, Question::resume));
    wait_for_iterations();
    const auto scaled = scale(address_, {.vus = 3, .max_vus = 3});
    ASSERT_TRUE(scaled) << scaled.error().message;
    EXPECT_NE(ask(address_, Question::stats)->find("- name: http_reqs\n  type:\n    type: counter\n"),
              std::string::npos);
    while (world_->run->progress().active_vus != 3) std::this_thread::yield();
    EXPECT_EQ(scale(address_, {.vus = 9}).error().message,
              "Config update error: invalid configuration supplied: the number of active VUs (9) must be less than or "
              "equal to the number of maxVUs (3)");
    EXPECT_TRUE(ask(address_, Question::status));
}

TEST_F(ControlTest, RunsThatCannotBeScaledSayWhy) {
    start({.vus = 1, .duration = 1h});
    wait_for_iterations();
    EXPECT_EQ(patch(R"({"vus":2})")->status, 500);
    EXPECT_NE(patch(R"({"paused":true})")->body.find("doesn't support pause and resume"), std::string::npos);
}

// What an orchestrator of several instances does.
TEST_F(ControlTest, SetupRunsHereAndItsDataGoesElsewhere) {
    start({.paused = true, .vus = 1, .duration = 1h});
    while (client().Get("/v1/status")->body.find(R"("status":4)") == std::string::npos) std::this_thread::yield();
    EXPECT_EQ(client().Get("/v1/setup")->body, R"({"data":{"type":"setupData","id":"default","attributes":{}}})");
    EXPECT_EQ(client().Post("/v1/setup", "", "application/json")->body,
              R"({"data":{"type":"setupData","id":"default","attributes":{"data":{"token":"x"}}}})");
    EXPECT_EQ(client().Put("/v1/setup", R"({"token": "y"})", "application/json")->status, 200);
    EXPECT_EQ(runner_.setup_data_json(), R"({"token":"y"})");
    EXPECT_EQ(client().Put("/v1/setup", "{", "application/json")->status, 400);
    runner_.fails = true;
    const auto failed = client().Post("/v1/setup", "", "application/json");
    EXPECT_EQ(failed->status, 500);
    EXPECT_NE(failed->body.find("no token"), std::string::npos);
    EXPECT_EQ(patch(R"({"paused":false})")->status, 200);
    wait_for_iterations();
    EXPECT_EQ(client().Post("/v1/teardown", "", "application/json")->status, 200);
    EXPECT_EQ(runner_.torn_down, 1);
}

TEST(ControlAddressTest, NobodyThereOrNoAddress) {
    EXPECT_NE(ask("localhost", Question::status).error().message.find("has no port"), std::string::npos);
    EXPECT_NE(ask("127.0.0.1:70000", Question::status).error().message.find("0 and 65535"), std::string::npos);
    MemoryLogger logger;
    EXPECT_EQ(ControlServer::start("127.0.0.1:x", {.logger = &logger}).error().error_class,
              ErrorClass::cannot_start_api);
}

}  // namespace
}  // namespace k6::control
