// TLS over bytes: sessions that take ciphertext in and give ciphertext out, without touching a socket.
//
// The context (one per worker) holds what sessions share: versions, cipher suites, trusted roots, client certificates.
//
//   auto context = TlsContext::make(settings);
//   TlsSession session(**context, "example.com");
//   session.give_input(bytes_from_peer);
//   switch (session.handshake()) { case TlsSession::Step::needs_input: send(session.outgoing()); … }
//
// Worker thread only. OpenSSL stays out of this header.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "proto_http/client_shared.h"
#include "proto_http/error_code.h"
#include "proto_http/response.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace k6::http {

class TlsContext {
public:
    /// Fails with ErrorClass::invalid_config for settings that cannot be met. Trusted roots are read when the first
    /// session is made: the system's, or what SSL_CERT_FILE and SSL_CERT_DIR say.
    static Result<std::unique_ptr<TlsContext>> make(const ClientSettings& settings);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    struct Impl;
    Impl& impl() noexcept { return *impl_; }

private:
    explicit TlsContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Why a session failed.
struct TlsFailure {
    ErrorCode code = ErrorCode::generic;
    std::string text;
};

class TlsSession {
public:
    enum class Offer : unsigned char { http1, http2_and_http1 };
    /// `host` is sent as the server's name (unless it is an address) and must be in its certificate. `offer` is what
    /// ALPN lets the server choose from.
    TlsSession(TlsContext& context, const std::string& host, Offer offer = Offer::http1);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Bytes from the peer; they must stay until the next call says needs_input, or keep_input(). What was given before
    /// is used up.
    void give_input(std::string_view ciphertext);
    /// The bytes that are left of the input are about to go: takes a copy.
    void keep_input();

    enum class Step { done, needs_input, closed, failed };
    Step handshake();
    /// Some plaintext if done (its size in bytes_read()); closed when the peer said that it will send no more.
    Step read(char* buffer, std::size_t size);
    std::size_t bytes_read() const noexcept { return bytes_read_; }
    /// After a read: nothing is left of the input, so that another one could only need more.
    bool used_up() const;
    /// Encrypts all of it.
    Step write(const char* data, std::size_t size);

    /// After the end of input: the peer left in the middle of a record.
    bool cut_off() const;
    /// Says that no more will be written (close_notify). False if there is no session to end.
    bool shut_down();

    /// Ciphertext for the peer, made by any of the calls above and not sent yet. Whoever sends it takes it out.
    std::string& outgoing() noexcept { return outgoing_; }
    /// All of it has been sent, or copied to be.
    void forget_outgoing() noexcept {
        constexpr std::size_t kept_capacity = std::size_t{1} << 12;
        if (outgoing_.capacity() > kept_capacity) std::string().swap(outgoing_);
        outgoing_.clear();
    }

    const TlsFailure& failure() const noexcept { return failure_; }
    // Once the handshake is done.
    TlsInfo info() const;
    bool negotiated_http2() const;

private:
    friend struct TlsContext::Impl;
    Step step_of(int result);
    void describe_failure();

    SSL* ssl_;
    std::string_view input_;
    std::string kept_input_;
    std::string outgoing_;
    std::string host_;
    std::size_t bytes_read_ = 0;
    bool checked_first_record_ = false;
    TlsFailure failure_;
    /// Why the server's certificate is not good enough.
    TlsFailure refusal_;
};

}  // namespace k6::http
