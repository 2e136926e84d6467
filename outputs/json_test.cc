#include "outputs/json.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "metrics/recorder.h"
#include "outputs/factory.h"

namespace k6::outputs {
namespace {

using metrics::Builtin;
using metrics::MetricType;
using metrics::no_tags;
using metrics::Recorder;
using metrics::TagSetId;
using metrics::TagUpdate;
using metrics::WallTime;

constexpr WallTime start{std::chrono::nanoseconds{1'795'286'908'945'037'317}};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t at = 0;
    for (std::size_t end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
        lines.push_back(text.substr(at, end - at));
    }
    EXPECT_EQ(at, text.size()) << "the last line does not end";
    return lines;
}

class Json : public testing::Test {
protected:
    Json() {
        setenv("TZ", "UTC", 1);
        tzset();
    }

    OutputContext context() { return {registry, submetrics, thresholds, logger}; }
    std::string path(const std::string& name) { return testing::TempDir() + "/" + name; }

    metrics::Registry registry;
    metrics::SubmetricSet submetrics;
    std::vector<metrics::ThresholdDefinition> thresholds;
    MemoryLogger logger;
};

TEST_F(Json, WritesMetricAndPointLines) {
    thresholds = {{"http_req_duration",
                   {{"p(95)<500"}, {"max<9", true, std::chrono::seconds(10)}, {"min>1", true}, {"avg<5", false}}},
                  {"http_req_duration{kind:slow}", {{"avg<1"}}}};
    submetrics.add(*registry.find("http_req_duration"), {"kind:slow", {{"kind", "slow"}}});
    JsonOutput output(path("points.json"), context());
    ASSERT_TRUE(output.start());
    Recorder recorder(registry, submetrics, &output);
    auto& tags = recorder.tags();
    const TagSetId vu = tags.with(tags.with(no_tags, metrics::SystemTag::scenario, "default"), "group", "");
    const std::array request = {TagUpdate{tags.key("status"), "200"},
                                TagUpdate{tags.key("url"), "http://h/?a=<b>&\"c\""}};
    const std::array metadata = {TagUpdate{tags.key("vu"), "1"}, TagUpdate{tags.key("iter"), "0"}};
    recorder.add(Builtin::http_req_duration, tags.for_sample(vu, request), 2.923022, start,
                 tags.for_sample(no_tags, metadata));
    recorder.add(Builtin::http_reqs, no_tags, 1, start);
    recorder.add(Builtin::http_req_duration, no_tags, 1e21, start + std::chrono::nanoseconds(54'962'683));
    recorder.flush_samples();
    ASSERT_TRUE(output.stop({}));

    EXPECT_EQ(
        lines_of(read_file(path("points.json"))),
        (std::vector<std::string>{
            R"json({"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":["p(95)<500",{"threshold":"max<9","abortOnFail":true,"delayAbortEval":"10s"},{"threshold":"min>1","abortOnFail":true,"delayAbortEval":null},"avg<5"],"submetrics":[{"name":"http_req_duration{kind:slow}","suffix":"kind:slow","tags":{"kind":"slow"}}]},"metric":"http_req_duration"})json",
            R"json({"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T18:48:28.945037317Z","value":2.923022,"tags":{"group":"","scenario":"default","status":"200","url":"http://h/?a=<b>&\"c\""},"metadata":{"iter":"0","vu":"1"}}})json",
            R"json({"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"http_reqs"})json",
            R"json({"metric":"http_reqs","type":"Point","data":{"time":"2026-11-21T18:48:28.945037317Z","value":1,"tags":{}}})json",
            R"json({"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T18:48:29Z","value":1e+21,"tags":{}}})json",
        }));
    EXPECT_TRUE(logger.lines().empty());
}

TEST_F(Json, LeavesOutWhatJsonCannotSay) {
    JsonOutput output(path("finite.json"), context());
    ASSERT_TRUE(output.start());
    Recorder recorder(registry, submetrics, &output);
    recorder.add(Builtin::http_reqs, no_tags, std::numeric_limits<double>::infinity(), start);
    recorder.add(Builtin::http_reqs, no_tags, 1, start);
    recorder.add(Builtin::http_reqs, no_tags, -std::numeric_limits<double>::infinity(), start);
    recorder.flush_samples();
    ASSERT_TRUE(output.stop({}));
    EXPECT_EQ(lines_of(read_file(path("finite.json"))).size(), 2U);
    ASSERT_EQ(logger.lines().size(), 1U);
    EXPECT_NE(logger.lines()[0].find("Sample(s) couldn't be marshalled to JSON"), std::string::npos);
    EXPECT_NE(logger.lines()[0].find("count=2"), std::string::npos) << logger.lines()[0];
}

TEST_F(Json, WritesGzip) {
    JsonOutput output(path("points.json.gz"), context());
    ASSERT_TRUE(output.start());
    Recorder recorder(registry, submetrics, &output);
    recorder.add(Builtin::iterations, no_tags, 1, start);
    recorder.flush_samples();
    ASSERT_TRUE(output.stop({}));
    gzFile file = gzopen(path("points.json.gz").c_str(), "rb");
    std::array<char, 4096> buffer;
    const int size = gzread(file, buffer.data(), buffer.size());
    EXPECT_EQ(gzclose(file), Z_OK);
    ASSERT_GT(size, 0);
    EXPECT_EQ(lines_of({buffer.data(), static_cast<std::size_t>(size)}).size(), 2U);
}

TEST_F(Json, OfNothingIsAnEmptyFile) {
    JsonOutput output(path("empty.json"), context());
    ASSERT_TRUE(output.start());
    ASSERT_TRUE(output.stop({}));
    EXPECT_EQ(read_file(path("empty.json")), "");
    EXPECT_TRUE(logger.lines().empty());
}

TEST_F(Json, ReportsWhatItDropped) {
    // Room for one small chunk; the writer may or may not have taken it when the next one comes.
    JsonOutput output(path("dropped.json"), context(), metrics::SampleChunk::capacity / 16);
    ASSERT_TRUE(output.start());
    Recorder recorder(registry, submetrics, &output);
    constexpr std::size_t sent = metrics::SampleChunk::capacity;
    for (std::size_t i = 0; i < sent; ++i) recorder.add(Builtin::iterations, no_tags, 1, start);
    // A full chunk weighs more than the whole queue.
    ASSERT_TRUE(output.stop({}));
    EXPECT_EQ(read_file(path("dropped.json")), "");
    ASSERT_EQ(logger.lines().size(), 1U);
    EXPECT_NE(logger.lines()[0].find("count=" + std::to_string(sent)), std::string::npos) << logger.lines()[0];
}

TEST_F(Json, SurvivesAFullDisk) {
    JsonOutput output("/dev/full", context());
    ASSERT_TRUE(output.start());
    Recorder recorder(registry, submetrics, &output);
    recorder.add(Builtin::iterations, no_tags, 1, start);
    recorder.flush_samples();
    EXPECT_TRUE(output.stop({}));
    ASSERT_EQ(logger.lines().size(), 1U);
    EXPECT_NE(logger.lines()[0].find("write /dev/full: no space left on device"), std::string::npos);
}

TEST_F(Json, FailsToStartWithoutItsFolder) {
    JsonOutput output("/nonexistent/a.json", context());
    const auto started = output.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "open /nonexistent/a.json: no such file or directory");
}

// Workers with a recorder each, one output; every sample arrives once, each worker's in order.
TEST_F(Json, TakesChunksFromManyThreads) {
    constexpr int workers = 4;
    constexpr int samples = 20'000;
    JsonOutput output(path("threads.json"), context());
    ASSERT_TRUE(output.start());
    std::vector<std::thread> threads;
    for (int worker = 0; worker < workers; ++worker) {
        threads.emplace_back([this, &output, worker] {
            Recorder recorder(registry, submetrics, &output);
            auto& tags = recorder.tags();
            const TagSetId base = tags.with(no_tags, "worker", std::to_string(worker));
            const metrics::TagKey url = tags.key("url");
            for (int i = 0; i < samples; ++i) {
                const std::string value = "u" + std::to_string(i);
                const TagUpdate update{url, value};
                recorder.add(Builtin::http_req_duration, tags.for_sample(base, {&update, 1}), i, start);
                if (i % 1000 == 0) recorder.flush_samples();
            }
            recorder.flush_samples();
        });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_TRUE(output.stop({}));

    const std::vector<std::string> lines = lines_of(read_file(path("threads.json")));
    ASSERT_EQ(lines.size(), static_cast<std::size_t>(workers * samples + 1));
    std::array<int, workers> next{};
    for (std::size_t line = 1; line < lines.size(); ++line) {
        const std::string& text = lines[line];
        const auto worker = static_cast<std::size_t>(text[text.find("\"worker\":\"") + 10] - '0');
        ASSERT_LT(worker, next.size());
        const std::string number = std::to_string(next[worker]++);
        ASSERT_NE(text.find("\"value\":" + number + ",\"tags\":{\"url\":\"u" + number + "\""), std::string::npos)
            << text;
    }
}

TEST_F(Json, DescribesItself) {
    EXPECT_EQ(JsonOutput("o.json", context()).description(), "json (o.json)");
    EXPECT_EQ(JsonOutput("-", context()).description(), "json(stdout)");
}

TEST_F(Json, IsMadeByTheFactory) {
    EXPECT_EQ(make_output("json=a=b.json", context()).value()->description(), "json (a=b.json)");
    EXPECT_EQ(make_output("json", context()).value()->description(), "json(stdout)");
    const auto unknown = make_output("nope=x", context());
    ASSERT_FALSE(unknown);
    EXPECT_EQ(
        unknown.error().message,
        "invalid output type 'nope', available types are: csv, datadog, experimental-prometheus-rw, influxdb, json, "
        "kafka, opentelemetry, statsd; and as reports: html, junit, record");
    EXPECT_EQ(unknown.error().error_class, ErrorClass::generic);
}

TEST_F(Json, SharesChunksWithOtherOutputs) {
    std::vector<std::unique_ptr<metrics::Output>> outputs;
    EXPECT_EQ(metrics::SampleFanOut(outputs).sink(), nullptr);
    outputs.push_back(make_output("json=" + path("first.json"), context()).value());
    outputs.push_back(make_output("json=" + path("second.json"), context()).value());
    for (auto& output : outputs) ASSERT_TRUE(output->start());
    metrics::SampleFanOut samples(outputs);
    Recorder recorder(registry, submetrics, samples.sink());
    recorder.add(Builtin::iterations, no_tags, 1, start);
    recorder.flush_samples();
    for (auto& output : outputs) ASSERT_TRUE(output->stop({}));
    EXPECT_EQ(lines_of(read_file(path("first.json"))).size(), 2U);
    EXPECT_EQ(read_file(path("first.json")), read_file(path("second.json")));
}

}  // namespace
}  // namespace k6::outputs
