#include "proto_http/response_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "proto_http/usual_head.h"

namespace k6::http {
namespace {

constexpr std::size_t shown_line = 128;

std::string quoted_line(std::string_view line) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (char c : line) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace

struct ResponseParser::Callbacks {
    static ResponseParser& of(llhttp_t* parser) { return *static_cast<ResponseParser*>(parser->data); }

    /// False: the head has become too large.
    static bool count(ResponseParser& self, std::size_t length) {
        self.head_size_ += length;
        return self.head_size_ <= self.config_.max_head_size || too_large(self);
    }
    [[gnu::cold, gnu::noinline]] static bool too_large(ResponseParser& self) {
        self.fail("server response headers exceeded " + std::to_string(self.config_.max_head_size) + " bytes; aborted");
        return false;
    }

    static int on_status(llhttp_t* parser, const char* at, std::size_t length) {
        ResponseParser& self = of(parser);
        if (!count(self, length)) return HPE_USER;
        std::string& text = self.response_->status_text;
        if (length > 0 && text.empty()) {
            append_code(self, text);
            text += ' ';
        }
        text.append(at, length);
        return 0;
    }
    static void append_code(ResponseParser& self, std::string& text) {
        char code[3];
        unsigned status = self.parser_.status_code;
        for (int i = 2; i >= 0; --i) {
            code[i] = static_cast<char>('0' + status % 10);
            status /= 10;
        }
        text.append(code, sizeof code);
    }
    static int on_status_complete(llhttp_t* parser) {
        of(parser).first_line_complete_ = true;
        return 0;
    }
    static int on_header_field(llhttp_t* parser, const char* at, std::size_t length) {
        ResponseParser& self = of(parser);
        if (!count(self, length)) return HPE_USER;
        if (self.in_trailers_) return 0;
        if (!self.in_field_) {
            if (self.response_->headers.size() >= self.config_.max_headers) {
                self.fail("server response has more than " + std::to_string(self.config_.max_headers) +
                          " headers; aborted");
                return HPE_USER;
            }
            self.response_->headers.begin_field();
            self.in_field_ = true;
            self.has_name_ = false;
        }
        self.has_name_ = self.has_name_ || length > 0;
        self.response_->headers.extend_name({at, length});
        // Where its value is empty, none tells where the line ends.
        self.end_line(at + length);
        return 0;
    }
    static int on_header_value(llhttp_t* parser, const char* at, std::size_t length) {
        ResponseParser& self = of(parser);
        if (!count(self, length)) return HPE_USER;
        if (self.in_trailers_) return 0;
        if (!self.in_field_) {
            self.fail("malformed MIME header: missing name");
            return HPE_USER;
        }
        self.response_->headers.extend_value({at, length});
        if (length > 0) self.end_line(at + length);
        return 0;
    }
    static int on_header_value_complete(llhttp_t* parser) {
        ResponseParser& self = of(parser);
        if (!count(self, 4)) return HPE_USER;
        if (!self.in_trailers_) {
            if (!self.has_name_) {
                self.fail("malformed MIME header: missing name");
                return HPE_USER;
            }
            self.response_->headers.end_field();
        }
        self.in_field_ = false;
        return 0;
    }
    static int on_headers_complete(llhttp_t* parser) {
        ResponseParser& self = of(parser);
        const int status = parser->status_code;
        if (self.response_->status_text.empty()) append_code(self, self.response_->status_text);
        if (status < 100 || parser->http_major != 1) {
            self.fail(status < 100 ? "malformed HTTP status code" : "malformed HTTP version");
            return HPE_USER;
        }
        if (!self.empty_line_is_whole()) {
            self.fail("malformed MIME header: bare LF");
            return HPE_USER;
        }
        if (status / 100 == 1) return 1;
        self.response_->status = status;
        self.response_->protocol =
            parser->http_major == 1 && parser->http_minor == 0 ? Protocol::http_1_0 : Protocol::http_1_1;
        self.keep_alive_ = llhttp_should_keep_alive(parser) != 0;
        self.in_trailers_ = true;
        self.state_ = State::body;
        if ((parser->flags & F_TRANSFER_ENCODING) != 0) {
            const std::string coding = self.response_->headers.joined("Transfer-Encoding").value_or("");
            if (!equals_ignoring_case(coding, "chunked")) {
                self.state_ = State::head;
                self.fail("unsupported transfer encoding: " + quoted_line(coding));
                return HPE_USER;
            }
            // Describes the hop, not the response.
            self.response_->headers.erase("Transfer-Encoding");
        }
        // RFC 9112 section 6.3: these have no content, whatever Content-Length says.
        if (self.config_.head_request || status == 204 || status == 304) {
            self.keep_alive_ = parser->http_minor > 0 ? (parser->flags & F_CONNECTION_CLOSE) == 0
                                                      : (parser->flags & F_CONNECTION_KEEP_ALIVE) != 0;
            return 1;
        }
        if (self.config_.keep_body && (parser->flags & F_CONTENT_LENGTH) != 0) {
            // A hint only: the peer may claim anything.
            self.response_->body.reserve(
                static_cast<std::size_t>(std::min<std::uint64_t>(parser->content_length, std::uint64_t{1} << 20)));
        }
        return 0;
    }
    static int on_chunk_extension(llhttp_t* parser, const char*, std::size_t length) {
        return count(of(parser), length) ? 0 : HPE_USER;
    }
    static int on_body(llhttp_t* parser, const char* at, std::size_t length) {
        return of(parser).keep_body(at, length) ? 0 : HPE_USER;
    }
    static int on_message_complete(llhttp_t* parser) {
        ResponseParser& self = of(parser);
        if (self.state_ == State::body) self.state_ = State::complete;
        return HPE_PAUSED;
    }
};

const llhttp_settings_t& ResponseParser::settings() {
    static const llhttp_settings_t table = [] {
        llhttp_settings_t callbacks;
        llhttp_settings_init(&callbacks);
        callbacks.on_status = &Callbacks::on_status;
        callbacks.on_status_complete = &Callbacks::on_status_complete;
        callbacks.on_header_field = &Callbacks::on_header_field;
        callbacks.on_header_value = &Callbacks::on_header_value;
        callbacks.on_header_value_complete = &Callbacks::on_header_value_complete;
        callbacks.on_headers_complete = &Callbacks::on_headers_complete;
        callbacks.on_chunk_extension_name = &Callbacks::on_chunk_extension;
        callbacks.on_chunk_extension_value = &Callbacks::on_chunk_extension;
        callbacks.on_body = &Callbacks::on_body;
        callbacks.on_message_complete = &Callbacks::on_message_complete;
        return callbacks;
    }();
    return table;
}

ResponseParser::ResponseParser() = default;

void ResponseParser::start(const Config& config, Response& response) {
    config_ = config;
    response_ = &response;
    head_size_ = 0;
    state_ = State::head;
    started_ = continued_ = keep_alive_ = in_trailers_ = malformed_line_ = usual_ = false;
    failure_.clear();
}

void ResponseParser::begin_message() {
    llhttp_init(&parser_, HTTP_RESPONSE, &settings());
    parser_.data = this;
    in_field_ = first_line_complete_ = status_line_ended_ = line_feed_came_ = false;
    first_line_.clear();
    piece_offset_ = 0;
    line_end_ = 0;
}

bool ResponseParser::check_status_line() {
    if (piece_offset_ == 0 && piece_.front() != 'H') return false;
    const std::size_t end = piece_.find('\n');
    if (end == std::string_view::npos) return true;
    status_line_ended_ = true;
    // The line feed is where the line after it begins.
    line_end_ = piece_offset_ + end;
    return (end > 0 ? piece_[end - 1] : last_byte_) == '\r';
}

const char* ResponseParser::line_feed() const {
    const std::size_t begin = line_end_ > piece_offset_ ? line_end_ - piece_offset_ : 0;
    return static_cast<const char*>(std::memchr(piece_.data() + begin, '\n', piece_.size() - begin));
}

bool ResponseParser::empty_line_is_whole() const {
    const char* next = piece_.data();
    if (!line_feed_came_) {
        const char* feed = line_feed();
        if (feed == nullptr) return false;
        next = feed + 1;
    }
    // If nothing follows, its carriage return is the last byte of an earlier piece.
    return next < piece_.data() + piece_.size() && (*next == '\r' || (line_feed_came_ && last_byte_ == '\r'));
}

bool ResponseParser::keep_body(const char* at, std::size_t size) {
    if (!config_.keep_body) return true;
    if (config_.sink != nullptr && goes_to_sink(response_->status)) {
        (*config_.sink)({at, size});
        return true;
    }
    std::string& body = response_->body;
    if (size > config_.max_body_size - body.size()) {
        fail("the response body is larger than " + std::to_string(config_.max_body_size) + " bytes");
        return false;
    }
    body.append(at, size);
    return true;
}

std::size_t ResponseParser::feed_usual(std::string_view bytes) {
    const auto head = parse_usual_head(bytes,
                                       {.head_request = config_.head_request,
                                        .max_head_size = config_.max_head_size,
                                        .max_headers = config_.max_headers},
                                       *response_);
    if (!head) {
        response_->headers.clear();
        return 0;
    }
    usual_ = true;
    keep_alive_ = head->keep_alive;
    body_left_ = head->content_length;
    state_ = State::body;
    if (config_.keep_body && body_left_ > 0) {
        // A hint only: the peer may claim anything.
        response_->body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, std::uint64_t{1} << 20)));
    }
    return head->size + feed_counted_body(bytes.substr(head->size));
}

std::size_t ResponseParser::feed_counted_body(std::string_view bytes) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), body_left_));
    if (!keep_body(bytes.data(), size)) return 0;
    body_left_ -= size;
    if (body_left_ == 0) state_ = State::complete;
    return size;
}

std::size_t ResponseParser::feed(std::string_view bytes) {
    if (!started_ && !bytes.empty()) {
        started_ = true;
        if (const std::size_t taken = feed_usual(bytes)) return taken;
        begin_message();
    }
    if (usual_) return done() ? 0 : feed_counted_body(bytes);
    std::size_t taken = 0;
    if (malformed_line_ && !done()) {
        keep_first_line(bytes);
        if (first_line_ends()) fail_with_first_line();
        return bytes.size();
    }
    while (!done() && taken < bytes.size()) {
        const std::string_view piece = bytes.substr(taken);
        piece_ = piece;
        if (!status_line_ended_ && !check_status_line()) {
            keep_first_line(piece);
            malformed_line_ = true;
            if (first_line_ends()) fail_with_first_line();
            return bytes.size();
        }
        const llhttp_errno_t error = llhttp_execute(&parser_, piece.data(), piece.size());
        if (error == HPE_OK) {
            if (!first_line_complete_) keep_first_line(piece);
            if (state_ == State::head) {
                if (status_line_ended_ && !line_feed_came_) line_feed_came_ = line_feed() != nullptr;
                piece_offset_ += piece.size();
                last_byte_ = piece.back();
            }
            return bytes.size();
        }
        const char* position = llhttp_get_error_pos(&parser_);
        taken += position != nullptr ? static_cast<std::size_t>(position - piece.data()) : piece.size();
        if (failed()) return taken;
        if (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE) {
            if (done()) return taken;
            if (parser_.status_code == 101) {
                response_->status = 101;
                response_->protocol = Protocol::http_1_1;
                keep_alive_ = false;
                state_ = State::complete;
                return taken;
            }
            continued_ = continued_ || parser_.status_code == 100;
            // An interim response; the bound on the head covers them all.
            response_->headers.clear();
            response_->status_text.clear();
            begin_message();
            head_size_ += 16;
            if (head_size_ > config_.max_head_size) fail("net/http: too many 1xx informational responses");
            continue;
        }
        if (first_line_complete_ || state_ != State::head) {
            fail(describe_error(error));
            break;
        }
        keep_first_line(piece);
        malformed_line_ = true;
        if (first_line_ends()) fail_with_first_line();
        return bytes.size();
    }
    return taken;
}

void ResponseParser::end_of_input() {
    if (done()) return;
    if (malformed_line_) return fail_with_first_line();
    if (state_ == State::body && !usual_ && llhttp_message_needs_eof(&parser_) != 0) {
        state_ = State::complete;
        keep_alive_ = false;
        return;
    }
    fail(started_ ? "unexpected EOF" : "EOF");
}

void ResponseParser::fail(std::string reason) {
    state_ = State::failed;
    failure_ = std::move(reason);
}

void ResponseParser::keep_first_line(std::string_view bytes) {
    if (!first_line_ends()) first_line_ += bytes.substr(0, shown_line - first_line_.size());
}

bool ResponseParser::first_line_ends() const {
    return first_line_.size() >= shown_line || first_line_.find('\n') != std::string::npos;
}

void ResponseParser::fail_with_first_line() {
    const std::string_view line = first_line_;
    fail("malformed HTTP response " + quoted_line(line.substr(0, line.find_first_of("\r\n"))));
}

std::string ResponseParser::describe_error(llhttp_errno_t error) const {
    switch (error) {
        case HPE_INVALID_CHUNK_SIZE:
            return "malformed chunked encoding: invalid chunk size";
        case HPE_INVALID_CONTENT_LENGTH:
        case HPE_UNEXPECTED_CONTENT_LENGTH:
            return "malformed HTTP response: bad Content-Length";
        case HPE_INVALID_TRANSFER_ENCODING:
            return "malformed HTTP response: bad Transfer-Encoding";
        case HPE_INVALID_HEADER_TOKEN:
            return "malformed MIME header: invalid character";
        default:
            break;
    }
    const char* reason = llhttp_get_error_reason(&parser_);
    return std::string(state_ == State::head ? "malformed HTTP response: " : "malformed chunked encoding: ") +
           (reason != nullptr ? reason : llhttp_errno_name(error));
}

}  // namespace k6::http
