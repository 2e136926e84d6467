// setup.js as typed C++: two scenarios that share what setup returned.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

constexpr Counter orders{"orders"};

struct Session {
    std::string token;
    int made = 0;
};

std::string base_url(const Vu& vu) { return std::string(vu.env("BASE_URL")); }

Session log_in(Vu&) { return {.token = "secret", .made = 3}; }

void browse(Vu& vu, const Session& session) {
    vu.check("browse has the token", session.token == "secret");
    vu.http.get(base_url(vu) + "/get");
}

void buy(Vu& vu, const Session& session) {
    const Response answer = vu.http.post(base_url(vu) + "/post", "token=" + session.token,
                                         {.headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
    vu.check("order arrived", answer.ok());
    orders.add(vu);
}

void report(Vu& vu, const Session& session) { vu.core().logger().info("made " + std::to_string(session.made)); }

}  // namespace

Test k6::dsl::define_test() {
    return {
        .scenarios = {{.name = "browse", .executor = ConstantVus{.vus = 2, .duration = 1s}, .exec = entry<browse>},
                      {.name = "buy",
                       .executor = PerVuIterations{.vus = 1, .iterations = 3},
                       .exec = entry<buy>,
                       .start_time = 200ms,
                       .tags = StringMap{{"kind", "buy"}}}},
        .thresholds = {count(orders) == 3, count(http_reqs.tagged({{"kind", "buy"}})) == 3},
        .metrics = {orders},
        .setup = setup<log_in>,
        .teardown = entry<report>,
    };
}
