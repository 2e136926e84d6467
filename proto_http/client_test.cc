// The client against peers that follow scripts: requests, responses and their framing, to the byte.
#include "proto_http/client.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
