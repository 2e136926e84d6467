// What the client says of exchanges that fail: codes, texts, timeouts.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <iterator>
#include <string>
#include <thread>

#include "proto_http/client.h"
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

}  // namespace
}  // namespace k6::http
