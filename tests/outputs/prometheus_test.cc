// The Prometheus output against Debian's prometheus with its remote write receiver, in the test's own folder.
#include <openssl/ssl.h>

#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/outputs/peer_world.h"
#include "tools/demo_server/certificate.h"

namespace k6::outputs {
namespace {

class PrometheusPeer : public PeerWorld {
protected:
    void serve(const std::string& web_config = "") {
        const std::string number = std::to_string(port);
        std::vector<std::string> command = {
            "/usr/bin/prometheus",
            "--config.file=" + interop::write_file("prometheus" + number + ".yml", "global: {}\n"),
            "--storage.tsdb.path=" + interop::test_folder() + "/prometheus" + number,
            "--web.listen-address=127.0.0.1:" + number,
            "--web.enable-remote-write-receiver",
            "--enable-feature=native-histograms",
            "--log.level=warn",
        };
        if (!web_config.empty()) {
            command.push_back("--web.config.file=" + interop::write_file("web" + number + ".yml", web_config));
        }
        server.emplace(command, port);
        target.base = (web_config.empty() ? "http://" : "https://") + ("127.0.0.1:" + number);
        environment["K6_PROMETHEUS_RW_SERVER_URL"] = target.base + "/api/v1/write";
        wait_until_ready();
    }

    // It listens before its storage is open.
    void wait_until_ready() {
        while (true) {
            auto poster = HttpPoster::make(target).value();
            const auto answer = poster->post("/api/v1/query", "query=1", "application/x-www-form-urlencoded");
            if (answer && answer->success()) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    /// The values of an instant query at a time, by one label.
    std::map<std::string, double> query(const std::string& text, const std::string& label = "__name__",
                                        std::chrono::milliseconds after_begin = std::chrono::seconds(60)) {
        const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(begin.time_since_epoch()) + after_begin;
        std::string seconds = std::to_string(time.count());
        seconds.insert(seconds.size() - 3, ".");
        const auto answer = boost::json::parse(ask(target, "/api/v1/query", {{"query", text}, {"time", seconds}}));
        std::map<std::string, double> values;
        for (const auto& row : answer.at("data").at("result").as_array()) {
            const auto& labels = row.at("metric").as_object();
            const std::string key = labels.contains(label) ? std::string(labels.at(label).as_string()) : "";
            values[key] = std::stod(std::string(row.at("value").at(1).as_string()));
        }
        return values;
    }
    double value(const std::string& text) {
        const auto found = query(text);
        return found.size() == 1 ? found.begin()->second : std::nan("");
    }

    const std::uint16_t port = interop::free_port();
    HttpTarget target;
    std::optional<interop::PeerProcess> server;
};

TEST_F(PrometheusPeer, HasCountersGaugesRatesAndTrendStatistics) {
    serve();
    environment["K6_PROMETHEUS_RW_TREND_STATS"] = "avg,min,med,max,count,sum,p(95),p(99.9),p(0.5)";
    EXPECT_EQ(run_with({"experimental-prometheus-rw"}), 0U) << log();
    EXPECT_EQ(value("sum(k6_http_reqs_total)"), requests);
    EXPECT_EQ(query("sum by (status) (k6_http_reqs_total)", "status"),
              (std::map<std::string, double>{{"200", requests - failed}, {"500", failed}}));
    EXPECT_EQ(value("count(k6_http_reqs_total)"), 14);  // 7 URLs, 2 statuses each
    EXPECT_EQ(value("k6_my_counter_total"), 2 * requests);
    EXPECT_EQ(value("k6_my_gauge"), requests_of_a_worker - 1);
    EXPECT_EQ(value("k6_my_rate_rate"), 0.25);
    EXPECT_EQ(value("k6_checks_rate{check='is ok'}"), 0.9);
    // Milliseconds are seconds here, but a count stays one.
    EXPECT_DOUBLE_EQ(value("k6_my_trend_avg"), (1 + trend_values) / 2.0 / 1000);
    EXPECT_DOUBLE_EQ(value("k6_my_trend_min"), 0.001);
    EXPECT_DOUBLE_EQ(value("k6_my_trend_max"), trend_values / 1000.0);
    EXPECT_DOUBLE_EQ(value("k6_my_trend_med"), (1 + trend_values) / 2.0 / 1000);
    EXPECT_DOUBLE_EQ(value("k6_my_trend_count"), trend_values);
    EXPECT_DOUBLE_EQ(value("k6_my_trend_sum"), trend_values * (trend_values + 1) / 2 / 1000.0);
    EXPECT_NEAR(value("k6_my_trend_p95"), 0.95 * trend_values / 1000.0, 0.001);
    EXPECT_NEAR(value("k6_my_trend_p999"), 0.999 * trend_values / 1000.0, 0.001);
    EXPECT_NEAR(value("k6_my_trend_p05"), 0.005 * trend_values / 1000.0, 0.001);
    // Labels are the tags that are not empty.
    const auto labels = query("k6_http_reqs_total{status='500',group=''}", "name");
    EXPECT_EQ(labels.begin()->first, "http://h/?q=a b,c=x\"y\\z");
}

TEST_F(PrometheusPeer, HasNativeHistograms) {
    serve();
    native_histograms = true;
    EXPECT_EQ(run_with({"experimental-prometheus-rw"}), 0U) << log();
    EXPECT_EQ(value("histogram_count(k6_my_trend_seconds)"), trend_values);
    EXPECT_DOUBLE_EQ(value("histogram_sum(k6_my_trend_seconds)"), trend_values * (trend_values + 1) / 2 / 1000.0);
    // A bucket is 9 % wide.
    EXPECT_NEAR(value("histogram_quantile(0.5, k6_my_trend_seconds)"), 1.0, 0.09);
    EXPECT_NEAR(value("histogram_quantile(0.99, k6_my_trend_seconds)"), 1.98, 0.18);
    EXPECT_EQ(value("sum(histogram_count(k6_http_req_connecting_seconds))"), requests);
    EXPECT_EQ(value("k6_my_counter_total"), 2 * requests);
}

TEST_F(PrometheusPeer, StaleMarkersEndEverySeries) {
    serve();
    environment["K6_PROMETHEUS_RW_STALE_MARKERS"] = "true";
    EXPECT_EQ(run_with({"experimental-prometheus-rw"}), 0U) << log();
    EXPECT_EQ(query("{__name__=~'k6_.+'}").size(), 0U);
    EXPECT_EQ(query("k6_my_counter_total", "__name__", std::chrono::milliseconds(1100)).size(), 1U);
}

TEST_F(PrometheusPeer, TakesTlsACertificateABasicPasswordAndHeaders) {
    const auto authority = demo::CertificateAuthority::create("outputs").value();
    const auto identity = authority.issue({.common_name = "server", .alternative_names = {"127.0.0.1"}}).value();
    const auto client = authority.issue({.common_name = "k6", .for_client = true}).value();
    const std::string authority_file = interop::write_file("ca.pem", authority.certificate_pem());
    ::setenv("SSL_CERT_FILE", authority_file.c_str(), 1);
    target.tls.client_certificate = interop::write_file("client.pem", client.certificate_pem);
    target.tls.client_key = interop::write_file("client.key", client.key_pem);
    target.username = "k6";
    target.password = "secret";
    // The hash is bcrypt's of "secret".
    serve("tls_server_config:\n  cert_file: " + interop::write_file("server.pem", identity.certificate_pem) +
          "\n  key_file: " + interop::write_file("server.key", identity.key_pem) +
          "\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: " + authority_file +
          "\n  min_version: TLS13\nbasic_auth_users:\n"
          "  k6: $2y$04$RW3rrmKEq3emy338u6EZdOQMy7vOs8yAHspq1mcjJBPIo1X5nwEbC\n");
    environment["K6_PROMETHEUS_RW_CLIENT_CERTIFICATE"] = target.tls.client_certificate;
    environment["K6_PROMETHEUS_RW_CLIENT_CERTIFICATE_KEY"] = target.tls.client_key;
    environment["K6_PROMETHEUS_RW_USERNAME"] = "k6";
    environment["K6_PROMETHEUS_RW_PASSWORD"] = "secret";
    environment["K6_PROMETHEUS_RW_HTTP_HEADERS"] = "X-Scope-OrgID:me,X-Other:you";
    EXPECT_EQ(run_with({"experimental-prometheus-rw"}), 0U) << log();
    EXPECT_EQ(value("k6_my_counter_total"), 2 * requests);

    environment["K6_PROMETHEUS_RW_PASSWORD"] = "wrong";
    EXPECT_EQ(run_with({"experimental-prometheus-rw"}), static_cast<std::uint64_t>(requests * samples_of_a_request));
    EXPECT_NE(log().find("got status code: 401"), std::string::npos) << log();
    ::unsetenv("SSL_CERT_FILE");
}

// A run of many pushes: each has what is new, and the last one everything.
TEST_F(PrometheusPeer, ManyPushesAddUp) {
    serve();
    environment["K6_PROMETHEUS_RW_PUSH_INTERVAL"] = "5ms";
    EXPECT_EQ(run_with({"experimental-prometheus-rw"}), 0U) << log();
    EXPECT_EQ(value("sum(k6_http_reqs_total)"), requests);
    EXPECT_EQ(log().find("Failed to send"), std::string::npos) << log();
}

}  // namespace
}  // namespace k6::outputs
