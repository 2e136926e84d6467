// Follows pages until there is no next one.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

constexpr Trend pages_read{"pages_read"};
constexpr Gauge last_page{"last_page"};

void read_all_pages(Vu& vu) {
    const std::string base(vu.env("BASE_URL"));
    std::optional<int> page = 1;
    while (page) {
        const Response answer = vu.http.get(base + "/get?page=" + std::to_string(*page) + "&of=4", {.name = "page"});
        const Json args = answer.json()["args"];
        const int got = std::stoi(std::string(args["page"].text()));
        vu.check("the page asked for", got == *page);
        last_page.add(vu, *page);
        page = got < std::stoi(std::string(args["of"].text())) ? std::optional(got + 1) : std::nullopt;
        if (!page) pages_read.add(vu, got);
    }
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<read_all_pages>,
        .scenarios = {{.name = "readers", .executor = ConstantVus{.vus = 3, .duration = 15s}}},
        .thresholds = {min(pages_read) >= 4, avg(pages_read) == 4, value(last_page) == 4},
        .metrics = {pages_read, last_page},
    };
}
