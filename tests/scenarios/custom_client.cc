// A client of one's own, timed and counted as requests are.
#include "dsl/scenario.h"
#include "tests/scenarios/pricing.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

/// pricing_reqs, pricing_req_duration, pricing_req_failed.
constexpr Calls<"pricing"> pricing_calls;

/// On a helper thread: the library waits, the other VUs do not.
int quote(Vu& vu, std::string_view item) {
    return vu.call(pricing_calls, "quote", {.tags = {{"item", item}}, .blocking = true},
                   [item] { return pricing::quote(item); });
}

void ask_prices(Vu& vu) {
    vu.check("tea has its price", quote(vu, "tea") == 300);
    bool refused = false;
    try {
        quote(vu, "unicorn");
    } catch (const std::exception&) {
        refused = true;
    }
    vu.check("there are no unicorns", refused);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<ask_prices>,
        .scenarios = {{.name = "quotes", .executor = PerVuIterations{.vus = 2, .iterations = 3}}},
        .thresholds = {p<99>(pricing_calls.duration) < 1s, rate(pricing_calls.failed) <= 50_pct},
        .metrics = {pricing_calls},
        .helper_threads = 8,
    };
}
