#include "proto_http/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace k6::http {
namespace {

TEST(RequestHeadTest, HostUserAgentLengthThenTheOthersSorted) {
    std::vector<Headers::Field> fields{{"X-Num", "5"}, {"Content-Type", "application/json"}, {"X-Custom", "v"}};
    std::string out;
    write_request_head({.method = "POST", .target = "/p", .host = "foo.com", .user_agent = "me", .content_length = 7},
                       fields, out);
    EXPECT_EQ(out,
              "POST /p HTTP/1.1\r\nHost: foo.com\r\nUser-Agent: me\r\nContent-Length: 7\r\n"
              "Content-Type: application/json\r\nX-Custom: v\r\nX-Num: 5\r\n\r\n");
}

TEST(RequestHeadTest, NothingElseIsAdded) {
    std::string out;
    write_request_head({.method = "GET", .target = "/", .host = "h:1"}, {}, out);
    EXPECT_EQ(out, "GET / HTTP/1.1\r\nHost: h:1\r\n\r\n");
}

TEST(RequestHeadTest, EqualNamesKeepTheirOrder) {
    std::vector<Headers::Field> fields{{"B", "1"}, {"A", "x"}, {"B", "2"}, {"B", "3"}};
    std::string out;
    write_request_head({.method = "GET", .target = "/", .host = "h"}, fields, out);
    EXPECT_EQ(out, "GET / HTTP/1.1\r\nHost: h\r\nA: x\r\nB: 1\r\nB: 2\r\nB: 3\r\n\r\n");
}

TEST(RequestHeadTest, AnnouncedLength) {
    EXPECT_EQ(announced_length("GET", false, 0), std::nullopt);
    EXPECT_EQ(announced_length("DELETE", false, 0), std::nullopt);
    EXPECT_EQ(announced_length("POST", false, 0), 0u);
    EXPECT_EQ(announced_length("PUT", false, 0), 0u);
    EXPECT_EQ(announced_length("PATCH", false, 0), 0u);
    EXPECT_EQ(announced_length("GET", true, 3), 3u);
    EXPECT_EQ(announced_length("GET", true, 0), 0u);
}

}  // namespace
}  // namespace k6::http
