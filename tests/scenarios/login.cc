// Logs in once, hands the token to every VU.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {

struct Credentials {
    std::string user;
    std::string password;
};
K6_FIELDS(Credentials, user, password);

struct Echo {
    Credentials json;
};
K6_FIELDS(Echo, json);

struct Account {
    bool authenticated = false;
    std::string token;
};
K6_FIELDS(Account, authenticated, token);

struct Logout {
    std::string logout;
};
K6_FIELDS(Logout, logout);

}  // namespace shop

namespace {

struct Session {
    std::string token;
};

std::string url(const Vu& vu, std::string_view path) { return std::string(vu.env("BASE_URL")) + std::string(path); }

Session log_in(Vu& vu) {
    const Response answer = vu.http.post(url(vu, "/post"), json(shop::Credentials{"ann", "s&cret"}), {.name = "login"});
    return {.token = "token-of-" + answer.json<shop::Echo>().json.user};
}

void look_at_account(Vu& vu, const Session& session) {
    const Response answer =
        vu.http.get(url(vu, "/bearer"), {.headers = {{"Authorization", "Bearer " + session.token}}, .name = "account"});
    vu.check("is logged in", answer.status() == 200);
    vu.check("has our token", answer.json<shop::Account>().token == session.token);
    vu.sleep(1s);
}

void log_out(Vu& vu, const Session& session) {
    vu.http.post(url(vu, "/post"), json(shop::Logout{session.token}), {.name = "logout"});
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<look_at_account>,
        .thresholds = {p<95>(http_req_duration.tagged({{"name", "account"}})) < 300ms, rate(checks) > 99_pct},
        .options = {.vus = 5, .duration = 30s},
        .setup = setup<log_in>,
        .teardown = entry<log_out>,
    };
}
