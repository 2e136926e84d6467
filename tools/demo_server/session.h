// What speaks a protocol over a Connection: HTTP/1.1, HTTP/2 or WebSocket.
//
// The connection owns its session and calls it on the shard's thread; the session appends to connection.out() and the
// connection sends that when the call returns.
#pragma once

#include <string_view>

namespace k6::demo {

class Session {
public:
    virtual ~Session() = default;
    /// Bytes from the peer, decrypted. The session consumes them all, or keeps what it cannot use yet.
    virtual void on_data(std::string_view bytes) = 0;
    /// All output has been sent: the session may produce more.
    virtual void on_drained() = 0;
    /// The peer sends no more.
    virtual void on_end() = 0;
    /// Whether to read on; asked after every event of the connection.
    virtual bool wants_data() const { return true; }
};

}  // namespace k6::demo
