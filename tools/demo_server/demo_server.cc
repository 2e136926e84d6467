#include "tools/demo_server/demo_server.h"

#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <list>
#include <thread>
#include <utility>

#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/post.hpp"
#include "asio/steady_timer.hpp"
#include "tools/demo_server/connection.h"
#include "tools/demo_server/digest.h"
#include "tools/demo_server/router.h"
#include "tools/demo_server/shard.h"
#include "tools/demo_server/site.h"

namespace k6::demo {
namespace {

using asio::ip::tcp;

constexpr int kMostThreads = 64;
constexpr int kBacklog = 4096;
/// Out of file descriptors: the waiting connections stay in the backlog for this long before the next try.
constexpr std::chrono::milliseconds kAcceptPause{10};

/// A file descriptor on its way to the shard that will own it.
class OwnedFd {
public:
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OwnedFd& operator=(OwnedFd&&) = delete;
    ~OwnedFd() {
        if (fd_ >= 0) ::close(fd_);
    }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

/// A shard with the loop and the thread that run it.
struct ShardThread {
    ShardThread(const Router& router, const TlsContext& tls) : shard{loop, router, tls} {}

    /// Outlives the loop, whose destruction closes connections that count in it.
    Shard shard;
    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(loop);
    std::thread thread;
};

/// Accepts on one port, on the first shard's thread, and deals connections to all shards.
class Listener {
public:
    Listener(asio::io_context& loop, std::list<ShardThread>& shards, bool secure)
        : acceptor_(loop), pause_(loop), shards_(shards), next_(shards.begin()), secure_(secure) {}

    Result<std::uint16_t> listen(const tcp::endpoint& endpoint) {
        asio::error_code failure;
        acceptor_.open(endpoint.protocol(), failure);
        if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
        if (!failure) acceptor_.bind(endpoint, failure);
        if (!failure) acceptor_.listen(kBacklog, failure);
        if (!failure) acceptor_.non_blocking(true, failure);
        if (failure) {
            return Error{ErrorClass::generic, "cannot listen on " + endpoint.address().to_string() + " port " +
                                                  std::to_string(endpoint.port()) + ": " + failure.message()};
        }
        return acceptor_.local_endpoint(failure).port();
    }

    void run() {
        acceptor_.async_wait(tcp::acceptor::wait_read, [this](const asio::error_code& failure) {
            if (failure) return;
            if (accept_all()) return run();
            pause_.expires_after(kAcceptPause);
            pause_.async_wait([this](const asio::error_code& cancelled) {
                if (!cancelled) run();
            });
        });
    }

private:
    /// False if the process has no file descriptor left.
    bool accept_all() {
        for (;;) {
            int fd = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;
            if (fd < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
            asio::post(next_->loop, [&shard = next_->shard, secure = secure_, owned = OwnedFd(fd)]() mutable {
                Connection::serve(shard, owned.release(), secure);
            });
            if (++next_ == shards_.end()) next_ = shards_.begin();
        }
    }

    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::list<ShardThread>& shards_;
    std::list<ShardThread>::iterator next_;
    bool secure_;
};

Result<std::string> random_secret() {
    std::array<unsigned char, 32> bytes = {};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        return Error{ErrorClass::generic, "no random bytes"};
    }
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

struct DemoServer::Threads {
    explicit Threads(TlsContext context) : tls(std::move(context)), router(site) {}

    Site site;
    TlsContext tls;
    Router router;
    std::list<ShardThread> shards;
    std::unique_ptr<Listener> http;
    std::unique_ptr<Listener> https;
};

DemoServer::DemoServer() = default;

DemoServer::~DemoServer() { stop(); }

Result<std::unique_ptr<DemoServer>> DemoServer::start(const DemoServerOptions& options) {
    asio::error_code bad_address;
    asio::ip::address address = asio::ip::make_address(options.address, bad_address);
    if (bad_address) return Error{ErrorClass::invalid_config, "no IP address: '" + options.address + "'"};
    if (options.threads < 1 || options.threads > kMostThreads) {
        return Error{ErrorClass::invalid_config,
                     "the number of threads must be 1 to 64, not " + std::to_string(options.threads)};
    }

    std::unique_ptr<DemoServer> server(new DemoServer());
    server->address_ = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    auto authority = CertificateAuthority::create("Demo server authority");
    if (!authority) return authority.error();
    auto identity = authority->issue({.common_name = "demo.test",
                                      .alternative_names = options.certificate_names,
                                      .valid_from = std::chrono::hours(-48),
                                      .valid_until = options.certificate_valid_until});
    if (!identity) return identity.error();
    auto client_identity = authority->issue({.common_name = "demo client", .for_client = true});
    if (!client_identity) return client_identity.error();
    server->ca_pem_ = authority->certificate_pem();
    server->identity_ = std::move(*identity);
    server->client_identity_ = std::move(*client_identity);
    std::string ocsp_response;
    if (options.ocsp) {
        auto answer = authority->answer_ocsp(server->identity_, *options.ocsp);
        if (!answer) return answer.error();
        ocsp_response = std::move(*answer);
    }
    auto context = TlsContext::create(server->identity_, {.lowest = options.lowest_tls,
                                                          .highest = options.highest_tls,
                                                          .http2 = options.http2,
                                                          .client_certificates = options.client_certificates,
                                                          .client_authority_pem = server->ca_pem_,
                                                          .ocsp_response = std::move(ocsp_response)});
    if (!context) return context.error();

    server->threads_ = std::make_unique<Threads>(std::move(*context));
    Threads& threads = *server->threads_;
    auto secret = random_secret();
    if (!secret) return secret.error();
    threads.site.secret = std::move(*secret);
    for (int i = 0; i < options.threads; ++i) {
        ShardThread& made = threads.shards.emplace_back(threads.router, threads.tls);
        threads.site.stats.watch(made.shard.stats);
    }
    asio::io_context& first_loop = threads.shards.front().loop;
    threads.http = std::make_unique<Listener>(first_loop, threads.shards, false);
    threads.https = std::make_unique<Listener>(first_loop, threads.shards, true);
    auto http_port = threads.http->listen({address, options.http_port});
    if (!http_port) return http_port.error();
    auto https_port = threads.https->listen({address, options.https_port});
    if (!https_port) return https_port.error();
    server->http_port_ = *http_port;
    server->https_port_ = *https_port;
    threads.http->run();
    threads.https->run();
    for (ShardThread& shard : threads.shards) shard.thread = std::thread([&shard] { shard.loop.run(); });
    return server;
}

void DemoServer::stop() {
    if (!threads_) return;
    for (ShardThread& shard : threads_->shards) shard.loop.stop();
    for (ShardThread& shard : threads_->shards) {
        if (shard.thread.joinable()) shard.thread.join();
    }
    // Listeners before the loops they are registered with; destroying a loop destroys its connections.
    threads_->http.reset();
    threads_->https.reset();
    threads_.reset();
}

std::string DemoServer::url(const std::string& scheme, std::uint16_t port) const {
    return scheme + "://" + address_ + ":" + std::to_string(port);
}

StatsSnapshot DemoServer::stats() const { return threads_ ? threads_->site.stats.snapshot() : StatsSnapshot(); }

void DemoServer::reset_stats() {
    if (threads_) threads_->site.stats.reset();
}

}  // namespace k6::demo
