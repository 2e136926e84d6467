// What an echoed message costs the client: our sessions on one worker against a bare loop around wslay, the C library,
// in alternation; both in a closed loop over loopback, with the demo server on threads of its own.
//
//   bazel run //proto_ws:session_benchmark [-- SESSIONS [BYTES [MESSAGES [ROUNDS]]]]
//
// Prints the CPU time of the client's thread per message sent and received, user and system together.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/exec/vu.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/worker.h"
#include "metrics/metric.h"
#include "metrics/recorder.h"
#include "metrics/submetric.h"
#include "proto_http/client.h"
#include "proto_http/client_shared.h"
#include "proto_ws/client.h"
#include "proto_ws/client_shared.h"
#include "tools/demo_server/demo_server.h"

namespace {

using namespace k6;

struct Load {
    std::uint16_t port = 0;
    int sessions = 50;
    std::size_t size = 128;
    int messages = 2000;  // of each session
};

double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Microseconds per message.
double per_message(double seconds, const Load& load) {
    return seconds * 1e6 / (static_cast<double>(load.sessions) * load.messages);
}

double ours(const Load& load) {
    SystemClock clock;
    Resolver resolver({});
    Worker worker({.clock = &clock, .resolver = &resolver});
    metrics::Registry registry;
    metrics::SubmetricSet submetrics;
    submetrics.add_defaults(registry, metrics::SystemTagSet::defaults());
    metrics::Recorder recorder(registry, submetrics, nullptr);
    const Plan plan{};
    MemoryLogger logger;
    auto http_shared = http::ClientShared::make(worker, {.user_agent = "benchmark/1"});
    if (!http_shared) throw std::runtime_error(http_shared.error().message);
    ws::ClientShared ws_shared;
    const std::string url = "ws://127.0.0.1:" + std::to_string(load.port) + "/ws";
    const std::string message(load.size, 'm');
    int connected = 0;
    int ended = 0;
    double begin = 0;
    double end = 0;
    std::vector<std::unique_ptr<Vu>> vus;
    std::vector<std::unique_ptr<http::Client>> clients;
    for (int i = 0; i < load.sessions; ++i) {
        vus.push_back(std::make_unique<Vu>(Vu::Config{.id_in_instance = static_cast<std::uint64_t>(i),
                                                      .worker = &worker,
                                                      .recorder = &recorder,
                                                      .plan = &plan,
                                                      .logger = &logger}));
        Vu& vu = *vus.back();
        clients.push_back(std::make_unique<http::Client>(vu, **http_shared));
        http::Client& http = *clients.back();
        worker.spawn([&] {
            ws::Client client(vu, http, **http_shared, ws_shared);
            const ws::Opening opening = client.connect({.url = url});
            if (!opening.session) throw std::runtime_error(opening.error);
            if (++connected == load.sessions) begin = thread_seconds();
            while (connected < load.sessions) sleep_for(std::chrono::milliseconds(1));
            for (int sent = 0; sent < load.messages; ++sent) {
                if (!opening.session->send_text(message) || opening.session->receive().data.size() != load.size) {
                    throw std::runtime_error("no echo");
                }
            }
            if (++ended == load.sessions) end = thread_seconds();
        });
    }
    worker.request_stop();
    worker.run();
    return per_message(end - begin, load);
}

/// One connection of the bare loop.
struct Bare {
    int fd = -1;
    wslay_event_context_ptr context = nullptr;
    const Load* load = nullptr;
    const std::string* message = nullptr;
    int received = 0;
    int* open = nullptr;

    void send_one() const {
        const wslay_event_msg text{WSLAY_TEXT_FRAME, reinterpret_cast<const std::uint8_t*>(message->data()),
                                   message->size()};
        wslay_event_queue_msg(context, &text);
        wslay_event_send(context);
    }
};

ssize_t bare_receive(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int, void* user) {
    const ssize_t count = ::recv(static_cast<Bare*>(user)->fd, buffer, size, MSG_DONTWAIT);
    if (count > 0) return count;
    const bool later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

ssize_t bare_send(wslay_event_context_ptr context, const std::uint8_t* data, std::size_t size, int flags, void* user) {
    // It writes a frame's head and payload one after the other: together they go out as one.
    const int more = (flags & WSLAY_MSG_MORE) != 0 ? MSG_MORE : 0;
    const ssize_t count = ::send(static_cast<Bare*>(user)->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL | more);
    if (count >= 0) return count;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

int bare_mask(wslay_event_context_ptr, std::uint8_t* bytes, std::size_t size, void*) {
    static std::uint32_t state = 1;
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    return 0;
}

void bare_message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* user) {
    auto& bare = *static_cast<Bare*>(user);
    if (message->opcode != WSLAY_TEXT_FRAME || message->msg_length != bare.load->size) std::abort();
    if (++bare.received < bare.load->messages) {
        bare.send_one();
    } else {
        --*bare.open;
    }
}

double bare_loop(const Load& load) {
    const std::string message(load.size, 'm');
    std::vector<Bare> all(static_cast<std::size_t>(load.sessions));
    const int epoll = ::epoll_create1(0);
    int open = load.sessions;
    const wslay_event_callbacks callbacks{bare_receive, bare_send, bare_mask, nullptr, nullptr, nullptr, bare_message};
    for (Bare& bare : all) {
        bare.load = &load;
        bare.message = &message;
        bare.open = &open;
        bare.fd = ::socket(AF_INET, SOCK_STREAM, 0);
        const int on = 1;
        ::setsockopt(bare.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(load.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const std::string head =
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
            "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        if (::connect(bare.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::send(bare.fd, head.data(), head.size(), 0) != static_cast<ssize_t>(head.size())) {
            throw std::runtime_error("no connection");
        }
        std::string answer;
        for (char byte = 0; !answer.ends_with("\r\n\r\n") && ::recv(bare.fd, &byte, 1, 0) == 1;) answer += byte;
        if (!answer.starts_with("HTTP/1.1 101")) throw std::runtime_error("no handshake");
        wslay_event_context_client_init(&bare.context, &callbacks, &bare);
        epoll_event event{EPOLLIN, {.ptr = &bare}};
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, bare.fd, &event);
    }
    const double begin = thread_seconds();
    for (const Bare& bare : all) bare.send_one();
    while (open > 0) {
        epoll_event events[128];
        const int count = ::epoll_wait(epoll, events, 128, -1);
        for (int i = 0; i < count; ++i) {
            const auto& bare = *static_cast<Bare*>(events[i].data.ptr);
            if (wslay_event_recv(bare.context) != 0) throw std::runtime_error("no echo");
        }
    }
    const double end = thread_seconds();
    for (const Bare& bare : all) {
        wslay_event_context_free(bare.context);
        ::close(bare.fd);
    }
    ::close(epoll);
    return per_message(end - begin, load);
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int place, int usual) { return argc > place ? std::atoi(argv[place]) : usual; };
    const auto server = demo::DemoServer::start({});
    if (!server) return 1;
    Load load{.port = (*server)->http_port(),
              .sessions = number(1, 50),
              .size = static_cast<std::size_t>(number(2, 128)),
              .messages = number(3, 2000)};
    std::vector<double> ratios;
    for (int round = 0; round < number(4, 7); ++round) {
        const double one = ours(load);
        const double other = bare_loop(load);
        ratios.push_back(one / other);
        std::printf("%.3f us CPU/message, bare wslay %.3f: %.2f\n", one, other, ratios.back());
    }
    std::sort(ratios.begin(), ratios.end());
    std::printf("echo of %zu bytes, %d sessions: %.2f x a bare wslay loop (%.2f to %.2f)\n", load.size, load.sessions,
                ratios[ratios.size() / 2], ratios.front(), ratios.back());
}
