// One connection of one VU: TCP, with TLS for https, carrying one exchange after the other.
//
// HTTP/1.1 only; the protocol is settled when the connection is made.
//
//   Connection connection(shared, vu, url);
//   if (auto failure = connection.dial(url, deadline, timings)) …
//   if (auto failure = connection.exchange(head, body, parser, deadline, times)) …
//   if (connection.reusable()) …
//
// Owned by a Client; fibers of its worker, one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/exec/vu.h"
#include "proto_http/error_code.h"
#include "proto_http/response.h"
#include "proto_http/response_parser.h"
#include "proto_http/shared_state.h"
#include "proto_http/tls.h"
#include "proto_http/transport.h"
#include "proto_http/url.h"

namespace k6::http {

/// Why a dial or an exchange failed.
struct Failure {
    ErrorCode code = ErrorCode::generic;
    ErrorDetail detail = {};
    /// In words, for logs: `dial tcp 127.0.0.1:1: connect: connection refused`.
    std::string cause;
};

/// null: all went well. A pointer because failures are rare and large.
using MaybeFailure = std::unique_ptr<const Failure>;
inline MaybeFailure fail(Failure failure) { return std::make_unique<const Failure>(std::move(failure)); }

/// When the phases of an exchange ended; a phase that was not reached has no time.
struct ExchangeTimes {
    std::optional<TimePoint> sent;
    std::optional<TimePoint> first_byte;
};

class Connection {
public:
    Connection(ClientShared::Impl& shared, Vu& vu, const Url& url);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Resolves, connects, shakes hands. Sets `connecting` and `tls_handshaking`; returns when it was done.
    MaybeFailure dial(const Url& url, Deadline& deadline, Timings& timings, TimePoint& ready);

    /// Sends a request and reads the response into the parser. `head` may be the shared scratch.
    MaybeFailure exchange(std::string_view head, std::string_view body, ResponseParser& parser, Deadline& deadline,
                          ExchangeTimes& times);

    /// The last exchange left it fit for another one.
    bool reusable() const noexcept { return reusable_; }
    bool serves(const Url& url) const noexcept { return https_ == url.https() && authority_ == url.authority(); }
    /// Looks whether the peer has closed it meanwhile.
    bool still_open() { return stream_.idle_and_open(tls_ != nullptr); }

    const std::optional<Endpoint>& remote() const noexcept { return remote_; }
    const std::optional<TlsInfo>& tls() const noexcept { return tls_info_; }
    const std::string& authority() const noexcept { return authority_; }

private:
    enum class Sent { all, response_came };

    MaybeFailure shake_hands(const Url& url, Deadline& deadline);
    // These send everything unless the peer answers before that; without a parser nobody expects an answer.
    MaybeFailure send(std::string_view scratch, std::string_view stable, ResponseParser* parser, Deadline& deadline,
                      Sent& outcome);
    MaybeFailure send_encrypted(std::string_view head, std::string_view body, ResponseParser& parser,
                                Deadline& deadline, Sent& outcome);
    MaybeFailure flush(ResponseParser* parser, Deadline& deadline, Sent& outcome);
    /// The socket did not take more: waits until it does, or finds the answer that explains why it does not.
    MaybeFailure wait_to_send(const IoResult& result, ResponseParser* parser, Deadline& deadline, Sent& outcome);
    MaybeFailure receive(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times);
    /// Hands bytes from the socket to the parser.
    MaybeFailure take(std::string_view bytes, ResponseParser& parser);
    MaybeFailure failed(Operation operation, const IoResult& result) const;
    MaybeFailure tls_failed() const;

    ClientShared::Impl& shared_;
    Vu& vu_;
    TcpStream stream_;
    std::unique_ptr<TlsSession> tls_;
    std::optional<Endpoint> remote_;
    std::optional<TlsInfo> tls_info_;
    std::string authority_;
    bool https_;
    bool reusable_ = false;
};

}  // namespace k6::http
