// What options and parameters change about requests: where they go, what they carry, when they start.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto_http/base64.h"
#include "proto_http/client.h"
#include "proto_http/content_coding.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/http_metrics.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using std::chrono::milliseconds;
using testing::ClientWorld;
using testing::PeerSocket;
using testing::ScriptedPeer;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

ScriptedPeer::Script answering(std::vector<std::string> answers) {
    return [answers = std::move(answers)](PeerSocket& socket) {
        for (const std::string& answer : answers) {
            socket.read_head();
            socket.write(answer);
        }
        socket.wait_for_close();
    };
}

/// Answers and notes the heads of requests, and bodies of a known length.
ScriptedPeer::Script noting(std::vector<std::string>& heads, std::vector<std::string> answers) {
    return [&heads, answers = std::move(answers)](PeerSocket& socket) {
        for (const std::string& answer : answers) {
            std::string head = socket.read_head();
            if (head.empty()) return;
            constexpr std::string_view field = "Content-Length: ";
            if (const std::size_t at = head.find(field); at != std::string::npos) {
                head += socket.read_exactly(std::stoul(head.substr(at + field.size())));
            }
            heads.push_back(head);
            socket.write(answer);
        }
        socket.wait_for_close();
    };
}

ClientSettings settings_of(Options options) {
    const Plan plan = make_plan(std::move(options)).value();
    ClientSettings settings = client_settings(plan, "test/1").value();
    return settings;
}

// --- hosts, blockHostnames, blacklistIPs, localIPs

TEST(ClientOptionsTest, HostsReplaceAddressAndPortButNotTheHostHeader) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {ok})});
    ClientWorld world({.settings = settings_of({.hosts = StringMap{{"*.shop.test", peer.authority()}}})});
    world.run([&](Client& client) {
        const Response response = client.send({.url = "http://www.shop.test:81/x"});
        EXPECT_EQ(response.body, "ok") << response.error.message;
        EXPECT_EQ(response.remote->port, peer.port());
        EXPECT_EQ(response.url, "http://www.shop.test:81/x");
    });
    peer.finish();
    EXPECT_EQ(heads.at(0), "GET /x HTTP/1.1\r\nHost: www.shop.test:81\r\nUser-Agent: test/1\r\n\r\n");
}

TEST(ClientOptionsTest, BlockedNamesAndBlacklistedAddresses) {
    ClientWorld world({.settings = settings_of({.blacklist_ips = std::vector<std::string>{"127.0.0.0/8"},
                                                .block_hostnames = std::vector<std::string>{"*.bad.test"},
                                                .hosts = StringMap{{"fine.test", "127.0.0.9"}}})});
    world.run([&](Client& client) {
        const Response blocked = client.send({.url = "http://x.bad.test/"});
        EXPECT_EQ(blocked.error.code, 1111);
        EXPECT_EQ(blocked.error.text, "hostname is blocked");
        EXPECT_EQ(blocked.error.message,
                  "Get \"http://x.bad.test/\": hostname (x.bad.test) is in a blocked pattern (*.bad.test)");
        for (const char* url : {"http://127.0.0.1/", "http://fine.test/"}) {
            const Response listed = client.send({.url = url});
            EXPECT_EQ(listed.error.code, 1110);
            EXPECT_EQ(listed.error.text, "ip is blacklisted");
            EXPECT_NE(listed.error.message.find("is in a blacklisted range (127.0.0.0/8)"), std::string::npos);
            EXPECT_FALSE(listed.remote);
        }
    });
    EXPECT_EQ(world.samples("http_reqs").at(0).tags.at("error_code"), "1111");
    EXPECT_EQ(world.samples("http_reqs").at(1).tags.at("error_code"), "1110");
}

TEST(ClientOptionsTest, AVuCallsFromItsLocalAddress) {
    std::string from;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        from = socket.remote_address();
        socket.write(ok);
    }});
    // The VU of this world has number 7.
    ClientWorld world({.settings = settings_of({.local_ips = "127.0.0.11-127.0.0.20"})});
    world.run([&](Client& client) { EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok"); });
    peer.finish();
    EXPECT_EQ(from, "127.0.0.17");
}

TEST(ClientOptionsTest, NamesBeyondAscii) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {ok})});
    ClientWorld world({.settings = settings_of({.hosts = StringMap{{"xn--bcher-kva.test", peer.authority()}}})});
    world.run([&](Client& client) {
        EXPECT_EQ(client
                      .send({.url = "http://b\xc3\xbc"
                                    "cher.test/"})
                      .body,
                  "ok");
        EXPECT_EQ(client.send({.url = "http://a\xe2\x80\xae.test/"}).error.code, 1000);
    });
    peer.finish();
    EXPECT_TRUE(heads.at(0).starts_with("GET / HTTP/1.1\r\nHost: xn--bcher-kva.test\r\n"));
}

// --- rps

TEST(ClientOptionsTest, RequestsPerSecondDelayTheStartAndNoTiming) {
    ScriptedPeer peer({answering({ok, ok, ok})});
    ClientWorld world({.settings = settings_of({.rps = 20})});
    world.run([&](Client& client) {
        const TimePoint start = world.worker().now();
        for (int i = 0; i < 3; ++i) {
            const Response response = client.send({.url = peer.url("/")});
            EXPECT_EQ(response.body, "ok");
            EXPECT_TRUE(i == 0 || response.timings.blocked.count() == 0);
        }
        // Places are 50 ms apart: this holds however slow the machine is.
        EXPECT_GE(world.worker().now() - start, milliseconds(100));
    });
}

TEST(ClientOptionsTest, WaitingForAPlaceIsNoPartOfTheTimeout) {
    ScriptedPeer peer({answering({ok, ok})});
    ClientWorld world({.settings = settings_of({.rps = 10})});
    world.run([&](Client& client) {
        client.send({.url = peer.url("/")});
        // Its place is 100 ms away.
        const Response response = client.send({.url = peer.url("/"), .timeout = milliseconds(60)});
        EXPECT_EQ(response.error.code, 0) << response.error.message;
    });
}

// --- httpDebug

TEST(ClientOptionsTest, HttpDebugPrintsHeadsOrAll) {
    for (const bool full : {false, true}) {
        ScriptedPeer peer({answering({"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok"})});
        ClientWorld world({.settings = settings_of({.http_debug = full ? "full" : "headers"})});
        world.run([&](Client& client) {
            client.send({.method = "POST", .url = peer.url("/p"), .body = Body::borrow("secret")});
        });
        const auto lines = world.logger().lines();
        ASSERT_EQ(lines.size(), 2u);
        const std::string request = "Request:\nPOST /p HTTP/1.1\nHost: " + peer.authority() +
                                    "\nUser-Agent: test/1\nContent-Length: 6\n\n" + (full ? "secret" : "") + "\n";
        EXPECT_NE(lines[0].find(request), std::string::npos) << lines[0];
        const std::string response =
            std::string("Response:\nHTTP/1.1 200 Fine\nContent-Length: 2\nX-A: b\n\n") + (full ? "ok" : "") + "\n";
        EXPECT_NE(lines[1].find(response), std::string::npos) << lines[1];
        const auto id = [](const std::string& line) { return line.substr(line.find("request_id="), 47); };
        EXPECT_EQ(id(lines[0]), id(lines[1]));
        EXPECT_NE(lines[0].find("source=http-debug"), std::string::npos);
        EXPECT_NE(lines[0].find("vu=7"), std::string::npos);
    }
}

// --- compression of requests

TEST(ClientOptionsTest, BodiesAreCompressedAndSaySo) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {ok, ok, ok})});
    const std::string text(2000, 'x');
    ClientWorld world;
    world.run([&](Client& client) {
        const Request request{.method = "POST",
                              .url = peer.url("/"),
                              .body = Body::borrow(text),
                              .compression = parse_content_codings("gzip, br").value()};
        EXPECT_EQ(client.send(request).status, 200);
        // Without a body nothing happens.
        EXPECT_EQ(client.send({.url = peer.url("/"), .compression = request.compression}).status, 200);
        Request named = request;
        named.headers.set("Content-Encoding", "x-mine");
        EXPECT_EQ(client.send(named).status, 200);
    });
    peer.finish();
    const std::size_t body = heads.at(0).find("\r\n\r\n") + 4;
    EXPECT_NE(heads[0].find("\r\nContent-Encoding: gzip, br\r\n"), std::string::npos);
    EXPECT_EQ(decode_content("gzip, br", heads[0].substr(body), 1 << 20).value(), text);
    EXPECT_EQ(heads.at(1).find("Content-Encoding"), std::string::npos);
    EXPECT_NE(heads.at(2).find("\r\nContent-Encoding: x-mine\r\n"), std::string::npos);
    ASSERT_EQ(world.logger().lines().size(), 1u);
    EXPECT_NE(world.logger().lines()[0].find("Content-Encoding was set explicitly"), std::string::npos);
}

TEST(ClientOptionsTest, AWrongContentLengthIsIgnoredWithAWarning) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {ok, ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        for (const char* length : {"2", "77"}) {
            client.send({.method = "POST",
                         .url = peer.url("/"),
                         .headers = {{"Content-Length", length}},
                         .body = Body::borrow("ab")});
        }
    });
    peer.finish();
    EXPECT_EQ(heads.at(0), heads.at(1));
    ASSERT_EQ(world.logger().lines().size(), 1u);
    EXPECT_NE(world.logger().lines()[0].find("given=77"), std::string::npos);
}

// --- Expect: 100-continue

TEST(ClientExpectTest, TheBodyFollowsTheContinue) {
    std::string before;
    std::string body;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        before = socket.read_available();
        socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        body = socket.read_exactly(4);
        socket.write(ok);
        socket.read_head();
        socket.write(ok);
        socket.wait_for_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        const Request request{.method = "POST",
                              .url = peer.url("/"),
                              .headers = {{"Expect", "100-continue"}},
                              .body = Body::borrow("body")};
        EXPECT_EQ(client.send(request).body, "ok");
        EXPECT_EQ(client.idle_connections(), 1u);
        EXPECT_EQ(client.send({.url = peer.url("/")}).body, "ok");
    });
    peer.finish();
    EXPECT_EQ(before, "");
    EXPECT_EQ(body, "body");
    EXPECT_EQ(peer.connections(), 1);
}

TEST(ClientExpectTest, AFinalAnswerInsteadMeansThatNoBodyFollows) {
    std::string rest;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        socket.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
        rest = socket.wait_for_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client
                      .send({.method = "POST",
                             .url = peer.url("/"),
                             .headers = {{"Expect", "100-continue"}},
                             .body = Body::borrow("body")})
                      .status,
                  417);
        EXPECT_EQ(client.idle_connections(), 0u);
    });
    peer.finish();
    EXPECT_EQ(rest, "");
}

TEST(ClientExpectTest, ASilentServerGetsTheBodyAfterAWhile) {
    std::string body;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        body = socket.read_exactly(4);
        socket.write(ok);
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client
                      .send({.method = "PUT",
                             .url = peer.url("/"),
                             .headers = {{"Expect", "100-continue"}},
                             .body = Body::borrow("body")})
                      .body,
                  "ok");
    });
    peer.finish();
    EXPECT_EQ(body, "body");
}

TEST(ClientExpectTest, TheTimeoutEndsTheWaitForContinue) {
    ScriptedPeer peer({[&](PeerSocket& socket) {
        socket.read_head();
        socket.wait_for_close();
    }});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client
                      .send({.method = "PUT",
                             .url = peer.url("/"),
                             .headers = {{"Expect", "100-continue"}},
                             .body = Body::borrow("body"),
                             .timeout = milliseconds(50)})
                      .error.code,
                  1050);
    });
}

// --- tags of single requests

TEST(ClientTagsTest, SampleTagsMayDifferFromRequestToRequest) {
    constexpr int requests = 300;
    ScriptedPeer peer({answering(std::vector<std::string>(requests + 2, ok))});
    ClientWorld world;
    std::uint64_t dropped = 0;
    world.run([&](Client& client) {
        for (int i = 0; i < requests; ++i) {
            client.send({.url = peer.url("/"), .sample_tags = {{"id", std::to_string(i)}, {"method", "mine"}}});
        }
        client.send({.url = peer.url("/"), .sample_tags = {{"name", "grouped"}}});
        client.send({.url = peer.url("/"), .sample_tags = {{"name", "less"}}, .name = "more"});
        dropped = world.recorder().tags().dropped_tags();
    });
    const auto samples = world.samples("http_reqs");
    ASSERT_EQ(samples.size(), static_cast<std::size_t>(requests + 2));
    for (int i = 0; i < requests; ++i) {
        const auto& tags = samples[static_cast<std::size_t>(i)].tags;
        EXPECT_EQ(tags.at("id"), std::to_string(i));
        EXPECT_EQ(tags.at("method"), "GET");
        EXPECT_EQ(tags.at("base"), "b");
    }
    EXPECT_EQ(samples[requests].tags.at("url"), "grouped");
    EXPECT_EQ(samples[requests].tags.at("name"), "grouped");
    EXPECT_EQ(samples[requests + 1].tags.at("name"), "more");
    EXPECT_EQ(dropped, 0u);
}

TEST(ClientTagsTest, RepeatedRequestsKeepTheirOwnTags) {
    ScriptedPeer peer({answering({ok, ok, ok, "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n", ok, ok, ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        Request request{.url = peer.url("/")};
        client.send(request);
        client.send(request);
        request.expected.reset();
        client.send(request);
        request.expected = default_expected_statuses;
        client.send(request);
        request.method = "POST";
        client.send(request);
        request.name = "named";
        client.send(request);
        request = {.url = peer.url("/")};
        request.tags = world.vu().tag_table().with(world.vu().tags(), "base", "c");
        client.send(request);
    });
    const auto samples = world.samples("http_reqs");
    ASSERT_EQ(samples.size(), 7u);
    EXPECT_EQ(samples[0].tags, samples[1].tags);
    EXPECT_EQ(samples[1].tags.at("expected_response"), "true");
    EXPECT_FALSE(samples[2].tags.contains("expected_response"));
    EXPECT_EQ(samples[3].tags.at("status"), "500");
    EXPECT_EQ(samples[3].tags.at("expected_response"), "false");
    EXPECT_EQ(samples[4].tags.at("method"), "POST");
    EXPECT_EQ(samples[5].tags.at("url"), "named");
    EXPECT_EQ(samples[6].tags.at("base"), "c");
    EXPECT_EQ(samples[6].tags.at("method"), "GET");
}

TEST(KnownTagSetsTest, ANewGenerationForgetsAll) {
    KnownTagSets known;
    const std::string url = "http://h.test/";
    const RoundTrip trip{.method = "GET", .url = url, .status = 200};
    KnownTagSets::Entry& entry = known.place(trip, 0);
    EXPECT_FALSE(entry.is_of(trip));
    entry.method = "GET";
    entry.url = url;
    entry.status = 200;
    EXPECT_TRUE(known.place(trip, 0).is_of(trip));
    EXPECT_FALSE(known.place(trip, 1).is_of(trip));
}

// --- proxies

ClientSettings through_proxy(const std::string& address, const char* variable = "http_proxy") {
    ClientSettings settings{.user_agent = "test/1"};
    settings.proxies = ProxyRules::from_environment([&](std::string_view name) -> std::optional<std::string> {
                           if (name == variable) return address;
                           return std::nullopt;
                       }).value();
    return settings;
}

TEST(ClientProxyTest, RequestsInClearAreForwardedOverOneConnection) {
    std::vector<std::string> heads;
    ScriptedPeer proxy({noting(heads, {ok, ok})});
    ClientWorld world({.settings = through_proxy("http://me:pass@" + proxy.authority())});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = "http://one.test/a?b#c"}).body, "ok");
        const Response second = client.send({.url = "http://u:p@two.test:81"});
        EXPECT_EQ(second.body, "ok");
        EXPECT_EQ(second.remote->port, proxy.port());
    });
    proxy.finish();
    EXPECT_EQ(heads.at(0),
              "GET http://one.test/a?b HTTP/1.1\r\nHost: one.test\r\nUser-Agent: test/1\r\n"
              "Proxy-Authorization: Basic bWU6cGFzcw==\r\n\r\n");
    EXPECT_EQ(heads.at(1),
              "GET http://two.test:81/ HTTP/1.1\r\nHost: two.test:81\r\nUser-Agent: test/1\r\n"
              "Authorization: Basic dTpw\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n\r\n");
    EXPECT_EQ(proxy.connections(), 1);
}

TEST(ClientProxyTest, HttpsAsksForATunnel) {
    std::string head;
    ScriptedPeer proxy({[&](PeerSocket& socket) {
                            head = socket.read_head();
                            socket.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!");
                            socket.wait_for_close();
                        },
                        [](PeerSocket& socket) {
                            socket.read_head();
                            socket.write("HTTP/1.0 200 Connection established\r\n\r\n");
                            // The tunnel's other end speaks no TLS.
                            socket.read_exactly(5);
                            socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
                            socket.wait_for_close();
                        }});
    ClientWorld world({.settings = through_proxy("http://me@" + proxy.authority(), "https_proxy")});
    world.run([&](Client& client) {
        const Response refused = client.send({.url = "https://secret.test/"});
        EXPECT_EQ(refused.error.code, 1000);
        EXPECT_EQ(refused.error.text, "Proxy Authentication Required");
        const Response no_tls = client.send({.url = "https://secret.test:8443/"});
        EXPECT_EQ(no_tls.error.code, 1301) << no_tls.error.message;
    });
    proxy.finish();
    EXPECT_EQ(head,
              "CONNECT secret.test:443 HTTP/1.1\r\nHost: secret.test:443\r\nUser-Agent: test/1\r\n"
              "Proxy-Authorization: Basic bWU6\r\n\r\n");
}

TEST(ClientProxyTest, AProxyThatIsNotThere) {
    const std::string authority = "127.0.0.1:" + std::to_string(testing::unused_port());
    ClientWorld world({.settings = through_proxy(authority)});
    world.run([&](Client& client) {
        const Response response = client.send({.url = "http://one.test/"});
        EXPECT_EQ(response.error.code, 1212);
        EXPECT_EQ(response.error.message, "Get \"http://one.test/\": proxyconnect tcp: dial tcp " + authority +
                                              ": connect: connection refused");
    });
}

TEST(ClientProxyTest, Socks5WithAndWithoutPassword) {
    std::string login;
    std::string request;
    std::vector<std::string> heads;
    const auto serve = noting(heads, {ok, ok});
    ScriptedPeer proxy({[&](PeerSocket& socket) {
                            EXPECT_EQ(socket.read_exactly(4), std::string("\x05\x02\x00\x02", 4));
                            socket.write("\x05\x02");
                            login = socket.read_exactly(9);
                            socket.write(std::string("\x01\x00", 2));
                            request = socket.read_exactly(15);
                            socket.write(std::string("\x05\x00\x00\x01\x7f\x00\x00\x01\x12\x34", 10));
                            serve(socket);
                        },
                        [&](PeerSocket& socket) {
                            socket.read_exactly(4);
                            socket.write(std::string("\x05\x00", 2));
                            socket.read_exactly(15);
                            socket.write(std::string("\x05\x05\x00\x01", 4));
                            socket.wait_for_close();
                        },
                        [&](PeerSocket& socket) {
                            socket.read_exactly(4);
                            socket.write("\x05\xff");
                            socket.wait_for_close();
                        }});
    ClientWorld world({.settings = through_proxy("socks5://me:word@" + proxy.authority())});
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = "http://one.test/a"}).body, "ok");
        EXPECT_EQ(client.send({.url = "http://one.test/b"}).body, "ok");
        // The peer serves one connection after the other.
        client.close_idle();
        const Response refused = client.send({.url = "http://two.test/"});
        EXPECT_EQ(refused.error.code, 1210);
        EXPECT_EQ(refused.error.text, "socks connect tcp: connection refused");
        EXPECT_EQ(client.send({.url = "http://two.test/"}).error.text,
                  "socks connect tcp: no acceptable authentication methods");
    });
    proxy.finish();
    EXPECT_EQ(login, std::string("\x01\x02me\x04word"));
    EXPECT_EQ(request, std::string("\x05\x01\x00\x03\x08one.test\x00\x50", 15));
    EXPECT_TRUE(heads.at(0).starts_with("GET /a HTTP/1.1\r\nHost: one.test\r\n"));
}

// --- NTLM

std::string ntlm_challenge() {
    std::string message("NTLMSSP\0\x02\0\0\0", 12);
    message += std::string(8, '\0') + std::string("\x01\x00\x80\x00", 4) + "abcdefgh" + std::string(8, '\0') +
               std::string("\x04\0\x04\0\x30\0\0\0", 8) + std::string(4, '\0');
    std::string header = "NTLM ";
    append_base64(message, header);
    return header;
}

std::string unauthorized(const std::string& challenge) {
    return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " + challenge + "\r\nContent-Length: 0\r\n\r\n";
}

TEST(ClientNtlmTest, ThreeRequestsOnOneConnection) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {unauthorized("NTLM"), unauthorized(ntlm_challenge()), ok, ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response response = client.send({.method = "POST",
                                               .url = "http://dom%5Cuser:pw@" + peer.authority() + "/",
                                               .body = Body::borrow("body"),
                                               .auth = Auth::ntlm});
        EXPECT_EQ(response.status, 200) << response.error.message;
        EXPECT_EQ(client.idle_connections(), 1u);
        EXPECT_EQ(client.send({.url = peer.url("/")}).status, 200);
    });
    peer.finish();
    ASSERT_EQ(heads.size(), 4u);
    EXPECT_EQ(heads[0].find("Authorization"), std::string::npos);
    EXPECT_TRUE(heads[0].ends_with("\r\n\r\nbody"));
    EXPECT_NE(heads[1].find("\r\nAuthorization: NTLM TlRMTVNTUAABAAAA"), std::string::npos);
    EXPECT_NE(heads[1].find("\r\nContent-Length: 0\r\n"), std::string::npos);
    EXPECT_NE(heads[2].find("\r\nAuthorization: NTLM TlRMTVNTUAADAAAA"), std::string::npos);
    EXPECT_TRUE(heads[2].ends_with("\r\n\r\nbody"));
    EXPECT_EQ(peer.connections(), 1);
    const auto failed = world.samples("http_req_failed");
    ASSERT_EQ(failed.size(), 4u);
    EXPECT_TRUE(std::all_of(failed.begin(), failed.end(), [](const auto& sample) { return sample.value == 0; }));
}

TEST(ClientNtlmTest, BasicWhereNothingElseIsOffered) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {unauthorized("Basic realm=x"), ok})});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = "http://u:p@" + peer.authority() + "/", .auth = Auth::ntlm}).status, 200);
    });
    peer.finish();
    EXPECT_NE(heads.at(1).find("\r\nAuthorization: Basic dTpw\r\n"), std::string::npos);
}

TEST(ClientNtlmTest, ARefusalIsTheAnswer) {
    std::vector<std::string> heads;
    ScriptedPeer peer({noting(heads, {unauthorized("NTLM"), unauthorized(ntlm_challenge()), unauthorized("NTLM")})});
    ClientWorld world;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = "http://u:p@" + peer.authority() + "/", .auth = Auth::ntlm}).status, 401);
    });
    const auto failed = world.samples("http_req_failed");
    ASSERT_EQ(failed.size(), 3u);
    EXPECT_EQ(failed[1].value, 0);
    EXPECT_EQ(failed[2].value, 1);
}

// --- settings

TEST(ClientSettingsTest, WhatIsWrongIsSaid) {
    const auto plan = make_plan({}).value();
    const auto wrong_proxy = client_settings(plan, "x", [](std::string_view name) -> std::optional<std::string> {
        if (name == "http_proxy") return "ftp://p";
        return std::nullopt;
    });
    ASSERT_FALSE(wrong_proxy);
    EXPECT_EQ(wrong_proxy.error().error_class, ErrorClass::invalid_config);
    EXPECT_FALSE(client_settings(make_plan({.local_ips = "nowhere"}).value(), "x"));
}

TEST(ClientSettingsTest, HttpTwoCanBeSwitchedOff) {
    const auto plan = make_plan({}).value();
    const auto with = [&](const char* debug) {
        return client_settings(plan, "x",
                               [&](std::string_view name) -> std::optional<std::string> {
                                   if (name == "GODEBUG") return debug;
                                   return std::nullopt;
                               })
            ->http2;
    };
    EXPECT_TRUE(with(""));
    EXPECT_TRUE(with("http2client=01"));
    EXPECT_FALSE(with("http2client=0"));
    EXPECT_FALSE(with("netdns=go,http2client=0"));
}

TEST(SharedClientsTest, OneLimitForAllWorkers) {
    const Plan plan = make_plan({.rps = 5}).value();
    SystemClock clock;
    Worker first({.index = 0, .clock = &clock});
    Worker second({.index = 1, .clock = &clock});
    SharedClients clients(2, "test/1");
    ClientShared* a = clients.of(plan, first).value();
    ClientShared* b = clients.of(plan, second).value();
    EXPECT_NE(a, b);
    EXPECT_EQ(a, clients.of(plan, first).value());
    EXPECT_NE(a->settings().rate_limiter, nullptr);
    EXPECT_EQ(a->settings().rate_limiter, b->settings().rate_limiter);
}

}  // namespace
}  // namespace k6::http
