#include "proto_http/usual_head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "proto_http/response_parser.h"

namespace k6::http {
namespace {

struct Outcome {
    Response response;
    bool complete = false;
    bool keep_alive = false;
};

/// With the state machine alone, which sees the head in two pieces.
void parse_in_pieces(std::string_view bytes, bool head_request, Outcome& outcome) {
    ResponseParser parser;
    parser.start({.head_request = head_request, .max_head_size = 4096, .max_headers = 20}, outcome.response);
    parser.feed(bytes.substr(0, std::min<std::size_t>(1, bytes.size())));
    if (!parser.done() && !bytes.empty()) parser.feed(bytes.substr(1));
    outcome.complete = parser.complete();
    outcome.keep_alive = parser.keep_alive();
}

void parse_at_once(std::string_view bytes, bool head_request, Outcome& outcome) {
    ResponseParser parser;
    parser.start({.head_request = head_request, .max_head_size = 4096, .max_headers = 20}, outcome.response);
    parser.feed(bytes);
    outcome.complete = parser.complete();
    outcome.keep_alive = parser.keep_alive();
}

void expect_same(std::string_view bytes, bool head_request = false) {
    Outcome pieces;
    Outcome whole;
    parse_in_pieces(bytes, head_request, pieces);
    parse_at_once(bytes, head_request, whole);
    EXPECT_EQ(whole.complete, pieces.complete) << bytes;
    if (!whole.complete || !pieces.complete) return;
    EXPECT_EQ(whole.keep_alive, pieces.keep_alive) << bytes;
    EXPECT_EQ(whole.response.status, pieces.response.status) << bytes;
    EXPECT_EQ(whole.response.status_text, pieces.response.status_text) << bytes;
    EXPECT_EQ(whole.response.protocol, pieces.response.protocol) << bytes;
    EXPECT_EQ(whole.response.headers, pieces.response.headers) << bytes;
    EXPECT_EQ(whole.response.body, pieces.response.body) << bytes;
}

const std::string_view usual[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nserver: a\r\nDATE:   Thu, 01 Jan 1970 00:00:00 GMT  \r\ncontent-length:2\r\nX-a-bC-: "
    "\r\n\r\nok",
    "HTTP/1.1 404 Not Found Here\r\nX1-2b_c: d\r\nConnection: CLOSE\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\nSet-Cookie: a=1; b=\"x\"\r\nSet-Cookie: "
    "\xc3\xa4\r\n\r\nx",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nEtag: \"x\"\r\n\r\n",
};

TEST(UsualHeadTest, WhatIsUsual) {
    for (const std::string_view bytes : usual) {
        Response response;
        const auto head = parse_usual_head(bytes, {}, response);
        ASSERT_TRUE(head) << bytes;
        EXPECT_EQ(head->size, bytes.find("\r\n\r\n") + 4);
        expect_same(bytes);
        expect_same(bytes, true);
    }
    Response response;
    const auto head = parse_usual_head(usual[0], {}, response);
    EXPECT_EQ(head->content_length, 5u);
    EXPECT_TRUE(head->keep_alive);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.status_text, "200 OK");
    EXPECT_EQ(response.headers, (Headers{{"Content-Length", "5"}}));
    Response to_head;
    EXPECT_EQ(parse_usual_head(usual[0], {.head_request = true}, to_head)->content_length, 0u);
}

TEST(UsualHeadTest, WhatIsNot) {
    for (const std::string_view bytes : {"",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
                                         "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 0x\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 1234567890123456789\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: upgrade\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nUpgrade: h2c\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nProxy-Connection: close\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nA\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nA: \x7f\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 O\x02K\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nA.b: c\r\nContent-Length: 0\r\n\r\n"}) {
        Response response;
        EXPECT_FALSE(parse_usual_head(bytes, {}, response)) << bytes;
        expect_same(bytes);
    }
}

TEST(UsualHeadTest, Limits) {
    Response many;
    EXPECT_FALSE(parse_usual_head("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n", {.max_headers = 1}, many));
    Response large;
    EXPECT_FALSE(parse_usual_head("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {.max_head_size = 60}, large));
}

// Any byte anywhere, and any byte less: the short way and the long one agree.
TEST(UsualHeadTest, AgreesWithTheStateMachine) {
    for (const std::string_view bytes : usual) {
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string changed(bytes);
                changed[at] = static_cast<char>(byte);
                expect_same(changed);
            }
            std::string shorter(bytes);
            shorter.erase(at, 1);
            expect_same(shorter);
        }
    }
}

// Names of every length, so that words of eight bytes begin and end anywhere in them.
TEST(UsualHeadTest, NamesOfAnyLength) {
    const std::string alphabet = "aBc-d9eF_gh--iJkLmNoPqRs-tUvW";
    for (std::size_t from = 0; from < 9; ++from) {
        for (std::size_t size = 1; from + size <= alphabet.size(); ++size) {
            expect_same("HTTP/1.1 200 OK\r\n" + alphabet.substr(from, size) + ": value\r\nContent-Length: 0\r\n\r\n");
        }
    }
}

}  // namespace
}  // namespace k6::http
