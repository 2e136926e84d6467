#include "tools/demo_server/connection.h"

#include <algorithm>
#include <list>
#include <utility>

#include "asio/buffer.hpp"
#include "asio/error.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "tools/demo_server/http1_session.h"
#include "tools/demo_server/http2_session.h"
#include "tools/demo_server/tls_channel.h"

namespace k6::demo {
namespace {

constexpr std::size_t kFirstReadSize = 4 * 1024;
constexpr std::size_t kLargestReadSize = 64 * 1024;
/// A buffer that grew beyond this is given back once it is empty.
constexpr std::size_t kKeptOutputCapacity = 128 * 1024;
constexpr std::chrono::seconds kLingerTime{2};

}  // namespace

struct Connection::Socket {
    explicit Socket(asio::io_context& loop) : tcp(loop) {}

    asio::ip::tcp::socket tcp;
    std::unique_ptr<TlsChannel> tls;
    /// Encrypted bytes to send; unused in clear.
    std::string wire;
    /// What an asynchronous send is working on.
    std::string in_flight;
    std::size_t in_flight_sent = 0;
    std::list<asio::steady_timer> timers;
};

void Connection::serve(Shard& shard, int fd, bool secure) {
    std::shared_ptr<Connection> self(new Connection(shard, secure));
    asio::ip::tcp::socket& tcp = self->socket_->tcp;
    asio::error_code failure;
    tcp.assign(asio::ip::tcp::v4(), fd, failure);
    if (failure) return;
    tcp.non_blocking(true, failure);
    tcp.set_option(asio::ip::tcp::no_delay(true), failure);
    auto peer = tcp.remote_endpoint(failure);
    // The peer may have gone already.
    if (failure) return;
    self->peer_address_ = peer.address().to_string();
    self->read_on();
}

Connection::Connection(Shard& shard, bool secure) : shard_(shard), socket_(std::make_unique<Socket>(shard.loop)) {
    shard_.stats.connections_accepted.add();
    in_.resize(kFirstReadSize);
    if (secure) socket_->tls = std::make_unique<TlsChannel>(shard.tls);
}

Connection::~Connection() { shard_.stats.connections_closed.add(); }

bool Connection::backlogged() const {
    return out_.size() + socket_->wire.size() + socket_->in_flight.size() - socket_->in_flight_sent > kOutputHighWater;
}

const TlsInfo* Connection::tls_info() const { return socket_->tls ? &socket_->tls->info() : nullptr; }

void Connection::close() {
    if (state_ == State::open) state_ = State::closing;
}

void Connection::reset() {
    if (state_ == State::closed) return;
    asio::error_code ignored;
    socket_->tcp.set_option(asio::socket_base::linger(true, 0), ignored);
    shut();
}

void Connection::after(std::chrono::nanoseconds wait, std::function<void()> action) {
    start_timer(wait, [this, action = std::move(action)] {
        if (state_ == State::open) action();
    });
}

void Connection::start_timer(std::chrono::nanoseconds wait, std::function<void()> action) {
    auto timer = socket_->timers.emplace(socket_->timers.end(), shard_.loop, wait);
    timer->async_wait(
        [self = shared_from_this(), timer, action = std::move(action)](const asio::error_code& cancelled) {
            if (cancelled || self->state_ == State::closed) return;
            self->socket_->timers.erase(timer);
            action();
            self->flush();
        });
}

void Connection::replace_session(std::unique_ptr<Session> session) {
    former_session_ = std::exchange(session_, std::move(session));
}

void Connection::read_on() {
    bool wanted = state_ == State::lingering || !session_ || session_->wants_data();
    if (state_ == State::closed || reading_ || ended_ || !wanted || backlogged()) return;
    reading_ = true;
    read();
}

void Connection::read() {
    socket_->tcp.async_read_some(asio::buffer(in_),
                                 [self = shared_from_this()](const asio::error_code& failure, std::size_t size) {
                                     if (self->state_ == State::closed) return;
                                     if (failure == asio::error::eof) return self->on_end();
                                     if (failure) return self->shut();
                                     self->shard_.stats.bytes_received.add(size);
                                     self->on_read(std::string_view(self->in_).substr(0, size));
                                     self->reading_ = false;
                                     if (size == self->in_.size() && size < kLargestReadSize)
                                         self->in_.resize(2 * size);
                                     self->read_on();
                                 });
}

void Connection::on_read(std::string_view bytes) {
    if (state_ == State::lingering) return;
    if (!socket_->tls) {
        deliver(bytes);
    } else {
        TlsChannel& tls = *socket_->tls;
        bool was_open = tls.is_open();
        tls.feed(bytes);
        while (state_ == State::open) {
            auto plain = tls.read(shard_.scratch);
            if (!plain) break;
            if (!was_open) {
                was_open = true;
                shard_.stats.tls_handshakes.add();
                if (tls.info().resumed) shard_.stats.tls_resumed.add();
            }
            if (!plain->empty()) deliver(*plain);
        }
        if (tls.has_failed()) {
            // The alert, if there is one, goes out; then there is nothing left to say.
            out_.clear();
            close();
        } else if (tls.has_ended() && state_ == State::open) {
            ended_ = true;
            session_ ? session_->on_end() : close();
        }
    }
    flush();
}

void Connection::on_end() {
    if (state_ == State::lingering || ended_) return shut();
    ended_ = true;
    if (state_ == State::open) session_ ? session_->on_end() : close();
    flush();
}

void Connection::deliver(std::string_view bytes) {
    if (state_ != State::open) return;
    if (session_) {
        session_->on_data(bytes);
    } else {
        choose_session(bytes);
    }
    former_session_.reset();
}

void Connection::choose_session(std::string_view bytes) {
    if (socket_->tls) {
        if (socket_->tls->info().application_protocol == "h2") {
            session_ = std::make_unique<Http2Session>(*this);
        } else {
            session_ = std::make_unique<Http1Session>(*this);
        }
        return session_->on_data(bytes);
    }
    // RFC 9113 section 3.3: a client with prior knowledge begins with the preface.
    first_bytes_.append(bytes);
    std::string_view preface = kHttp2Preface;
    std::size_t compared = std::min(first_bytes_.size(), preface.size());
    if (first_bytes_.compare(0, compared, preface.substr(0, compared)) != 0) {
        session_ = std::make_unique<Http1Session>(*this);
    } else if (compared == preface.size()) {
        session_ = std::make_unique<Http2Session>(*this);
    } else {
        return;
    }
    std::string first = std::exchange(first_bytes_, {});
    session_->on_data(first);
}

void Connection::flush() {
    // on_drained() may end up here again through after(0, ...): the outer call sends what it appended.
    if (flushing_) return;
    flushing_ = true;
    Socket& socket = *socket_;
    while (state_ != State::closed && !sending_) {
        if (socket.tls) {
            if (!out_.empty()) {
                socket.tls->write(out_);
                out_.clear();
            }
            if (state_ == State::closing) socket.tls->shut_down();
            socket.tls->take_output(socket.wire);
        }
        std::string& bytes = socket.tls ? socket.wire : out_;
        if (bytes.empty()) {
            if (state_ == State::closing) linger();
            break;
        }
        asio::error_code failure;
        std::size_t sent = socket.tcp.send(asio::buffer(bytes), 0, failure);
        shard_.stats.bytes_sent.add(sent);
        if (failure && failure != asio::error::would_block) {
            shut();
        } else if (sent == bytes.size()) {
            bytes.clear();
            if (bytes.capacity() > kKeptOutputCapacity) bytes = std::string();
            if (state_ == State::open && session_) session_->on_drained();
        } else {
            socket.in_flight.swap(bytes);
            socket.in_flight_sent = sent;
            bytes.clear();
            sending_ = true;
            write_rest();
        }
    }
    flushing_ = false;
    read_on();
}

void Connection::write_rest() {
    socket_->tcp.async_write_some(asio::buffer(socket_->in_flight) + socket_->in_flight_sent,
                                  [self = shared_from_this()](const asio::error_code& failure, std::size_t size) {
                                      if (self->state_ == State::closed) return;
                                      if (failure) return self->shut();
                                      self->shard_.stats.bytes_sent.add(size);
                                      Socket& socket = *self->socket_;
                                      socket.in_flight_sent += size;
                                      if (socket.in_flight_sent < socket.in_flight.size()) return self->write_rest();
                                      socket.in_flight = std::string();
                                      socket.in_flight_sent = 0;
                                      self->sending_ = false;
                                      if (self->state_ == State::open && self->session_) self->session_->on_drained();
                                      self->flush();
                                  });
}

void Connection::linger() {
    state_ = State::lingering;
    if (ended_) return shut();
    asio::error_code failure;
    socket_->tcp.shutdown(asio::ip::tcp::socket::shutdown_send, failure);
    if (failure) return shut();
    start_timer(kLingerTime, [this] { shut(); });
}

void Connection::shut() {
    state_ = State::closed;
    asio::error_code ignored;
    socket_->tcp.close(ignored);
    socket_->timers.clear();
}

}  // namespace k6::demo
