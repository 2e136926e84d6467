// How true the timings are: requests to a server that delays each phase by a known time, on one worker.
//
//   timings_benchmark [VUS] [REQUESTS]
//
// The server (on a thread of its own) answers a name after 20 ms, shakes hands after 80 ms, starts to read a request's
// body after 60 ms, answers 150 ms after the request, and sends the second half of its answer 100 ms later. It says how
// long that really took it: what is printed is by how much the client's measure differs from the server's. Nothing
// passes or fails. VUs start apart, so that their answers do not all arrive at once.
//
// A body counts as sent when its last byte is in the socket: what the system holds then (up to tcp_wmem's 4 MB) takes
// the server another 1 to 3 ms to read. By so much `sending` falls short of what the server says.
//
// It asks for a real-time priority, so that the figures tell of the measuring even where others keep the machine busy
// (root gets it). The last line is the machine's own share: how late a thread that does nothing but sleep for a
// millisecond is woken.
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/streambuf.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "engine/exec/vu.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/descriptor.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/worker.h"
#include "metrics/metric.h"
#include "metrics/recorder.h"
#include "metrics/submetric.h"
#include "proto_http/client.h"
#include "proto_http/client_shared.h"
#include "tools/demo_server/certificate.h"
#include "tools/demo_server/tls_context.h"

namespace {

using namespace k6;
using std::chrono::milliseconds;

constexpr milliseconds name_delay{20};
constexpr milliseconds read_delay{60};
constexpr milliseconds answer_delay{150};
constexpr milliseconds body_delay{100};
constexpr milliseconds handshake_delay{80};
constexpr std::size_t body_size = 32 << 20;
constexpr std::size_t digits = 12;

using SteadyTime = std::chrono::steady_clock::time_point;

/// A duration in nanoseconds as text of a fixed length, and back.
std::string fixed_text(std::chrono::nanoseconds time) {
    std::string text = std::to_string(time.count());
    return std::string(digits - std::min(digits, text.size()), '0') + text;
}
Duration duration_of(std::string_view text) { return Duration(std::atoll(std::string(text).c_str())); }

/// One connection of the server: request after request.
class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(asio::ip::tcp::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {
        socket_.set_option(asio::ip::tcp::no_delay(true));
    }

    void read_head() {
        asio::async_read_until(socket_, input_, "\r\n\r\n",
                               [self = shared_from_this()](const asio::error_code& error, std::size_t size) {
                                   if (error) return;
                                   const auto* begin = static_cast<const char*>(self->input_.data().data());
                                   const bool has_body = *begin == 'P';
                                   self->asked_ = std::chrono::steady_clock::now();
                                   self->input_.consume(size);
                                   if (has_body) {
                                       self->wait(read_delay, [self] { self->read_body(); });
                                   } else {
                                       self->answer();
                                   }
                               });
    }

private:
    void read_body() {
        body_left_ = body_size - std::min(body_size, input_.size());
        input_.consume(input_.size());
        read_body_on();
    }
    // In pieces: others wait for this thread, too.
    void read_body_on() {
        if (body_left_ == 0) return answer();
        socket_.async_read_some(asio::buffer(piece_, std::min(sizeof piece_, body_left_)),
                                [self = shared_from_this()](const asio::error_code& error, std::size_t size) {
                                    if (error) return;
                                    self->body_left_ -= size;
                                    self->read_body_on();
                                });
    }
    void answer() {
        const SteadyTime asked = std::chrono::steady_clock::now();
        wait(answer_delay, [self = shared_from_this(), asked] {
            const SteadyTime answered = std::chrono::steady_clock::now();
            self->write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(digits + 4) +
                            "\r\nX-Read: " + fixed_text(asked - self->asked_) +
                            "\r\nX-Waited: " + fixed_text(answered - asked) + "\r\n\r\nhalf",
                        [self, answered] {
                            self->wait(body_delay, [self, answered] {
                                self->write(fixed_text(std::chrono::steady_clock::now() - answered),
                                            [self] { self->read_head(); });
                            });
                        });
        });
    }
    template <class Next>
    void wait(milliseconds time, Next next) {
        timer_.expires_after(time);
        timer_.async_wait([next](const asio::error_code& error) {
            if (!error) next();
        });
    }
    template <class Next>
    void write(const std::string& text, Next next) {
        output_ = text;
        asio::async_write(socket_, asio::buffer(output_), [next](const asio::error_code& error, std::size_t) {
            if (!error) next();
        });
    }

    asio::ip::tcp::socket socket_;
    asio::steady_timer timer_;
    asio::streambuf input_;
    std::size_t body_left_ = 0;
    char piece_[1 << 16];
    std::string output_;
    SteadyTime asked_;
};

class Server {
public:
    Server() : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}) {
        // A small window, so that a body waits for its reader.
        acceptor_.set_option(asio::socket_base::receive_buffer_size(1 << 16));
        acceptor_.listen(4096);
        accept();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~Server() {
        io_.stop();
        thread_.join();
    }
    unsigned short port() const { return acceptor_.local_endpoint().port(); }

private:
    void accept() {
        acceptor_.async_accept([this](const asio::error_code& error, asio::ip::tcp::socket socket) {
            if (error) return;
            std::make_shared<Session>(std::move(socket))->read_head();
            accept();
        });
    }

    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

/// One connection after the other, over TLS: begins the handshake late, and says when it was done.
class TlsServer {
public:
    TlsServer()
        : authority_(demo::CertificateAuthority::create("timings").value()),
          context_(demo::TlsContext::create(
                       authority_.issue({.common_name = "timings", .alternative_names = {"127.0.0.1"}}).value(),
                       {.http2 = false})
                       .value()),
          acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}) {}
    unsigned short port() const { return acceptor_.local_endpoint().port(); }

    /// Serves that many, on the calling thread.
    void serve(int connections) {
        for (int i = 0; i < connections; ++i) {
            asio::ip::tcp::socket socket = acceptor_.accept();
            const SteadyTime begin = std::chrono::steady_clock::now();
            socket.set_option(asio::ip::tcp::no_delay(true));
            std::this_thread::sleep_for(handshake_delay);
            SSL* const ssl = SSL_new(context_.get());
            SSL_set_fd(ssl, socket.native_handle());
            if (SSL_accept(ssl) == 1) {
                const std::string took = fixed_text(std::chrono::steady_clock::now() - begin);
                char head[4096];
                SSL_read(ssl, head, sizeof head);
                const std::string answer =
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nX-Handshake: " + took + "\r\n\r\n";
                SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
                SSL_shutdown(ssl);
            }
            SSL_free(ssl);
        }
    }

private:
    demo::CertificateAuthority authority_;
    demo::TlsContext context_;
    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_;
};

class Deviations {
public:
    void add(Duration measured, Duration expected) { all_.push_back(to_milliseconds(measured - expected)); }
    void print(const char* phase, Duration expected) {
        if (all_.empty()) return;
        std::sort(all_.begin(), all_.end());
        const auto at = [&](double fraction) {
            return all_[static_cast<std::size_t>(fraction * static_cast<double>(all_.size() - 1))];
        };
        std::printf("%-28s expected %6.1f ms   deviation: median %+7.3f, p99 %+7.3f, least %+7.3f, most %+7.3f ms\n",
                    phase, to_milliseconds(expected), at(0.5), at(0.99), at(0), at(1));
    }

private:
    std::vector<double> all_;
};

}  // namespace

int main(int argc, char** argv) {
    const int vus = argc > 1 ? std::atoi(argv[1]) : 1000;
    const int requests = argc > 2 ? std::atoi(argv[2]) : 5;
    const sched_param priority{.sched_priority = 1};
    const bool real_time = ::sched_setscheduler(0, SCHED_RR, &priority) == 0;

    reserve_descriptors(2 * static_cast<std::size_t>(vus) + 64);
    Server server;
    SystemClock clock;
    const auto lookup_took = std::make_shared<std::atomic<Duration>>();
    Resolver resolver({.ttl = {}}, [lookup_took](const std::string&) -> DnsAnswer {
        const SteadyTime begin = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(name_delay);
        *lookup_took = std::chrono::steady_clock::now() - begin;
        return {.addresses = {parse_ip("127.0.0.1").value()}};
    });
    Worker worker({.clock = &clock, .resolver = &resolver});
    const metrics::Registry registry;
    const metrics::SubmetricSet submetrics;
    metrics::Recorder recorder(registry, submetrics);
    const Plan plan{};
    MemoryLogger logger;
    auto shared = http::ClientShared::make(worker, {.user_agent = "benchmark/1", .insecure_skip_tls_verify = true});
    if (!shared) return 1;
    TlsServer tls_server;
    std::thread tls_thread([&] { tls_server.serve(requests); });

    Deviations connecting;
    Deviations handshaking;
    Deviations blocked;
    Deviations sending;
    Deviations sending_body;
    Deviations waiting;
    Deviations receiving;
    int failures = 0;
    const std::string port = std::to_string(server.port());
    const std::string body(body_size, 'x');
    std::vector<std::unique_ptr<Vu>> all;
    // Names first, one VU: the lookups of many at once would queue.
    const auto spawn = [&](auto run) {
        all.push_back(std::make_unique<Vu>(
            Vu::Config{.worker = &worker, .recorder = &recorder, .plan = &plan, .logger = &logger}));
        worker.spawn([&, vu = all.back().get(), run] {
            http::Client client(*vu, **shared);
            run(client);
        });
    };
    spawn([&](http::Client& client) {
        for (int i = 0; i < requests; ++i) {
            const auto response = client.send(
                {.method = "PUT", .url = "http://slow.test:" + port + "/", .body = http::Body::borrow(body)});
            if (response.status != 200) ++failures;
            blocked.add(response.timings.blocked, *lookup_took);
            sending_body.add(response.timings.sending, duration_of(response.headers.get("X-Read").value_or("")));
            client.close_idle();
        }
    });
    spawn([&](http::Client& client) {
        for (int i = 0; i < requests; ++i) {
            const auto response = client.send({.url = "https://127.0.0.1:" + std::to_string(tls_server.port()) + "/"});
            if (response.status != 200) ++failures;
            connecting.add(response.timings.connecting, {});
            handshaking.add(response.timings.tls_handshaking,
                            duration_of(response.headers.get("X-Handshake").value_or("")));
        }
    });
    for (int i = 0; i < vus; ++i) {
        spawn([&, i](http::Client& client) {
            sleep_for(std::chrono::microseconds(250'000LL * i / vus));
            for (int n = 0; n < requests; ++n) {
                const auto response = client.send({.url = "http://127.0.0.1:" + port + "/"});
                if (response.status != 200) ++failures;
                sending.add(response.timings.sending, {});
                waiting.add(response.timings.waiting, duration_of(response.headers.get("X-Waited").value_or("")));
                receiving.add(
                    response.timings.receiving,
                    duration_of(
                        std::string_view(response.body).substr(std::min<std::size_t>(4, response.body.size()))));
            }
        });
    }
    Deviations machine;
    std::atomic<bool> over = false;
    std::thread sleeper([&] {
        constexpr milliseconds pause{1};
        while (!over) {
            const SteadyTime begin = std::chrono::steady_clock::now();
            std::this_thread::sleep_for(pause);
            machine.add(std::chrono::steady_clock::now() - begin, pause);
        }
    });
    worker.request_stop();
    worker.run();
    over = true;
    sleeper.join();
    tls_thread.join();

    std::printf("%d VUs on one worker, %d requests each, %d failed, %s priority\n", vus, requests, failures,
                real_time ? "real-time" : "usual");
    blocked.print("blocked (name resolved)", name_delay);
    connecting.print("connecting", {});
    handshaking.print("tls_handshaking", handshake_delay);
    sending_body.print("sending (body held up)", read_delay);
    sending.print("sending", {});
    waiting.print("waiting", answer_delay);
    receiving.print("receiving", body_delay);
    machine.print("the machine: a sleep", milliseconds(1));
    return failures == 0 ? 0 : 1;
}
