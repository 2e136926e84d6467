// A raw TCP peer that does exactly what a test says: one script per connection, in the order of their arrival.
//
//   ScriptedPeer peer({[](PeerSocket& socket) {
//       EXPECT_EQ(socket.read_head(), "GET / HTTP/1.1\r\n…");
//       socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
//       socket.wait_for_close();
//   }});
//   client.send({.url = peer.url("/")});
//
// Scripts run on a thread of the peer's; a connection is closed when its script returns. What a script has written down
// may be read after finish().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proto_http/testing/listener.h"

namespace k6::http::testing {

class PeerSocket {
public:
    explicit PeerSocket(int fd) : fd_(fd) {}
    PeerSocket(const PeerSocket&) = delete;
    PeerSocket& operator=(const PeerSocket&) = delete;

    /// Up to and including the empty line; what there is if the connection ends before.
    std::string read_head();
    std::string read_exactly(std::size_t size);
    /// What comes next; nothing at the end.
    std::string read_some();
    /// What has arrived already.
    std::string read_available();
    /// The other side's address, without its port.
    std::string remote_address() const;
    void write(std::string_view bytes);
    /// False once the other side is gone.
    bool try_write(std::string_view bytes);
    /// False if the other side closed within that time.
    bool wait_for_close_or(std::chrono::milliseconds time);
    /// Reads nothing.
    void wait_until_peer_is_gone();
    /// Reads until the other side has closed; returns what came.
    std::string wait_for_close();
    /// No more will be written.
    void finish_writing();
    /// Closing will reset the connection.
    void reset_on_close();

private:
    int fd_;
};

class ScriptedPeer {
public:
    using Script = std::function<void(PeerSocket&)>;

    explicit ScriptedPeer(std::vector<Script> scripts, std::string address = "127.0.0.1");
    ~ScriptedPeer();
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;

    std::uint16_t port() const { return listener_.port(); }
    std::string authority() const;
    std::string url(std::string_view target) const { return "http://" + authority() + std::string(target); }
    /// Ends scripts that still wait, and the peer's thread. Again: nothing.
    void finish();
    /// Scripts begun.
    int connections() const { return connections_; }

private:
    void serve(const std::vector<Script>& scripts);

    std::string address_;
    Listener listener_;
    std::atomic<int> current_ = -1;
    std::atomic<bool> ending_ = false;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

/// A port on which nobody listens.
std::uint16_t unused_port();

}  // namespace k6::http::testing
