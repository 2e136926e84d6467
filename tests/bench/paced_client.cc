// A bare client that sends GETs at a fixed rate over kept connections, for comparison: what a response takes as seen by
// a program that does nothing else.
//
//   paced_client PORT PATH RATE SECONDS CONNECTIONS
//   {"sent":20000,"dropped":0,"p50_ms":0.061,"p99_ms":0.142,"late_p99_ms":0.055}
//
// One thread, which sleeps in epoll until the next request is due. A request that finds no free connection is dropped.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

struct Connection {
    int fd = -1;
    std::int64_t sent = 0;
    std::size_t expected = 0;  // whole response, once its head is there
    std::string received;
};

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/// Whether the response is complete.
bool read_some(Connection& connection) {
    std::array<char, 65536> buffer{};
    const ssize_t count = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) fail("recv");
    connection.received.append(buffer.data(), static_cast<std::size_t>(count));
    if (connection.expected == 0) {
        const std::size_t end = connection.received.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const std::size_t length = connection.received.find("ontent-Length: ");
        const std::size_t lower = connection.received.find("ontent-length: ");
        const std::size_t at = std::min(length, lower);
        if (at > end) fail("the response has no Content-Length");
        connection.expected = end + 4 + std::strtoul(connection.received.c_str() + at + 15, nullptr, 10);
    }
    return connection.received.size() >= connection.expected;
}

double percentile(std::vector<std::int64_t>& values, double part) {
    if (values.empty()) return 0;
    const auto index = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
    return static_cast<double>(values[index]) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const std::string request = std::string("GET ") + argv[2] + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const std::int64_t rate = std::atoll(argv[3]);
    const std::int64_t total = rate * std::atoll(argv[4]);
    std::vector<Connection> connections(static_cast<std::size_t>(std::atoi(argv[5])));
    const int epoll = ::epoll_create1(0);
    std::vector<Connection*> idle;
    for (Connection& connection : connections) {
        connection.fd = connect_to(port);
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, connection.fd, &event);
        idle.push_back(&connection);
    }
    ::prctl(PR_SET_TIMERSLACK, 1);
    std::vector<std::int64_t> durations;
    std::vector<std::int64_t> lateness;
    durations.reserve(static_cast<std::size_t>(total));
    lateness.reserve(static_cast<std::size_t>(total));
    std::int64_t dropped = 0;
    const std::int64_t begin = now();
    for (std::int64_t next = 0; next < total || idle.size() < connections.size();) {
        std::int64_t time = now();
        while (next < total && begin + next * 1'000'000'000 / rate <= time) {
            lateness.push_back(time - (begin + next * 1'000'000'000 / rate));
            ++next;
            if (idle.empty()) {
                ++dropped;
                continue;
            }
            Connection& connection = *idle.back();
            idle.pop_back();
            connection.received.clear();
            connection.expected = 0;
            connection.sent = now();
            if (::send(connection.fd, request.data(), request.size(), 0) != static_cast<ssize_t>(request.size())) {
                fail("send");
            }
            time = now();
        }
        timespec wait{};
        if (next < total) {
            const std::int64_t left = std::max<std::int64_t>(0, begin + next * 1'000'000'000 / rate - now());
            wait = {left / 1'000'000'000, left % 1'000'000'000};
        }
        std::array<epoll_event, 64> events{};
        const int count = ::epoll_pwait2(epoll, events.data(), events.size(), next < total ? &wait : nullptr, nullptr);
        for (int i = 0; i < count; ++i) {
            auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (!read_some(connection)) continue;
            durations.push_back(now() - connection.sent);
            idle.push_back(&connection);
        }
    }
    std::printf("{\"sent\":%zu,\"dropped\":%lld,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"late_p99_ms\":%.3f}\n",
                durations.size(), static_cast<long long>(dropped), percentile(durations, 0.5),
                percentile(durations, 0.99), percentile(lateness, 0.99));
    for (const Connection& connection : connections) ::close(connection.fd);
    return 0;
}
