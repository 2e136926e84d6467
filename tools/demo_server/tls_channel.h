// TLS of one connection, apart from its socket: bytes of the wire in and out on one side, plain bytes on the other.
//
// Owned by a Connection, on its shard's thread.
//
//   channel.feed(received);
//   while (auto plain = channel.read(buffer)) use(*plain);   // the handshake goes on inside
//   channel.write("answer");
//   channel.take_output(to_send);                // handshake records, alerts and data alike
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tools/demo_server/message.h"
#include "tools/demo_server/tls_context.h"

struct ssl_st;

namespace k6::demo {

/// The most plain bytes in one record (RFC 8446 section 5.1): a good size for read()'s buffer.
inline constexpr std::size_t kTlsRecordSize = 16 * 1024;

class TlsChannel {
public:
    explicit TlsChannel(const TlsContext& context);

    void feed(std::string_view wire_bytes);
    /// The next plain bytes, put into `buffer`. None of them when the handshake has just completed; nothing when more
    /// bytes of the wire are needed, and after the end or a failure.
    std::optional<std::string_view> read(std::span<char> buffer);
    void write(std::string_view plain);
    /// Says that no more will be written (close_notify); once.
    void shut_down();
    /// Appends what is to be sent.
    void take_output(std::string& wire_bytes);

    bool is_open() const { return open_; }
    /// The peer sent close_notify.
    bool has_ended() const { return ended_; }
    /// The handshake or a record failed; an alert may wait in the output.
    bool has_failed() const { return failed_; }
    const TlsInfo& info() const { return info_; }

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };

    void note_info();

    std::unique_ptr<ssl_st, Free> ssl_;
    bool open_ = false;
    bool ended_ = false;
    bool failed_ = false;
    bool shut_down_ = false;
    TlsInfo info_;
};

}  // namespace k6::demo
