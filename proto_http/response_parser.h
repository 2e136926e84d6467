// HTTP/1.x responses from bytes, in whatever pieces they arrive (RFC 9112).
//
// Strict about framing: lines end in CRLF, lengths do not contradict each other, the only transfer coding is `chunked`.
// Interim 1xx responses are skipped, except 101. The parser fills a Response as it goes; what it
// leaves to its caller is the end of the connection, which ends some bodies and cuts others short.
//
//   ResponseParser parser;
//   parser.start({.head_request = false, .max_head_size = 1 << 20, …}, response);
//   while (!parser.done()) parser.feed(more_bytes());      // or parser.end_of_input()
//   if (parser.failed()) … parser.failure() …
//
// Inside a Connection's exchange; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "llhttp.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6::http {

class ResponseParser {
public:
    struct Config {
        /// The response answers HEAD: it has no body whatever its headers say.
        bool head_request = false;
        bool keep_body = true;
        /// Gets the body instead of the response; null: nobody.
        const BodySink* sink = nullptr;
        /// Bytes of status line and headers, interim responses and trailers included.
        std::size_t max_head_size = std::size_t{1} << 20;
        std::size_t max_headers = 1000;
        /// Bytes of a body that is kept.
        std::size_t max_body_size = std::size_t{1} << 30;
    };

    ResponseParser();
    ResponseParser(const ResponseParser&) = delete;
    ResponseParser& operator=(const ResponseParser&) = delete;

    /// For the next response, into an empty `response` that outlives the parsing.
    void start(const Config& config, Response& response);
    /// Returns how much was taken: less than all when the response ends inside, or parsing failed.
    std::size_t feed(std::string_view bytes);
    /// The peer sent its last byte.
    void end_of_input();

    /// The head of the final response is complete.
    bool has_head() const noexcept { return state_ == State::body || state_ == State::complete; }
    bool complete() const noexcept { return state_ == State::complete; }
    bool failed() const noexcept { return state_ == State::failed; }
    bool done() const noexcept { return complete() || failed(); }
    /// Why, in words: `malformed HTTP response "…"`, `unexpected EOF`, …
    const std::string& failure() const noexcept { return failure_; }

    Response& response() noexcept { return *response_; }
    /// Some byte of a response came, be it an interim one.
    bool started() const noexcept { return started_; }
    /// `100 Continue` came.
    bool continued() const noexcept { return continued_; }
    /// The connection may carry another exchange. Once complete.
    bool keep_alive() const noexcept { return keep_alive_; }

private:
    // head ─(end of headers)─► body ─(end of message)─► complete
    //  ▲└──────────(1xx complete: again)                      any ─(error, early end of input)─► failed
    enum class State : std::uint8_t { head, body, complete, failed };

    struct Callbacks;
    static const llhttp_settings_t& settings();
    void begin_message();
    /// The whole of a message in the usual case, or its beginning. How much was taken; nothing: it is not that case.
    std::size_t feed_usual(std::string_view bytes);
    std::size_t feed_counted_body(std::string_view bytes);
    /// False: it has become too large.
    bool keep_body(const char* at, std::size_t size);
    /// The parser below lets two of the head's line feeds go without a carriage return: that of the status line and
    /// that of the empty line.
    bool check_status_line();
    bool empty_line_is_whole() const;
    void end_line(const char* at) {
        line_end_ = piece_offset_ + static_cast<std::size_t>(at - piece_.data());
        line_feed_came_ = false;
    }
    const char* line_feed() const;
    void fail(std::string reason);
    std::string describe_error(llhttp_errno_t error) const;
    void keep_first_line(std::string_view bytes);
    bool first_line_ends() const;
    void fail_with_first_line();

    llhttp_t parser_;
    Config config_;
    Response* response_ = nullptr;
    std::size_t head_size_ = 0;
    /// Of a body behind a usual head.
    std::uint64_t body_left_ = 0;
    bool usual_ = false;
    State state_ = State::head;
    bool started_ = false;
    bool continued_ = false;
    bool keep_alive_ = false;
    bool in_trailers_ = false;
    bool in_field_ = false;
    bool has_name_ = false;
    bool status_line_ended_ = false;
    char last_byte_ = 0;
    /// What is being fed, and how much of this message came before it.
    std::string_view piece_;
    std::size_t piece_offset_ = 0;
    /// Where the last line of the head ended (before its CRLF), in the message, and whether its line feed was in an
    /// earlier piece.
    std::size_t line_end_ = 0;
    bool line_feed_came_ = false;
    bool first_line_complete_ = false;
    /// The status line is wrong; the rest of it is awaited, to be quoted.
    bool malformed_line_ = false;
    /// The beginning of the message, only when it may be needed to say what is wrong with it.
    std::string first_line_;
    std::string failure_;
};

}  // namespace k6::http
