// Trades over a WebSocket: orders as JSON out, their confirmations in, think time with the session open.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {

struct Order {
    int id = 0;
    std::string item;
    std::optional<double> limit;
};
K6_FIELDS(Order, id, item, limit);

}  // namespace shop

namespace {

constexpr Counter surprises{"surprises"};

std::string url(const Vu& vu, std::string_view path) {
    return "ws" + std::string(vu.env("BASE_URL").substr(std::string_view("http").size())) + std::string(path);
}

void trade(Vu& vu) {
    WebSocket socket = vu.ws.connect(
        url(vu, "/ws/echo?subproto=orders.v1"),
        {.headers = {{"X-Team", "shop"}}, .protocols = {"orders.v1"}, .tags = {{"kind", "orders"}}, .name = "orders"});
    if (!vu.check("is connected", socket.ok())) return;
    vu.check("speaks our protocol", socket.protocol() == "orders.v1");

    for (int id = 1; id <= 3; ++id) {
        socket.send(json(shop::Order{.id = id, .item = "tea", .limit = 3.5}));
        const auto confirmed = socket.receive_json<shop::Order>(5s);
        vu.check("the order is confirmed", confirmed.id == id && confirmed.limit == 3.5);
    }

    socket.ping();
    socket.listen(1s, [&](const Message&) { surprises.add(vu); });
    vu.check("the ping was answered", socket.round_trip().has_value());
    socket.close(1000, "done");
    vu.check("the server has closed, too", socket.close_code() == 1000);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<trade>,
        .thresholds = {p<95>(ws_connecting) < 300ms, p<95>(ws_ping) < 300ms, rate(checks) > 99_pct,
                       count(ws_sessions.tagged({{"kind", "orders"}, {"status", "101"}})) > 0, count(surprises) == 0},
        .metrics = {surprises},
        .options = {.vus = 5, .duration = 30s},
    };
}
