// HTTP/1.0 and HTTP/1.1 (RFC 9112) over one connection: keep-alive, pipelining, chunked bodies both ways, trailers.
//
// Requests are answered one after the other, in order; while an answer is delayed or streamed, further requests wait in
// a bounded buffer. Owned by its Connection, on its shard's thread.
//
// State      | event                                   | next
// parsing    | a request is whole                      | responding, or parsing again if its answer needs no waiting
// parsing    | a malformed or too large request        | finished (4xx, close)
// responding | the answer is complete                  | parsing, or finished if the connection is to close
// responding | the answer opens a WebSocket            | finished (another session takes over)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tools/demo_server/message.h"
#include "tools/demo_server/session.h"

namespace k6::demo {

class Connection;

/// Request line and fields together, and trailers.
inline constexpr std::size_t kLargestHead = 64 * 1024;
inline constexpr std::size_t kLargestBody = 64 * 1024 * 1024;
/// So many bytes of pipelined requests may wait for an answer under way; then reading stops.
inline constexpr std::size_t kLargestPipeline = 256 * 1024;

class Http1Session final : public Session {
public:
    explicit Http1Session(Connection& connection);
    ~Http1Session() override;

    void on_data(std::string_view bytes) override;
    void on_drained() override;
    void on_end() override;
    bool wants_data() const override { return pipelined_.size() < kLargestPipeline; }

private:
    enum class State { parsing, responding, finished };
    struct Parser;

    /// Parses from `bytes` until a request is whole; returns what is left.
    std::string_view parse(std::string_view bytes);
    std::string_view parse_method(std::string_view bytes);
    void handle_request();
    void respond(Response response);
    void send(const Response& response);
    void stream();
    void send_chunk(const Chunk& chunk);
    void complete_response();
    void refuse(int status, std::string_view message);

    Connection& connection_;
    std::unique_ptr<Parser> parser_;
    State state_ = State::parsing;
    /// The peer sends no more: close after the answer under way.
    bool ended_ = false;
    bool keep_alive_ = true;
    Request request_;
    std::string pipelined_;

    /// The session that took over; owned by the connection.
    Session* successor_ = nullptr;

    Response response_;
    bool chunked_ = false;
    bool waiting_ = false;
};

}  // namespace k6::demo
