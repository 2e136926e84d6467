#include "proto_http/response_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace k6::http {
namespace {

struct Outcome {
    Response response;
    bool complete = false;
    bool keep_alive = false;
    std::string failure;
    std::size_t taken = 0;
};

/// Parses `bytes` in pieces of `piece`, then ends the input if the response is still open.
Outcome parse(std::string_view bytes, ResponseParser::Config config = {}, std::size_t piece = std::string_view::npos) {
    Outcome outcome;
    ResponseParser parser;
    parser.start(config, outcome.response);
    while (!parser.done() && outcome.taken < bytes.size()) {
        outcome.taken += parser.feed(bytes.substr(outcome.taken, piece));
    }
    parser.end_of_input();
    outcome.complete = parser.complete();
    outcome.keep_alive = parser.keep_alive();
    outcome.failure = parser.failure();
    return outcome;
}

TEST(ResponseParserTest, ContentLength) {
    const Outcome got = parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-a: 1\r\nx-A:  2 \r\nE:\r\n\r\nhello");
    ASSERT_TRUE(got.complete) << got.failure;
    EXPECT_TRUE(got.keep_alive);
    EXPECT_EQ(got.response.status, 200);
    EXPECT_EQ(got.response.status_text, "200 OK");
    EXPECT_EQ(got.response.protocol, Protocol::http_1_1);
    EXPECT_EQ(got.response.headers, (Headers{{"Content-Length", "5"}, {"X-A", "1"}, {"X-A", "2"}, {"E", ""}}));
    EXPECT_EQ(got.response.body, "hello");
}

TEST(ResponseParserTest, Chunked) {
    const Outcome got = parse(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5;ext=1\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: "
        "t\r\n\r\n");
    ASSERT_TRUE(got.complete) << got.failure;
    EXPECT_TRUE(got.keep_alive);
    EXPECT_EQ(got.response.body, "hello!");
    // Neither the framing nor trailers show.
    EXPECT_EQ(got.response.headers, (Headers{{"X", "y"}}));
}

TEST(ResponseParserTest, UntilTheEndOfInput) {
    const Outcome got = parse("HTTP/1.0 200 OK\r\n\r\nabc");
    ASSERT_TRUE(got.complete) << got.failure;
    EXPECT_FALSE(got.keep_alive);
    EXPECT_EQ(got.response.protocol, Protocol::http_1_0);
    EXPECT_EQ(got.response.body, "abc");
}

TEST(ResponseParserTest, StatusTextIsAsReceived) {
    EXPECT_EQ(parse("HTTP/1.1 200 Whatever Fine\r\nContent-Length: 0\r\n\r\n").response.status_text,
              "200 Whatever Fine");
    EXPECT_EQ(parse("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").response.status_text, "200");
    EXPECT_EQ(parse("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").response.status_text, "200");
    EXPECT_EQ(parse("HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n").response.status_text, "099 x");
}

TEST(ResponseParserTest, InterimResponsesAreSkipped) {
    const Outcome got = parse(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nA: "
        "b\r\n\r\n");
    ASSERT_TRUE(got.complete) << got.failure;
    EXPECT_EQ(got.response.status, 204);
    EXPECT_EQ(got.response.status_text, "204 No Content");
    EXPECT_EQ(got.response.headers, (Headers{{"A", "b"}}));
    EXPECT_TRUE(got.keep_alive);
}

TEST(ResponseParserTest, AContinueIsNoticed) {
    for (const bool continues : {false, true}) {
        Response response;
        ResponseParser parser;
        parser.start({}, response);
        EXPECT_FALSE(parser.continued());
        parser.feed(continues ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 103 Early Hints\r\n\r\n");
        EXPECT_EQ(parser.continued(), continues);
        EXPECT_FALSE(parser.has_head());
    }
}

TEST(ResponseParserTest, LinesEndInCrlfHoweverTheyArrive) {
    const std::string good[] = {"HTTP/1.1 200 OK\r\nA:\r\nB:  \r\nContent-Length: 2 \r\n\r\nok",
                                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n c\r\n\r\nok",
                                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA:\r\n\r\nok"};
    const std::string bad[] = {"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok",
                               "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\r\nok",
                               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok", "HTTP/1.1 204\r\n\n",
                               "HTTP/1.1 103 Early\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    const auto accepted = [](const std::string& text, std::size_t cut) {
        Response response;
        ResponseParser parser;
        parser.start({}, response);
        parser.feed(text.substr(0, cut));
        if (!parser.done()) parser.feed(text.substr(cut));
        return parser.complete();
    };
    for (const std::string& text : good) {
        for (std::size_t cut = 0; cut <= text.size(); ++cut) EXPECT_TRUE(accepted(text, cut)) << text << cut;
    }
    for (const std::string& text : bad) {
        for (std::size_t cut = 0; cut <= text.size(); ++cut) EXPECT_FALSE(accepted(text, cut)) << text << cut;
    }
}

TEST(ResponseParserTest, SwitchingProtocolsIsFinal) {
    const Outcome got = parse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nbytes");
    ASSERT_TRUE(got.complete) << got.failure;
    EXPECT_EQ(got.response.status, 101);
    EXPECT_FALSE(got.keep_alive);
    EXPECT_EQ(parse("HTTP/1.1 101 Switching Protocols\r\n\r\n").response.status, 101);
}

TEST(ResponseParserTest, NoContentWhateverTheHeadersSay) {
    const std::string head = "Content-Length: 10\r\n\r\n";
    for (const std::string status : {"204 No Content", "304 Not Modified"}) {
        const Outcome got = parse("HTTP/1.1 " + status + "\r\n" + head);
        EXPECT_TRUE(got.complete) << got.failure;
        EXPECT_TRUE(got.keep_alive);
        EXPECT_EQ(got.response.body, "");
    }
    const Outcome head_request = parse("HTTP/1.1 200 OK\r\n" + head, {.head_request = true});
    EXPECT_TRUE(head_request.complete);
    EXPECT_TRUE(head_request.keep_alive);
    const Outcome chunked = parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {.head_request = true});
    EXPECT_TRUE(chunked.complete);
    EXPECT_TRUE(chunked.keep_alive);
}

TEST(ResponseParserTest, ConnectionHeaders) {
    EXPECT_FALSE(parse("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").keep_alive);
    EXPECT_FALSE(parse("HTTP/1.1 204 OK\r\nConnection: x, close\r\n\r\n").keep_alive);
    EXPECT_TRUE(parse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").keep_alive);
    EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST(ResponseParserTest, WhatFollowsIsNotTaken) {
    const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const Outcome got = parse(response + "HTTP/1.1 200 OK\r\n");
    EXPECT_TRUE(got.complete);
    EXPECT_EQ(got.taken, response.size());
}

TEST(ResponseParserTest, DiscardedBodiesAreReadToTheirEnd) {
    const Outcome got = parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", {.keep_body = false});
    EXPECT_TRUE(got.complete);
    EXPECT_TRUE(got.keep_alive);
    EXPECT_EQ(got.response.body, "");
}

TEST(ResponseParserTest, TruncatedOnes) {
    EXPECT_EQ(parse("").failure, "EOF");
    EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nConte").failure, "unexpected EOF");
    EXPECT_EQ(parse("HTTP/1.1 100 Continue\r\n\r\n").failure, "unexpected EOF");
    const Outcome counted = parse("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    EXPECT_EQ(counted.failure, "unexpected EOF");
    EXPECT_EQ(counted.response.body, "half");
    EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel").failure, "unexpected EOF");
    EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").failure, "unexpected EOF");
}

struct Malformed {
    const char* bytes;
    const char* failure;
};

class MalformedResponseTest : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedResponseTest, IsRefusedHoweverItArrives) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{3}, std::string_view::npos}) {
        const Outcome got = parse(GetParam().bytes, {}, piece);
        EXPECT_FALSE(got.complete);
        EXPECT_EQ(got.failure, GetParam().failure) << "in pieces of " << piece;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedResponseTest,
    testing::Values(Malformed{"SSH-2.0-OpenSSH_9\r\n", R"(malformed HTTP response "SSH-2.0-OpenSSH_9")"},
                    Malformed{"\x15\x03\x01\r\n", R"(malformed HTTP response "\x15\x03\x01")"},
                    Malformed{"HTTP/1.1 abc OK\r\n\r\n", R"(malformed HTTP response "HTTP/1.1 abc OK")"},
                    Malformed{"HTTP/9.9 200 OK\r\n\r\n", R"(malformed HTTP response "HTTP/9.9 200 OK")"},
                    Malformed{"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "malformed MIME header: invalid character"},
                    Malformed{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                              "malformed HTTP response: bad Content-Length"},
                    Malformed{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                              "malformed HTTP response: bad Content-Length"},
                    Malformed{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                              "malformed chunked encoding: invalid chunk size"},
                    Malformed{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                              "malformed chunked encoding: invalid chunk size"},
                    Malformed{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
                              "malformed chunked encoding: invalid chunk size"}));

TEST(ResponseParserTest, AMalformedLineWithoutEndIsQuotedInPart) {
    EXPECT_EQ(parse("nonsense").failure, R"(malformed HTTP response "nonsense")");
    EXPECT_EQ(parse(std::string(500, 'x'), {}, 7).failure, "malformed HTTP response \"" + std::string(128, 'x') + "\"");
}

TEST(ResponseParserTest, Limits) {
    const std::string long_value(1000, 'x');
    const std::string with_head = "HTTP/1.1 200 OK\r\nA: " + long_value + "\r\nContent-Length: 0\r\n\r\n";
    EXPECT_TRUE(parse(with_head, {.max_head_size = 1100}).complete);
    EXPECT_EQ(parse(with_head, {.max_head_size = 900}).failure, "server response headers exceeded 900 bytes; aborted");

    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10; ++i) many += "A: b\r\n";
    EXPECT_EQ(parse(many + "\r\n", {.max_headers = 9}).failure, "server response has more than 9 headers; aborted");

    const std::string body = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef";
    EXPECT_TRUE(parse(body, {.max_body_size = 6}).complete);
    EXPECT_EQ(parse(body, {.max_body_size = 5}).failure, "the response body is larger than 5 bytes");
    EXPECT_TRUE(parse(body, {.keep_body = false, .max_body_size = 5}).complete);

    std::string interim;
    for (int i = 0; i < 1000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_FALSE(parse(interim + body, {.max_head_size = 10000}).complete);

    std::string trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    for (int i = 0; i < 1000; ++i) trailers += "A: 0123456789\r\n";
    EXPECT_FALSE(parse(trailers + "\r\n", {.max_head_size = 10000}).complete);
}

TEST(ResponseParserTest, TheSameInWhateverPieces) {
    const std::string_view messages[] = {
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 All Right\r\nContent-Type: text/plain\r\nX: \r\nContent-Length: "
        "11\r\n\r\nhello world",
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0a\r\nbcdefghijk\r\n0\r\nT: u\r\n\r\n",
        "HTTP/1.0 500 x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nto the end",
    };
    for (const std::string_view message : messages) {
        const Outcome whole = parse(message);
        ASSERT_TRUE(whole.complete) << whole.failure;
        for (std::size_t split = 1; split < message.size(); ++split) {
            Outcome halves;
            ResponseParser parser;
            parser.start({}, halves.response);
            EXPECT_EQ(parser.feed(message.substr(0, split)), split);
            parser.feed(message.substr(split));
            parser.end_of_input();
            ASSERT_TRUE(parser.complete()) << "split at " << split << ": " << parser.failure();
            EXPECT_EQ(halves.response.status_text, whole.response.status_text) << split;
            EXPECT_EQ(halves.response.headers, whole.response.headers) << split;
            EXPECT_EQ(halves.response.body, whole.response.body) << split;
            EXPECT_EQ(parser.keep_alive(), whole.keep_alive) << split;
        }
        const Outcome bytes = parse(message, {}, 1);
        EXPECT_EQ(bytes.response.body, whole.response.body);
        EXPECT_EQ(bytes.response.headers, whole.response.headers);
    }
}

TEST(ResponseParserTest, OneParserManyResponses) {
    ResponseParser parser;
    for (int i = 0; i < 3; ++i) {
        Response response;
        parser.start({}, response);
        parser.feed("garbage\r\n");
        EXPECT_TRUE(parser.failed());
        Response next;
        parser.start({}, next);
        parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        EXPECT_TRUE(parser.complete()) << parser.failure();
        EXPECT_EQ(next.body, "x");
    }
}

}  // namespace
}  // namespace k6::http
