#include "tools/run/progress_text.h"

#include <gtest/gtest.h>

namespace k6::run {
namespace {

using namespace std::chrono_literals;

TEST(FixedWidthDuration, IsAsWideAsTheLongestNeeds) {
    struct Case {
        Duration duration;
        Duration longest;
        std::string expected;
    };
    for (const Case& c : {Case{1s, 2s, "1.0s"},
                          {1s, 10s, "01.0s"},
                          {1s, 1min, "0m01.0s"},
                          {61s, 5min, "1m01.0s"},
                          {61s, 10min, "01m01.0s"},
                          {1h + 2min + 3s, 2h, "1h02m03.0s"},
                          {1h, 12h, "01h00m00.0s"},
                          {25h, 48h, "1d01h00m00.0s"},
                          {1999ms, 2s, "1.9s"}}) {
        EXPECT_EQ(fixed_width_duration(c.duration, c.longest), c.expected);
    }
}

Scenario constant(std::string name, Duration start = 0s) {
    return {.name = std::move(name), .executor = ConstantVusPlan{3, 2s}, .start_time = start, .exec = "default"};
}

TEST(ProgressLines, AlignsNamesAndColumns) {
    const Scenario first = constant("default");
    const Scenario second = constant("api", 5s);
    const RunProgress progress{
        .phase = RunPhase::running,
        .elapsed = 1s,
        .active_vus = 3,
        .initialized_vus = 6,
        .complete_iterations = 5,
        .scenarios = {{.scenario = &first,
                       .status = ScenarioStatus::running,
                       .active_vus = 3,
                       .elapsed = 1s,
                       .total = 2s,
                       .fraction = 0.5},
                      {.scenario = &second, .status = ScenarioStatus::waiting, .starts_in = 4s, .total = 2s}},
    };
    EXPECT_EQ(progress_lines(progress, 10s, {}),
              (std::vector<std::string>{"running (01.0s), 3/6 VUs, 5 complete and 0 interrupted iterations",
                                        "default   [  50% ] 3 VUs    1.0s/2s", "api     • [   0% ] waiting  4.0s"}));
}

TEST(ProgressLines, BeforeTheStartOnlyVusAreTold) {
    const Scenario first = constant("default");
    const RunProgress progress{.phase = RunPhase::init_vus,
                               .initialized_vus = 5,
                               .planned_vus = 20,
                               .scenarios = {{.scenario = &first, .status = ScenarioStatus::waiting}}};
    EXPECT_EQ(progress_lines(progress, 10s, {}), (std::vector<std::string>{"Init [  25% ] 05/20 VUs initialized"}));
    EXPECT_EQ(progress_lines(progress, 10s, {.bars = true}).front(),
              "Init [" + std::string(8, '=') + ">" + std::string(29, '-') + "] 05/20 VUs initialized");
}

TEST(ProgressLines, DrawsBarsThatFitTheTerminal) {
    const Scenario scenario = constant("default");
    RunProgress progress{
        .phase = RunPhase::running,
        .scenarios = {
            {.scenario = &scenario, .status = ScenarioStatus::running, .elapsed = 1s, .total = 2s, .fraction = 0.5}}};
    const auto line = [&](std::size_t width) {
        return progress_lines(progress, 10s, {.bars = true, .width = width}).at(1);
    };
    EXPECT_EQ(line(100), "default   [" + std::string(18, '=') + ">" + std::string(19, '-') + "] 3 VUs  1.0s/2s");
    EXPECT_EQ(display_width(line(50)), 50u);
    EXPECT_EQ(line(20), "default   [  50% ] 3 VUs  1.0s/2s");
    progress.scenarios[0].fraction = 1;
    progress.scenarios[0].elapsed = 2s;
    progress.scenarios[0].status = ScenarioStatus::done;
    EXPECT_EQ(line(100), "default ✓ [" + std::string(38, '=') + "] 3 VUs  2s");
}

TEST(ProgressLines, CountsIterationsWhereTheyAreFixed) {
    const Scenario shared{.name = "s", .executor = SharedIterationsPlan{2, 100, 10min}, .exec = "default"};
    const Scenario each{.name = "p", .executor = PerVuIterationsPlan{2, 5, 10min}, .exec = "default"};
    const RunProgress progress{
        .phase = RunPhase::running,
        .scenarios = {{.scenario = &shared,
                       .status = ScenarioStatus::running,
                       .complete_iterations = 7,
                       .total_iterations = 100,
                       .elapsed = 1s,
                       .total = 10min,
                       .fraction = 0.07},
                      {.scenario = &each,
                       .status = ScenarioStatus::interrupted,
                       .complete_iterations = 3,
                       .total_iterations = 10,
                       .elapsed = 1s,
                       .total = 10min,
                       .fraction = 0.3}},
    };
    const auto lines = progress_lines(progress, 10min, {});
    EXPECT_EQ(lines.at(1), "s   [   7% ] 2 VUs  00m01.0s/10m0s  007/100 shared iters");
    EXPECT_EQ(lines.at(2), "p ✗ [  30% ] 2 VUs  00m01.0s/10m0s  03/10 iters, 5 per VU");
}

TEST(DisplayWidth, CountsCodePointsOnly) {
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("\x1b[31m✗\x1b[0m x"), 3u);
}

}  // namespace
}  // namespace k6::run
