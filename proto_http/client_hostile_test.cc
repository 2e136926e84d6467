// Servers that break the rules: each request ends in the right error code, in time, without a leak, and without harm to
// other requests of the same worker.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto_http/client.h"
#include "proto_http/content_coding.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using std::chrono::milliseconds;
using testing::ClientWorld;
using testing::PeerSocket;
using testing::ScriptedPeer;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

/// One request to a hostile peer, beside another VU's requests to a good one. The peers and the world are gone, with
/// all that they had open, when it returns.
class HostileTest : public ::testing::Test {
protected:
    Response send(const std::function<void(PeerSocket&)>& script, Request request = {},
                  ClientSettings settings = {.user_agent = "test/1"}) {
        const std::size_t before = open_descriptors();
        Response result;
        {
            ScriptedPeer good({[](PeerSocket& socket) {
                while (!socket.read_head().empty()) socket.write(ok);
            }});
            // A second connection, for what is repeated or redirected.
            ScriptedPeer hostile(std::vector<ScriptedPeer::Script>(12, script));
            ClientWorld world({.settings = std::move(settings)});
            request.url = hostile.url("/x");
            int good_answers = 0;
            Client bystander(world.vu(), world.shared());
            world.worker().spawn([&] {
                for (int i = 0; i < 4; ++i) {
                    good_answers += bystander.send({.url = good.url("/")}).body == "ok" ? 1 : 0;
                }
            });
            world.run([&](Client& client) {
                result = client.send(request);
                kept_ = client.idle_connections();
            });
            EXPECT_EQ(good_answers, 4);
        }
        EXPECT_EQ(open_descriptors(), before);
        return result;
    }

    static std::function<void(PeerSocket&)> answer(std::string bytes) {
        return [bytes = std::move(bytes)](PeerSocket& socket) {
            socket.read_head();
            socket.write(bytes);
        };
    }
    /// Repeats `bytes` after `begin` until the client has had enough.
    static std::function<void(PeerSocket&)> flood(std::string begin, const std::string& bytes) {
        std::string block;
        while (block.size() < (1 << 16)) block += bytes;
        return [begin = std::move(begin), block = std::move(block)](PeerSocket& socket) {
            socket.read_head();
            socket.write(begin);
            while (socket.try_write(block)) {
            }
        };
    }

    std::size_t kept_ = 0;
};

// --- the connection ends, or is reset, at each byte of an exchange

const std::string whole_answer =
    "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n";

TEST(HostileConnectionTest, EndsAtEachByteOfTheAnswer) {
    std::vector<ScriptedPeer::Script> scripts;
    for (std::size_t cut = 0; cut <= whole_answer.size(); ++cut) {
        scripts.push_back([cut](PeerSocket& socket) {
            socket.read_head();
            socket.write(whole_answer.substr(0, cut));
        });
    }
    ScriptedPeer peer(std::move(scripts));
    ClientWorld world;
    world.run([&](Client& client) {
        for (std::size_t cut = 0; cut <= whole_answer.size(); ++cut) {
            const Response response = client.send({.url = peer.url("/"), .headers = {{"Connection", "close"}}});
            const bool complete = cut == whole_answer.size();
            EXPECT_EQ(response.error.code, complete ? 0 : 1000) << cut;
            EXPECT_EQ(response.error.text, complete ? "" : cut == 0 ? "EOF" : "unexpected EOF") << cut;
            EXPECT_TRUE(complete ? response.body == "abcde" : std::string("abcde").starts_with(response.body)) << cut;
        }
    });
}

TEST(HostileConnectionTest, IsResetAtEachByteOfTheAnswer) {
    std::vector<ScriptedPeer::Script> scripts;
    for (std::size_t cut = 0; cut < whole_answer.size(); ++cut) {
        scripts.push_back([cut](PeerSocket& socket) {
            socket.read_head();
            socket.write(whole_answer.substr(0, cut));
            socket.reset_on_close();
        });
    }
    ScriptedPeer peer(std::move(scripts));
    ClientWorld world;
    world.run([&](Client& client) {
        for (std::size_t cut = 0; cut < whole_answer.size(); ++cut) {
            const Response response = client.send({.url = peer.url("/"), .headers = {{"Connection", "close"}}});
            EXPECT_EQ(response.error.code, 1220) << cut << response.error.message;
            EXPECT_EQ(response.error.text, "read: connection reset by peer") << cut;
        }
    });
}

TEST(HostileConnectionTest, IsResetAtEachByteOfTheRequest) {
    std::vector<ScriptedPeer::Script> scripts;
    constexpr std::size_t bytes = 40;
    for (std::size_t cut = 0; cut < bytes; ++cut) {
        scripts.push_back([cut](PeerSocket& socket) {
            socket.read_exactly(cut);
            socket.reset_on_close();
        });
    }
    ScriptedPeer peer(std::move(scripts));
    ClientWorld world;
    world.run([&](Client& client) {
        for (std::size_t cut = 0; cut < bytes; ++cut) {
            const Response response =
                client.send({.method = "POST", .url = peer.url("/"), .body = Body::borrow("1234")});
            EXPECT_EQ(response.error.code, 1220) << cut << response.error.message;
        }
    });
}

// --- framing

struct Framing {
    const char* name;
    const char* answer;
    const char* text;  // of the error; nullptr: none
};

class HostileFramingTest : public HostileTest, public ::testing::WithParamInterface<Framing> {};

TEST_P(HostileFramingTest, IsRefused) {
    const Response response = send(answer(GetParam().answer));
    EXPECT_EQ(response.error.code, GetParam().text == nullptr ? 0 : 1000);
    EXPECT_EQ(response.error.text, GetParam().text == nullptr ? "" : GetParam().text);
    EXPECT_EQ(kept_, 0u);
}

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INSTANTIATE_TEST_SUITE_P(
    Table, HostileFramingTest,
    ::testing::Values(
        Framing{"MoreThanAnnounced", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 Sneaked In\r\n\r\n",
                nullptr},
        Framing{"LessThanAnnounced", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "unexpected EOF"},
        Framing{"HugeLength", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nok", "unexpected EOF"},
        Framing{"LengthBeyondNumbers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
                "malformed HTTP response: bad Content-Length"},
        Framing{"NegativeLength", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
                "malformed HTTP response: bad Content-Length"},
        Framing{"HexadecimalLength", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
                "malformed HTTP response: bad Content-Length"},
        Framing{"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                "malformed HTTP response: bad Content-Length"},
        Framing{"ListOfLengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok",
                "malformed HTTP response: bad Content-Length"},
        Framing{"LengthAndChunks",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "malformed HTTP response: bad Content-Length"},
        Framing{"ChunksAndLength",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
                "malformed HTTP response: bad Content-Length"},
        Framing{"UnknownTransferCoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
                "unsupported transfer encoding: \"gzip\""},
        Framing{"ChunkedNotLast", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nok",
                "unsupported transfer encoding: \"chunked, gzip\""},
        Framing{"ChunkedTwice",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "unsupported transfer encoding: \"chunked, chunked\""},
        Framing{"NearlyChunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "unsupported transfer encoding: \"xchunked\""},
        Framing{"BlankBeforeColon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
                "malformed MIME header: invalid character"},
        Framing{"NoName", "HTTP/1.1 200 OK\r\n: v\r\n\r\n", "malformed MIME header: missing name"},
        Framing{"NoColon", "HTTP/1.1 200 OK\r\nA\r\n\r\n", "malformed MIME header: invalid character"},
        Framing{"ControlCharacter", "HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n", "malformed MIME header: invalid character"},
        Framing{"BareLfAfterStatusLine", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok",
                "malformed HTTP response \"HTTP/1.1 200 OK\""},
        Framing{"BareLfAfterHeader", "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\r\nok",
                "malformed MIME header: invalid character"},
        Framing{"BareLfAtTheEndOfTheHead", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok",
                "malformed MIME header: bare LF"},
        Framing{"BareCr", "HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n",
                "malformed HTTP response: Missing expected LF after header value"},
        Framing{"EmptyLineFirst", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "malformed HTTP response \"\""},
        Framing{"TwoDigits", "HTTP/1.1 20 OK\r\n\r\n", "malformed HTTP status code"},
        Framing{"FourDigits", "HTTP/1.1 2000 OK\r\n\r\n", "malformed HTTP response \"HTTP/1.1 2000 OK\""},
        Framing{"AnotherVersion", "HTTP/2.0 200 OK\r\n\r\n", "malformed HTTP version"},
        Framing{"NoChunkSize", CHUNKED "\r\nok\r\n0\r\n\r\n", "malformed chunked encoding: invalid chunk size"},
        Framing{"NegativeChunkSize", CHUNKED "-1\r\nok\r\n0\r\n\r\n", "malformed chunked encoding: invalid chunk size"},
        Framing{"PrefixedChunkSize", CHUNKED "0x2\r\nok\r\n0\r\n\r\n",
                "malformed chunked encoding: invalid chunk size"},
        Framing{"ChunkSizeBeyondNumbers", CHUNKED "fffffffffffffffff\r\nok\r\n0\r\n\r\n",
                "malformed chunked encoding: invalid chunk size"},
        Framing{"BareLfAfterChunkSize", CHUNKED "2\nok\r\n0\r\n\r\n", "malformed chunked encoding: invalid chunk size"},
        Framing{"BareLfAfterChunk", CHUNKED "2\r\nok\n0\r\n\r\n",
                "malformed chunked encoding: Expected CRLF after chunk"},
        Framing{"ChunkLongerThanItsSize", CHUNKED "2\r\nokay\r\n0\r\n\r\n",
                "malformed chunked encoding: Expected CRLF after chunk"},
        Framing{"BareLfAfterTrailer", CHUNKED "0\r\nT: v\n\r\n", "malformed MIME header: invalid character"},
        Framing{"NoLastChunk", CHUNKED "2\r\nok\r\n", "unexpected EOF"}),
    [](const auto& info) { return std::string(info.param.name); });

// --- floods

TEST_F(HostileTest, TooManyHeaders) {
    const Response response = send(flood("HTTP/1.1 200 OK\r\n", "A: b\r\n"));
    EXPECT_EQ(response.error.text, "server response has more than 1000 headers; aborted");
    EXPECT_EQ(response.error.code, 1000);
}

TEST_F(HostileTest, AHeaderWithoutEnd) {
    const Response response = send(flood("HTTP/1.1 200 OK\r\nA: ", "bbbbbbbb"));
    EXPECT_EQ(response.error.text, "server response headers exceeded 262144 bytes; aborted");
}

TEST_F(HostileTest, AStatusLineWithoutEnd) {
    EXPECT_EQ(send(flood("HTTP/1.1 200 ", "OK")).error.text, "server response headers exceeded 262144 bytes; aborted");
}

TEST_F(HostileTest, InterimResponsesWithoutEnd) {
    EXPECT_EQ(send(flood("", "HTTP/1.1 102 Processing\r\n\r\n")).error.code, 1000);
}

TEST_F(HostileTest, TrailersWithoutEnd) {
    EXPECT_EQ(send(flood(CHUNKED "0\r\n", "T: v\r\n")).error.text,
              "server response headers exceeded 262144 bytes; aborted");
}

TEST_F(HostileTest, AChunkExtensionWithoutEnd) {
    for (const char* begin : {CHUNKED "2;", CHUNKED "2;a=", CHUNKED "2;a=\""}) {
        EXPECT_EQ(send(flood(begin, "xxxxxxxx")).error.text, "server response headers exceeded 262144 bytes; aborted");
    }
}

TEST_F(HostileTest, ABodyWithoutEnd) {
    const ClientSettings settings{.user_agent = "test/1", .max_body_size = 1 << 20};
    for (const char* begin : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"}) {
        const Response response = send(flood(begin, "body"), {}, settings);
        EXPECT_EQ(response.error.code, 1000);
        EXPECT_EQ(response.error.text, "the response body is larger than 1048576 bytes");
    }
}

TEST_F(HostileTest, ABodyWithoutEndThatNobodyKeepsEndsAtTheTimeout) {
    const Response response = send(flood("HTTP/1.1 200 OK\r\n\r\n", "body"),
                                   {.timeout = milliseconds(100), .response_body = ResponseBody::discard});
    EXPECT_EQ(response.error.code, 1050);
    EXPECT_EQ(response.error.text, "request timeout");
}

// --- time

TEST_F(HostileTest, DripsOfAnythingEndAtTheTimeout) {
    for (const char* begin : {"", "HTTP/1.1 200 OK\r\nA: ", CHUNKED, CHUNKED "fffff\r\n", CHUNKED "0\r\nT: "}) {
        const Response response = send(
            [begin](PeerSocket& socket) {
                socket.read_head();
                socket.write(begin);
                // Something may come until the client goes; then nothing is left to do.
                while (socket.wait_for_close_or(milliseconds(5)) && socket.try_write(*begin == '\0' ? "H" : "1")) {
                    if (*begin == '\0') break;
                }
                socket.wait_for_close();
            },
            {.timeout = milliseconds(60)});
        EXPECT_EQ(response.error.code, 1050) << begin;
    }
}

TEST_F(HostileTest, APeerThatNeverReadsEndsAtTheTimeout) {
    const std::string body(std::size_t{32} << 20, 'x');
    const Response response = send([](PeerSocket& socket) { socket.wait_until_peer_is_gone(); },
                                   {.method = "POST", .body = Body::borrow(body), .timeout = milliseconds(100)});
    EXPECT_EQ(response.error.code, 1050);
}

// --- half-closed connections

TEST_F(HostileTest, HalfClosedBeforeTheAnswer) {
    const Response response = send(
        [](PeerSocket& socket) {
            socket.read_head();
            socket.finish_writing();
            socket.wait_for_close();
        },
        {.method = "POST"});
    EXPECT_EQ(response.error.code, 1000);
    EXPECT_EQ(response.error.text, "EOF");
}

TEST_F(HostileTest, HalfClosedAfterABodyWithoutLength) {
    const Response response = send([](PeerSocket& socket) {
        socket.read_head();
        socket.write("HTTP/1.1 200 OK\r\n\r\nall of it");
        socket.finish_writing();
        socket.wait_for_close();
    });
    EXPECT_EQ(response.error.code, 0);
    EXPECT_EQ(response.body, "all of it");
    EXPECT_EQ(kept_, 0u);
}

TEST_F(HostileTest, HalfClosedWhileTheRequestIsSent) {
    const std::string body(std::size_t{8} << 20, 'x');
    const Response response = send(
        [](PeerSocket& socket) {
            socket.read_head();
            socket.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
            socket.finish_writing();
            socket.wait_for_close();
        },
        {.method = "POST", .body = Body::borrow(body)});
    EXPECT_EQ(response.status, 413) << response.error.message;
    EXPECT_EQ(kept_, 0u);
}

// --- redirects and codings

TEST_F(HostileTest, RedirectsWithoutEnd) {
    const Response response = send([](PeerSocket& socket) {
        while (!socket.read_head().empty()) {
            socket.write("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        }
    });
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(response.error.code, 0);
    EXPECT_EQ(response.redirects_followed, 10);
}

TEST_F(HostileTest, RedirectsToNowhere) {
    for (const char* location : {"http://", "http://a b/", "http://h:99999/", "ftp://h/", "http://[::1", "%zz"}) {
        const Response response =
            send(answer("HTTP/1.1 302 Found\r\nLocation: " + std::string(location) + "\r\nContent-Length: 0\r\n\r\n"));
        EXPECT_NE(response.error.code, 0) << location;
        EXPECT_EQ(response.status, 0) << location;
    }
}

std::string with_coding(std::string_view codings, const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(codings) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(HostileTest, DecompressionBombs) {
    const std::string zeros(std::size_t{16} << 20, '\0');
    const ClientSettings settings{.user_agent = "test/1", .max_body_size = 1 << 20};
    for (const char* codings : {"gzip", "deflate", "br", "zstd", "gzip, gzip", "br, zstd"}) {
        const auto bomb = encode_content(parse_content_codings(codings).value(), zeros);
        ASSERT_TRUE(bomb);
        const Response response = send(answer(with_coding(codings, *bomb)), {}, settings);
        EXPECT_EQ(response.error.code, 1701) << codings;
        EXPECT_EQ(response.error.text,
                  "error decompressing response body (the decompressed body is larger than 1048576 bytes)")
            << codings;
        EXPECT_LT(response.body.capacity(), zeros.size());
    }
}

TEST_F(HostileTest, ManyCodingsOnTopOfEachOther) {
    std::string codings = "gzip";
    for (int i = 0; i < 200; ++i) codings += ", gzip";
    const Response response = send(answer(with_coding(codings, "x")));
    EXPECT_EQ(response.error.code, 1701);
}

TEST_F(HostileTest, CorruptCodings) {
    for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
        const std::string whole = encode_content(parse_content_codings(coding).value(), std::string(500, 'x')).value();
        EXPECT_EQ(send(answer(with_coding(coding, whole.substr(0, whole.size() / 2)))).error.code, 1701) << coding;
        EXPECT_EQ(send(answer(with_coding(coding, "no such thing"))).error.code, 1701) << coding;
        EXPECT_EQ(send(answer(with_coding(coding, whole))).body, std::string(500, 'x')) << coding;
    }
}

}  // namespace
}  // namespace k6::http
