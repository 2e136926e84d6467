// The kafka output against librdkafka's mock cluster: brokers that speak Kafka's protocol, within this process.
#include "outputs/kafka.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "outputs/factory.h"
#include "tests/outputs/peer_world.h"

namespace k6::outputs {
namespace {

class KafkaPeer : public PeerWorld {
protected:
    KafkaPeer() {
        cluster_ = rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, nullptr, 0);
        mock_ = rd_kafka_mock_cluster_new(cluster_, 3);
        rd_kafka_mock_topic_create(mock_, "samples", 4, 1);
        brokers = rd_kafka_mock_cluster_bootstraps(mock_);
    }
    ~KafkaPeer() override {
        rd_kafka_mock_cluster_destroy(mock_);
        rd_kafka_destroy(cluster_);
    }

    /// All messages of the topic, as somebody else reads them.
    std::vector<std::string> consume(std::size_t count) {
        rd_kafka_conf_t* conf = rd_kafka_conf_new();
        rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), nullptr, 0);
        rd_kafka_conf_set(conf, "group.id", "readers", nullptr, 0);
        rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
        rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(4);
        for (int i = 0; i < 4; ++i) {
            rd_kafka_topic_partition_list_add(partitions, "samples", i)->offset = RD_KAFKA_OFFSET_BEGINNING;
        }
        rd_kafka_assign(consumer, partitions);
        rd_kafka_topic_partition_list_destroy(partitions);
        std::vector<std::string> messages;
        while (messages.size() < count) {
            rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 30'000);
            if (message == nullptr) break;
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                EXPECT_EQ(message->key_len, 0U);
                messages.emplace_back(static_cast<const char*>(message->payload), message->len);
            }
            rd_kafka_message_destroy(message);
        }
        rd_kafka_consumer_close(consumer);
        rd_kafka_destroy(consumer);
        return messages;
    }

    std::string brokers;
    rd_kafka_t* cluster_;
    rd_kafka_mock_cluster_t* mock_;
};

TEST_F(KafkaPeer, HasAMessageOfJsonForEachSample) {
    EXPECT_EQ(run_with({"kafka=brokers={" + brokers + "},topic=samples"}), 0U) << log();
    const auto messages = consume(requests * samples_of_a_request);
    ASSERT_EQ(messages.size(), static_cast<std::size_t>(requests * samples_of_a_request));
    std::map<std::string, int> by_metric;
    double sum = 0;
    for (const std::string& message : messages) {
        EXPECT_TRUE(message.starts_with("{\"type\":\"Point\",\"data\":{\"time\":\"")) << message;
        const auto point = boost::json::parse(message);
        const std::string metric(point.at("metric").as_string());
        ++by_metric[metric];
        if (metric == "my_trend") sum += point.at("data").at("value").to_number<double>();
        if (metric == "http_reqs") {
            EXPECT_EQ(point.at("data").at("tags").at("name").as_string(), "http://h/?q=a b,c=x\"y\\z");
            EXPECT_FALSE(point.at("data").as_object().contains("metadata"));
        }
    }
    EXPECT_EQ(by_metric["http_reqs"], requests);
    EXPECT_EQ(by_metric["checks"], requests);
    EXPECT_EQ(sum, trend_values * (trend_values + 1) / 2);
}

TEST_F(KafkaPeer, HasALineForEachSample) {
    environment = {{"K6_KAFKA_BROKERS", brokers},
                   {"K6_KAFKA_TOPIC", "samples"},
                   {"K6_KAFKA_FORMAT", "influxdb"},
                   {"K6_KAFKA_PUSH_INTERVAL", "10ms"},
                   {"K6_INFLUXDB_TAGS_AS_FIELDS", "url,status:int"}};
    EXPECT_EQ(run_with({"xk6-kafka"}), 0U) << log();
    const auto messages = consume(requests * samples_of_a_request);
    ASSERT_EQ(messages.size(), static_cast<std::size_t>(requests * samples_of_a_request));
    const std::multiset<std::string> lines(messages.begin(), messages.end());
    const std::string time = std::to_string(begin.time_since_epoch().count());
    EXPECT_EQ(lines.count("my_counter value=2 " + time), 1U);
    EXPECT_EQ(
        lines.count("http_reqs,expected_response=false,method=GET,name=http://h/?q\\=a\\ b\\,c\\=x\"y\\z,proto=HTTP/"
                    "1.1,scenario=default status=500i,url=\"http://h/?q=a b,c=0\",value=1 " +
                    time),
        1U);
}

TEST_F(KafkaPeer, CountsWhatTheBrokersRefuse) {
    // Every produce request (API key 0) fails with an error that is not tried again.
    std::vector<rd_kafka_resp_err_t> errors(10'000, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    rd_kafka_mock_push_request_errors_array(mock_, 0, errors.size(), errors.data());
    EXPECT_EQ(run_with({"kafka=brokers=" + brokers.substr(0, brokers.find(',')) + ",topic=samples"}),
              static_cast<std::uint64_t>(requests * samples_of_a_request));
    EXPECT_NE(log().find("Kafka: failed to send message."), std::string::npos) << log();
    EXPECT_NE(log().find("authorization failed"), std::string::npos) << log();
}

TEST_F(KafkaPeer, ABrokerThatDiesIsMadeUpForByTheOthers) {
    // The mock keeps a few megabytes of each partition, and lines are short.
    Outputs outputs = start({"kafka=brokers={" + brokers + "},topic=samples,push_interval=5ms,format=influxdb"});
    record_all(outputs);
    for (int partition = 0; partition < 4; ++partition) {
        rd_kafka_mock_partition_set_leader(mock_, "samples", partition, 2 + partition % 2);
    }
    rd_kafka_mock_broker_set_down(mock_, 1);
    record_all(outputs);
    ASSERT_TRUE(outputs[0]->stop({}));
    EXPECT_EQ(outputs[0]->dropped_samples(), 0U) << log();
    EXPECT_EQ(consume(2 * requests * samples_of_a_request).size(),
              static_cast<std::size_t>(2 * requests * samples_of_a_request));
}

TEST_F(KafkaPeer, AClusterThatDiesTakesNoMemoryAndNoTime) {
    patience = std::chrono::milliseconds(300);
    Outputs outputs = start({"kafka=brokers={" + brokers + "},topic=samples,push_interval=5ms,format=influxdb"});
    record_all(outputs);
    for (int broker = 1; broker <= 3; ++broker) rd_kafka_mock_broker_set_down(mock_, broker);
    const std::uint64_t recorded = record_beyond_the_bounds(outputs);
    ASSERT_TRUE(outputs[0]->stop({}));
    EXPECT_GE(outputs[0]->dropped_samples(), recorded) << log();
    EXPECT_LE(outputs[0]->dropped_samples(), recorded + requests * samples_of_a_request) << log();
}

TEST_F(KafkaPeer, TellsLibrdkafkaOfPasswordsAndTls) {
    environment = {{"K6_KAFKA_BROKERS", brokers},
                   {"K6_KAFKA_TOPIC", "samples"},
                   {"K6_KAFKA_INSECURE_SKIP_TLS_VERIFY", "true"},
                   {"K6_KAFKA_VERSION", "0.10.2"}};
    const auto settings = parse_kafka_settings({}, context());
    ASSERT_TRUE(settings);
    const auto output = KafkaOutput::connect(*settings, context()).value();
    EXPECT_EQ(output->configured("security.protocol"), "plaintext");
    EXPECT_EQ(output->configured("enable.ssl.certificate.verification"), "false");
    EXPECT_EQ(output->configured("broker.version.fallback"), "0.10.2");

    // The mock speaks neither: what was tried is in the error.
    environment["K6_KAFKA_AUTH_MECHANISM"] = "scram-sha-512";
    environment["K6_KAFKA_SASL_USER"] = "me";
    environment["K6_KAFKA_SASL_PASSWORD"] = "secret";
    const auto refused = make_output("kafka", context());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("sasl_plaintext://"), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace k6::outputs
