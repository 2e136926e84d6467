// The client against peers that follow scripts: framing, reuse, failures, to the byte.
#include "proto_http/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "proto_http/cookie_jar.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using std::chrono::milliseconds;
using testing::ClientWorld;
using testing::PeerSocket;
using testing::ScriptedPeer;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers each request on one connection with the next of `answers`, then waits for the client to close.
ScriptedPeer::Script answering(std::vector<std::string> answers) {
    return [answers = std::move(answers)](PeerSocket& socket) {
        for (const std::string& answer : answers) {
            socket.read_head();
            socket.write(answer);
        }
        socket.wait_for_close();
    };
}

TEST(ClientTest, ARequestAndItsResponse) {
    std::string head;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        head = socket.read_head();
        socket.write("HTTP/1.1 201 Made It\r\nContent-Length: 5\r\nx-a: 1\r\n\r\nhello");
        socket.wait_for_close();
    }});
    {
        ClientWorld world;
        world.run([&](Client& client) {
            const Response response = client.send({.url = peer.url("/raw?q#f")});
            EXPECT_FALSE(response.error) << response.error.message;
            EXPECT_EQ(response.status, 201);
            EXPECT_EQ(response.status_text, "201 Made It");
            EXPECT_EQ(response.protocol, Protocol::http_1_1);
            EXPECT_EQ(response.headers.get("X-A"), "1");
            EXPECT_EQ(response.body, "hello");
            EXPECT_EQ(response.url, peer.url("/raw?q#f"));
            EXPECT_EQ(response.error_code(), 0);
            ASSERT_TRUE(response.remote);
            EXPECT_EQ(to_string(*response.remote), peer.authority());
            EXPECT_GT(response.timings.blocked.count(), 0);
            EXPECT_GT(response.timings.connecting.count(), 0);
            EXPECT_LE(response.timings.connecting, response.timings.blocked);
            EXPECT_EQ(response.timings.tls_handshaking.count(), 0);
            EXPECT_GT(response.timings.waiting.count(), 0);
        });
        peer.finish();
        EXPECT_EQ(world.vu().bytes_sent, head.size());
        EXPECT_EQ(world.vu().bytes_received, 56u);
    }
    EXPECT_EQ(head, "GET /raw?q HTTP/1.1\r\nHost: " + peer.authority() + "\r\nUser-Agent: test/1\r\n\r\n");
}

TEST(ClientTest, HeadersAndBody) {
    std::string head;
    std::string body;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        head = socket.read_head();
        body = socket.read_exactly(4);
        socket.write(ok);
        socket.wait_for_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.method = "POST",
                                               .url = "http://us%40er:p%3Ass@" + peer.authority() + "/p",
                                               .headers = {{"x-num", "5"},
                                                           {"content-type", "text/x"},
                                                           {"Host", "foo.com"},
                                                           {"user-agent", "me"},
                                                           {"Content-Length", "99"},
                                                           {"Transfer-Encoding", "chunked"}},
                                               .body = Body::borrow("body"),
                                               .cookies = {{"a", "1"}, {"b", "x y"}}});
        EXPECT_EQ(response.status, 200) << response.error.message;
        EXPECT_EQ(response.cookie_header, "a=1; b=\"x y\"");
    });
    peer.finish();
    EXPECT_EQ(
        head,
        "POST /p HTTP/1.1\r\nHost: foo.com\r\nUser-Agent: me\r\nContent-Length: 4\r\n"
        "Authorization: Basic dXNAZXI6cDpzcw==\r\nContent-Type: text/x\r\nCookie: a=1; b=\"x y\"\r\nX-Num: 5\r\n\r\n");
    EXPECT_EQ(body, "body");
}

TEST(ClientTest, AnExplicitAuthorizationWinsAndAnEmptyUserAgentVanishes) {
    std::string head;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        head = socket.read_head();
        socket.write(ok);
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        client.send({.method = "",
                     .url = "http://u:p@" + peer.authority(),
                     .headers = {{"Authorization", "Bearer x"}, {"User-Agent", ""}}});
    });
    peer.finish();
    EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: " + peer.authority() + "\r\nAuthorization: Bearer x\r\n\r\n");
}

TEST(ClientTest, ConnectionsAreUsedAgain) {
    ScriptedPeer peer({answering({ok, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                                  "HTTP/1.1 204 No Content\r\n\r\n", ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = peer.url("/1")}).body, "ok");
        EXPECT_EQ(client.idle_connections(), 1u);
        const Response second = client.send({.url = peer.url("/2")});
        EXPECT_EQ(second.body, "abc");
        EXPECT_EQ(second.timings.blocked.count(), 0);
        EXPECT_EQ(second.timings.connecting.count(), 0);
        EXPECT_EQ(client.send({.url = peer.url("/3")}).status, 204);
        EXPECT_EQ(client.send({.url = peer.url("/4")}).body, "ok");
        client.close_idle();
        EXPECT_EQ(client.idle_connections(), 0u);
    });
    EXPECT_EQ(peer.connections(), 1);
}

TEST(ClientTest, ConnectionsAreNotUsedAgainWhenTheyMustNot) {
    const std::string answers[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        // Bytes that nobody asked for.
        ok + "HTTP/1.1 408 Request Timeout\r\n\r\n",
    };
    for (const std::string& answer : answers) {
        ScriptedPeer peer({answering({answer}), answering({ok})});
        ClientWorld world;
        world.run([&](Client& client) {
            EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok");
            EXPECT_EQ(client.idle_connections(), 0u);
            EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok");
        });
        EXPECT_EQ(peer.connections(), 2) << answer;
    }
}

TEST(ClientTest, RequestsThatAskToCloseDo) {
    ScriptedPeer peer({answering({ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        client.send({.url = peer.url("/"), .headers = {{"Connection", "Close"}}});
        EXPECT_EQ(client.idle_connections(), 0u);
    });
}

TEST(ClientTest, NoConnectionReuseClosesEach) {
    std::string head;
    ScriptedPeer peer({[&](PeerSocket& socket) {
                           head = socket.read_head();
                           socket.write(ok);
                           socket.wait_for_close();
                       },
                       answering({ok})});
    ClientWorld world({.settings = {.no_connection_reuse = true}});
    world.run([&](Client& client) {
        client.send({.url = peer.url("/")});
        client.send({.url = peer.url("/")});
    });
    peer.finish();
    EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: " + peer.authority() + "\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(peer.connections(), 2);
}

TEST(ClientTest, IdleConnectionsAreLimitedPerHostAndInAll) {
    const auto one = answering({ok});
    ScriptedPeer first({one});
    ScriptedPeer second({one});
    ClientWorld world({.settings = {.idle_connections = 1}});
    world.run([&](Client& client) {
        client.send({.url = first.url("/")});
        client.send({.url = second.url("/")});
        EXPECT_EQ(client.idle_connections(), 1u);
    });
}

// Both requests are under way at once: the first is answered only when the second has arrived. The peer serves one
// connection after the other, so the second one is another peer.
TEST(ClientTest, SeveralFibersSendAtOnce) {
    std::atomic<bool> second_arrived = false;
    ScriptedPeer first({[&](PeerSocket& socket) {
        socket.read_head();
        second_arrived.wait(false);
        socket.write(ok);
        socket.wait_for_close();
    }});
    ScriptedPeer second({[&](PeerSocket& socket) {
        socket.read_head();
        second_arrived = true;
        second_arrived.notify_all();
        socket.write(ok);
        socket.wait_for_close();
    }});
    ClientWorld world;
    int answered = 0;
    for (ScriptedPeer* peer : {&first, &second}) {
        world.worker().spawn(
            [&, peer] { answered += world.client().send({.url = peer->url("/")}).body == "ok" ? 1 : 0; });
    }
    world.run_fibers();
    EXPECT_EQ(answered, 2);
}

TEST(ClientTest, BodiesArriveWholeHoweverTheyAreCut) {
    const std::string response =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n4\r\nbody\r\n6\r\n-parts\r\n0\r\n\r\n";
    std::vector<ScriptedPeer::Script> scripts;
    for (std::size_t split = 1; split < response.size(); ++split) {
        scripts.push_back([&response, split](PeerSocket& socket) {
            socket.read_head();
            socket.write(response.substr(0, split));
            socket.write(response.substr(split));
            socket.wait_for_close();
        });
    }
    ScriptedPeer peer(std::move(scripts));
    ClientWorld world;
    world.run([&](Client& client) {
        for (std::size_t split = 1; split < response.size(); ++split) {
            const Response got = client.send({.url = peer.url("/")});
            EXPECT_EQ(got.body, "body-parts") << split << " " << got.error.message;
            client.close_idle();
        }
    });
}

TEST(ClientTest, LargeBodiesBothWays) {
    std::string body;
    for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i);
    std::string received;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        received = socket.read_exactly(body.size());
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        socket.wait_for_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.method = "PUT", .url = peer.url("/"), .body = Body::borrow(body)});
        EXPECT_EQ(response.body, body);
        EXPECT_EQ(client.idle_connections(), 1u);
    });
    peer.finish();
    EXPECT_EQ(received, body);
    EXPECT_GT(world.vu().bytes_sent, body.size());
    EXPECT_GT(world.vu().bytes_received, body.size());
}

TEST(ClientTest, DiscardedBodiesAreReadButNotKept) {
    ScriptedPeer peer({answering({ok, ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/"), .response_body = ResponseBody::discard});
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, "");
        EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok");
    });
    EXPECT_EQ(peer.connections(), 1);
}

TEST(ClientTest, AnAnswerBeforeTheBodyIsRead) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
        // Reads no further: the client's socket fills up.
        socket.finish_writing();
        socket.wait_for_close();
    }});
    const std::string body(64 << 20, 'x');
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.method = "POST", .url = peer.url("/"), .body = Body::borrow(body)});
        EXPECT_EQ(response.status, 413) << response.error.message;
        EXPECT_EQ(response.body, "big");
        EXPECT_EQ(client.idle_connections(), 0u);
    });
}

// --- connections that died while they were idle

TEST(ClientTest, AnIdempotentRequestIsRepeatedOnADeadConnection) {
    ScriptedPeer peer({[](PeerSocket& socket) {
                           socket.read_head();
                           socket.write(ok);
                           socket.read_head();  // and closes without an answer
                       },
                       answering({ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok");
        const Response again = client.send({.url = peer.url("/")});
        EXPECT_EQ(again.body, "ok") << again.error.message;
        EXPECT_GT(again.timings.connecting.count(), 0);
    });
    EXPECT_EQ(peer.connections(), 2);
    EXPECT_EQ(world.samples("http_reqs").size(), 2u);
}

TEST(ClientTest, ItIsRepeatedOnce) {
    ScriptedPeer peer({[](PeerSocket& socket) {
                           socket.read_head();
                           socket.write(ok);
                           socket.read_head();
                       },
                       [](PeerSocket& socket) { socket.read_head(); }});
    ClientWorld world;
    world.run([&](Client& client) {
        client.send({.url = peer.url("/")});
        const Response again = client.send({.url = peer.url("/")});
        EXPECT_EQ(again.error.text, "EOF");
    });
    EXPECT_EQ(peer.connections(), 2);
}

TEST(ClientTest, AnotherRequestIsNotRepeated) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write(ok);
        socket.read_head();
        socket.read_exactly(1);
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        client.send({.url = peer.url("/")});
        const Response posted = client.send({.method = "POST", .url = peer.url("/"), .body = Body::borrow("x")});
        EXPECT_EQ(posted.error.code, 1000);
        EXPECT_EQ(posted.error.text, "EOF");
    });
    EXPECT_EQ(peer.connections(), 1);
}

TEST(ClientTest, AnotherRequestAvoidsAClosedConnection) {
    ScriptedPeer peer({[](PeerSocket& socket) {
                           socket.read_head();
                           socket.write(ok);
                       },
                       answering({ok}), answering({ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        client.send({.url = peer.url("/")});
        // The peer serves one connection after the other: once another client is answered, ours is closed.
        Client other(world.vu(), world.shared());
        EXPECT_EQ(other.send({.url = peer.url("/")}).body, "ok");
        other.close_idle();
        EXPECT_EQ(client.idle_connections(), 1u);
        const Response posted = client.send({.method = "POST", .url = peer.url("/")});
        EXPECT_EQ(posted.body, "ok") << posted.error.message;
    });
    EXPECT_EQ(peer.connections(), 3);
}

/// The system's time, and a lead.
class LeadingClock final : public Clock {
public:
    TimePoint now() const noexcept override { return clock_.now() + lead; }
    WallTime wall_time(TimePoint point) const noexcept override { return clock_.wall_time(point); }
    Duration lead{};

private:
    SystemClock clock_;
};

// Servers say 408 on connections that they are about to close. That is no answer to the next request.
TEST(ClientTest, WordsOnAnIdleConnectionAreNoAnswer) {
    std::promise<void> idle;
    std::promise<void> said;
    ScriptedPeer peer({[&](PeerSocket& socket) {
                           socket.read_head();
                           socket.write(ok);
                           idle.get_future().wait();
                           socket.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
                           said.set_value();
                           socket.wait_for_close();
                       },
                       answering({ok})});
    LeadingClock clock;
    ClientWorld world({.clock = &clock});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok");
        idle.set_value();
        said.get_future().wait();
        clock.lead = std::chrono::seconds(5);
        EXPECT_EQ(client.send({.url = peer.url("/")}).status, 200);
    });
    EXPECT_EQ(peer.connections(), 2);
}

TEST(ClientTest, NoRepetitionOnceBytesCame) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write(ok);
        socket.read_head();
        socket.write("HTTP/1.1 200 OK\r\n");
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        client.send({.url = peer.url("/")});
        EXPECT_EQ(client.send({.url = peer.url("/")}).error.text, "unexpected EOF");
    });
    EXPECT_EQ(peer.connections(), 1);
}

// --- failures

struct Failing {
    const char* name;
    const char* answer;
    const char* text;
};

class FailingPeerTest : public ::testing::TestWithParam<Failing> {};

TEST_P(FailingPeerTest, IsDescribed) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write(GetParam().answer);
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/x")});
        EXPECT_EQ(response.error.code, 1000);
        EXPECT_EQ(response.error.text, GetParam().text);
        EXPECT_EQ(response.error.message, "Get \"" + peer.url("/x") + "\": " + GetParam().text);
        EXPECT_EQ(response.status, 0);
        EXPECT_EQ(response.status_text, "");
        EXPECT_EQ(response.protocol, Protocol::none);
        EXPECT_TRUE(response.headers.empty());
        EXPECT_EQ(response.url, peer.url("/x"));
        EXPECT_EQ(client.idle_connections(), 0u);
    });
    const auto samples = world.samples("http_req_failed");
    ASSERT_EQ(samples.size(), 1u);
    EXPECT_EQ(samples[0].value, 1);
    EXPECT_EQ(samples[0].tags.at("status"), "0");
    EXPECT_EQ(samples[0].tags.at("error"), GetParam().text);
    EXPECT_EQ(samples[0].tags.at("error_code"), "1000");
    EXPECT_FALSE(samples[0].tags.contains("proto"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, FailingPeerTest,
    ::testing::Values(
        Failing{"Nothing", "", "EOF"}, Failing{"HalfAHead", "HTTP/1.1 200 OK\r\nA: b", "unexpected EOF"},
        Failing{"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "unexpected EOF"},
        Failing{"HalfAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nha", "unexpected EOF"},
        Failing{"BadChunkSize", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n?\r\n",
                "malformed chunked encoding: invalid chunk size"},
        Failing{"NoHttp", "220 mail.example ESMTP\r\n", R"(malformed HTTP response "220 mail.example ESMTP")"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ClientFailureTest, TruncatedBodiesKeepWhatCame) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    }});
    ClientWorld world;
    world.run([&](Client& client) { EXPECT_EQ(client.send({.url = peer.url("/")}).body, "half"); });
}

TEST(ClientFailureTest, Refused) {
    const std::string authority = "127.0.0.1:" + std::to_string(testing::unused_port());
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = "http://u:secret@" + authority + "/"});
        EXPECT_EQ(response.error.code, 1212);
        EXPECT_EQ(response.error.text, "dial: connection refused");
        EXPECT_EQ(response.error.message,
                  "Get \"http://u:***@" + authority + "/\": dial tcp " + authority + ": connect: connection refused");
        EXPECT_EQ(response.timings, Timings{});
        EXPECT_FALSE(response.remote);
    });
    EXPECT_EQ(world.samples("http_reqs").at(0).tags.at("url"), "http://****:****@" + authority + "/");
}

TEST(ClientFailureTest, Reset) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.reset_on_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/")});
        EXPECT_EQ(response.error.code, 1220);
        EXPECT_EQ(response.error.text, "read: connection reset by peer");
        EXPECT_TRUE(response.error.message.ends_with("->" + peer.authority() + ": read: connection reset by peer"))
            << response.error.message;
    });
}

TEST(ClientFailureTest, Timeouts) {
    const std::string parts[] = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"};
    for (const std::string& part : parts) {
        ScriptedPeer peer({[&](PeerSocket& socket) {
            socket.read_head();
            socket.write(part);
            socket.wait_for_close();
        }});
        ClientWorld world;
        world.run([&](Client& client) {
            const Response response = client.send({.url = peer.url("/"), .timeout = milliseconds(30)});
            EXPECT_EQ(response.error.code, 1050);
            EXPECT_EQ(response.error.text, "request timeout");
            EXPECT_EQ(response.error.message, "Get \"" + peer.url("/") + "\": request timeout");
            EXPECT_EQ(response.status, 0);
            EXPECT_TRUE(response.headers.empty());
            EXPECT_EQ(response.body, part.ends_with("part") ? "part" : "");
            EXPECT_EQ(client.idle_connections(), 0u);
        });
        EXPECT_EQ(world.samples("http_reqs").at(0).tags.at("error_code"), "1050");
    }
}

TEST(ClientFailureTest, DrippingDoesNotPutTheTimeoutOff) {
    std::atomic<bool> over = false;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        while (!over) {
            socket.write("x");
            std::this_thread::yield();
        }
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response =
            client.send({.url = peer.url("/"), .timeout = milliseconds(30), .response_body = ResponseBody::discard});
        EXPECT_EQ(response.error.code, 1050);
        over = true;
    });
}

TEST(ClientFailureTest, TimeoutWhileSending) {
    std::atomic<bool> given_up = false;
    ScriptedPeer stuck({[&](PeerSocket&) { given_up.wait(false); }});
    const std::string body(64 << 20, 'x');
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send(
            {.method = "POST", .url = stuck.url("/"), .body = Body::borrow(body), .timeout = milliseconds(30)});
        EXPECT_EQ(response.error.code, 1050);
        EXPECT_GT(response.timings.sending.count(), 0);
        EXPECT_EQ(response.timings.waiting.count(), 0);
        given_up = true;
        given_up.notify_all();
    });
}

TEST(ClientFailureTest, NoTimeAtAll) {
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = "http://127.0.0.1:1/", .timeout = milliseconds(0)}).error.code, 1050);
        EXPECT_EQ(client.send({.url = "http://127.0.0.1:1/", .timeout = milliseconds(-5)}).error.code, 1050);
    });
}

TEST(ClientFailureTest, Names) {
    ScriptedPeer peer({answering({ok})});
    ClientWorld world({.lookup = [](const std::string& name) -> DnsAnswer {
        if (name == "known.test") return {.addresses = {parse_ip("127.0.0.1").value()}};
        return {.error = -2};  // EAI_NONAME
    }});
    world.run([&](Client& client) {
        const Response found = client.send({.url = "http://known.test:" + std::to_string(peer.port()) + "/"});
        EXPECT_EQ(found.body, "ok") << found.error.message;
        const Response missing = client.send({.url = "http://unknown.test/"});
        EXPECT_EQ(missing.error.code, 1101);
        EXPECT_EQ(missing.error.text, "lookup: no such host");
        EXPECT_EQ(missing.error.message, "Get \"http://unknown.test/\": dial tcp: lookup unknown.test: no such host");
    });
}

TEST(ClientFailureTest, TimeoutWhileResolving) {
    // Shared: the lookup's thread may outlive the resolver and this test.
    const auto over = std::make_shared<std::atomic<bool>>(false);
    ClientWorld world({.lookup = [over](const std::string&) -> DnsAnswer {
        over->wait(false);
        return {.error = -2};
    }});
    world.run([&](Client& client) {
        const Response response = client.send({.url = "http://slow.test/", .timeout = milliseconds(30)});
        EXPECT_EQ(response.error.code, 1050);
        *over = true;
        over->notify_all();
        // The fiber is as usable as before.
        EXPECT_NO_THROW(Fiber::current()->check_interrupt());
    });
}

struct Unsendable {
    Request request;
    int code;
    const char* text;
};

TEST(ClientFailureTest, WhatCannotBeSent) {
    const Unsendable table[] = {
        {{.url = "ftp://h/"}, 1000, "unsupported protocol scheme \"ftp\""},
        {{.url = "h/path"}, 1000, "unsupported protocol scheme \"\""},
        {{.url = "http:///path"}, 1000, "http: no Host in request URL"},
        {{.url = "http://h:99999/"}, 1210, "dial tcp: address 99999: invalid port"},
        {{.method = "A B", .url = "http://h/"}, 1000, "net/http: invalid method \"A B\""},
        {{.url = "http://h/", .headers = {{"a b", "c"}}}, 1000, "net/http: invalid header field name \"a b\""},
        {{.url = "http://h/", .headers = {{"a", "b\r\nc: d"}}}, 1000, "net/http: invalid header field value for \"A\""},
    };
    ClientWorld world;
    world.run([&](Client& client) {
        for (const Unsendable& row : table) {
            const Response response = client.send(row.request);
            EXPECT_EQ(response.error.code, row.code) << row.text;
            EXPECT_EQ(response.error.text, row.text);
            EXPECT_EQ(response.status, 0);
        }
    });
    EXPECT_EQ(world.samples("http_reqs").size(), std::size(table));
}

TEST(ClientFailureTest, AnInvalidUrlEmitsNothing) {
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = "http://a b/"});
        EXPECT_EQ(response.error.code, 1020);
        EXPECT_EQ(response.error.text, R"(invalid URL: parse "http://a b/": invalid character " " in host name)");
    });
    EXPECT_TRUE(world.samples().empty());
}

TEST(ClientFailureTest, SwitchingProtocolsIsAlwaysThrown) {
    ScriptedPeer peer({answering({"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"})});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/")});
        EXPECT_TRUE(response.error.always_thrown);
        EXPECT_EQ(response.error.text, "unsupported response status: 101 Switching Protocols");
    });
}

TEST(ClientFailureTest, TooMuchOfAHead) {
    ScriptedPeer peer({answering({"HTTP/1.1 200 OK\r\nA: " + std::string(5000, 'x') + "\r\n\r\n"})});
    ClientWorld world({.settings = {.max_head_size = 1000}});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = peer.url("/")}).error.text,
                  "server response headers exceeded 1000 bytes; aborted");
    });
}

// --- interruption

TEST(ClientInterruptTest, EndsTheWaitAndClosesTheConnection) {
    ClientWorld world;
    Fiber* sender = nullptr;
    bool interrupted = false;
    std::promise<std::string> until_close;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        world.worker().post([&] { sender->interrupt(); });
        until_close.set_value(socket.wait_for_close());
    }});
    sender = &world.worker().spawn([&] {
        try {
            world.client().send({.url = peer.url("/")});
        } catch (const Interrupted&) {
            interrupted = true;
        }
        EXPECT_EQ(world.client().idle_connections(), 0u);
    });
    world.run_fibers();
    EXPECT_TRUE(interrupted);
    EXPECT_EQ(until_close.get_future().get(), "");
    EXPECT_TRUE(world.samples().empty());
}

TEST(ClientInterruptTest, AMarkedFiberSendsNothing) {
    ScriptedPeer peer({answering({ok})});
    ClientWorld world;
    world.worker().spawn([&] {
        Fiber::current()->interrupt();
        EXPECT_THROW(world.client().send({.url = peer.url("/")}), Interrupted);
        Fiber::current()->clear_interrupt();
        EXPECT_EQ(world.client().send({.url = peer.url("/")}).body, "ok");
    });
    world.run_fibers();
}

// --- redirects

TEST(ClientRedirectTest, APostBecomesAGetAndLosesItsBody) {
    std::vector<std::string> heads;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        heads.push_back(socket.read_head());
        socket.read_exactly(4);
        socket.write("HTTP/1.1 302 Found\r\nLocation: /next#frag\r\nContent-Length: 3\r\n\r\nbye");
        heads.push_back(socket.read_head());
        socket.write(ok);
        socket.wait_for_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.method = "POST",
                                               .url = peer.url("/first"),
                                               .headers = {{"Content-Type", "t"}, {"X-A", "1"}, {"Cookie", "c=d"}},
                                               .body = Body::borrow("body")});
        EXPECT_EQ(response.body, "ok");
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.url, peer.url("/next#frag"));
        EXPECT_EQ(response.redirects_followed, 1);
        EXPECT_EQ(response.cookie_header, "c=d");
    });
    peer.finish();
    ASSERT_EQ(heads.size(), 2u);
    EXPECT_EQ(heads[1], "GET /next HTTP/1.1\r\nHost: " + peer.authority() +
                            "\r\nUser-Agent: test/1\r\nReferer: " + peer.url("/first") + "\r\nX-A: 1\r\n\r\n");
    const auto requests = world.samples("http_reqs");
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[0].tags.at("status"), "302");
    EXPECT_EQ(requests[0].tags.at("url"), peer.url("/first"));
    EXPECT_EQ(requests[0].tags.at("method"), "POST");
    EXPECT_EQ(requests[1].tags.at("status"), "200");
    EXPECT_EQ(requests[1].tags.at("url"), peer.url("/next#frag"));
    EXPECT_EQ(requests[1].tags.at("method"), "GET");
}

TEST(ClientRedirectTest, TemporaryAndPermanentOnesRepeatEverything) {
    for (const std::string status : {"307 Temporary Redirect", "308 Permanent Redirect"}) {
        std::string second;
        std::string body;
        ScriptedPeer peer({[&](PeerSocket& socket) {
            socket.read_head();
            socket.read_exactly(4);
            socket.write("HTTP/1.1 " + status + "\r\nLocation: x\r\nContent-Length: 0\r\n\r\n");
            second = socket.read_head();
            body = socket.read_exactly(4);
            socket.write(ok);
            socket.wait_for_close();
        }});
        ClientWorld world;
        world.run([&](Client& client) {
            client.send({.method = "PUT",
                         .url = peer.url("/d/e"),
                         .headers = {{"Content-Type", "t"}, {"Host", "custom.test"}},
                         .body = Body::borrow("body")});
        });
        peer.finish();
        EXPECT_EQ(second,
                  "PUT /d/x HTTP/1.1\r\nHost: custom.test\r\nUser-Agent: test/1\r\nContent-Length: 4\r\n"
                  "Content-Type: t\r\nReferer: " +
                      peer.url("/d/e") + "\r\n\r\n");
        EXPECT_EQ(body, "body");
    }
}

TEST(ClientRedirectTest, AnotherHostGetsNoSecretsAndNoCustomHost) {
    std::string head;
    ScriptedPeer other({[&](PeerSocket& socket) {
                           head = socket.read_head();
                           socket.write(ok);
                           socket.wait_for_close();
                       }},
                       "127.0.0.2");
    ScriptedPeer peer(
        {answering({"HTTP/1.1 301 Moved\r\nLocation: " + other.url("/y") + "\r\nContent-Length: 0\r\n\r\n"})});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response =
            client.send({.url = "http://u:p@" + peer.authority() + "/x",
                         .headers = {{"Authorization", "Bearer t"}, {"Host", "h"}, {"X-A", "1"}}});
        EXPECT_EQ(response.url, other.url("/y"));
    });
    other.finish();
    EXPECT_EQ(head, "GET /y HTTP/1.1\r\nHost: " + other.authority() +
                        "\r\nUser-Agent: test/1\r\nReferer: " + peer.url("/x") + "\r\nX-A: 1\r\n\r\n");
}

const std::string loop = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";

TEST(ClientRedirectTest, TheLimitReturnsTheLastRedirectionAndWarns) {
    ScriptedPeer peer({answering(std::vector<std::string>(11, loop))});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/")});
        EXPECT_EQ(response.status, 302);
        EXPECT_FALSE(response.error);
        EXPECT_EQ(response.redirects_followed, 10);
        EXPECT_EQ(response.url, peer.url("/again"));
    });
    EXPECT_EQ(world.samples("http_reqs").size(), 11u);
    ASSERT_EQ(world.logger().lines().size(), 1u);
    EXPECT_NE(world.logger().lines()[0].find("Stopped after 11 redirects and returned the redirection"),
              std::string::npos)
        << world.logger().lines()[0];
}

TEST(ClientRedirectTest, AChosenLimitIsSilent) {
    ScriptedPeer peer({answering(std::vector<std::string>(6, loop))});
    ClientWorld world({.settings = {.max_redirects = 1, .max_redirects_chosen = true}});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = peer.url("/")}).redirects_followed, 1);
        EXPECT_EQ(client.send({.url = peer.url("/"), .redirects = 2}).redirects_followed, 2);
        EXPECT_EQ(client.send({.url = peer.url("/"), .redirects = 0}).status, 302);
    });
    EXPECT_TRUE(world.logger().lines().empty());
}

TEST(ClientRedirectTest, OthersAreReturnedAsTheyAre) {
    ScriptedPeer peer({answering({"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
                                  "HTTP/1.1 300 Choices\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                                  "HTTP/1.1 304 Not Modified\r\nLocation: /x\r\n\r\n"})});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = peer.url("/")}).status, 302);
        EXPECT_EQ(client.send({.url = peer.url("/")}).status, 300);
        EXPECT_EQ(client.send({.url = peer.url("/")}).status, 304);
    });
}

TEST(ClientRedirectTest, AFailureAtALaterHopIsTheFailure) {
    const std::string nowhere = "http://127.0.0.1:" + std::to_string(testing::unused_port()) + "/z";
    ScriptedPeer peer({answering({"HTTP/1.1 302 Found\r\nLocation: " + nowhere + "\r\nContent-Length: 2\r\n\r\nxx",
                                  "HTTP/1.1 302 Found\r\nLocation: http://a b/\r\nContent-Length: 0\r\n\r\n"})});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/")});
        EXPECT_EQ(response.error.code, 1212);
        EXPECT_EQ(response.status, 0);
        EXPECT_EQ(response.url, nowhere);
        EXPECT_EQ(response.body, "");
        const Response bad = client.send({.url = peer.url("/")});
        EXPECT_EQ(bad.error.code, 1000);
        EXPECT_TRUE(bad.error.text.starts_with("failed to parse Location header")) << bad.error.text;
    });
}

TEST(ClientRedirectTest, TheTimeoutCoversAllHops) {
    std::vector<ScriptedPeer::Script> scripts{[](PeerSocket& socket) {
        while (!socket.read_head().empty()) socket.write(loop);
    }};
    ScriptedPeer peer(std::move(scripts));
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response =
            client.send({.url = peer.url("/"), .timeout = milliseconds(50), .redirects = 1'000'000'000});
        EXPECT_EQ(response.error.code, 1050);
    });
}

// --- cookies

TEST(ClientCookieTest, TheJarTakesAndGives) {
    std::vector<std::string> heads;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        heads.push_back(socket.read_head());
        socket.write(
            "HTTP/1.1 302 Found\r\nSet-Cookie: s=1\r\nSet-Cookie: t=2; Path=/\r\nLocation: /n\r\nContent-Length: "
            "0\r\n\r\n");
        heads.push_back(socket.read_head());
        socket.write(ok);
        heads.push_back(socket.read_head());
        socket.write(ok);
        socket.wait_for_close();
    }});
    ClientWorld world;
    CookieJar jar;
    world.run([&](Client& client) {
        client.send({.url = peer.url("/"), .headers = {{"Cookie", "u=0"}}, .jar = &jar, .cookies = {{"s", "9"}}});
        client.send({.url = peer.url("/"), .jar = &jar, .cookies = {{"s", "8", true}}});
    });
    peer.finish();
    const auto cookie_line = [](const std::string& head) {
        const std::size_t begin = head.find("Cookie: ");
        return begin == std::string::npos ? "" : head.substr(begin, head.find("\r\n", begin) - begin);
    };
    ASSERT_EQ(heads.size(), 3u);
    EXPECT_EQ(cookie_line(heads[0]), "Cookie: u=0; s=9");
    EXPECT_EQ(cookie_line(heads[1]), "Cookie: s=9; s=1; t=2");
    EXPECT_EQ(cookie_line(heads[2]), "Cookie: s=8; t=2");
    EXPECT_EQ(jar.size(), 2u);
}

// --- what is recorded

TEST(ClientMetricsTest, OneRoundTripNineSamplesOneTime) {
    ScriptedPeer peer({answering({ok})});
    ClientWorld world;
    world.run([&](Client& client) { client.send({.url = peer.url("/a?b#c")}); });
    std::vector<std::string> names;
    for (const auto& sample : world.samples()) {
        names.push_back(sample.metric);
        EXPECT_EQ(sample.time, world.samples()[0].time);
        EXPECT_EQ(sample.tags, (std::map<std::string, std::string>{{"base", "b"},
                                                                   {"expected_response", "true"},
                                                                   {"method", "GET"},
                                                                   {"name", peer.url("/a?b#c")},
                                                                   {"proto", "HTTP/1.1"},
                                                                   {"status", "200"},
                                                                   {"url", peer.url("/a?b#c")}}));
    }
    EXPECT_EQ(names, (std::vector<std::string>{"http_reqs", "http_req_duration", "http_req_blocked",
                                               "http_req_connecting", "http_req_tls_handshaking", "http_req_sending",
                                               "http_req_waiting", "http_req_receiving", "http_req_failed"}));
    const auto value = [&](const char* metric) { return world.samples(metric).at(0).value; };
    EXPECT_EQ(value("http_reqs"), 1);
    EXPECT_EQ(value("http_req_failed"), 0);
    EXPECT_NEAR(value("http_req_duration"),
                value("http_req_sending") + value("http_req_waiting") + value("http_req_receiving"), 1e-9);
    EXPECT_GT(value("http_req_connecting"), 0);
}

TEST(ClientMetricsTest, NamesTagsAndJudgement) {
    ScriptedPeer peer({answering({"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ok, ok, ok})});
    ClientWorld world;
    static constexpr StatusRange not_found[] = {{404, 404}};
    const metrics::TagSetId named = world.recorder().tags().with(world.vu().tags(), "name", "from tags");
    world.run([&](Client& client) {
        Response response = client.send({.url = peer.url("/1"), .name = "given", .expected = not_found});
        EXPECT_EQ(response.error_code(), 1404);
        EXPECT_FALSE(response.error);
        client.send({.url = peer.url("/2"), .tags = named});
        client.send({.url = peer.url("/3"), .tags = named, .name = "given", .expected = not_found});
        client.send({.url = peer.url("/4"), .expected = std::nullopt});
    });
    const auto requests = world.samples("http_reqs");
    ASSERT_EQ(requests.size(), 4u);
    EXPECT_EQ(requests[0].tags.at("name"), "given");
    EXPECT_EQ(requests[0].tags.at("url"), "given");
    EXPECT_EQ(requests[0].tags.at("expected_response"), "true");
    EXPECT_EQ(requests[0].tags.at("error_code"), "1404");
    EXPECT_FALSE(requests[0].tags.contains("error"));
    EXPECT_EQ(requests[1].tags.at("name"), "from tags");
    EXPECT_EQ(requests[1].tags.at("url"), "from tags");
    EXPECT_EQ(requests[2].tags.at("name"), "given");
    EXPECT_EQ(requests[2].tags.at("expected_response"), "false");
    EXPECT_FALSE(requests[3].tags.contains("expected_response"));
    const auto failed = world.samples("http_req_failed");
    ASSERT_EQ(failed.size(), 3u);
    EXPECT_EQ(failed[0].value, 0);
    EXPECT_EQ(failed[2].value, 1);
}

TEST(ClientMetricsTest, SystemTagsCanBeChosen) {
    ScriptedPeer peer({answering({ok})});
    ClientWorld world({.settings = {.system_tags = {metrics::SystemTag::ip, metrics::SystemTag::status}},
                       .vu_system_tags = {metrics::SystemTag::vu}});
    world.run([&](Client& client) { client.send({.url = peer.url("/")}); });
    EXPECT_EQ(world.samples().at(0).tags,
              (std::map<std::string, std::string>{{"base", "b"}, {"ip", "127.0.0.1"}, {"status", "200"}}));
    EXPECT_EQ(world.samples().at(0).metadata, (std::map<std::string, std::string>{{"vu", "7"}}));
}

TEST(ClientTest, NoTimeoutThatMatters) {
    ScriptedPeer peer({answering({ok})});
    ClientWorld world;
    world.run(
        [&](Client& client) { EXPECT_EQ(client.send({.url = peer.url("/"), .timeout = Duration::max()}).body, "ok"); });
}

TEST(ClientTest, IPv6) {
    std::unique_ptr<ScriptedPeer> peer;
    try {
        peer = std::make_unique<ScriptedPeer>(std::vector<ScriptedPeer::Script>{answering({ok})}, "::1");
    } catch (const std::runtime_error& error) {
        GTEST_SKIP() << error.what();
    }
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer->url("/")});
        EXPECT_EQ(response.body, "ok") << response.error.message;
        EXPECT_EQ(to_string(*response.remote), peer->authority());
    });
}

TEST(ClientTest, UndecodableBodies) {
    ScriptedPeer peer({answering({"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                                  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"})});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.url = peer.url("/")});
        EXPECT_EQ(response.error.code, 1701);
        EXPECT_TRUE(response.error.text.starts_with("error decompressing response body (")) << response.error.text;
        EXPECT_EQ(response.status, 0);
        // Discarded ones are not decoded; and the connection was fine all along.
        EXPECT_EQ(client.send({.url = peer.url("/"), .response_body = ResponseBody::discard}).status, 200);
    });
    EXPECT_EQ(peer.connections(), 1);
}

}  // namespace
}  // namespace k6::http
