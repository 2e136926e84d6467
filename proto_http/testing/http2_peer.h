// The server's side of TLS, and of HTTP/2 upon it, in a script of a ScriptedPeer: frames in, any bytes out.
//
//   const PeerIdentity identity;
//   ScriptedPeer peer({[&](PeerSocket& socket) {
//       Http2Peer http2(socket, identity);
//       http2.write(settings());
//       const std::uint32_t stream = http2.read_request();
//       http2.write(response(stream, 200, "hello"));
//       http2.wait_for_close();
//   }});
//   client.send({.url = "https://" + peer.authority() + "/"});        // its certificate is not to be verified
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto_http/testing/http2_frames.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::demo {
class TlsChannel;
class TlsContext;
}  // namespace k6::demo

namespace k6::http::testing {

/// A certificate for 127.0.0.1, and what TLS needs besides.
class PeerIdentity {
public:
    explicit PeerIdentity(bool http2 = true);
    ~PeerIdentity();

private:
    friend class TlsPeer;
    std::unique_ptr<demo::TlsContext> context_;
};

class TlsPeer {
public:
    /// Shakes hands.
    TlsPeer(PeerSocket& socket, const PeerIdentity& identity);
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    /// Fewer bytes if the connection ends before.
    std::string read_exactly(std::size_t size);
    void write(std::string_view plain);
    void close_notify();
    /// What `plain` is on the wire, not sent.
    std::string encrypt(std::string_view plain);
    /// Until the other side has closed, or ended TLS; returns what came.
    std::string wait_for_close();
    /// The other side ended TLS with close_notify.
    bool ended() const;

    /// Bytes on the socket.
    std::size_t received() const { return received_; }
    std::size_t sent() const { return sent_; }

private:
    bool read_more();
    void flush();

    PeerSocket& socket_;
    std::unique_ptr<demo::TlsChannel> channel_;
    std::string plain_;
    std::size_t received_ = 0;
    std::size_t sent_ = 0;
};

struct PeerFrame {
    FrameType type{};
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::string payload;
};

class Http2Peer : public TlsPeer {
public:
    /// Shakes hands and reads the client's preface.
    Http2Peer(PeerSocket& socket, const PeerIdentity& identity);

    /// Nothing at the end.
    std::optional<PeerFrame> read_frame();
    /// The next frame of a type; others are passed over.
    std::optional<PeerFrame> read_frame(FrameType type);
    /// The stream of the next request; 0 at the end.
    std::uint32_t read_request();
};

}  // namespace k6::http::testing
