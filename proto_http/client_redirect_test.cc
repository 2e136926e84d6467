// Redirects, and the cookies on their way.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "proto_http/client.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/testing/answers.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using std::chrono::milliseconds;
using testing::answering;
using testing::ClientWorld;
using testing::ok;
using testing::PeerSocket;
using testing::ScriptedPeer;

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

}  // namespace
}  // namespace k6::http
