// HTTP/2 (RFC 9113) as a client speaks it, over bytes: requests in, frames out, frames in, responses out. No sockets.
//
// nghttp2 does the framing; what is here is the meaning: what becomes of a response, whom a failure concerns, and
// whether a request that failed was certainly not processed.
//
//   Http2Session session(limits, memory);
//   Http2Stream stream(response, outcome, {.head_request = false});
//   session.open(stream, {.method = "GET", .scheme = "https", .authority = "h", .target = "/"});
//   session.take_output(bytes, 1 << 14);                   // send them, then session.output_written(now)
//   session.feed(received, now);                           // then take_output() again
//   while (Http2Stream* ended = session.take_ended()) …    // responses and failures
//
// Owned by an Http2Connection; worker thread only. Never call anything here from within something it calls: it calls
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/runtime/clock.h"
#include "proto_http/failure.h"
#include "proto_http/headers.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6 {
class Fiber;
}

namespace k6::http {

class BlockPool;
class ResponsePool;

/// Error codes of RFC 9113 section 7 that this side gives.
namespace http2_code {
inline constexpr std::uint32_t no_error = 0;
inline constexpr std::uint32_t internal_error = 2;
inline constexpr std::uint32_t refused_stream = 7;
inline constexpr std::uint32_t cancel = 8;
inline constexpr std::uint32_t enhance_your_calm = 11;
}  // namespace http2_code

/// A request's pseudo header fields, and the others. Views need only outlive the call that takes it, but for the body,
/// which outlives the stream.
struct Http2Request {
    std::string_view method;
    std::string_view scheme;
    std::string_view authority;
    std::string_view target;
    /// Empty: no such header.
    std::string_view user_agent = {};
    /// Sent in this order, names in lower case; those that belong to an HTTP/1.1 connection are left out.
    std::span<const Headers::Field> fields = {};
    std::optional<std::size_t> content_length = {};
    std::string_view body = {};
    /// What alone, with the method, determines all of the above, if anything does; then there is no body. See
    /// Http2Session::open_like().
    std::shared_ptr<const void> source = nullptr;
};

/// One request and what comes of it. Lives with whoever waits for it, mostly on a fiber's stack, and stays put from
/// open() until it has been taken as ended or reset.
class Http2Stream {
public:
    struct Config {
        /// The response answers HEAD.
        bool head_request = false;
        bool keep_body = true;
        /// Gets the body instead of the response; null: nobody.
        const BodySink* sink = nullptr;
        /// Lends the response its memory; null: it has its own.
        ResponsePool* pool = nullptr;
    };
    /// Both outlive it.
    Http2Stream(Response& into, Outcome& of, const Config& with) : outcome(of), response(into), config(with) {}
    Http2Stream(const Http2Stream&) = delete;
    Http2Stream& operator=(const Http2Stream&) = delete;

    // idle ─(open)─► open ─(END_STREAM, RST_STREAM, loss of the connection, …)─► ended
    //                  └──(reset)──► idle
    enum class State : std::uint8_t { idle, open, ended };

    /// Whoever is told of the end instead of a fiber. Returns the fiber that is to deal with it, or null.
    struct Listener {
        Fiber* (*ended)(Listener& self) noexcept;
    };

    Outcome& outcome;
    /// Who hears of it when it has ended, one of them or nobody; the session does not care.
    Fiber* waiter = nullptr;
    Listener* listener = nullptr;
    State state = State::idle;
    bool woken = false;

private:
    friend class Http2Session;
    static constexpr std::uint64_t unknown_length = UINT64_MAX;
    bool has_length() const noexcept { return content_length != unknown_length; }

    // In two cache lines, of which every waiting fiber has its own.
    bool has_head = false;
    bool bodyless = false;  // its status or the request's method allow no body
    bool reset_by_peer = false;
    bool begun = false;  // its HEADERS are made
    bool serialized = false;
    bool listed = false;  // among those that take_ended() will give
    std::int32_t id = 0;
    int status = 0;
    Http2Stream* next = nullptr;  // with the same remainder of its id, or among those that have ended
    Response& response;
    Config config;
    std::string_view unsent_body;
    std::uint32_t index = 0;  // among the session's streams
    std::uint32_t head_size = 0;
    std::uint64_t content_length = unknown_length;
    std::uint64_t body_size = 0;
};

class Http2Session {
public:
    struct Limits {
        /// Of a response: bytes of its fields as RFC 9113 section 6.5.2 counts them, interim responses and trailers
        /// included.
        std::size_t max_head_size = std::size_t{1} << 18;
        std::size_t max_headers = 1000;
        /// Bytes of a body that is kept.
        std::size_t max_body_size = std::size_t{1} << 30;
        /// What a stream, and the connection, may receive before we have to say more. Those of Go's client.
        std::uint32_t stream_window = std::uint32_t{4} << 20;
        std::int32_t connection_window = std::int32_t{1} << 30;
    };

    /// `memory` outlives it.
    Http2Session(const Limits& limits, BlockPool& memory);
    ~Http2Session();
    Http2Session(const Http2Session&) = delete;
    Http2Session& operator=(const Http2Session&) = delete;

    /// The server takes another request, now or when others have ended (see free_slots()).
    bool accepts_requests() const noexcept;
    /// How many more streams the server allows at the moment.
    std::size_t free_slots() const noexcept;
    std::size_t open_streams() const noexcept;

    /// Begins a request; only while accepts_requests() and free_slots().
    void open(Http2Stream& stream, const Http2Request& request);
    /// The same request as an earlier one with this source, in a fraction of the time. False: none is remembered.
    bool open_like(Http2Stream& stream, const void* source, std::string_view method);
    /// Nobody waits for it any more, and it goes away: RST_STREAM(CANCEL) if it is open.
    void reset(Http2Stream& stream);

    /// Ask the processor for what feed() and its caller are going to touch: of the streams, which lie on the stacks of
    /// as many fibers, and then of their responses and fibers.
    void prefetch_streams() const noexcept;
    void prefetch_behind_streams() const noexcept;
    /// Bytes from the server, at `now`. What they mean for the server is in the output afterwards.
    void feed(std::string_view bytes, TimePoint now);
    /// Nothing will come any more, because of `reason`: ends all streams.
    void end(const Failure& reason);

    /// Appends frames to `out` until it holds `enough` bytes or there are none left. Requests among them begin to be
    /// sent at `now`; without it, they did when they were opened.
    void take_output(std::string& out, std::size_t enough, EventTime now = {});
    /// All that was taken has gone out.
    void output_written(TimePoint now);

    /// How many take_ended() will give.
    std::size_t ended_streams() const noexcept;
    /// The next stream that has ended, or null.
    Http2Stream* take_ended() noexcept;

    /// Both sides are through: the connection is to be closed once the output is sent.
    bool finished() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::http
