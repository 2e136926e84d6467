// Backends that are slow, dead or ill: the run never waits for them, memory stays bounded, and what did not arrive is
// counted. (Kafka, which must answer before a run starts, is in kafka_test.cc.)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/outputs/peer_world.h"

namespace k6::outputs {
namespace {

/// Takes connections, and does what it is told with each.
class IllServer {
public:
    enum class Behaviour { never_answers, hangs_up, answers_500 };

    explicit IllServer(Behaviour behaviour) : behaviour_(behaviour) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 64) != 0) throw std::runtime_error("no listener");
        ::getsockname(listener_, raw, &size);
        port = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~IllServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
        for (std::thread& connection : connections_) connection.join();
        for (const int fd : open_) ::close(fd);
        ::close(listener_);
    }

    std::uint16_t port = 0;
    std::atomic<int> accepted{0};

private:
    void serve() {
        while (true) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            ++accepted;
            if (behaviour_ == Behaviour::hangs_up) {
                ::close(fd);
                continue;
            }
            open_.push_back(fd);
            if (behaviour_ == Behaviour::answers_500) connections_.emplace_back([fd] { answer(fd); });
        }
    }

    /// One request of HTTP/1.1 with a Content-Length after the other.
    static void answer(int fd) {
        std::string received;
        std::array<char, 65536> part{};
        while (true) {
            const std::size_t head_end = received.find("\r\n\r\n");
            std::size_t whole = std::string::npos;
            if (head_end != std::string::npos) {
                const std::size_t length = received.find("Content-Length: ");
                whole = head_end + 4 + (length < head_end ? std::stoul(received.substr(length + 16)) : 0);
            }
            if (whole != std::string::npos && received.size() >= whole) {
                received.erase(0, whole);
                constexpr std::string_view text = "HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\nill\n";
                if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) break;
                continue;
            }
            const ssize_t size = ::recv(fd, part.data(), part.size(), 0);
            if (size <= 0) break;
            received.append(part.data(), static_cast<std::size_t>(size));
        }
    }

    Behaviour behaviour_;
    int listener_ = -1;
    std::thread thread_;
    std::vector<int> open_;
    std::vector<std::thread> connections_;
};

struct Kind {
    const char* name;
    const char* specification;
    const char* variable;
    /// What the port is put behind.
    const char* before;
    const char* after;
    bool http;
};

constexpr std::array http_kinds = {
    Kind{"influxdb", "influxdb", "K6_INFLUXDB_ADDR", "http://127.0.0.1:", "", true},
    Kind{"prometheus", "experimental-prometheus-rw", "K6_PROMETHEUS_RW_SERVER_URL",
         "http://127.0.0.1:", "/api/v1/write", true},
    Kind{"otlp_http", "opentelemetry", "K6_OTEL_HTTP_EXPORTER_ENDPOINT", "127.0.0.1:", "", true},
};

constexpr std::array other_kinds = {
    Kind{"otlp_grpc", "opentelemetry", "K6_OTEL_GRPC_EXPORTER_ENDPOINT", "127.0.0.1:", "", false},
    Kind{"statsd", "statsd", "K6_STATSD_ADDR", "127.0.0.1:", "", false},
};

class DeadBackend : public PeerWorld, public testing::WithParamInterface<Kind> {
protected:
    static constexpr std::uint64_t all = requests * samples_of_a_request;

    DeadBackend() {
        std::signal(SIGPIPE, SIG_IGN);
        // How long an answer is waited for once the run is over.
        patience = std::chrono::milliseconds(300);
        environment = {{"K6_INFLUXDB_PUSH_INTERVAL", "5ms"},
                       {"K6_PROMETHEUS_RW_PUSH_INTERVAL", "5ms"},
                       {"K6_STATSD_PUSH_INTERVAL", "5ms"},
                       {"K6_OTEL_FLUSH_INTERVAL", "1ms"},
                       {"K6_OTEL_EXPORT_INTERVAL", "2ms"},
                       {"K6_OTEL_EXPORTER_PROTOCOL", GetParam().http ? "http/protobuf" : "grpc"},
                       {"K6_OTEL_HTTP_EXPORTER_INSECURE", "true"},
                       {"K6_OTEL_GRPC_EXPORTER_INSECURE", "true"}};
    }
    void point_at(std::uint16_t port) {
        environment[GetParam().variable] = GetParam().before + std::to_string(port) + GetParam().after;
    }
    bool is_udp() const { return std::string_view(GetParam().name) == "statsd"; }
    void expect_all_lost(std::uint64_t lost) {
        if (is_udp()) return;  // it cannot know
        EXPECT_EQ(lost, all) << log();
        EXPECT_NE(log().find("Samples were lost, as the backend did not take them"), std::string::npos) << log();
    }
};

TEST_P(DeadBackend, RefusesConnections) {
    point_at(interop::free_port());
    expect_all_lost(run_with({GetParam().specification}));
}

TEST_P(DeadBackend, NeverAnswers) {
    const IllServer server(IllServer::Behaviour::never_answers);
    point_at(server.port);
    expect_all_lost(run_with({GetParam().specification}));
}

TEST_P(DeadBackend, HangsUp) {
    const IllServer server(IllServer::Behaviour::hangs_up);
    point_at(server.port);
    expect_all_lost(run_with({GetParam().specification}));
}

/// Those that speak HTTP/1.1.
class DeadHttpBackend : public DeadBackend {};

TEST_P(DeadHttpBackend, AnswersWithErrors) {
    const IllServer server(IllServer::Behaviour::answers_500);
    point_at(server.port);
    expect_all_lost(run_with({GetParam().specification}));
    EXPECT_NE(log().find("ill"), std::string::npos) << log();
}

TEST_P(DeadBackend, DiesInTheMiddleOfTheRun) {
    auto server = std::make_unique<IllServer>(GetParam().http ? IllServer::Behaviour::answers_500
                                                              : IllServer::Behaviour::hangs_up);
    point_at(server->port);
    Outputs outputs = start({GetParam().specification});
    record_all(outputs);
    while (!is_udp() && server->accepted == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    // Its connections end before the listener does.
    std::thread end([&server] { server.reset(); });
    record_all(outputs);
    ASSERT_TRUE(outputs[0]->stop({}));
    end.join();
    if (!is_udp()) {
        EXPECT_EQ(outputs[0]->dropped_samples(), 2 * all) << log();
    }
}

TEST_P(DeadBackend, MemoryIsBoundedAndNobodyWaits) {
    const IllServer server(IllServer::Behaviour::never_answers);
    point_at(server.port);
    Outputs outputs = start({GetParam().specification});
    const std::uint64_t recorded = record_beyond_the_bounds(outputs);
    ASSERT_TRUE(outputs[0]->stop({}));
    if (is_udp()) {
        EXPECT_LE(outputs[0]->dropped_samples(), recorded);
    } else {
        EXPECT_EQ(outputs[0]->dropped_samples(), recorded);
    }
}

std::string name_of(const testing::TestParamInfo<Kind>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Http, DeadBackend, testing::ValuesIn(http_kinds), name_of);
INSTANTIATE_TEST_SUITE_P(Others, DeadBackend, testing::ValuesIn(other_kinds), name_of);
INSTANTIATE_TEST_SUITE_P(Http, DeadHttpBackend, testing::ValuesIn(http_kinds), name_of);

}  // namespace
}  // namespace k6::outputs
