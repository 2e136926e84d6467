// A row of test data for each iteration.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {

struct User {
    std::string name;
    std::string password;
    int orders = 0;
};
K6_FIELDS(User, name, password, orders);

}  // namespace shop

namespace {

constexpr auto users = csv<shop::User>("tests/scenarios/data/users.csv");
constexpr Counter ordered{"ordered"};

void order(Vu& vu) {
    const shop::User& user = users.sequential(vu);
    const Response answer =
        vu.http.post(std::string(vu.env("BASE_URL")) + "/post",
                     form({{"name", user.name}, {"password", user.password}}), {.tags = {{"user", user.name}}});
    vu.check("password arrived", answer.json()["form"]["password"].text() == user.password);
    ordered.add(vu, user.orders, {{"user", user.name}});
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<order>,
        .scenarios = {{.name = "users", .executor = SharedIterations{.vus = 3, .iterations = 6, .max_duration = 1min}}},
        .thresholds = {count(ordered) == 12, rate(checks) == 100_pct},
        .metrics = {ordered},
        .data = {users},
    };
}
