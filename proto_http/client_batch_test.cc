// Several requests at the same time: each ends as it would have ended alone, whichever way it takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/runtime/fiber.h"
#include "engine/runtime/rate_limiter.h"
#include "proto_http/client.h"
#include "proto_http/testing/answers.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/http2_peer.h"
#include "proto_http/testing/scripted_peer.h"
#include "tools/demo_server/demo_server.h"

namespace k6::http {
namespace {

using std::chrono::milliseconds;
using testing::ClientWorld;
using testing::Http2Peer;
using testing::PeerSocket;
using testing::ScriptedPeer;

std::vector<Response> send_all(Client& client, const std::vector<Request>& requests, const BatchLimits& limits = {}) {
    std::vector<Response> responses(requests.size());
    std::vector<Parcel> parcels;
    parcels.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) parcels.push_back({&requests[i], &responses[i]});
    client.send_all(parcels, limits);
    return responses;
}

/// What a response says, whenever it came.
std::string summary(const Response& response) {
    return std::to_string(response.status) + " " + response.url + " " + std::to_string(response.error.code) + " " +
           response.error.text + " " + std::to_string(response.redirects_followed) + " " +
           std::to_string(response.body.size()) + " " + std::to_string(std::hash<std::string>()(response.body));
}

class BatchTest : public ::testing::Test {
protected:
    std::string http(const std::string& target) const { return server_->http_url() + target; }
    std::string https(const std::string& target) const { return server_->https_url() + target; }
    static ClientWorld::Options options(ClientSettings settings = {}) {
        settings.insecure_skip_tls_verify = true;
        return {.settings = std::move(settings)};
    }

    /// Alone, and three times together: on new connections and on kept ones.
    void expect_the_same(const std::vector<Request>& requests, const ClientWorld::Options& with = options(),
                         const BatchLimits& limits = {}) {
        std::vector<std::string> alone;
        ClientWorld single(with);
        single.run([&](Client& client) {
            for (const Request& request : requests) alone.push_back(summary(client.send(request)));
        });
        ClientWorld world(with);
        world.run([&](Client& client) {
            for (int round = 0; round < 3; ++round) {
                std::vector<Response> responses = send_all(client, requests, limits);
                for (std::size_t i = 0; i < requests.size(); ++i) {
                    EXPECT_EQ(summary(responses[i]), alone[i]) << "round " << round << ", " << requests[i].url;
                    client.recycle(std::move(responses[i]));
                }
            }
        });
        EXPECT_EQ(world.samples("http_reqs").size(), 3 * single.samples("http_reqs").size());
    }

    std::unique_ptr<demo::DemoServer> server_ = *demo::DemoServer::start({});
};

TEST_F(BatchTest, NothingAndOne) {
    expect_the_same({});
    expect_the_same({{.url = http("/bytes/10?seed=1")}});
}

TEST_F(BatchTest, EachAsAlone) {
    for (const bool tls : {false, true}) {
        const auto url = [&](const std::string& target) { return tls ? https(target) : http(target); };
        std::vector<Request> requests;
        requests.reserve(32);
        for (int i = 0; i < 8; ++i) {
            requests.push_back({.url = url("/bytes/" + std::to_string(100 * i) + "?seed=" + std::to_string(i))});
        }
        requests.push_back({.method = "HEAD", .url = url("/bytes/10?seed=1")});
        requests.push_back({.method = "POST", .url = url("/bytes/5?seed=1"), .body = Body::borrow("text")});
        // In pieces, elsewhere, too late, and not at all.
        requests.push_back({.url = url("/bytes/300000?seed=3")});
        requests.push_back({.url = url("/drip?duration=0.05&numbytes=5&delay=0")});
        requests.push_back({.url = url("/redirect-to?url=/bytes/7%3Fseed=2&status_code=303")});
        requests.push_back({.url = url("/redirect/3"), .redirects = 1});
        requests.push_back({.url = url("/delay/20"), .timeout = milliseconds(150)});
        // Of HTTP/2 that would be the end for all.
        if (!tls) requests.push_back({.url = url("/reset")});
        requests.push_back({.url = url("/status/503")});
        requests.push_back({.url = "http://127.0.0.1:" + std::to_string(testing::unused_port()) + "/"});
        requests.push_back({.url = "nowhere://x"});
        requests.push_back({.url = "http://%zz/"});
        requests.push_back({.url = url("/bytes/1"), .timeout = Duration::zero()});
        for (const bool http2 : {false, true}) {
            for (const BatchLimits limits : {BatchLimits{}, BatchLimits{.together = 20, .per_host = 6},
                                             BatchLimits{.together = 2, .per_host = 1}}) {
                expect_the_same(requests, options({.http2 = http2}), limits);
            }
        }
    }
}

TEST_F(BatchTest, AuthenticationAndARateLimit) {
    const std::string authority = http("").substr(std::string_view("http://").size());
    const auto digest = "http://user:secret@" + authority + "/digest-auth/auth/user/secret";
    expect_the_same({{.url = digest, .auth = Auth::digest}, {.url = http("/bytes/3?seed=1")}});
    expect_the_same({{.url = http("/bytes/3?seed=1")}, {.url = http("/bytes/4?seed=1")}},
                    options({.rate_limiter = std::make_shared<RateLimiter>(1000)}));
    expect_the_same({{.url = http("/bytes/3?seed=1")}, {.url = http("/bytes/4?seed=1")}},
                    options({.no_connection_reuse = true}));
}

// Each request under way has a connection to itself.
TEST_F(BatchTest, Limits) {
    const std::vector<Request> requests(9, Request{.url = http("/bytes/10?seed=1")});
    const auto connections = [&](const BatchLimits& limits) {
        ClientWorld world(options({.idle_connections_per_host = 0}));
        std::size_t count = 0;
        world.run([&](Client& client) {
            for (int round = 0; round < 3; ++round) send_all(client, requests, limits);
            count = client.idle_connections();
        });
        return count;
    };
    EXPECT_EQ(connections({}), 9u);
    EXPECT_EQ(connections({.together = 20, .per_host = 20}), 9u);
    EXPECT_EQ(connections({.together = 4}), 4u);
    EXPECT_EQ(connections({.per_host = 6}), 6u);
    EXPECT_EQ(connections({.together = 3, .per_host = 6}), 3u);
    EXPECT_EQ(connections({.together = 1}), 1u);
    EXPECT_EQ(connections({.together = -1, .per_host = -1}), 9u);
}

// The first one to a host whose places are taken holds its own: what is behind it waits, too.
TEST_F(BatchTest, HostsHaveTheirOwnPlaces) {
    std::vector<Request> requests;
    for (int i = 0; i < 5; ++i) {
        requests.push_back({.url = http("/bytes/10?seed=1")});
        std::string elsewhere = http("/bytes/10?seed=1");
        elsewhere.replace(elsewhere.find("127.0.0.1"), 9, "localhost");
        requests.push_back({.url = elsewhere});
    }
    ClientWorld::Options with = options();
    with.lookup = [](const std::string&) -> DnsAnswer { return {.addresses = {parse_ip("127.0.0.1").value()}}; };
    ClientWorld world(with);
    world.run([&](Client& client) {
        for (int round = 0; round < 3; ++round) {
            for (const Response& response : send_all(client, requests, {.per_host = 2})) {
                EXPECT_EQ(response.status, 200) << response.error.message;
            }
        }
        EXPECT_EQ(client.idle_connections(), 4u);
    });
}

TEST_F(BatchTest, AnInterruptionEndsAllOfThem) {
    for (const bool kept : {false, true}) {
        ClientWorld world(options());
        bool interrupted = false;
        world.worker().spawn([&] {
            Fiber* const sender = Fiber::current();
            Client& client = world.client();
            const std::vector<Request> quick(4, Request{.url = http("/bytes/10?seed=1")});
            if (kept) send_all(client, quick);
            std::vector<Request> slow(6, Request{.url = http("/delay/60")});
            slow[1].url = https("/delay/60");
            // However far they have come by then.
            world.worker().spawn([sender] {
                sleep_for(milliseconds(200));
                sender->interrupt();
            });
            try {
                send_all(client, slow, {.together = 5, .per_host = 4});
            } catch (const Interrupted&) {
                interrupted = true;
            }
            // That of HTTP/2, if it was there, has only lost a stream.
            EXPECT_LE(client.idle_connections(), 1u);
            EXPECT_THROW(send_all(client, quick), Interrupted);
            sender->clear_interrupt();
            for (const Response& response : send_all(client, quick)) EXPECT_EQ(response.status, 200);
        });
        world.run_fibers();
        EXPECT_TRUE(interrupted);
        EXPECT_EQ(world.samples("http_reqs").size(), kept ? 8u : 4u);
    }
}

TEST(ClientBatchTest, ADeadConnectionIsReplacedAsForASingleRequest) {
    ScriptedPeer dead({[](PeerSocket& socket) {
                           socket.read_head();
                           socket.write(testing::ok);
                           socket.read_head();  // and closes without an answer
                       },
                       testing::answering({testing::ok})});
    ScriptedPeer alive({testing::answering({testing::ok, testing::ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        const std::vector<Request> requests{{.url = dead.url("/")}, {.url = alive.url("/")}};
        for (int round = 0; round < 2; ++round) {
            for (const Response& response : send_all(client, requests)) {
                EXPECT_EQ(response.body, "ok") << response.error.message;
            }
        }
    });
    EXPECT_EQ(dead.connections(), 2);
    EXPECT_EQ(alive.connections(), 1);
    EXPECT_EQ(world.samples("http_reqs").size(), 4u);
}

// Over HTTP/2, against a server that does exactly what a test says.
class Http2BatchTest : public ::testing::Test {
protected:
    static ClientWorld::Options options() { return {.settings = {.insecure_skip_tls_verify = true}}; }
    /// A script that answers one request, reads `count` more and goes on with them.
    ScriptedPeer::Script reading(std::size_t count, std::function<void(Http2Peer&, std::vector<std::uint32_t>)> go_on) {
        return [this, count, go_on = std::move(go_on)](PeerSocket& socket) {
            Http2Peer peer(socket, identity);
            peer.write(testing::settings());
            peer.write(testing::response(peer.read_request(), 200, "first"));
            std::vector<std::uint32_t> streams;
            for (std::size_t i = 0; i < count; ++i) streams.push_back(peer.read_request());
            go_on(peer, std::move(streams));
            peer.wait_for_close();
        };
    }
    static std::vector<Request> requests(const ScriptedPeer& peer, std::size_t count) {
        return std::vector<Request>(count, Request{.url = "https://" + peer.authority() + "/"});
    }
    std::vector<std::string> bodies(Client& client, const std::vector<Request>& of) {
        std::vector<std::string> all;
        for (const Response& response : send_all(client, of)) {
            all.push_back(response.error ? std::to_string(response.error.code) : response.body);
        }
        return all;
    }

    testing::PeerIdentity identity;
    ClientWorld world{options()};
};

using Strings = std::vector<std::string>;

TEST_F(Http2BatchTest, SharesOneConnection) {
    ScriptedPeer peer({reading(5, [](Http2Peer& peer, const std::vector<std::uint32_t>& streams) {
        // The first one alone and late, the others in one read and in the order of nobody's asking.
        std::string others;
        for (std::size_t i = 4; i > 0; --i) others += testing::response(streams[i], 200, std::to_string(i));
        peer.write(others);
        peer.write(testing::response(streams[0], 200, "0"));
        for (const char* body : {"a", "b"}) peer.write(testing::response(peer.read_request(), 200, body));
    })});
    world.run([&](Client& client) {
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"first"});
        EXPECT_EQ(bodies(client, requests(peer, 5)), (Strings{"0", "1", "2", "3", "4"}));
        EXPECT_EQ(bodies(client, requests(peer, 2)), (Strings{"a", "b"}));
        EXPECT_EQ(client.idle_connections(), 1u);
    });
    EXPECT_EQ(peer.connections(), 1);
    EXPECT_EQ(world.samples("http_reqs").size(), 8u);
}

TEST_F(Http2BatchTest, ATimeoutResetsItsStreamOnly) {
    std::uint32_t reset = 0;
    ScriptedPeer peer({reading(3, [&](Http2Peer& peer, const std::vector<std::uint32_t>& streams) {
        peer.write(testing::response(streams[0], 200, "0"));
        if (const auto frame = peer.read_frame(testing::FrameType::rst_stream)) reset = frame->stream;
        peer.write(testing::response(streams[2], 200, "2"));
    })});
    world.run([&](Client& client) {
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"first"});
        std::vector<Request> three = requests(peer, 3);
        three[1].timeout = milliseconds(100);
        EXPECT_EQ(bodies(client, three), (Strings{"0", "1050", "2"}));
        EXPECT_EQ(client.idle_connections(), 1u);
    });
    peer.finish();
    EXPECT_EQ(reset, 5u);
}

TEST_F(Http2BatchTest, AnInterruptionResetsAllItsStreams) {
    std::vector<std::uint32_t> reset;
    Fiber* sender = nullptr;
    ScriptedPeer peer({reading(3, [&](Http2Peer& peer, const std::vector<std::uint32_t>& streams) {
        peer.write(testing::response(streams[1], 200, "1"));
        for (int i = 0; i < 2; ++i) {
            if (const auto frame = peer.read_frame(testing::FrameType::rst_stream)) reset.push_back(frame->stream);
        }
        peer.write(testing::response(peer.read_request(), 200, "after"));
    })});
    bool interrupted = false;
    world.run([&](Client& client) {
        sender = Fiber::current();
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"first"});
        const std::vector<Request> three = requests(peer, 3);
        std::vector<Response> responses(3);
        const Parcel parcels[] = {{&three[0], &responses[0]}, {&three[1], &responses[1]}, {&three[2], &responses[2]}};
        world.worker().spawn([&] {
            while (responses[1].url.empty()) sleep_for(milliseconds(1));
            sender->interrupt();
        });
        try {
            client.send_all(parcels, {});
        } catch (const Interrupted&) {
            interrupted = true;
        }
        sender->clear_interrupt();
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"after"});
    });
    EXPECT_TRUE(interrupted);
    peer.finish();
    std::sort(reset.begin(), reset.end());
    EXPECT_EQ(reset, (std::vector<std::uint32_t>{3, 7}));
    EXPECT_EQ(peer.connections(), 1);
    // Nothing is recorded for what was interrupted.
    EXPECT_EQ(world.samples("http_reqs").size(), 3u);
}

TEST_F(Http2BatchTest, WhatAGoawayExcludesIsSentAgain) {
    ScriptedPeer peer({reading(4,
                               [](Http2Peer& peer, const std::vector<std::uint32_t>& streams) {
                                   peer.write(testing::goaway(streams[1], 0));
                                   for (int i : {1, 0}) {
                                       peer.write(testing::response(streams[static_cast<std::size_t>(i)], 200, "here"));
                                   }
                               }),
                       reading(1, [](Http2Peer& peer, const std::vector<std::uint32_t>& streams) {
                           peer.write(testing::response(streams[0], 200, "there"));
                       })});
    world.run([&](Client& client) {
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"first"});
        Strings all = bodies(client, requests(peer, 4));
        std::sort(all.begin() + 2, all.end());
        EXPECT_EQ(all, (Strings{"here", "here", "first", "there"}));
    });
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(Http2BatchTest, TheLossOfTheConnectionEndsThoseThatMayNotBeRepeated) {
    ScriptedPeer peer({[this](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(testing::settings());
        peer.write(testing::response(peer.read_request(), 200, "first"));
        for (int i = 0; i < 3; ++i) peer.read_request();
    }});
    world.run([&](Client& client) {
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"first"});
        std::vector<Request> three = requests(peer, 3);
        for (Request& request : three) request.method = "POST";
        for (const Response& response : send_all(client, three)) {
            EXPECT_EQ(response.status, 0);
            EXPECT_TRUE(response.error);
        }
        EXPECT_EQ(client.idle_connections(), 0u);
    });
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(Http2BatchTest, RequestsQueueForTheServersLimit) {
    std::size_t most_open = 0;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        Http2Peer peer(socket, identity);
        peer.write(testing::settings({{3, 2}}));
        peer.write(testing::response(peer.read_request(), 200, "first"));
        std::vector<std::uint32_t> open;
        for (int left = 6; left > 0 || !open.empty();) {
            if (left > 0 && open.size() < 2) {
                open.push_back(peer.read_request());
                most_open = std::max(most_open, open.size());
                --left;
                continue;
            }
            peer.write(testing::response(open.front(), 200, "x"));
            open.erase(open.begin());
        }
        peer.wait_for_close();
    }});
    world.run([&](Client& client) {
        EXPECT_EQ(bodies(client, requests(peer, 1)), Strings{"first"});
        EXPECT_EQ(bodies(client, requests(peer, 6)), Strings(6, "x"));
    });
    EXPECT_EQ(most_open, 2u);
    EXPECT_EQ(peer.connections(), 1);
}

}  // namespace
}  // namespace k6::http
