// The opentelemetry output against gRPC's JavaScript server and OpenTelemetry's own message types (otlp_server.js).
#include <algorithm>
#include <boost/json.hpp>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/outputs/peer_world.h"
#include "tools/demo_server/certificate.h"

namespace k6::outputs {
namespace {

using Attributes = std::map<std::string, std::string>;

class OtlpPeer : public PeerWorld {
protected:
    OtlpPeer() { std::signal(SIGPIPE, SIG_IGN); }

    void serve(const std::string& kind, bool tls = false, bool client_certificates = false) {
        file = interop::test_folder() + "/otlp" + std::to_string(port) + ".json";
        std::vector<std::string> command = {
            node(), "tests/outputs/otlp_server.js", std::getenv("NODE_MODULES"), std::to_string(port), file, kind};
        if (tls) {
            const auto authority = demo::CertificateAuthority::create("outputs").value();
            const auto identity =
                authority.issue({.common_name = "server", .alternative_names = {"localhost", "127.0.0.1"}}).value();
            const auto client = authority.issue({.common_name = "k6", .for_client = true}).value();
            const std::string authority_file = interop::write_file("ca.pem", authority.certificate_pem());
            environment["K6_OTEL_TLS_CERTIFICATE"] = authority_file;
            command.push_back(interop::write_file("server.pem", identity.certificate_pem));
            command.push_back(interop::write_file("server.key", identity.key_pem));
            if (client_certificates) {
                environment["K6_OTEL_TLS_CLIENT_CERTIFICATE"] =
                    interop::write_file("client.pem", client.certificate_pem);
                environment["K6_OTEL_TLS_CLIENT_KEY"] = interop::write_file("client.key", client.key_pem);
                command.push_back(authority_file);
            }
        }
        server.emplace(command, port);
        const std::string endpoint = "localhost:" + std::to_string(port);
        environment[kind == "http" ? "K6_OTEL_HTTP_EXPORTER_ENDPOINT" : "K6_OTEL_GRPC_EXPORTER_ENDPOINT"] = endpoint;
        if (!tls)
            environment[kind == "http" ? "K6_OTEL_HTTP_EXPORTER_INSECURE" : "K6_OTEL_GRPC_EXPORTER_INSECURE"] = "true";
        if (kind == "http") environment["K6_OTEL_EXPORTER_PROTOCOL"] = "http/protobuf";
    }

    static std::string node() {
        for (const char* path : {"/usr/bin/node", "/usr/local/bin/node"}) {
            if (::access(path, X_OK) == 0) return path;
        }
        return "/usr/bin/node";
    }

    std::vector<boost::json::value> received() const {
        std::vector<boost::json::value> all;
        std::ifstream lines(file);
        for (std::string line; std::getline(lines, line);) all.push_back(boost::json::parse(line));
        return all;
    }

    static Attributes attributes(const boost::json::value& owner) {
        Attributes found;
        if (!owner.as_object().contains("attributes")) return found;
        for (const auto& attribute : owner.at("attributes").as_array()) {
            found.emplace(attribute.at("key").as_string(), attribute.at("value").at("stringValue").as_string());
        }
        return found;
    }
    static boost::json::value resource_metrics(const boost::json::value& received_line) {
        return received_line.at("request").at("resourceMetrics").at(0);
    }
    static boost::json::object metric(const boost::json::value& received_line, const std::string& name) {
        const boost::json::value all = resource_metrics(received_line);
        for (const auto& found : all.at("scopeMetrics").at(0).at("metrics").as_array()) {
            if (found.at("name").as_string() == name) return found.as_object();
        }
        return {};
    }
    static double number(const boost::json::value& value) {
        return value.is_string() ? std::stod(std::string(value.as_string())) : value.to_number<double>();
    }

    /// What a whole run must look like, in whichever form it came.
    void expect_the_run(const boost::json::value& last) {
        const auto resource = attributes(resource_metrics(last).at("resource"));
        EXPECT_EQ(resource.at("service.name"), "k6");
        EXPECT_EQ(resource.count("service.version"), 1U);
        EXPECT_EQ(resource.count("telemetry.sdk.name"), 1U);
        EXPECT_EQ(resource_metrics(last).at("scopeMetrics").at(0).at("scope").at("name").as_string(), "k6");

        const auto reqs = metric(last, "http_reqs");
        ASSERT_TRUE(reqs.contains("sum"));
        EXPECT_EQ(reqs.at("sum").at("aggregationTemporality").to_number<int>(), 2);
        EXPECT_TRUE(reqs.at("sum").at("isMonotonic").as_bool());
        EXPECT_FALSE(reqs.contains("unit") && reqs.at("unit").as_string() != "");
        double total = 0;
        for (const auto& point : reqs.at("sum").at("dataPoints").as_array()) {
            total += number(point.at("asDouble"));
            const auto tags = attributes(point);
            EXPECT_EQ(tags.count("group"), 0U) << "an empty tag is none";
            EXPECT_EQ(tags.at("name"), "http://h/?q=a b,c=x\"y\\z");
            EXPECT_GT(number(point.at("timeUnixNano")), number(point.at("startTimeUnixNano")));
        }
        EXPECT_EQ(total, requests);
        EXPECT_EQ(reqs.at("sum").at("dataPoints").as_array().size(), 14U);

        const auto gauge = metric(last, "my_gauge");
        EXPECT_EQ(number(gauge.at("gauge").at("dataPoints").at(0).at("asDouble")), requests_of_a_worker - 1);

        const auto trend = metric(last, "my_trend");
        EXPECT_EQ(trend.at("unit").as_string(), "ms");
        const auto& histogram = trend.at("histogram").at("dataPoints").at(0);
        EXPECT_EQ(trend.at("histogram").at("aggregationTemporality").to_number<int>(), 2);
        EXPECT_EQ(number(histogram.at("count")), trend_values);
        EXPECT_EQ(number(histogram.at("sum")), trend_values * (trend_values + 1) / 2);
        EXPECT_EQ(number(histogram.at("min")), 1);
        EXPECT_EQ(number(histogram.at("max")), trend_values);
        std::vector<double> counts;
        for (const auto& count : histogram.at("bucketCounts").as_array()) counts.push_back(number(count));
        EXPECT_EQ(counts, (std::vector<double>{0, 5, 5, 15, 25, 25, 25, 150, 250, 250, 250, 1000, 0, 0, 0, 0}));
        EXPECT_EQ(histogram.at("explicitBounds").as_array().size(), 15U);

        const auto rate = metric(last, "my_rate.total");
        std::map<std::string, double> outcomes;
        for (const auto& point : rate.at("sum").at("dataPoints").as_array()) {
            outcomes[attributes(point).at("condition")] = number(point.at("asInt"));
        }
        EXPECT_EQ(outcomes, (std::map<std::string, double>{{"nonzero", requests / 4}, {"zero", requests * 3 / 4}}));
    }

    const std::uint16_t port = interop::free_port();
    std::string file;
    std::optional<interop::PeerProcess> server;
};

TEST_F(OtlpPeer, TakesARunOverGrpc) {
    serve("grpc");
    environment["K6_OTEL_HEADERS"] = "X-Key=a%20b,other=1";
    environment["K6_OTEL_HTTP_EXPORTER_USERNAME"] = "me";
    environment["K6_OTEL_HTTP_EXPORTER_PASSWORD"] = "secret";
    EXPECT_EQ(run_with({"opentelemetry"}), 0U) << log();
    const auto all = received();
    ASSERT_EQ(all.size(), 1U);
    expect_the_run(all.back());
    EXPECT_EQ(all[0].at("headers").at("x-key").as_string(), "a b");
    EXPECT_EQ(all[0].at("headers").at("other").as_string(), "1");
    EXPECT_EQ(all[0].at("headers").at("authorization").as_string(), "Basic bWU6c2VjcmV0");
}

TEST_F(OtlpPeer, TakesARunOverGrpcWithTlsAndAClientCertificate) {
    serve("grpc", true, true);
    EXPECT_EQ(run_with({"opentelemetry"}), 0U) << log();
    ASSERT_EQ(received().size(), 1U);
    expect_the_run(received().back());

    environment.erase("K6_OTEL_TLS_CLIENT_CERTIFICATE");
    environment.erase("K6_OTEL_TLS_CLIENT_KEY");
    EXPECT_GT(run_with({"opentelemetry"}), 0U);
    environment.erase("K6_OTEL_TLS_CERTIFICATE");
    EXPECT_GT(run_with({"opentelemetry"}), 0U);
    EXPECT_NE(log().find("self-signed certificate in certificate chain"), std::string::npos) << log();
    EXPECT_EQ(received().size(), 1U);
}

TEST_F(OtlpPeer, TakesARunOverHttp) {
    serve("http");
    environment["K6_OTEL_SERVICE_NAME"] = "k6";
    environment["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=a%2Cb,team=x";
    environment["K6_OTEL_HEADERS"] = "x-key=v";
    environment["K6_OTEL_HTTP_EXPORTER_USERNAME"] = "me";
    environment["K6_OTEL_HTTP_EXPORTER_PASSWORD"] = "secret";
    EXPECT_EQ(run_with({"opentelemetry"}), 0U) << log();
    const auto all = received();
    ASSERT_EQ(all.size(), 1U);
    expect_the_run(all.back());
    EXPECT_EQ(attributes(resource_metrics(all[0]).at("resource")).at("deployment.environment"), "a,b");
    EXPECT_EQ(all[0].at("headers").at("content-type").as_string(), "application/x-protobuf");
    EXPECT_EQ(all[0].at("headers").at("x-key").as_string(), "v");
    EXPECT_EQ(all[0].at("headers").at("authorization").as_string(), "Basic bWU6c2VjcmV0");
}

TEST_F(OtlpPeer, TakesARunOverHttpsAsJson) {
    serve("http", true, true);
    environment["K6_OTEL_EXPORTER_PROTOCOL"] = "http/json";
    EXPECT_EQ(run_with({"opentelemetry"}), 0U) << log();
    ASSERT_EQ(received().size(), 1U);
    expect_the_run(received().back());
    EXPECT_EQ(received()[0].at("headers").at("content-type").as_string(), "application/json");
}

TEST_F(OtlpPeer, ExportsEveryInterval) {
    serve("grpc");
    environment["K6_OTEL_FLUSH_INTERVAL"] = "1ms";
    environment["K6_OTEL_EXPORT_INTERVAL"] = "2ms";
    environment["K6_OTEL_METRIC_PREFIX"] = "load.";
    Outputs outputs = start({"opentelemetry"});
    record_all(outputs);
    while (received().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ASSERT_TRUE(outputs[0]->stop({}));
    EXPECT_EQ(outputs[0]->dropped_samples(), 0U) << log();
    const auto last = received().back();
    EXPECT_EQ(number(metric(last, "load.my_counter").at("sum").at("dataPoints").at(0).at("asDouble")), 2 * requests);
}

TEST_F(OtlpPeer, SaysWhatTheCollectorRefused) {
    serve("grpc");
    environment["K6_OTEL_HEADERS"] = "please-fail=1";
    EXPECT_EQ(run_with({"opentelemetry"}), static_cast<std::uint64_t>(requests * samples_of_a_request));
    EXPECT_NE(log().find("rpc error: code 7: not you, 100%"), std::string::npos) << log();
    EXPECT_NE(log().find("can't shutdown OpenTelemetry metric provider"), std::string::npos) << log();
    environment["K6_OTEL_HEADERS"] = "please-reject=1";
    EXPECT_GT(run_with({"experimental-opentelemetry"}), 0U);
    EXPECT_NE(log().find("rejected 3 points: too old"), std::string::npos) << log();
    EXPECT_NE(log().find("is called opentelemetry now"), std::string::npos) << log();
}

}  // namespace
}  // namespace k6::outputs
