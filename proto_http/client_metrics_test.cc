// What the client records of its requests.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto_http/client.h"
#include "proto_http/testing/answers.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using testing::answering;
using testing::ClientWorld;
using testing::ok;
using testing::ScriptedPeer;

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

}  // namespace
}  // namespace k6::http
