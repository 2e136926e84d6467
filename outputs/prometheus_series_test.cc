#include "outputs/prometheus_series.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <protozero/pbf_reader.hpp>

#include "outputs/aws_signature.h"
#include "outputs/output_world.h"
#include "outputs/prometheus_rw.h"

namespace k6::outputs {
namespace {

using metrics::Builtin;

struct Decoded {
    /// "name{label=value,…}" → value and milliseconds.
    std::map<std::string, std::pair<double, std::int64_t>> values;
    int histograms = 0;
    bool sorted = true;
};

Decoded decode(const std::string& bytes) {
    Decoded decoded;
    protozero::pbf_reader request(bytes);
    while (request.next(1)) {
        protozero::pbf_reader series = request.get_message();
        std::string name;
        std::string labels;
        std::string last;
        std::pair<double, std::int64_t> value;
        bool is_histogram = false;
        while (series.next()) {
            if (series.tag() == 1) {
                protozero::pbf_reader label = series.get_message();
                label.next(1);
                const std::string key = label.get_string();
                label.next(2);
                const std::string text = label.get_string();
                if (key <= last) decoded.sorted = false;
                last = key;
                if (key == "__name__") {
                    name = text;
                } else {
                    labels += (labels.empty() ? "" : ",") + key + "=" + text;
                }
            } else if (series.tag() == 2) {
                protozero::pbf_reader sample = series.get_message();
                sample.next(1);
                value.first = sample.get_double();
                sample.next(2);
                value.second = sample.get_int64();
            } else {
                is_histogram = true;
                series.skip();
            }
        }
        decoded.histograms += is_histogram;
        decoded.values[name + "{" + labels + "}"] = value;
    }
    return decoded;
}

class PrometheusTest : public OutputWorld {
protected:
    PrometheusSeries series(const std::vector<std::string>& stats, bool native = false) {
        return {{.trend_stats = parse_prometheus_stats(stats).value(), .native_histograms = native}, registry};
    }
    Decoded merged(PrometheusSeries& into) {
        for (const auto& chunk : taken()) into.merge(*chunk);
        return decode(into.encode_due());
    }
    static constexpr std::int64_t start_ms = 1'795'287'077'497;
};

TEST_F(PrometheusTest, EachTypeHasItsNameAndValue) {
    PrometheusSeries all = series({"p(99)", "count", "avg"});
    add(Builtin::http_reqs, {{"status", "200"}, {"group", ""}, {"Zone", "x"}, {"a-b", "c"}}, 1);
    add(Builtin::http_reqs, {{"status", "200"}, {"Zone", "x"}, {"a-b", "c"}}, 1);
    add(Builtin::vus, {}, 5);
    add(Builtin::checks, {{"check", "ok"}}, 1);
    add(Builtin::checks, {{"check", "ok"}}, 0);
    add(Builtin::http_req_duration, {}, 250);
    const Decoded sent = merged(all);
    EXPECT_TRUE(sent.sorted) << "labels are sorted by name, capitals and the name itself in their places";
    using Value = std::pair<double, std::int64_t>;
    EXPECT_EQ(sent.values, (std::map<std::string, Value>{{"k6_http_reqs_total{Zone=x,a-b=c,status=200}", {2, start_ms}},
                                                         {"k6_vus{}", {5, start_ms}},
                                                         {"k6_checks_rate{check=ok}", {0.5, start_ms}},
                                                         {"k6_http_req_duration_p99{}", {0.25, start_ms}},
                                                         {"k6_http_req_duration_count{}", {1, start_ms}},
                                                         {"k6_http_req_duration_avg{}", {0.25, start_ms}}}));
    EXPECT_EQ(all.merged(), 6U);
}

TEST_F(PrometheusTest, SendsASeriesAgainOnlyForALaterMillisecond) {
    PrometheusSeries all = series({"max"});
    add(Builtin::http_reqs, {}, 1);
    EXPECT_EQ(merged(all).values.size(), 1U);
    EXPECT_EQ(merged(all).values.size(), 1U) << "the first did not arrive";
    all.mark_sent();
    EXPECT_EQ(merged(all).values.size(), 0U);
    add(Builtin::http_reqs, {}, 1);
    EXPECT_EQ(merged(all).values.size(), 0U) << "of the same millisecond";
    recorder.add(Builtin::http_reqs, metrics::no_tags, 1, start + std::chrono::milliseconds(1));
    EXPECT_EQ(merged(all).values.at("k6_http_reqs_total{}"), (std::pair<double, std::int64_t>{3, start_ms + 1}));
}

TEST_F(PrometheusTest, WhatCameLateIsSentAtTheEnd) {
    PrometheusSeries all = series({"max"});
    add(Builtin::http_reqs, {}, 1);
    add(Builtin::vus, {}, 1);
    merged(all);
    all.mark_sent();
    add(Builtin::http_reqs, {}, 1);
    EXPECT_EQ(merged(all).values.size(), 0U) << "of the same millisecond";
    for (int i = 0; i < 2; ++i) {  // the first does not arrive
        const Decoded last = decode(all.encode_due(true));
        EXPECT_EQ(last.values.size(), 1U) << "nothing new of vus";
        EXPECT_EQ(last.values.at("k6_http_reqs_total{}"), (std::pair<double, std::int64_t>{2, start_ms + 1}));
    }
    all.mark_sent();
    EXPECT_TRUE(all.encode_due(true).empty());
}

TEST_F(PrometheusTest, StaleMarkersAreOfSeriesThatWereSent) {
    PrometheusSeries all = series({"max"});
    add(Builtin::http_reqs, {{"a", "b"}}, 1);
    merged(all);
    all.mark_sent();
    add(Builtin::vus, {}, 1);
    merged(all);
    const Decoded stale = decode(all.encode_stale(start_ms + 5));
    ASSERT_EQ(stale.values.size(), 1U);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(stale.values.at("k6_http_reqs_total{a=b}").first), 0x7ff0000000000002U);
    EXPECT_EQ(stale.values.at("k6_http_reqs_total{a=b}").second, start_ms + 5);
}

TEST_F(PrometheusTest, NativeHistogramsHaveTheirUnitInTheName) {
    PrometheusSeries all = series({"max"}, true);
    const auto bytes = registry.declare("bytes", metrics::MetricType::trend, metrics::ValueKind::data).value();
    const auto plain = registry.declare("plain", metrics::MetricType::trend).value();
    for (const auto metric : {metrics::MetricId(Builtin::http_req_duration), bytes, plain}) add(metric, {}, 1);
    add(Builtin::http_reqs, {}, 1);
    const Decoded sent = merged(all);
    EXPECT_EQ(sent.histograms, 3);
    for (const char* name : {"k6_http_req_duration_seconds{}", "k6_bytes_bytes{}", "k6_plain{}"}) {
        EXPECT_EQ(sent.values.count(name), 1U) << name;
    }
}

TEST(NativeHistogramTest, BucketsAreAnEighthOfAPowerOfTwo) {
    EXPECT_EQ(NativeHistogram::bucket_of(1), 0) << "an upper bound belongs to its bucket";
    EXPECT_EQ(NativeHistogram::bucket_of(std::nextafter(1.0, 2.0)), 1);
    EXPECT_EQ(NativeHistogram::bucket_of(2), 8);
    EXPECT_EQ(NativeHistogram::bucket_of(0.5), -8);
    for (double value = 1e-9; value < 1e9; value *= 1.37) {
        const int bucket = NativeHistogram::bucket_of(value);
        EXPECT_LE(value, std::exp2(bucket / 8.0) * (1 + 1e-12));
        EXPECT_GT(value, std::exp2((bucket - 1) / 8.0) * (1 - 1e-12));
    }
    NativeHistogram histogram;
    for (const double value : {0.0, 0x1p-128, -1.0, 3.0, std::numeric_limits<double>::infinity()})
        histogram.observe(value);
    EXPECT_EQ(histogram.zeros(), 2U);
    EXPECT_EQ(histogram.negative().at(0), 1U);
    EXPECT_EQ(histogram.count(), 5U);
}

TEST_F(PrometheusTest, SettingsComeFromVariablesAndTheFile) {
    configuration["experimental-prometheus-rw"] =
        R"json({"url": "http://file/w", "trendStats": ["avg", "p(90)"], "headers": {"A": "file"}, "staleMarkers": true,
            "bearerToken": "t", "tlsMinVersion": "1.2"})json";
    environment = {{"K6_PROMETHEUS_RW_SERVER_URL", "https://env/w"},
                   {"K6_PROMETHEUS_RW_HTTP_HEADERS", "B:1,C:2"},
                   {"K6_PROMETHEUS_RW_HEADERS_X-Y", "3"},
                   {"K6_PROMETHEUS_RW_PUSH_INTERVAL", "1500"},
                   {"K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY", "true"},
                   {"K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM", "true"}};
    const auto settings = parse_prometheus_settings(context()).value();
    EXPECT_EQ(settings.url, "https://env/w");
    EXPECT_EQ(settings.trend_stats, (std::vector<std::string>{"avg", "p(90)"}));
    EXPECT_EQ(settings.headers,
              (std::vector<std::pair<std::string, std::string>>{{"A", "file"}, {"B", "1"}, {"C", "2"}, {"X-Y", "3"}}));
    EXPECT_EQ(settings.push_interval, std::chrono::milliseconds(1500));
    EXPECT_EQ(settings.tls.min_version, 0x0303);
    EXPECT_TRUE(settings.tls.insecure_skip_verify && settings.stale_markers && settings.native_histograms);
    EXPECT_EQ(settings.bearer_token, "t");
    ASSERT_EQ(logger.lines().size(), 1U) << "the old name of the feature";
    EXPECT_EQ(parse_prometheus_settings({registry, submetrics, {}, logger})->tls.min_version, 0x0304);
    EXPECT_EQ(parse_prometheus_settings({registry, submetrics, {}, logger})->push_interval, std::chrono::seconds(5));
    EXPECT_EQ(PrometheusOutput::make(settings, context()).value()->description(),
              "Prometheus remote write (https://env/w)");
}

TEST_F(PrometheusTest, WrongSettingsAreRefused) {
    const auto problem = [this](const std::string& name, const std::string& value) {
        environment = {{"K6_PROMETHEUS_RW_" + name, value}};
        const auto settings = parse_prometheus_settings(context());
        if (!settings) return settings.error().message;
        const auto output = PrometheusOutput::make(*settings, context());
        return output ? "" : output.error().message;
    };
    EXPECT_EQ(problem("HTTP_HEADERS", "x"),
              "the provided header (x) does not respect the expected format <header key>:<value>");
    EXPECT_EQ(problem("HTTP_HEADERS", "a:b,c:d:e"),
              "the provided header (c:d:e) does not respect the expected format <header key>:<value>");
    EXPECT_EQ(problem("SIGV4_REGION", "eu").substr(0, 40), "sigv4 seems to be partially configured. ");
    EXPECT_EQ(problem("TREND_STATS", "p(101)"),
              "invalid trend statistic 'p(101)', use avg, min, med, max, count, sum or p(N)");
    EXPECT_NE(problem("TREND_STATS", "p(x"), "");
    EXPECT_EQ(problem("SERVER_URL", "ftp://h"), "'ftp://h' is no URL of a remote write receiver");
    EXPECT_EQ(problem("CLIENT_CERTIFICATE", "/none.pem"), "open /none.pem: cannot be read");
}

// The vectors get-vanilla and post-vanilla of Amazon's test suite for signature version 4.
TEST(AwsSignature, AgreesWithThePublishedVectors) {
    const AwsSigner signer{.region = "us-east-1",
                           .service = "service",
                           .access_key = "AKIDEXAMPLE",
                           .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
    const std::chrono::sys_seconds now{std::chrono::seconds(1'440'938'160)};
    const auto signature = [&](std::string_view method) {
        const auto headers = signer.headers(method, "example.amazonaws.com", "/", "", now);
        EXPECT_EQ(headers[0].second, "20150830T123600Z");
        return headers[1].second;
    };
    EXPECT_EQ(signature("GET"),
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
              "SignedHeaders=host;x-amz-date, "
              "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    EXPECT_TRUE(signature("POST").ends_with("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
}

}  // namespace
}  // namespace k6::outputs
