// What stands behind `--out TYPE=`, and the variables and configuration that stand in for it, for each output.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "outputs/csv.h"
#include "outputs/factory.h"
#include "outputs/influxdb.h"
#include "outputs/kafka.h"
#include "outputs/opentelemetry.h"
#include "outputs/output_world.h"
#include "outputs/statsd.h"

namespace k6::outputs {
namespace {

class OutputArguments : public OutputWorld {
protected:
    std::string problem(const std::string& specification) {
        const auto made = make_output(specification, context());
        return made ? "" : made.error().message;
    }
    InfluxdbSettings influxdb(std::optional<std::string_view> argument) {
        return parse_influxdb_settings(argument, context()).value();
    }
};

TEST_F(OutputArguments, TheTypeEndsAtTheFirstEqualsSign) {
    const std::string path = testing::TempDir() + "/a=b.json";
    EXPECT_EQ(make_output("json=" + path, context()).value()->description(), "json (" + path + ")");
    EXPECT_EQ(make_output("json", context()).value()->description(), "json(stdout)");
    EXPECT_EQ(make_output("json=-", context()).value()->description(), "json(stdout)");
    EXPECT_EQ(make_output("csv=", context()).value()->description(), "csv (stdout)");
    EXPECT_EQ(make_output("csv", context()).value()->description(), "csv (file.csv)");
    EXPECT_EQ(make_output("influxdb", context()).value()->description(), "InfluxDBv1 (http://localhost:8086)");
    EXPECT_EQ(make_output("output-statsd", context()).value()->description(), "statsd (localhost:8125)");
    EXPECT_EQ(make_output("datadog=anything", context()).value()->description(), "datadog (localhost:8125)");
    EXPECT_EQ(make_output("opentelemetry", context()).value()->description(), "opentelemetry (grpc, localhost:4317)");
    EXPECT_EQ(make_output("experimental-prometheus-rw", context()).value()->description(),
              "Prometheus remote write (http://localhost:9090/api/v1/write)");
    EXPECT_EQ(make_output("nope=x", context()).error().error_class, ErrorClass::generic);
}

TEST_F(OutputArguments, CsvTakesAllItsForms) {
    EXPECT_EQ(parse_csv_settings("a.csv.gz", context())->file_name, "a.csv.gz");
    EXPECT_EQ(parse_csv_settings("fileName=a.csv", context())->save_interval, std::chrono::seconds(1));
    constexpr std::array<std::string_view, 6> formats = {"unix",      "unix_milli", "unix_micro",
                                                         "unix_nano", "rfc3339",    "RFC3339_Nano"};
    for (std::size_t i = 0; i < formats.size(); ++i) {
        EXPECT_EQ(parse_csv_settings("timeFormat=" + std::string(formats[i]), context())->time_format,
                  static_cast<CsvTimeFormat>(i));
    }
    configuration["csv"] = R"({"file_name": "c.csv", "save_interval": "3s", "time_format": "unix_nano"})";
    environment = {{"K6_CSV_SAVE_INTERVAL", "2s"}};
    const auto settings = parse_csv_settings({}, context()).value();
    EXPECT_EQ(settings.file_name, "c.csv");
    EXPECT_EQ(settings.save_interval, std::chrono::seconds(2));
    EXPECT_EQ(settings.time_format, CsvTimeFormat::unix_nano);
    EXPECT_EQ(problem("csv=fileName=a,b=c"),
              "could not create the 'csv' output: unknown key \"b\" as argument for csv output");
}

TEST_F(OutputArguments, InfluxdbUrlsNameEverything) {
    const auto all = influxdb(
        "https://us%40er:p%20w@h:1/db?insecure=true&payload_size=99&precision=ms&retention=r&consistency=any&"
        "pushInterval=250ms&concurrentWrites=9&tagsAsFields=a&tagsAsFields=b:int");
    EXPECT_EQ(all.address, "https://h:1");
    EXPECT_EQ(all.database, "db");
    EXPECT_EQ(all.username, "us@er");
    EXPECT_EQ(all.password, "p w");
    EXPECT_TRUE(all.insecure);
    EXPECT_EQ(all.payload_size, 99);
    EXPECT_EQ(all.precision, "ms");
    EXPECT_EQ(all.retention, "r");
    EXPECT_EQ(all.consistency, "any");
    EXPECT_EQ(all.push_interval, std::chrono::milliseconds(250));
    EXPECT_EQ(all.concurrent_writes, 9);
    EXPECT_EQ(all.tags_as_fields, (std::vector<std::string>{"a", "b:int"}));

    const auto defaults = influxdb({});
    EXPECT_EQ(defaults.address, "http://localhost:8086");
    EXPECT_EQ(defaults.database, "k6");
    EXPECT_EQ(defaults.payload_size, 512);
    EXPECT_EQ(defaults.concurrent_writes, 4);
    EXPECT_EQ(defaults.push_interval, std::chrono::seconds(1));
    EXPECT_EQ(defaults.tags_as_fields, (std::vector<std::string>{"vu", "iter", "url"}));
    EXPECT_EQ(influxdb("http://h:1").database, "k6");
    EXPECT_EQ(influxdb("http://h:1/a/b/db").address, "http://h:1/a/b");
    EXPECT_EQ(influxdb("http://h:1/a/").database, "k6") << "a slash at the end: the path is the address's alone";
    EXPECT_EQ(influxdb("udp://h:1/db").address, "udp://h:1");
}

TEST_F(OutputArguments, InfluxdbVariablesComeBeforeTheUrl) {
    environment = {{"K6_INFLUXDB_ADDR", "http://env:1"},
                   {"K6_INFLUXDB_DB", "env"},
                   {"K6_INFLUXDB_USERNAME", "u"},
                   {"K6_INFLUXDB_PASSWORD", "p"},
                   {"K6_INFLUXDB_INSECURE", "true"},
                   {"K6_INFLUXDB_PROXY", "http://proxy:3"},
                   {"K6_INFLUXDB_PAYLOAD_SIZE", "7"},
                   {"K6_INFLUXDB_PRECISION", "s"},
                   {"K6_INFLUXDB_RETENTION", "r"},
                   {"K6_INFLUXDB_CONSISTENCY", "all"},
                   {"K6_INFLUXDB_PUSH_INTERVAL", "100"},
                   {"K6_INFLUXDB_CONCURRENT_WRITES", "2"},
                   {"K6_INFLUXDB_TAGS_AS_FIELDS", "x,y:int"}};
    const auto by_variables = influxdb({});
    EXPECT_EQ(by_variables.address, "http://env:1");
    EXPECT_EQ(by_variables.database, "env");
    EXPECT_EQ(by_variables.username + by_variables.password, "up");
    EXPECT_EQ(by_variables.proxy, "http://proxy:3");
    EXPECT_EQ(by_variables.payload_size, 7);
    EXPECT_EQ(by_variables.precision + by_variables.retention + by_variables.consistency, "srall");
    EXPECT_EQ(by_variables.push_interval, std::chrono::milliseconds(100));
    EXPECT_EQ(by_variables.concurrent_writes, 2);
    EXPECT_EQ(by_variables.tags_as_fields, (std::vector<std::string>{"x", "y:int"}));
    const auto by_url = influxdb("http://url:2/db");
    EXPECT_EQ(by_url.address, "http://url:2");
    EXPECT_EQ(by_url.database, "db");
    EXPECT_EQ(by_url.username, "u") << "what the URL does not name stays";
}

TEST_F(OutputArguments, InfluxdbRefusesWhatItDoesNotKnow) {
    const auto after = [this](const std::string& argument) {
        const std::string text = problem("influxdb=" + argument);
        const std::string begin = "could not create the 'influxdb' output: ";
        EXPECT_TRUE(text.starts_with(begin)) << text;
        return text.substr(std::min(text.size(), begin.size()));
    };
    EXPECT_EQ(after("http://h/db?foo=1"), "unknown query parameter: foo");
    EXPECT_EQ(after("http://h/db?insecure=maybe"), "insecure must be true or false, not maybe");
    EXPECT_EQ(after("http://h/db?concurrentWrites=0"), "influxdb's ConcurrentWrites must be a positive number");
    EXPECT_EQ(after("ftp://h/db"),
              "Unsupported protocol scheme: ftp, your address must start with http:// or https://");
    EXPECT_EQ(after("http://h/db?tagsAsFields=vu&tagsAsFields=vu:int"),
              "a tag name (vu) shows up more than once in InfluxDB field type configurations");
    EXPECT_EQ(after("http://h/db?tagsAsFields=vu:foo"),
              "an invalid type (foo) is specified for an InfluxDB field (vu)");
    EXPECT_NE(after("http://h/db?precision=day"), "");
    EXPECT_NE(after("http://h/db?pushInterval=-1s"), "");
}

TEST_F(OutputArguments, KafkaArgumentsHaveListsInBraces) {
    const auto settings = parse_kafka_settings(
                              "brokers={a:1,b:2},topic=t,format=influxdb,push_interval=2s,authMechanism=plain,user=u,"
                              "password=p=q,ssl=true,insecureSkipTLSVerify=true,version=2.0.0,logError=false,"
                              "influxdb.tagsAsFields={url,tag:int}",
                              context())
                              .value();
    EXPECT_EQ(settings.brokers, (std::vector<std::string>{"a:1", "b:2"}));
    EXPECT_EQ(settings.topic, "t");
    EXPECT_EQ(settings.format, KafkaSettings::Format::influxdb);
    EXPECT_EQ(settings.push_interval, std::chrono::seconds(2));
    EXPECT_EQ(settings.auth_mechanism + settings.user + settings.password, "plainup=q");
    EXPECT_TRUE(settings.tls && settings.insecure_skip_verify && !settings.log_errors);
    EXPECT_EQ(settings.version, "2.0.0");
    EXPECT_EQ(settings.tags_as_fields, (std::vector<std::string>{"url", "tag:int"}));

    environment = {{"K6_KAFKA_BROKERS", "x:1,y:2"}, {"K6_KAFKA_TOPIC", "env"}};
    configuration["kafka"] = R"({"brokers": ["z:1"], "format": "influxdb", "influxdb.tagsAsFields": ["q"]})";
    const auto by_variables = parse_kafka_settings("format=xml,pushInterval=3s", context()).value();
    EXPECT_EQ(by_variables.brokers, (std::vector<std::string>{"x:1", "y:2"}));
    EXPECT_EQ(by_variables.topic, "env");
    EXPECT_EQ(by_variables.format, KafkaSettings::Format::json) << "anything else is JSON";
    EXPECT_EQ(by_variables.push_interval, std::chrono::seconds(3));
    EXPECT_EQ(by_variables.tags_as_fields, (std::vector<std::string>{"q"}));
}

TEST_F(OutputArguments, KafkaRefusesWhatItDoesNotKnow) {
    const auto refused = [this](std::string_view argument) {
        return parse_kafka_settings(argument, context()).error().message;
    };
    EXPECT_EQ(refused("brokers=a,topic=t,k=v"), "Unknown or unparsed options 'k=v'");
    EXPECT_EQ(refused("topic=t"), "kafka: no brokers were given");
    EXPECT_EQ(refused("brokers=a"), "kafka: no topic was given");
    EXPECT_EQ(refused("brokers=a,topic=t,authMechanism=scram-sha-256,user=u"),
              "user and password are required when auth mechanism is provided");
    EXPECT_NE(refused("brokers=a,topic=t,authMechanism=kerberos"), "");
    EXPECT_EQ(refused("brokers={a,topic=t"), "couldn't parse \"brokers={a,topic=t\" as argument for kafka output");
    EXPECT_EQ(refused("a"), "couldn't parse \"a\" as argument for kafka output");
    EXPECT_EQ(problem("kafka").substr(0, 35), "could not create the 'kafka' output");
}

TEST_F(OutputArguments, StatsdAndDatadogHaveVariablesOfTheirOwn) {
    environment = {{"K6_STATSD_ADDR", "s:1"},         {"K6_STATSD_NAMESPACE", "n."},
                   {"K6_STATSD_PUSH_INTERVAL", "2s"}, {"K6_STATSD_BUFFER_SIZE", "3"},
                   {"K6_STATSD_ENABLE_TAGS", "true"}, {"K6_STATSD_TAG_BLOCKLIST", "a,b"},
                   {"K6_DATADOG_TAG_BLACKLIST", "c"}, {"K6_DATADOG_ADDR", "d:1"}};
    const auto statsd = parse_statsd_settings(StatsdFlavour::statsd, context()).value();
    EXPECT_EQ(statsd.address + statsd.name_space, "s:1n.");
    EXPECT_EQ(statsd.push_interval, std::chrono::seconds(2));
    EXPECT_EQ(statsd.buffer_size, 3);
    EXPECT_TRUE(statsd.tags);
    EXPECT_EQ(statsd.blocked_tags, (std::vector<std::string>{"a", "b"}));
    const auto datadog = parse_statsd_settings(StatsdFlavour::datadog, context()).value();
    EXPECT_EQ(datadog.address + datadog.name_space, "d:1k6.");
    EXPECT_TRUE(datadog.tags);
    EXPECT_EQ(datadog.blocked_tags, (std::vector<std::string>{"c"}));
    EXPECT_EQ(datadog.buffer_size, 20);
    configuration["statsd"] = R"({"addr": "f:1", "tagBlocklist": ["x"], "enableTags": false})";
    environment.clear();
    const auto by_file = parse_statsd_settings(StatsdFlavour::statsd, context()).value();
    EXPECT_EQ(by_file.address, "f:1");
    EXPECT_FALSE(by_file.tags);
    configuration.clear();
    EXPECT_EQ(parse_statsd_settings(StatsdFlavour::statsd, context())->blocked_tags,
              (std::vector<std::string>{"vu", "iter", "url"}));
    environment = {{"K6_STATSD_ADDR", ":8125x"}};
    EXPECT_FALSE(make_output("statsd", context()).value()->start());
}

TEST_F(OutputArguments, OpentelemetrySettingsAndTheirErrors) {
    environment = {{"OTEL_SERVICE_NAME", "general"}};
    EXPECT_EQ(parse_opentelemetry_settings(context())->service_name, "general");
    environment["K6_OTEL_SERVICE_NAME"] = "mine";
    environment["K6_OTEL_FLUSH_INTERVAL"] = "2s";
    environment["K6_OTEL_EXPORT_INTERVAL"] = "20";
    environment["K6_OTEL_GRPC_EXPORTER_INSECURE"] = "true";
    environment["K6_OTEL_TLS_INSECURE_SKIP_VERIFY"] = "true";
    const auto settings = parse_opentelemetry_settings(context()).value();
    EXPECT_EQ(settings.service_name, "mine");
    EXPECT_EQ(settings.flush_interval, std::chrono::seconds(2));
    EXPECT_EQ(settings.export_interval, std::chrono::milliseconds(20));
    EXPECT_EQ(settings.tls.min_version, 0x0304);
    EXPECT_EQ(make_output("opentelemetry", context()).value()->description(),
              "opentelemetry (grpc (insecure), localhost:4317)");
    environment = {{"K6_OTEL_EXPORTER_PROTOCOL", "http/protobuf"},
                   {"K6_OTEL_HTTP_EXPORTER_ENDPOINT", "h:4318"},
                   {"K6_OTEL_HTTP_EXPORTER_INSECURE", "true"},
                   {"K6_OTEL_HTTP_EXPORTER_URL_PATH", "/x"}};
    EXPECT_EQ(make_output("opentelemetry", context()).value()->description(),
              "opentelemetry (http/protobuf, http://h:4318/x)");
    configuration["opentelemetry"] = R"({"serviceName": "file", "headers": "a=b", "exportInterval": "3s"})";
    EXPECT_EQ(parse_opentelemetry_settings(context())->service_name, "file");
    EXPECT_EQ(parse_opentelemetry_settings(context())->export_interval, std::chrono::seconds(3));
    configuration.clear();

    const auto refused = [this](const std::string& name, const std::string& value) {
        environment = {{name, value}};
        const auto made = make_output("opentelemetry", context());
        EXPECT_EQ(made.error().error_class, ErrorClass::invalid_config);
        return made.error().message;
    };
    const std::string begin =
        "could not create the 'opentelemetry' output: error validating OpenTelemetry output config: ";
    EXPECT_EQ(refused("K6_OTEL_EXPORTER_PROTOCOL", "foo"),
              begin + "unsupported exporter protocol \"foo\", only \"grpc\" and \"http/protobuf\" are supported");
    EXPECT_EQ(refused("K6_OTEL_HTTP_EXPORTER_ENDPOINT", "http://h:1"),
              begin + "HTTP exporter endpoint must only be host and port, no scheme");
    EXPECT_EQ(refused("K6_OTEL_HEADERS", "a=b,x"),
              "could not create the 'opentelemetry' output: invalid header \"x\", expected format key=value");
    EXPECT_EQ(refused("K6_OTEL_FLUSH_INTERVAL", "never").substr(0, begin.size()), begin);
}

TEST_F(OutputArguments, FilesThatCannotBeMadeFailTheStart) {
    EXPECT_EQ(make_output("json=/nonexistent/a.json", context()).value()->start().error().message,
              "open /nonexistent/a.json: no such file or directory");
    EXPECT_FALSE(make_output("csv=/nonexistent/a.csv", context()).value()->start());
}

}  // namespace
}  // namespace k6::outputs
