// A page as a browser loads it: the document, then what is on it, all at once, with a cookie.
#include <algorithm>

#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

void load_page(Vu& vu) {
    const std::string base(vu.env("BASE_URL"));
    vu.http.cookies().set(base, "theme", "dark");
    vu.group("page", [&] {
        vu.http.get(base + "/html");
        const auto answers = vu.http.batch({
            {.url = base + "/bytes/100?seed=1", .params = {.name = "script"}},
            {.url = base + "/bytes/200?seed=2", .params = {.name = "style"}},
            {.url = base + "/image/png", .params = {.name = "picture"}},
            {.method = "POST", .url = base + "/post", .body = form({{"event", "seen"}}), .params = {.name = "beacon"}},
            {.url = base + "/cookies", .params = {.name = "cookies"}},
            {.url = base + "/status/404", .params = {.name = "favicon", .expected = {{404, 404}}}},
        });
        vu.check("all but one are there", std::count_if(answers.begin(), answers.end(),
                                                        [](const Response& r) { return r.status() == 200; }) == 5);
        vu.check("the event arrived", answers[3].json()["form"]["event"].text() == "seen");
        vu.check("the cookie went along", answers[4].body().find("dark") != std::string_view::npos);
    });
    vu.sleep(100ms);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<load_page>,
        .thresholds = {med(group_duration.tagged({{"group", "::page"}})) < 500ms, rate(http_reqs) > 1_per_s},
        .options = {.stages = {{5s, 10}, {10s, 10}, {5s, 0}},
                    .batch = 6,
                    .batch_per_host = 4,
                    .no_connection_reuse = false,
                    .discard_response_bodies = false},
    };
}
