#include "tools/run/loki_log.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <boost/json.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace k6::run {
namespace {

/// What Loki's push endpoint takes and answers.
class LokiPeer : public testing::Test {
protected:
    LokiPeer() {
        server_.Post("/loki/api/v1/push", [this](const httplib::Request& request, httplib::Response& response) {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
            response.status = status;
            if (status != 204) response.set_content("no room", "text/plain");
        });
        port = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
    }
    ~LokiPeer() override {
        server_.stop();
        thread_.join();
    }

    /// Logs as `use` does, to the end; `more` are settings.
    void with_log(const std::string& more, const std::function<void(Logger&)>& use) {
        auto settings =
            parse_loki_settings("loki=http://127.0.0.1:" + std::to_string(port) + "/loki/api/v1/push" + more);
        ASSERT_TRUE(settings) << settings.error().message;
        auto log = LokiLog::make(*std::move(settings), LogLevel::info, complaints);
        ASSERT_TRUE(log) << log.error().message;
        use(**log);
    }

    /// Of all pushes: labels as JSON, and the message.
    std::vector<std::pair<std::string, std::string>> received() {
        const std::lock_guard lock(mutex_);
        std::vector<std::pair<std::string, std::string>> all;
        for (const httplib::Request& request : requests_) {
            EXPECT_EQ(request.get_header_value("Content-Type"), "application/json");
            const auto body = boost::json::parse(request.body);
            for (const auto& stream : body.at("streams").as_array()) {
                for (const auto& value : stream.at("values").as_array()) {
                    EXPECT_EQ(value.at(0).as_string().size(), 19U);
                    all.emplace_back(boost::json::serialize(stream.at("stream")), value.at(1).as_string());
                }
            }
        }
        return all;
    }

    MemoryLogger complaints;
    int port = 0;
    int status = 204;
    std::vector<httplib::Request> requests_;

private:
    std::mutex mutex_;
    httplib::Server server_;
    std::thread thread_;
};

using Received = std::vector<std::pair<std::string, std::string>>;

TEST_F(LokiPeer, GetsRecordsWithTheirFieldsAsLabels) {
    with_log(",label.team=shop,header.X-Scope-OrgID=7", [](Logger& log) {
        log.info("hello \"you\"", {{"source", "console"}});
        log.warn("slow");
        log.debug("not asked for");
    });
    EXPECT_EQ(received(), (Received{{R"({"level":"info","source":"console","team":"shop"})", "hello \"you\""},
                                    {R"({"level":"warning","team":"shop"})", "slow"}}));
    EXPECT_EQ(requests_.at(0).get_header_value("X-Scope-OrgID"), "7");
    EXPECT_TRUE(complaints.lines().empty());
}

TEST_F(LokiPeer, GetsOnlyAllowedLabelsAndTheOthersInTheMessage) {
    with_log(",allowedLabels=[level,vu],level=error", [](Logger& log) {
        log.error("bad", {{"vu", "3"}, {"source", "console"}, {"executor", "x"}});
        log.warn("not that bad");
    });
    EXPECT_EQ(received(), (Received{{R"({"level":"error","vu":"3"})", "bad executor=x source=console"}}));
}

TEST_F(LokiPeer, GetsAtMostTheLimitOfAPeriodAndIsToldOfTheRest) {
    with_log(",limit=2,pushPeriod=1h,msgMaxSize=3", [](Logger& log) {
        for (int i = 0; i < 5; ++i) log.info("message");
    });
    EXPECT_EQ(received(), (Received{{R"({"level":"info"})", "mes"},
                                    {R"({"level":"info"})", "mes"},
                                    {R"({"level":"warning"})",
                                     "3 log messages were dropped, as they were above the limit of 2 in 1h0m0s"}}));
}

TEST_F(LokiPeer, IsComplainedOfWhenItRefuses) {
    status = 400;
    with_log("", [](Logger& log) { log.info("a"); });
    EXPECT_EQ(requests_.size(), 1U);
    EXPECT_EQ(complaints.lines(),
              std::vector<std::string>{R"(error: Couldn't push log messages to Loki count=1 error="no room")"});
}

TEST(LokiSettings, AreReadFromTheCommandLine) {
    EXPECT_EQ(parse_loki_settings("loki").value().url, "http://127.0.0.1:3100/loki/api/v1/push");
    const auto settings =
        parse_loki_settings("loki=https://h/p,limit=7,pushPeriod=5m,msgMaxSize=9,level=debug,profile=true").value();
    EXPECT_EQ(settings.url, "https://h/p");
    EXPECT_EQ(settings.limit, 7);
    EXPECT_EQ(settings.push_period, std::chrono::minutes(5));
    EXPECT_EQ(settings.max_message_size, 9);
    EXPECT_EQ(settings.level, LogLevel::debug);
    for (const auto& [text, message] : {
             std::pair{"loki,limit=0", "log output loki, limit: must be a positive number"},
             std::pair{"loki,level=loud", "log output loki, level: unknown log level 'loud'"},
             std::pair{"loki,limit", "log output loki: 'limit' has no value"},
             std::pair{"loki,allowedLabels=a", "log output loki, allowedLabels: must be a list in brackets, [a,b]"},
             std::pair{"loki,colour=red",
                       "log output loki, colour: unknown key, use limit, pushPeriod, level, "
                       "msgMaxSize, allowedLabels, label.NAME or header.NAME"},
             std::pair{"lokio=x", "a Loki log output starts with loki or loki=URL"},
         }) {
        const auto refused = parse_loki_settings(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().message, message);
    }
    MemoryLogger nobody;
    EXPECT_FALSE(LokiLog::make({.url = "udp://h"}, LogLevel::info, nobody));
}

}  // namespace
}  // namespace k6::run
