// What a connection becomes when it leaves HTTP (RFC 9110 section 7.8): bytes both ways, through proxies and TLS.
//
//   Upgrade upgrade = client.upgrade({.url = "http://localhost:8080/ws"}, fields);
//   if (upgrade.stream == nullptr) … upgrade.failure or upgrade.response.status …
//   upgrade.stream->read(input, worker.now() + std::chrono::seconds(5));          // appends what came
//
// Fibers of the client's worker, one at a time. Every wait may throw Interrupted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/runtime/clock.h"
#include "proto_http/client_shared.h"
#include "proto_http/failure.h"
#include "proto_http/response.h"

namespace k6::http {

class Connection;

struct StreamResult {
    enum class Kind : std::uint8_t { done, end_of_input, deadline, failed };
    Kind kind = Kind::done;
    /// Of bytes that were waited for: when they were there.
    TimePoint time{};
    /// Of `failed`.
    MaybeFailure failure = nullptr;
};

class ByteStream {
public:
    /// `surplus` came behind the answer that ended HTTP, and is read first.
    ByteStream(ClientShared::Impl& shared, std::unique_ptr<Connection> connection, std::string surplus);
    /// Closes.
    ~ByteStream();
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;

    /// Waits for bytes and appends them; at most a buffer's worth in one go.
    StreamResult read(std::string& to, TimePoint until);
    /// Writes all of it. What comes meanwhile is appended to `came`, up to about `most` bytes there: two sides that
    /// only write would wait for each other. `bytes` may be shared by the worker's fibers. Unless it was done, part of
    /// the bytes may have gone.
    StreamResult write(std::string_view bytes, std::string& came, std::size_t most, TimePoint until);
    /// Without waiting. False: not all of it.
    bool write_now(std::string_view bytes);
    void close() noexcept;

private:
    ClientShared::Impl& shared_;
    std::unique_ptr<Connection> connection_;
    std::string surplus_;
    /// How the stream ended right behind what was read last.
    StreamResult ending_;
};

/// Of a refusal's body, in bytes: enough to see why.
inline constexpr std::size_t kept_refusal = 1024;

/// How a request for another protocol ended.
struct Upgrade {
    /// Of a refusal: with the beginning of its body. Without an answer: status 0.
    Response response;
    /// Why there is no answer.
    MaybeFailure failure;
    /// After a 101.
    std::unique_ptr<ByteStream> stream;
};

}  // namespace k6::http
