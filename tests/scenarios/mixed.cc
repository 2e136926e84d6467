// Several kinds of users at the same time, each with its own load, tags and variables.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {

struct Payment {
    double total = 0;
};
K6_FIELDS(Payment, total);

}  // namespace shop

namespace {

std::string url(const Vu& vu, std::string_view path) { return std::string(vu.env("BASE_URL")) + std::string(path); }

void browse(Vu& vu) {
    {
        const auto catalogue = vu.group("catalogue");
        vu.http.get(url(vu, "/html"), {.name = "page"});
        const auto item = vu.group("item");
        const Response answer = vu.http.get(url(vu, "/get?item=7"), {.name = "item"});
        vu.check("is item 7", answer.json()["args"]["item"].text() == "7");
    }
    vu.sleep(200ms);
}

void search(Vu& vu) {
    const Response found = vu.http.get(url(vu, "/get?q=") + url_escape(vu.env("QUERY")), {.name = "search"});
    vu.check("the query arrived", found.json()["args"]["q"].text() == "tea & more");
}

void checkout(Vu& vu) {
    const Response paid = vu.http.post(url(vu, "/post"), json(shop::Payment{.total = 12.5}), {.name = "pay"});
    vu.check("paid", paid.status() == 200);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .scenarios = {{.name = "browse",
                       .executor = RampingVus{.start_vus = 1, .stages = {{10s, 5}, {20s, 0}}, .graceful_ramp_down = 5s},
                       .exec = entry<browse>,
                       .tags = {{"kind", "read"}}},
                      {.name = "search",
                       .executor = PerVuIterations{.vus = 2, .iterations = 10},
                       .exec = entry<search>,
                       .start_time = 2s,
                       .env = {{"QUERY", "tea & more"}},
                       .tags = {{"kind", "read"}}},
                      {.name = "checkout",
                       .executor =
                           ConstantArrivalRate{.rate = 30, .time_unit = 1min, .duration = 30s, .pre_allocated_vus = 2},
                       .exec = entry<checkout>,
                       .graceful_stop = 10s,
                       .tags = {{"kind", "write"}}}},
        .thresholds = {p<95>(http_req_duration.tagged({{"kind", "read"}})) < 500ms,
                       max(http_req_duration.tagged({{"kind", "read"}})) < 2s,
                       (rate(http_req_failed.tagged({{"scenario", "checkout"}})) < 1_pct).abort_on_fail(5s)},
        .options = {.tags = {{"team", "shop"}}},
    };
}
