// One connection of one VU: TCP, maybe through a proxy, with TLS for https, carrying one exchange after the other.
//
// `exchange` speaks HTTP/1.1; the protocol is settled when the connection is made.
//
//   Connection connection(shared, vu, {.url = &url});
//   if (auto failure = connection.dial(url, deadline, timings, ready)) …
//   if (auto failure = connection.exchange({.head = head, .body = body}, parser, deadline, times)) …
//   if (connection.reusable()) …
//
// Owned by a Client; fibers of its worker, one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/exec/vu.h"
#include "proto_http/byte_stream.h"
#include "proto_http/error_code.h"
#include "proto_http/failure.h"
#include "proto_http/proxy_rules.h"
#include "proto_http/response.h"
#include "proto_http/response_parser.h"
#include "proto_http/shared_state.h"
#include "proto_http/tls.h"
#include "proto_http/transport.h"
#include "proto_http/url.h"

namespace k6::http {

/// The way of a request: to its URL's host, or to a proxy (of the client's settings).
struct Route {
    const Url* url = nullptr;
    const Proxy* proxy = nullptr;
    /// A proxy is to pass on bytes only, also those in clear: what follows is no HTTP.
    bool tunnel = false;

    /// The proxy reads the request: the whole URL goes into the request line.
    bool forwarded() const noexcept {
        return proxy != nullptr && proxy->kind == Proxy::Kind::http && !url->https() && !tunnel;
    }
};

/// What an exchange sends.
struct OutgoingRequest {
    /// May be the shared scratch.
    std::string_view head;
    std::string_view body = {};
    /// The body waits for `100 Continue`, but not for ever.
    bool expect_continue = false;
};

class Connection {
public:
    Connection(ClientShared::Impl& shared, Vu& vu, const Route& route, TlsSession::Offer offer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Resolves, connects, opens the tunnel through a proxy, shakes hands. Sets `connecting` and `tls_handshaking`, and
    /// when it was done.
    MaybeFailure dial(const Url& url, Deadline& deadline, Timings& timings, TimePoint& ready);

    /// Sends a request and reads the response into the parser.
    void exchange(const OutgoingRequest& request, ResponseParser& parser, Deadline& deadline, Outcome& outcome);

    // The same in steps, of which none but the last waits: begin(), a wait for input, receive_now(), finish() if that
    // was not all.
    /// A small request goes into the outbox. False: nothing has happened, this one takes exchange().
    /// `outcome` outlives the exchange.
    bool begin(const OutgoingRequest& request, Outcome& outcome);
    /// Hands what has come to the parser. True: that was the whole response.
    bool receive_now(ResponseParser& parser, Outcome& outcome);
    void finish(ResponseParser& parser, Deadline& deadline, Outcome& outcome);

    /// The last exchange left it fit for another one.
    bool reusable() const noexcept { return reusable_; }
    bool serves(const Route& route) const noexcept {
        return https_ == route.url->https() && proxy_ == route.proxy &&
               (forwarding_ || authority_ == route.url->authority());
    }
    /// It will be idle at times: the system shall notice when the peer is gone.
    void keep_alive() {
        if (!std::exchange(kept_alive_, true)) stream_.keep_alive();
    }
    void rest(TimePoint now) {
        keep_alive();
        idle_since_ = now;
    }
    /// It was idle for so long that the peer may have closed it, or said (to nobody's question) that it will.
    bool rested_long(TimePoint now) const { return now - idle_since_ > std::chrono::milliseconds(100); }
    /// Looks whether the peer has closed it meanwhile. After a long rest, any word from the peer is a bad sign; soon
    /// after an exchange it may be of TLS's own.
    bool still_open(TimePoint now) { return stream_.idle_and_open(tls_ != nullptr && !rested_long(now)); }

    const std::optional<Endpoint>& remote() const noexcept { return remote_; }
    const std::optional<TlsInfo>& tls() const noexcept { return tls_info_; }
    const std::string& authority() const noexcept { return authority_; }

    // For the protocol that ALPN has chosen instead of HTTP/1.1.
    bool negotiated_http2() const noexcept { return tls_ != nullptr && tls_->negotiated_http2(); }
    TcpStream& stream() noexcept { return stream_; }
    TlsSession* tls_session() noexcept { return tls_.get(); }
    MaybeFailure failed(Operation operation, const IoResult& result) const;
    MaybeFailure tls_failed() const;

    // Leaving HTTP, and what follows (connection_stream.cc).
    /// Sends a request for another protocol and reads the answer. Bytes behind the head of a 101 go into `surplus`. Of
    /// the body of a refusal only the beginning is awaited.
    MaybeFailure upgrade(std::string_view head, ResponseParser& parser, const Response& response, std::string& surplus,
                         Deadline& deadline);
    /// What came may come with the end behind it.
    StreamResult read_bytes(std::string& to, Deadline& deadline);
    StreamResult write_bytes(std::string_view bytes, std::string& came, std::size_t most, Deadline& deadline);
    /// As far as the socket takes them at once. False: not all.
    bool write_bytes_now(std::string_view bytes);

    /// Says goodbye if TLS does, as far as the socket takes it at once.
    void close() noexcept;

private:
    enum class Sent { all, response_came };

    /// What a host's name stands for, by the run's rules; sets remote_.
    MaybeFailure find_remote(const std::string& host, std::uint16_t port, Deadline& deadline);
    MaybeFailure connect(Deadline& deadline);
    MaybeFailure open_tunnel(const Url& url, Deadline& deadline);
    MaybeFailure ask_http_proxy(const std::string& destination, Deadline& deadline);
    MaybeFailure ask_socks_proxy(const std::string& host, std::uint16_t port, Deadline& deadline);
    MaybeFailure read_exactly(char* buffer, std::size_t size, Deadline& deadline);
    MaybeFailure shake_hands(const std::string& host, TlsSession::Offer offer, std::unique_ptr<TlsSession>& made,
                             Deadline& deadline);
    // The socket, or the session with a proxy that is spoken to over TLS.
    IoResult read(char* buffer, std::size_t size, Deadline& deadline);
    IoResult read_now(char* buffer, std::size_t size);
    IoResult write_now(const iovec* parts, int count);
    /// What that session has made for the socket.
    IoResult push_to_proxy();
    IoResult push_to_proxy(Deadline& deadline);
    std::optional<IoResult> read_from_proxy(char* buffer, std::size_t size, TimePoint time);
    // These send everything unless the peer answers before that; without a parser nobody expects an answer.
    MaybeFailure send(std::string_view scratch, std::string_view stable, ResponseParser* parser, Deadline& deadline,
                      Sent& outcome);
    /// What the socket did not take of a letter.
    MaybeFailure send_rest(const Outbox::Letter::Rest& rest, ResponseParser& parser, Deadline& deadline, Sent& outcome);
    MaybeFailure send_encrypted(std::string_view head, std::string_view body, ResponseParser& parser,
                                Deadline& deadline, Sent& outcome);
    MaybeFailure flush(ResponseParser* parser, Deadline& deadline, Sent& outcome);
    /// The socket did not take more: waits until it does, or finds the answer that explains why it does not.
    MaybeFailure wait_to_send(const IoResult& result, ResponseParser* parser, Deadline& deadline, Sent& outcome);
    MaybeFailure receive(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times);
    /// One read, handed to the parser; the end of input too.
    MaybeFailure receive_some(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times);
    MaybeFailure give(ResponseParser& parser, std::string_view buffer, const IoResult& result, ExchangeTimes& times);
    /// What TLS has to say to what it read.
    MaybeFailure flush_answer(const ResponseParser& parser, Deadline& deadline);
    /// Whether the connection is fit for another exchange, now that this one is over.
    void end_exchange(const ResponseParser& parser, bool all_sent, Outcome& outcome);
    /// Reads until the peer wants the body or has answered, or time is up for that.
    MaybeFailure await_continue(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times);
    /// Hands bytes from the socket to the parser.
    MaybeFailure take(std::string_view bytes, ResponseParser& parser);
    /// Bytes after a response answer nothing: this connection's peer cannot be trusted with another request. Unless the
    /// response has ended HTTP.
    void take_surplus(std::string_view bytes) {
        reusable_ = false;
        if (surplus_ != nullptr) surplus_->append(bytes);
    }
    /// Bytes from the socket, decrypted if need be.
    StreamResult add_plain(std::string_view bytes, std::string& to);
    StreamResult wait_for_room(std::string& came, std::size_t most, Deadline& deadline);

    // With a thousand connections each of these is a miss of the cache for every line that an exchange touches: three.
    TcpStream stream_;
    ClientShared::Impl& shared_;
    Vu& vu_;
    const Proxy* proxy_;
    /// With the proxy; the one with the server is inside.
    std::unique_ptr<TlsSession> proxy_tls_;
    std::unique_ptr<TlsSession> tls_;
    TimePoint idle_since_{};
    std::string* surplus_ = nullptr;
    TlsSession::Offer offer_;
    bool https_;
    bool forwarding_;
    bool reusable_ = false;
    bool kept_alive_ = false;
    /// The request, from begin() until its response comes.
    std::optional<Outbox::Letter> letter_;
    std::string authority_;
    std::optional<Endpoint> remote_;
    std::optional<TlsInfo> tls_info_;
};

}  // namespace k6::http
