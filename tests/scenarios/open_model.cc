// Iterations start at a rate, whoever is free to run them: visitors do not wait for each other.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

void visit(Vu& vu) {
    const Response page = vu.http.get(std::string(vu.env("BASE_URL")) + "/html", {.name = "front page", .timeout = 5s});
    vu.check("has a heading", page.body().find("<h1>") != std::string_view::npos);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<visit>,
        .scenarios = {{.name = "visitors",
                       .executor = RampingArrivalRate{.start_rate = 5,
                                                      .time_unit = 1s,
                                                      .stages = {{30s, 20}, {1min, 20}, {10s, 0}},
                                                      .pre_allocated_vus = 10,
                                                      .max_vus = 50}}},
        .thresholds = {count(dropped_iterations) == 0, p<99>(iteration_response_time) < 1s},
    };
}
