// The shop of shop.js as typed C++: the same plan, the same requests.
//
//   bazel run //tests/examples:shop_scenario_bin -- -e BASE_URL_TLS=https://127.0.0.1:PORT
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

constexpr Rate cart_ok{"cart_ok"};

void shop(Vu& vu) {
    const std::string base(vu.env("BASE_URL_TLS", "https://127.0.0.1:8443"));

    const Response page = vu.http.get(base + "/html", {.tags = {{"kind", "page"}}});
    vu.check(page, {{"page is 200", [](const Response& r) { return r.status() == 200; }},
                    {"page has a heading",
                     [](const Response& r) { return r.body().find("<h1>") != std::string_view::npos; }}});

    vu.group("cart", [&] {
        const Response add =
            vu.http.post(base + "/post", R"({"item":7})", {.headers = {{"Content-Type", "application/json"}}});
        const Response list = vu.http.get(base + "/get?cart=1");
        const Response status = vu.http.get(base + "/status/200");
        const bool added = vu.check("item is in the cart", add.body().find(R"("item":7)") != std::string_view::npos);
        cart_ok.add(vu, added && list.ok() && status.ok());
    });

    vu.sleep_random(100ms, 300ms);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<shop>,
        .thresholds = {rate(cart_ok) > 95_pct, p<95>(http_req_duration.tagged({{"kind", "page"}})) < 1s,
                       (rate(http_req_failed) < 5_pct).abort_on_fail(1s)},
        .metrics = {cart_ok},
        .options = {.stages = {{2s, 50}, {4s, 50}, {1s, 0}}},
    };
}
