// The client over HTTP/2 against servers that do exactly what a test says, over TLS.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/runtime/fiber.h"
#include "proto_http/client.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/http2_faults.h"
#include "proto_http/testing/http2_peer.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using namespace testing;
using std::chrono::milliseconds;

class Http2ClientTest : public ::testing::Test {
protected:
    static ClientWorld::Options options() {
        return {.settings = {.user_agent = "test/1", .insecure_skip_tls_verify = true, .max_headers = 200}};
    }
    std::string url(const ScriptedPeer& peer, std::string_view target = "/") const {
        return "https://" + peer.authority() + std::string(target);
    }
    /// A script that answers every request with 200 and `body`.
    ScriptedPeer::Script answering(std::string body) {
        return [this, body = std::move(body)](PeerSocket& socket) {
            Http2Peer peer(socket, identity);
            peer.write(settings());
            while (const std::uint32_t stream = peer.read_request()) peer.write(response(stream, 200, body));
        };
    }

    PeerIdentity identity;
    ClientWorld world{options()};
};

TEST_F(Http2ClientTest, OneConnectionCarriesManyRequestsAtATime) {
    std::vector<std::uint32_t> streams;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, "first"));
        for (int i = 0; i < 5; ++i) streams.push_back(peer.read_request());
        // Nobody is served in the order of asking.
        for (auto stream = streams.rbegin(); stream != streams.rend(); ++stream) {
            peer.write(response(*stream, 200, std::to_string(*stream)));
        }
        peer.wait_for_close();
    }});
    std::vector<std::string> bodies;
    world.run([&](Client& client) {
        const Response first = client.send({.url = url(peer)});
        EXPECT_EQ(first.status, 200) << first.error.message;
        EXPECT_EQ(first.protocol, Protocol::http_2);
        EXPECT_EQ(first.status_text, "200 OK");
        EXPECT_GT(first.timings.tls_handshaking.count(), 0);
        for (int i = 0; i < 5; ++i) {
            world.worker().spawn([&] {
                const Response response = client.send({.url = url(peer)});
                bodies.push_back(response.body);
                EXPECT_EQ(response.timings.connecting.count(), 0);
                EXPECT_TRUE(response.tls);
                EXPECT_TRUE(response.remote);
            });
        }
    });
    EXPECT_EQ(streams, (std::vector<std::uint32_t>{3, 5, 7, 9, 11}));
    EXPECT_EQ(bodies.size(), 5u);
    EXPECT_EQ(world.client().idle_connections(), 1u);
    EXPECT_EQ(world.samples("http_reqs").size(), 6u);
    EXPECT_EQ(world.samples("http_reqs").at(0).tags.at("proto"), "HTTP/2.0");
    peer.finish();
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(Http2ClientTest, RequestsThatComeTogetherShareOneConnectionInTheEnd) {
    ScriptedPeer peer({answering("x"), answering("x"), answering("x"), answering("x")});
    const auto get_thrice = [&](Client& client) {
        for (int i = 0; i < 3; ++i) {
            world.worker().spawn([&] { EXPECT_EQ(client.send({.url = url(peer)}).status, 200); });
        }
    };
    // The peer serves one connection after the other: only who waits for the known HTTP/2 host's dial gets through.
    world.run([&](Client& client) { EXPECT_EQ(client.send({.url = url(peer)}).status, 200); });
    world.client().close_idle();
    world.run(get_thrice);
    EXPECT_EQ(world.client().idle_connections(), 1u);
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(Http2ClientTest, DataCountersCountTheSocketsBytes) {
    std::size_t received = 0;
    std::size_t sent = 0;
    bool said_goodbye = false;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, std::string(10'000, 'x')));
        peer.wait_for_close();
        received = peer.received();
        sent = peer.sent();
        said_goodbye = peer.ended();
    }});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.method = "POST", .url = url(peer), .body = Body::copy(std::string(1000, 'y'))}).status,
                  200);
        client.close_idle();
    });
    peer.finish();
    EXPECT_TRUE(said_goodbye);
    EXPECT_EQ(world.vu().bytes_sent, received);
    EXPECT_EQ(world.vu().bytes_received, sent);
}

TEST_F(Http2ClientTest, ATimeoutResetsItsStreamOnly) {
    std::optional<PeerFrame> reset;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, "first"));
        const std::uint32_t patient = peer.read_request();
        const std::uint32_t impatient = peer.read_request();
        peer.write(headers(impatient, status_field(200)) + data(impatient, "part"));
        reset = peer.read_frame(FrameType::rst_stream);
        peer.write(response(patient, 200, "at last"));
        peer.wait_for_close();
    }});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).status, 200);
        world.worker().spawn([&] {
            const Response response = client.send({.url = url(peer)});
            EXPECT_EQ(response.body, "at last") << response.error.message;
        });
        world.worker().spawn([&] {
            const Response response = client.send({.url = url(peer), .timeout = milliseconds(300)});
            EXPECT_EQ(response.error.code, 1050);
            EXPECT_EQ(response.headers.size(), 0u);
        });
    });
    peer.finish();
    ASSERT_TRUE(reset);
    EXPECT_EQ(reset->stream, 5u);
    EXPECT_EQ(reset->payload, big_endian(8, 4));
}

TEST_F(Http2ClientTest, AnInterruptionResetsItsStreamOnly) {
    std::optional<PeerFrame> reset;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, "first"));
        const std::uint32_t patient = peer.read_request();
        peer.read_request();
        peer.write(headers(patient, status_field(200)));
        reset = peer.read_frame(FrameType::rst_stream);
        peer.write(data(patient, "at last", end_stream));
        peer.wait_for_close();
    }});
    bool interrupted = false;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).status, 200);
        Fiber* victim = nullptr;
        world.worker().spawn([&] { EXPECT_EQ(client.send({.url = url(peer)}).body, "at last"); });
        victim = &world.worker().spawn([&] {
            try {
                client.send({.url = url(peer)});
            } catch (const Interrupted&) {
                interrupted = true;
                throw;
            }
        });
        // Both have sent when this fiber is back: they were made ready before.
        sleep_for(milliseconds(20));
        victim->interrupt();
    });
    EXPECT_TRUE(interrupted);
    peer.finish();
    ASSERT_TRUE(reset);
    EXPECT_EQ(reset->stream, 5u);
    EXPECT_EQ(reset->payload, big_endian(8, 4));
    // Nothing is recorded for what was interrupted.
    EXPECT_EQ(world.samples("http_reqs").size(), 2u);
}

TEST_F(Http2ClientTest, WhoeverRunsFirstMayEndTheOthers) {
    std::vector<std::uint32_t> streams;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, "first"));
        for (int i = 0; i < 4; ++i) streams.push_back(peer.read_request());
        // All in one read: their fibers run one behind the other.
        std::string all;
        for (const std::uint32_t stream : streams) all += response(stream, 200, std::to_string(stream));
        peer.write(all);
        peer.write(response(peer.read_request(), 200, "again"));
        peer.wait_for_close();
    }});
    std::vector<std::string> bodies;
    std::vector<Fiber*> fibers;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).status, 200);
        for (std::size_t i = 0; i < 4; ++i) {
            fibers.push_back(&world.worker().spawn([&, i] {
                try {
                    bodies.push_back(client.send({.url = url(peer)}).body);
                } catch (const Interrupted&) {
                    bodies.emplace_back("interrupted");
                    throw;
                }
                if (i > 0) return;
                // The response of this one is there, too.
                fibers[2]->interrupt();
                bodies.push_back(client.send({.url = url(peer)}).body);
            }));
        }
    });
    ASSERT_EQ(streams, (std::vector<std::uint32_t>{3, 5, 7, 9}));
    EXPECT_EQ(bodies, (std::vector<std::string>{"3", "5", "9", "interrupted", "again"}));
    peer.finish();
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(Http2ClientTest, RequestsQueueForTheServersLimit) {
    std::vector<std::uint32_t> streams;
    int most_open = 0;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings({{3, 2}}));
        peer.write(response(peer.read_request(), 200, "first"));
        std::vector<std::uint32_t> open;
        while (streams.size() < 6) {
            open.push_back(peer.read_request());
            streams.push_back(open.back());
            most_open = std::max(most_open, static_cast<int>(open.size()));
            if (open.size() < 2 && streams.size() < 6) continue;
            peer.write(response(open.front(), 200, "x"));
            open.erase(open.begin());
        }
        for (std::uint32_t stream : open) peer.write(response(stream, 200, "x"));
        peer.wait_for_close();
    }});
    int done = 0;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).status, 200);
        for (int i = 0; i < 6; ++i) {
            world.worker().spawn([&, i] {
                const Response response = client.send({.url = url(peer)});
                EXPECT_EQ(response.status, 200) << response.error.message;
                EXPECT_TRUE(i < 2 || response.timings.blocked.count() > 0) << i;
                ++done;
            });
        }
    });
    EXPECT_EQ(done, 6);
    EXPECT_EQ(most_open, 2);
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(Http2ClientTest, AQueueThatNeverMovesTimesOut) {
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, "first") + settings({{3, 0}}));
        peer.wait_for_close();
    }});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).status, 200);
        sleep_for(milliseconds(20));
        EXPECT_EQ(client.send({.url = url(peer), .timeout = milliseconds(50)}).error.code, 1050);
    });
}

TEST_F(Http2ClientTest, AGoawayMovesLaterRequestsElsewhere) {
    ScriptedPeer peer({[&](PeerSocket& socket) {
                           Http2Peer peer(socket, identity);
                           peer.write(settings());
                           const std::uint32_t first = peer.read_request();
                           peer.write(response(first, 200, "one") + goaway(first, 0));
                           peer.wait_for_close();
                       },
                       answering("two")});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).body, "one");
        const Response second = client.send({.method = "POST", .url = url(peer), .body = Body::borrow("b")});
        EXPECT_EQ(second.body, "two") << second.error.message;
        EXPECT_EQ(client.idle_connections(), 1u);
    });
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(Http2ClientTest, WhatAGoawayExcludesIsSentAgainWhateverItIs) {
    ScriptedPeer peer({[&](PeerSocket& socket) {
                           Http2Peer peer(socket, identity);
                           peer.write(settings());
                           peer.write(response(peer.read_request(), 200, "one"));
                           peer.read_request();
                           peer.write(goaway(1, 0));
                           peer.wait_for_close();
                       },
                       answering("two")});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).body, "one");
        const Response second = client.send({.method = "POST", .url = url(peer), .body = Body::borrow("b")});
        EXPECT_EQ(second.body, "two") << second.error.message;
        EXPECT_GT(second.timings.tls_handshaking.count(), 0);
    });
    EXPECT_EQ(world.samples("http_reqs").size(), 2u);
}

TEST_F(Http2ClientTest, ARefusedStreamIsSentAgain) {
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(rst_stream(peer.read_request(), 7));
        peer.write(response(peer.read_request(), 200, "x"));
        peer.wait_for_close();
    }});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.method = "POST", .url = url(peer), .body = Body::borrow("b")}).status, 200);
    });
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(Http2ClientTest, AnIdleConnectionIsReadFrom) {
    bool answered = false;
    ScriptedPeer peer({[&](PeerSocket& socket) {
                           Http2Peer peer(socket, identity);
                           peer.write(settings());
                           peer.write(response(peer.read_request(), 200, "one"));
                           peer.write(ping());
                           const auto pong = peer.read_frame(FrameType::ping);
                           answered = pong && pong->flags == ack;
                       },
                       answering("two")});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).body, "one");
        // The ping, its answer, and the end of the connection, all while nothing is asked.
        while (client.idle_connections() != 0) sleep_for(milliseconds(1));
        EXPECT_EQ(client.send({.method = "POST", .url = url(peer), .body = Body::borrow("b")}).body, "two");
    });
    EXPECT_TRUE(answered);
}

TEST_F(Http2ClientTest, ALostConnectionIsTriedAgainWhenThatIsSafe) {
    const ScriptedPeer::Script leaving = [&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(settings());
        peer.write(response(peer.read_request(), 200, "one"));
        peer.read_request();
    };
    ScriptedPeer peer({leaving, answering("two")});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).body, "one");
        EXPECT_EQ(client.send({.url = url(peer)}).body, "two");
    });
    ScriptedPeer unsafe({leaving, answering("two")});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(unsafe)}).body, "one");
        const Response response = client.send({.method = "POST", .url = url(unsafe), .body = Body::borrow("b")});
        EXPECT_EQ(response.error.text, "unexpected EOF");
        EXPECT_EQ(response.error.code, 1000);
    });
}

TEST_F(Http2ClientTest, ConnectionsThatBreakInABody) {
    const auto breaking = [&](int how) -> ScriptedPeer::Script {
        return [this, how](PeerSocket& socket) {
            Http2Peer peer(socket, identity);
            peer.write(settings());
            peer.write(headers(peer.read_request(), status_field(200)) + data(1, "part"));
            if (how == 1) peer.close_notify();
            if (how == 2) socket.reset_on_close();
            if (how == 3) socket.write(peer.encrypt(data(1, "more")).substr(0, 10));
            if (how == 4) socket.write("no TLS at all, but long enough for a record's head");
            // Closing with frames of the client still unread would make it a reset.
            if (how == 0 || how == 3) {
                socket.finish_writing();
                socket.wait_until_peer_is_gone();
            }
            if (how == 1 || how == 4) peer.wait_for_close();
        };
    };
    ScriptedPeer peer({breaking(0), breaking(1), breaking(2), breaking(3), breaking(4)});
    world.run([&](Client& client) {
        for (int how = 0; how < 5; ++how) {
            const Response response = client.send({.url = url(peer), .timeout = std::chrono::seconds(20)});
            EXPECT_EQ(response.status, 0) << how;
            // A reset may overtake what was sent before it.
            EXPECT_TRUE(response.body == "part" || how == 2) << how << response.body;
            EXPECT_EQ(response.headers.size(), 0u);
            EXPECT_EQ(response.error.code, how == 2 ? 1220 : 1000) << how << response.error.message;
            EXPECT_EQ(client.idle_connections(), 0u);
        }
    });
}

TEST_F(Http2ClientTest, AServerThatDoesNotReadOrAnswer) {
    const std::string body(8'000'000, 'x');
    ScriptedPeer peer({[&](PeerSocket& socket) {
                           Http2Peer peer(socket, identity);
                           // Room for everything, in words.
                           peer.write(settings({{4, 0x7fffffff}}) + window_update(0, 0x7fff0000 - 65535));
                           peer.read_request();
                           // The test's end closes it.
                           while (!socket.read_some().empty() && peer.received() < 1) {
                           }
                       },
                       answering("x")});
    world.run([&](Client& client) {
        const Response response =
            client.send({.method = "POST", .url = url(peer), .body = Body::borrow(body), .timeout = milliseconds(300)});
        EXPECT_TRUE(response.error.code == 1050 || response.error.code == 1220 || response.error.code == 1201)
            << response.error.message;
    });
}

TEST_F(Http2ClientTest, NoReuse) {
    ClientWorld::Options with = options();
    with.settings.no_connection_reuse = true;
    ClientWorld alone(with);
    ScriptedPeer peer({answering("x"), answering("x")});
    alone.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url(peer)}).protocol, Protocol::http_2);
        EXPECT_EQ(client.send({.url = url(peer)}).status, 200);
        EXPECT_EQ(client.idle_connections(), 0u);
    });
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(Http2ClientTest, Http2CanBeSwitchedOff) {
    ClientWorld::Options with = options();
    with.settings.http2 = false;
    ClientWorld old(with);
    ScriptedPeer peer({[&](PeerSocket& socket) {
        TlsPeer peer(socket, identity);
        EXPECT_EQ(peer.read_exactly(14), "GET / HTTP/1.1");
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        peer.wait_for_close();
    }});
    old.run([&](Client& client) { EXPECT_EQ(client.send({.url = url(peer)}).protocol, Protocol::http_1_1); });
}

// The injector over real connections, while another host is asked on the same worker.
TEST_F(Http2ClientTest, FaultsHarmNobodyElse) {
    const std::vector<Http2Fault> faults = http2_faults();
    std::vector<ScriptedPeer::Script> scripts;
    for (const Http2Fault& fault : faults) {
        scripts.push_back([this, &fault](PeerSocket& socket) {
            Http2Peer peer(socket, identity);
            peer.write(settings());
            peer.read_request();
            peer.write(settings_ack() + fault.bytes);
            peer.wait_for_close();
        });
    }
    ScriptedPeer hostile(scripts);
    ScriptedPeer good({answering("good")});
    bool done = false;
    int good_answers = 0;
    world.run([&](Client& client) {
        world.worker().spawn([&] {
            while (!done) {
                EXPECT_EQ(client.send({.url = url(good)}).body, "good");
                ++good_answers;
            }
        });
        for (const Http2Fault& fault : faults) {
            // Each has a connection of its own.
            const Response response = client.send(
                {.url = url(hostile), .headers = {{"Connection", "close"}}, .timeout = std::chrono::seconds(30)});
            EXPECT_EQ(response.error.code, fault.code) << fault.name << ": " << response.error.message;
            EXPECT_EQ(response.status, fault.code == 0 ? 200 : 0) << fault.name;
        }
        done = true;
    });
    EXPECT_GT(good_answers, 0);
    good.finish();
    EXPECT_GE(hostile.connections(), static_cast<int>(faults.size()));
}

}  // namespace
}  // namespace k6::http
