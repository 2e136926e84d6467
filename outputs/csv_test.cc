#include "outputs/csv.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>

#include "outputs/output_world.h"

namespace k6::outputs {
namespace {

using metrics::Builtin;
using CsvTest = OutputWorld;

TEST_F(CsvTest, WritesColumnsForSystemTagsAndPairsForTheRest) {
    CsvLines lines(CsvTimeFormat::unix, context());
    std::string text;
    lines.append_header(text);
    add(Builtin::http_reqs,
        {{"expected_response", "true"},
         {"group", ""},
         {"method", "GET"},
         {"status", "200"},
         {"team", "a b"},
         {"c", "d\"e"}},
        1, {{"vu", "1"}, {"iter", "0"}});
    add(Builtin::http_req_duration, {}, 2.5);
    for (const auto& chunk : taken()) lines.append(text, chunk->samples());
    EXPECT_EQ(text,
              "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,"
              "scenario,service,status,subproto,tls_version,url,extra_tags,metadata\n"
              "http_reqs,1795287077,1.000000,,,,true,,GET,,,,,200,,,,\"c=d\"\"e&team=a b\",iter=0&vu=1\n"
              "http_req_duration,1795287077,2.500000,,,,,,,,,,,,,,,,\n");
}

TEST_F(CsvTest, TimesHaveTheAskedFormat) {
    add(Builtin::http_reqs, {}, 1);
    const auto samples = taken();
    const auto time_in = [&](CsvTimeFormat format) {
        std::string text;
        CsvLines(format, context()).append(text, samples.at(0)->samples());
        const std::size_t begin = text.find(',') + 1;
        return text.substr(begin, text.find(',', begin) - begin);
    };
    EXPECT_EQ(time_in(CsvTimeFormat::unix_milli), "1795287077497");
    EXPECT_EQ(time_in(CsvTimeFormat::unix_micro), "1795287077497690");
    EXPECT_EQ(time_in(CsvTimeFormat::unix_nano), "1795287077497690716");
    EXPECT_EQ(time_in(CsvTimeFormat::rfc3339).find('.'), std::string::npos);
    EXPECT_NE(time_in(CsvTimeFormat::rfc3339_nano).find(".497690716"), std::string::npos);
}

TEST_F(CsvTest, ValuesHaveSixDecimalsAsPrintfRoundsThem) {
    std::vector<double> values = {
        0,      -0.0, 1,    -1.5,      0.0000005, 0.00000049999999, 1e-300, 123456789.1234565, 999999999.9999995,
        1e9,    1e17, 1e22, 0.1 + 0.2, 2.5e-7,    0.9999995,        0.5e-6, 1.0000005,         1e300,
        -1e-20, 1e-6, 3.3e8};
    std::mt19937_64 random(1);
    for (int i = 0; i < 4000; ++i) {
        values.push_back(std::bit_cast<double>(random()));
        values.push_back(std::lognormal_distribution(2.0, 4.0)(random));
        values.push_back(static_cast<double>(random() % 4'000'000'000) / 2e6);
    }
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        add(Builtin::http_reqs, {}, value);
        std::string text;
        CsvLines lines(CsvTimeFormat::unix, context());
        for (const auto& chunk : taken()) lines.append(text, chunk->samples());
        std::array<char, 400> expected{};
        std::snprintf(expected.data(), expected.size(), "http_reqs,1795287077,%.6f,", value);
        ASSERT_TRUE(text.starts_with(expected.data())) << text << expected.data();
    }
}

TEST_F(CsvTest, ArgumentsGoOverVariablesGoOverDefaults) {
    EXPECT_EQ(parse_csv_settings({}, context())->file_name, "file.csv");
    environment = {{"K6_CSV_FILENAME", "env.csv"}, {"K6_CSV_SAVE_INTERVAL", "5s"}, {"K6_CSV_TIME_FORMAT", "RFC3339"}};
    EXPECT_EQ(parse_csv_settings({}, context())->file_name, "env.csv");
    const auto settings = parse_csv_settings("fileName=a.csv,saveInterval=200", context()).value();
    EXPECT_EQ(settings.file_name, "a.csv");
    EXPECT_EQ(settings.save_interval, std::chrono::milliseconds(200));
    EXPECT_EQ(settings.time_format, CsvTimeFormat::rfc3339);
    EXPECT_EQ(parse_csv_settings("b.csv", context())->file_name, "b.csv");
    const auto problem = [this](const char* argument) {
        return parse_csv_settings(argument, context()).error().message;
    };
    EXPECT_EQ(problem("a=b"), "unknown key \"a\" as argument for csv output");
    EXPECT_EQ(problem("timeFormat="), "couldn't parse \"timeFormat=\" as argument for csv output");
    EXPECT_EQ(problem("timeFormat=foo"), "foo does not belong to TimeFormat values");
    EXPECT_EQ(problem("saveInterval=0s"), "metric flush period should be positive but was 0s");
}

TEST_F(CsvTest, TheFileHasAHeaderAndAllSamples) {
    const std::string path = testing::TempDir() + "/all.csv";
    CsvOutput output({.file_name = path}, context());
    EXPECT_EQ(output.description(), "csv (" + path + ")");
    ASSERT_TRUE(output.start());
    for (int i = 0; i < 10'000; ++i) add(Builtin::http_reqs, {}, 1);
    for (auto& chunk : taken()) output.accept(std::move(chunk));
    ASSERT_TRUE(output.stop({}));
    std::ifstream file(path);
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    EXPECT_EQ(lines, 10'001U);
}

}  // namespace
}  // namespace k6::outputs
