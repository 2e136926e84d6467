// The influxdb output against Debian's influxdb (1.x), which runs in the test's own folder.
#include <boost/json.hpp>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/outputs/peer_world.h"

namespace k6::outputs {
namespace {

class InfluxdbPeer : public PeerWorld {
protected:
    void serve(bool with_passwords) {
        const std::string folder = interop::test_folder() + "/influxdb" + std::to_string(port);
        const auto quoted = [&folder](const std::string& name) { return "\"" + folder + "/" + name + "\"\n"; };
        const std::string config = interop::write_file(
            "influxdb" + std::to_string(port) + ".conf",
            "reporting-disabled = true\nbind-address = \"127.0.0.1:" + std::to_string(interop::free_port()) +
                "\"\n[meta]\ndir = " + quoted("meta") + "[data]\ndir = " + quoted("data") +
                "wal-dir = " + quoted("wal") + "[http]\nbind-address = \"127.0.0.1:" + std::to_string(port) +
                "\"\nauth-enabled = " + (with_passwords ? "true" : "false") + "\nlog-enabled = false\n" +
                "[monitor]\nstore-enabled = false\n");
        server.emplace(std::vector<std::string>{"/usr/bin/influxd", "-config", config}, port);
    }
    std::string address(const std::string& user = "") const {
        return "http://" + user + "127.0.0.1:" + std::to_string(port);
    }

    /// The rows' first value column, by the value of the first tag (all in one without a GROUP BY).
    std::map<std::string, double> query(const std::string& database, const std::string& text) {
        const auto answer = boost::json::parse(
            ask({.base = "http://127.0.0.1:" + std::to_string(port), .username = username, .password = password},
                "/query", {{"db", database}, {"q", text}, {"epoch", "ns"}}));
        std::map<std::string, double> rows;
        const auto& result = answer.at("results").at(0).as_object();
        if (result.contains("error")) throw std::runtime_error(std::string(result.at("error").as_string()));
        if (!result.contains("series")) return rows;
        for (const auto& series : result.at("series").as_array()) {
            std::string tag;
            if (series.as_object().contains("tags")) {
                tag = series.at("tags").as_object().begin()->value().as_string();
            }
            const auto& value = series.at("values").at(0).at(1);
            rows[tag] = value.is_number() ? value.to_number<double>() : -1;
        }
        return rows;
    }

    const std::uint16_t port = interop::free_port();
    std::string username;
    std::string password;
    std::optional<interop::PeerProcess> server;
};

TEST_F(InfluxdbPeer, HasEverySampleWithItsTagsAndFields) {
    serve(false);
    EXPECT_EQ(run_with({"influxdb=" + address() + "/runs?tagsAsFields=url&tagsAsFields=status:int"}), 0U) << log();
    EXPECT_EQ(query("runs", "SELECT count(value) FROM http_reqs")[""], requests);
    EXPECT_EQ(query("runs", "SELECT sum(value) FROM my_counter")[""], 2 * requests);
    EXPECT_EQ(query("runs", "SELECT sum(value) FROM my_trend")[""], trend_values * (trend_values + 1) / 2);
    EXPECT_EQ(query("runs", "SELECT max(value) FROM http_req_duration")[""], 100);
    const auto by_response = query("runs", "SELECT count(value) FROM http_reqs GROUP BY expected_response");
    EXPECT_EQ(by_response, (std::map<std::string, double>{{"true", requests - failed}, {"false", failed}}));
    // A field with its kind, and a tag with everything in it that needs an escape.
    EXPECT_EQ(query("runs", "SELECT sum(status) FROM http_reqs")[""], 200 * (requests - failed) + 500 * failed);
    EXPECT_EQ(query("runs", "SELECT count(url) FROM http_reqs")[""], requests);
    EXPECT_EQ(query("runs", "SELECT count(value) FROM http_reqs GROUP BY \"name\"").begin()->first,
              "http://h/?q=a b,c=x\"y\\z");
    // The root group's empty name is no tag.
    EXPECT_EQ(query("runs", "SHOW TAG KEYS FROM my_counter").size(), 0U);
    EXPECT_EQ(query("runs", "SELECT count(value) FROM http_reqs GROUP BY \"group\"").begin()->first, "");
}

TEST_F(InfluxdbPeer, TakesEveryCharacterInATag) {
    serve(false);
    Outputs outputs = start({"influxdb=" + address() + "/characters"});
    std::string all;
    for (int c = 1; c < 127; ++c) all += static_cast<char>(c);
    double points = 0;
    for (const std::string& value :
         {all, std::string("x\\"), std::string("\\, "), std::string("x\\\\"), std::string("=")}) {
        add(my_counter, {{"tag", value}, {"k,e =y\\", "v"}}, ++points);
    }
    for (auto& chunk : taken()) outputs[0]->accept(std::move(chunk));
    ASSERT_TRUE(outputs[0]->stop({}));
    EXPECT_EQ(outputs[0]->dropped_samples(), 0U) << log();
    EXPECT_EQ(query("characters", "SELECT count(value) FROM my_counter")[""], points);
    EXPECT_EQ(query("characters", "SELECT count(value) FROM my_counter GROUP BY \"tag\"").count("="), 1U);
}

TEST_F(InfluxdbPeer, TakesTheOldUrlWithAUserAndPrecision) {
    serve(true);
    ask({.base = address()}, "/query", {{"q", "CREATE USER me WITH PASSWORD 's@cret' WITH ALL PRIVILEGES"}});
    EXPECT_EQ(run_with({"influxdb=" + address("me:s%40cret@") + "/old?precision=ms&concurrentWrites=1"}), 0U) << log();
    username = "me";
    password = "s@cret";
    // Two workers' samples of a millisecond are one point.
    EXPECT_EQ(query("old", "SELECT count(value) FROM my_counter")[""], requests_of_a_worker);
    EXPECT_EQ(query("old", "SELECT first(value) FROM my_gauge")[""], 0);
}

TEST_F(InfluxdbPeer, RefusesAWrongPasswordAndTheRunGoesOn) {
    serve(true);
    ask({.base = address()}, "/query", {{"q", "CREATE USER me WITH PASSWORD 'secret' WITH ALL PRIVILEGES"}});
    EXPECT_EQ(run_with({"influxdb=" + address("me:wrong@") + "/db"}),
              static_cast<std::uint64_t>(requests * samples_of_a_request));
    EXPECT_NE(log().find("Couldn't write stats"), std::string::npos);
    EXPECT_NE(log().find("authorization failed"), std::string::npos) << log();
}

TEST_F(InfluxdbPeer, SeveralOutputsHaveTheSameRun) {
    serve(false);
    environment = {{"K6_INFLUXDB_ADDR", address()}, {"K6_INFLUXDB_DB", "from_variables"}};
    const std::string csv = interop::test_folder() + "/several.csv";
    const std::string json = interop::test_folder() + "/several.json.gz";
    EXPECT_EQ(run_with({"influxdb", "csv=" + csv, "json=" + json, "influxdb=" + address() + "/again"}), 0U) << log();
    for (const char* database : {"from_variables", "again"}) {
        EXPECT_EQ(query(database, "SELECT count(value) FROM http_reqs")[""], requests) << database;
    }
    std::ifstream file(csv);
    int lines = 0;
    for (std::string line; std::getline(file, line);) lines += line.starts_with("http_reqs,");
    EXPECT_EQ(lines, requests);
}

}  // namespace
}  // namespace k6::outputs
