// GraphQL: one URL, many queries, told apart by name.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {

struct Query {
    std::string operation_name;
    std::string query;
    std::map<std::string, std::string> variables;
    std::optional<Json> errors;
};
K6_FIELDS(Query, (operation_name, "operationName"), query, variables, errors);

/// The demo server answers with what it was asked.
struct Answer {
    Query json;
};
K6_FIELDS(Answer, json);

}  // namespace shop

namespace {

constexpr Rate graphql_errors{"graphql_errors"};

shop::Query query(Vu& vu, std::string_view operation, std::string text, std::map<std::string, std::string> variables) {
    const Response answer = vu.http.post(
        std::string(vu.env("BASE_URL")) + "/anything/graphql",
        json(shop::Query{
            .operation_name = std::string(operation), .query = std::move(text), .variables = std::move(variables)}),
        {.tags = {{"operation", operation}}, .name = "graphql"});
    shop::Query data = answer.json<shop::Answer>().json;
    graphql_errors.add(vu, data.errors.has_value(), {{"operation", operation}});
    return data;
}

void add_to_cart(Vu& vu) {
    const auto item = query(vu, "Item", "query Item($id: ID!) { item(id: $id) { name price } }", {{"id", "7"}});
    vu.check("asked for item 7", item.variables.at("id") == "7");
    const auto cart = query(vu, "AddToCart", "mutation AddToCart($id: ID!) { add(id: $id) { total } }", {{"id", "7"}});
    vu.check("is a mutation", cart.query.starts_with("mutation"));
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<add_to_cart>,
        .thresholds = {rate(graphql_errors) < 1_pct,
                       p<95>(http_req_duration.tagged({{"operation", "AddToCart"}})) < 500ms},
        .metrics = {graphql_errors},
        .options = {.vus = 2, .duration = 10s},
    };
}
