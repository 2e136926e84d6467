// One accepted connection: the socket, optional TLS, and the session that speaks over it.
//
// Reads bytes, decrypts them, gives them to the session, and sends what the session appended to out(): directly if the
// socket takes it, else as soon as it does. The first bytes (in clear) or ALPN (over TLS) choose between HTTP/1.1 and
// HTTP/2. A connection keeps itself alive while an operation is under way; shard thread only.
//
//   connection.out() += "HTTP/1.1 200 OK\r\n\r\n";   // from within a session's callback: sent when that returns
//   connection.close();                              // after everything in out() is sent
//
// State     | event                              | next
// open      | close()                            | closing
// closing   | all output sent                    | lingering (reads and drops, so that the peer sees our last bytes)
// lingering | the peer's end, or two seconds     | closed
// any       | reset(), or an error of the socket | closed
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tools/demo_server/message.h"
#include "tools/demo_server/session.h"
#include "tools/demo_server/shard.h"

namespace k6::demo {

/// A session may hold back output while this much waits for the peer.
inline constexpr std::size_t kOutputHighWater = 256 * 1024;

class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// Takes over the accepted, non-blocking socket `fd`. Call on the shard's thread.
    static void serve(Shard& shard, int fd, bool secure);

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Where sessions append what to send.
    std::string& out() { return out_; }
    /// Whether more than kOutputHighWater bytes wait to be sent; on_drained() tells when they are gone.
    bool backlogged() const;
    /// Sends what is in out(), then closes. Nothing more is given to the session.
    void close();
    /// Drops all output and closes with RST.
    void reset();
    /// Calls `action` after `wait`, unless the connection has closed; then sends what it appended to out().
    void after(std::chrono::nanoseconds wait, std::function<void()> action);
    /// Another protocol from here on. The calling session stays alive until its callback returns.
    void replace_session(std::unique_ptr<Session> session);

    Shard& shard() { return shard_; }
    std::string_view peer_address() const { return peer_address_; }
    /// Null in clear.
    const TlsInfo* tls_info() const;

private:
    enum class State { open, closing, lingering, closed };
    struct Socket;

    Connection(Shard& shard, bool secure);

    void read();
    /// Reads, unless a read is under way, the peer takes no output, or the session has enough for now.
    void read_on();
    void on_read(std::string_view bytes);
    void on_end();
    /// Gives plain bytes to the session, choosing it first if need be.
    void deliver(std::string_view bytes);
    void choose_session(std::string_view bytes);
    /// Sends output until there is none, or the socket takes no more.
    void flush();
    void write_rest();
    void start_timer(std::chrono::nanoseconds wait, std::function<void()> action);
    void linger();
    void shut();

    Shard& shard_;
    std::unique_ptr<Socket> socket_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Session> former_session_;
    State state_ = State::open;
    bool ended_ = false;
    bool reading_ = false;
    bool sending_ = false;
    bool flushing_ = false;
    std::string in_;
    std::string out_;
    /// The first bytes in clear, while they may still become the HTTP/2 preface.
    std::string first_bytes_;
    std::string peer_address_;
};

}  // namespace k6::demo
