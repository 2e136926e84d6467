// Which connections the client keeps and uses again, and what it does about those that died while they were idle.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>

#include "proto_http/client.h"
#include "proto_http/testing/answers.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using testing::answering;
using testing::ClientWorld;
using testing::ok;
using testing::PeerSocket;
using testing::ScriptedPeer;

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

}  // namespace
}  // namespace k6::http
