// A load test of the shop, in the shop's own types.
#include "dsl/scenario.h"
#include "shop/order.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {
K6_FIELDS(Order, item, count);
}

namespace {

constexpr auto orders = csv<shop::Order>("shop/orders.csv");
constexpr Counter ordered{"ordered"};
constexpr Calls<"till"> till;

void check_out(Vu& vu) {
    const shop::Order& order = orders.unique(vu);
    const int cents = vu.call(till, "total", [&] { return shop::total(order); });
    vu.check("the total is right", cents == 250 * order.count);
    ordered.add(vu, order.count);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<check_out>,
        .scenarios = {{.name = "tills",
                       .executor = SharedIterations{.vus = 2, .iterations = 6, .max_duration = 20s},
                       .graceful_stop = 0s}},
        .thresholds = {rate(checks) == 100_pct, count(till.reqs) == 3},
        .metrics = {ordered, till},
        .data = {orders},
        .options = {.setup_timeout = 5s},
    };
}
