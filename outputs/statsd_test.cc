#include "outputs/statsd.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "outputs/factory.h"
#include "outputs/output_world.h"

namespace k6::outputs {
namespace {

using metrics::Builtin;

class StatsdTest : public OutputWorld {
protected:
    std::string line(const StatsdSettings& settings, metrics::MetricId metric, const Pairs& tags, double value) {
        add(metric, tags, value);
        std::string text;
        for (const auto& chunk : taken()) {
            for (const metrics::Sample& sample : chunk->samples()) {
                append_statsd_line(text, settings, registry.at(sample.metric), sample);
            }
        }
        return text;
    }
};

TEST_F(StatsdTest, EachTypeHasItsLine) {
    const StatsdSettings plain;
    EXPECT_EQ(line(plain, Builtin::http_reqs, {{"a", "b"}}, 1.9), "k6.http_reqs:1|c");
    EXPECT_EQ(line(plain, Builtin::http_req_duration, {}, 12.345), "k6.http_req_duration:12.345000|ms");
    EXPECT_EQ(line(plain, Builtin::vus, {}, 5), "k6.vus:5.000000|g");
    EXPECT_EQ(line(plain, Builtin::checks, {{"check", "is ok"}}, 1), "k6.check.is ok.pass:1|c");
    EXPECT_EQ(line(plain, Builtin::checks, {{"check", "a|b"}}, 0), "k6.check.a_b.fail:1|c");
    EXPECT_EQ(line(plain, Builtin::http_req_failed, {}, 1), "k6.http_req_failed:1|c");
}

TEST_F(StatsdTest, TagsAreSentWhereTheyAreWanted) {
    environment = {{"K6_STATSD_ENABLE_TAGS", "true"}, {"K6_STATSD_NAMESPACE", "x."}};
    EXPECT_EQ(line(*parse_statsd_settings(StatsdFlavour::statsd, context()), Builtin::http_reqs,
                   {{"method", "GET"}, {"url", "http://h"}, {"group", ""}, {"a,b", "c|d"}}, 1),
              "x.http_reqs:1|c|#a_b:c_d,method:GET");
    EXPECT_EQ(line(*parse_statsd_settings(StatsdFlavour::datadog, context()), Builtin::http_reqs, {{"k", "v"}}, 1),
              "k6.http_reqs:1|c|#k:v");
}

TEST_F(StatsdTest, DatagramsHaveAtMostTheLinesAndBytesThatAreAllowed) {
    const int receiver = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(receiver, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    ::getsockname(receiver, reinterpret_cast<sockaddr*>(&address), &size);
    environment = {{"K6_STATSD_ADDR", "127.0.0.1:" + std::to_string(ntohs(address.sin_port))},
                   {"K6_STATSD_BUFFER_SIZE", "7"}};
    auto output = make_output("statsd", context()).value();
    ASSERT_TRUE(output->start());
    for (int i = 0; i < 100; ++i) add(Builtin::http_reqs, {}, 1);
    for (auto& chunk : taken()) output->accept(std::move(chunk));
    ASSERT_TRUE(output->stop({}));
    // Loopback delivers before send() returns.
    std::size_t lines = 0;
    std::array<char, 2048> datagram{};
    for (ssize_t count = 0; (count = ::recv(receiver, datagram.data(), datagram.size(), 0)) > 0;) {
        const std::string text(datagram.data(), static_cast<std::size_t>(count));
        const auto in_it = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
        EXPECT_LE(in_it, 7U);
        lines += in_it;
    }
    ::close(receiver);
    EXPECT_EQ(lines, 100U);
}

TEST_F(StatsdTest, AnAddressIsNeeded) {
    environment = {{"K6_DATADOG_ADDR", "nowhere"}};
    auto output = make_output("datadog", context()).value();
    EXPECT_EQ(output->start().error().message, "connection string is invalid. Received: \"nowhere\"");
}

TEST_F(StatsdTest, UnknownTypesAreNamedWithTheKnownOnes) {
    EXPECT_EQ(
        make_output("nope", context()).error().message,
        "invalid output type 'nope', available types are: csv, datadog, experimental-prometheus-rw, influxdb, json, "
        "kafka, opentelemetry, statsd; and as reports: html, junit, record");
    EXPECT_EQ(make_output("influxdb=ftp://h", context()).error().message,
              "could not create the 'influxdb' output: Unsupported protocol scheme: ftp, your address must start with "
              "http:// or https://");
    EXPECT_EQ(make_output("influxdb=http://h/db?foo=1", context()).error().message,
              "could not create the 'influxdb' output: unknown query parameter: foo");
    EXPECT_EQ(make_output("influxdb=http://u:p@h:1/a/b/db", context()).value()->description(),
              "InfluxDBv1 (http://h:1/a/b)");
}

}  // namespace
}  // namespace k6::outputs
