#include "proto_http/response_pool.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace k6::http {
namespace {

Response used_response() {
    Response response;
    response.status = 200;
    response.status_text = "200 " + std::string(100, 'x');
    response.headers.add("Date", "today");
    response.body = std::string(1000, 'b');
    response.url = "http://" + std::string(100, 'h');
    response.error = {.code = 1, .text = "text", .message = "message", .always_thrown = true};
    response.cookie_header = "a=b";
    response.redirects_followed = 3;
    response.tls.emplace();
    response.remote.emplace();
    response.protocol = Protocol::http_1_1;
    response.timings.waiting = Duration(1);
    return response;
}

void expect_empty(const Response& response) {
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(response.status_text, "");
    EXPECT_EQ(response.protocol, Protocol::none);
    EXPECT_TRUE(response.headers.empty());
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.url, "");
    EXPECT_FALSE(response.remote);
    EXPECT_EQ(response.timings.waiting, Duration(0));
    EXPECT_FALSE(response.tls);
    EXPECT_FALSE(response.error);
    EXPECT_EQ(response.error.text, "");
    EXPECT_EQ(response.error.message, "");
    EXPECT_FALSE(response.error.always_thrown);
    EXPECT_EQ(response.cookie_header, "");
    EXPECT_EQ(response.redirects_followed, 0);
}

TEST(ResponsePool, LendsWhatItWasGivenBack) {
    ResponsePool pool;
    Response used = used_response();
    const char* const body = used.body.data();
    const char* const url = used.url.data();
    pool.take_back(std::move(used));
    expect_empty(used);

    Response next;
    pool.lend(next);
    expect_empty(next);
    EXPECT_EQ(next.body.data(), body);
    EXPECT_EQ(next.url.data(), url);
    EXPECT_GE(next.body.capacity(), 1000u);
    EXPECT_TRUE(next.headers.has_memory());
}

TEST(ResponsePool, LendsOnceToEachAndNothingWhenItHasNothing) {
    ResponsePool pool;
    Response first, second;
    pool.lend(first);
    EXPECT_FALSE(first.headers.has_memory());
    pool.take_back(used_response());
    pool.lend(first);
    first.headers.add("A", "b");
    pool.lend(first);
    EXPECT_EQ(first.headers.get("A"), "b");
    pool.lend(second);
    EXPECT_FALSE(second.headers.has_memory());
}

TEST(ResponsePool, LetsLargeBodiesGo) {
    ResponsePool pool;
    Response large = used_response();
    large.body.resize(std::size_t{1} << 20);
    pool.take_back(std::move(large));
    Response next;
    pool.lend(next);
    EXPECT_TRUE(next.headers.has_memory());
    EXPECT_LT(next.body.capacity(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace k6::http
