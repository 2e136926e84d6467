#include "tools/demo_server/http1_session.h"

#include <llhttp.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "tools/demo_server/connection.h"
#include "tools/demo_server/router.h"
#include "tools/demo_server/websocket_session.h"

namespace k6::demo {
namespace {

constexpr std::size_t kLongestMethod = 32;

/// Methods that change how llhttp reads the request target; all others are shown to it as POST, so that any token may
/// be a method (RFC 9110 section 9.1).
constexpr std::string_view kConnect = "CONNECT ";
constexpr std::string_view kOtherMethod = "POST ";

void append_number(std::string& out, std::uint64_t number, int base = 10) {
    char digits[20];
    auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
    out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_status_line(std::string& out, int status) {
    if (status == 200) {
        out += "HTTP/1.1 200 OK\r\n";
        return;
    }
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(status));
    out.append(" ").append(reason_phrase(status)).append("\r\n");
}

bool is_target(std::string_view target) {
    return std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// llhttp's ordinary build is lenient about what stands before the colon.
bool are_fields(const FieldList& fields) {
    for (const Field& field : fields) {
        if (!is_token(field.name) || !is_field_value(field.value)) return false;
    }
    return true;
}

}  // namespace

/// llhttp and what it has found of the request so far.
struct Http1Session::Parser {
    struct Problem {
        int status;
        std::string_view message;
    };

    explicit Parser(Http1Session& session) : request(session.request_), out(session.connection_.out()) {
        static const llhttp_settings_t kSettings = make_settings();
        llhttp_init(&state, HTTP_REQUEST, &kSettings);
        state.data = this;
    }

    static constexpr Problem kMalformedField = {400, "malformed request: a header field"};

    static Parser& of(llhttp_t* state) { return *static_cast<Parser*>(state->data); }

    static llhttp_settings_t make_settings() {
        llhttp_settings_t settings;
        llhttp_settings_init(&settings);
        settings.on_url = [](llhttp_t* state, const char* data, std::size_t size) {
            Parser& self = of(state);
            self.request.target.append(data, size);
            return self.count_head(size, {414, "the request target is too long"});
        };
        settings.on_header_field = [](llhttp_t* state, const char* data, std::size_t size) {
            Parser& self = of(state);
            FieldList& list = self.head_complete ? self.request.trailers : self.request.fields;
            if (!self.in_name) list.begin_field();
            self.in_name = true;
            list.extend_name({data, size});
            return self.count_head(size + 4, {431, "the header fields are too large"});
        };
        settings.on_header_value = [](llhttp_t* state, const char* data, std::size_t size) {
            Parser& self = of(state);
            FieldList& list = self.head_complete ? self.request.trailers : self.request.fields;
            self.in_name = false;
            list.extend_value({data, size});
            return self.count_head(size, {431, "the header fields are too large"});
        };
        // Called for empty values too, for which on_header_value is not.
        settings.on_header_value_complete = [](llhttp_t* state) {
            Parser& self = of(state);
            self.in_name = false;
            (self.head_complete ? self.request.trailers : self.request.fields).trim_value();
            return 0;
        };
        settings.on_headers_complete = [](llhttp_t* state) { return of(state).on_head(); };
        settings.on_body = [](llhttp_t* state, const char* data, std::size_t size) {
            Parser& self = of(state);
            if (self.request.body.size() + size > kLargestBody) return self.fail({413, "the body is too large"});
            self.request.body.append(data, size);
            return 0;
        };
        settings.on_message_complete = [](llhttp_t* state) {
            Parser& self = of(state);
            if (!are_fields(self.request.trailers)) return self.fail(kMalformedField);
            self.complete = true;
            self.keep_alive = llhttp_should_keep_alive(state) == 1;
            // Every message begins in parse_method().
            return static_cast<int>(HPE_PAUSED);
        };
        return settings;
    }

    int fail(Problem found) {
        problem = found;
        return -1;
    }

    int count_head(std::size_t size, Problem too_large) {
        head_size += size;
        return head_size > kLargestHead ? fail(too_large) : 0;
    }

    int on_head() {
        head_complete = true;
        if (state.http_major != 1) return fail({505, "only HTTP/1.0 and HTTP/1.1 are spoken here"});
        if (!are_fields(request.fields)) return fail(kMalformedField);
        if (!is_target(request.target)) return fail({400, "the request target has characters that must be encoded"});
        request.version = state.http_minor == 0 ? "1.0" : "1.1";
        std::size_t hosts = request.fields.count("Host");
        // RFC 9112 section 3.2.
        if (hosts > 1) return fail({400, "more than one Host field"});
        if (hosts == 0 && state.http_minor > 0) return fail({400, "no Host field"});
        if (hosts == 1) request.authority = *request.fields.find("Host");
        if ((state.flags & F_CONTENT_LENGTH) != 0) {
            if (state.content_length > kLargestBody) return fail({413, "the body is too large"});
            // The claim is not believed at once: a few connections could pin much memory with it.
            constexpr std::uint64_t kReserved = 1024 * 1024;
            request.body.reserve(std::min(state.content_length, kReserved));
        }
        if (auto expectation = request.fields.find("Expect"); expectation && state.http_minor > 0) {
            if (!equal_ignoring_case(*expectation, "100-continue")) {
                return fail({417, "the only expectation met here is 100-continue"});
            }
            bool has_body = (state.flags & F_CHUNKED) != 0 || state.content_length > 0;
            if (has_body) out += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        // Bytes after an Upgrade request are read as HTTP unless the router's answer says otherwise.
        state.upgrade = 0;
        return 0;
    }

    void start_message() {
        method_seen = false;
        head_complete = false;
        in_name = false;
        complete = false;
        head_size = 0;
        request.clear();
    }

    llhttp_t state;
    Request& request;
    std::string& out;
    bool method_seen = false;
    bool head_complete = false;
    bool in_name = false;
    bool complete = false;
    bool keep_alive = true;
    std::size_t head_size = 0;
    std::optional<Problem> problem;
};

Http1Session::Http1Session(Connection& connection) : connection_(connection), parser_(std::make_unique<Parser>(*this)) {
    request_.tls = connection.tls_info();
    request_.origin = connection.peer_address();
}

Http1Session::~Http1Session() = default;

void Http1Session::on_data(std::string_view bytes) {
    std::string held;
    if (!pipelined_.empty()) {
        pipelined_.append(bytes);
        if (state_ == State::parsing) {
            held = std::exchange(pipelined_, {});
            bytes = held;
        }
    }
    while (state_ == State::parsing && !bytes.empty() && !connection_.backlogged()) bytes = parse(bytes);
    if (bytes.empty()) return;
    if (successor_) return successor_->on_data(bytes);
    if (state_ == State::finished) return;
    if (pipelined_.empty()) pipelined_ = bytes;
}

void Http1Session::on_drained() {
    if (state_ == State::responding && !waiting_) stream();
    if (state_ == State::parsing && !pipelined_.empty()) on_data({});
}

void Http1Session::on_end() {
    ended_ = true;
    if (state_ != State::responding) connection_.close();
}

std::string_view Http1Session::parse(std::string_view bytes) {
    if (!parser_->method_seen) bytes = parse_method(bytes);
    if (bytes.empty() || state_ != State::parsing) return bytes;
    llhttp_errno_t result = llhttp_execute(&parser_->state, bytes.data(), bytes.size());
    if (parser_->complete) {
        bytes.remove_prefix(static_cast<std::size_t>(llhttp_get_error_pos(&parser_->state) - bytes.data()));
        llhttp_resume(&parser_->state);
        handle_request();
        return bytes;
    }
    if (result != HPE_OK) {
        if (parser_->problem) {
            refuse(parser_->problem->status, parser_->problem->message);
        } else if (result == HPE_INVALID_VERSION) {
            refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
        } else {
            refuse(400, std::string("malformed request: ") + llhttp_get_error_reason(&parser_->state));
        }
    }
    return {};
}

std::string_view Http1Session::parse_method(std::string_view bytes) {
    // RFC 9112 section 2.2: empty lines before a request line are to be ignored.
    if (request_.method.empty()) {
        bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
    }
    std::size_t end = std::min(bytes.find(' '), bytes.size());
    request_.method.append(bytes.substr(0, std::min(end, kLongestMethod + 1)));
    if (request_.method.size() > kLongestMethod) {
        refuse(501, "the method is too long");
    } else if (!request_.method.empty() && !is_token(request_.method)) {
        refuse(400, "malformed request: the method is no token");
    } else if (end < bytes.size()) {
        if (request_.method.empty()) {
            refuse(400, "malformed request: no method");
            return bytes;
        }
        parser_->method_seen = true;
        std::string_view shown = request_.method == "CONNECT" ? kConnect : kOtherMethod;
        llhttp_execute(&parser_->state, shown.data(), shown.size());
        return bytes.substr(end + 1);
    }
    return {};
}

void Http1Session::handle_request() {
    keep_alive_ = parser_->keep_alive && !ended_;
    Shard& shard = connection_.shard();
    shard.stats.requests.add();
    respond(shard.router.respond(request_));
}

void Http1Session::respond(Response response) {
    if (response.fault == Fault::reset) {
        state_ = State::finished;
        connection_.reset();
        return;
    }
    if (response.fault == Fault::malformed) {
        state_ = State::finished;
        connection_.out() += response.body;
        connection_.close();
        return;
    }
    if (response.websocket) {
        send(response);
        state_ = State::finished;
        connection_.shard().stats.websocket_sessions.add();
        auto session = std::make_unique<WebSocketSession>(connection_, *response.websocket);
        successor_ = session.get();
        connection_.replace_session(std::move(session));
        return;
    }
    if (response.delay.count() == 0 && !response.source) {
        send(response);
        complete_response();
        return;
    }
    state_ = State::responding;
    response_ = std::move(response);
    if (response_.delay.count() == 0) {
        send(response_);
        stream();
        return;
    }
    waiting_ = true;
    connection_.after(response_.delay, [this] {
        waiting_ = false;
        send(response_);
        stream();
    });
}

/// The head, and the body unless it is streamed.
void Http1Session::send(const Response& response) {
    std::string& out = connection_.out();
    bool old_client = request_.version == "1.0";
    if (response.interim_status != 0 && !old_client) {
        append_status_line(out, response.interim_status);
        out += "\r\n";
    }
    append_status_line(out, response.status);
    out += "Server: k6-demo\r\n";
    append_field(out, "Date", connection_.shard().date.now());
    for (const Field& field : response.fields) append_field(out, field.name, field.value);

    bool bodyless = is_bodyless(response.status);
    chunked_ = false;
    keep_alive_ = keep_alive_ && !response.close;
    if (bodyless) {
        // Neither length nor coding: RFC 9112 section 6.3 has the response end with its head.
        if (response.status == 101 && !response.websocket) keep_alive_ = false;
    } else if (response.source && !response.declared_length) {
        chunked_ = !old_client;
        if (chunked_) {
            out += "Transfer-Encoding: chunked\r\n";
        } else {
            keep_alive_ = false;
        }
    } else {
        std::uint64_t length = response.declared_length.value_or(response.body.size());
        if (!response.source && length != response.body.size()) keep_alive_ = false;
        out += "Content-Length: ";
        append_number(out, length);
        out += "\r\n";
    }
    if (!response.websocket) {
        if (!keep_alive_) {
            out += "Connection: close\r\n";
        } else if (old_client) {
            out += "Connection: keep-alive\r\n";
        }
    }
    out += "\r\n";
    if (!response.source && !bodyless && request_.method != "HEAD") out += response.body;
}

void Http1Session::stream() {
    if (!response_.source || is_bodyless(response_.status) || request_.method == "HEAD") return complete_response();
    while (!connection_.backlogged()) {
        Chunk chunk = response_.source();
        if (chunk.wait.count() > 0) {
            waiting_ = true;
            std::chrono::nanoseconds wait = chunk.wait;
            connection_.after(wait, [this, chunk = std::move(chunk)] {
                waiting_ = false;
                send_chunk(chunk);
                if (state_ == State::responding) stream();
            });
            return;
        }
        send_chunk(chunk);
        if (state_ != State::responding) return;
    }
}

void Http1Session::send_chunk(const Chunk& chunk) {
    std::string& out = connection_.out();
    // An empty chunk would be the last one (RFC 9112 section 7.1).
    if (chunked_ && !chunk.data.empty()) {
        append_number(out, chunk.data.size(), 16);
        out.append("\r\n").append(chunk.data).append("\r\n");
    } else {
        out.append(chunk.data);
    }
    if (!chunk.last) return;
    if (chunked_) out += "0\r\n\r\n";
    complete_response();
}

void Http1Session::complete_response() {
    bool was_waiting_for_it = state_ == State::responding;
    response_.source = nullptr;
    if (!keep_alive_ || ended_) {
        state_ = State::finished;
        connection_.close();
        return;
    }
    state_ = State::parsing;
    parser_->start_message();
    // What came meanwhile is parsed now; on_data() itself goes on with the rest of its own bytes.
    if (was_waiting_for_it && !pipelined_.empty()) on_data({});
}

void Http1Session::refuse(int status, std::string_view message) {
    connection_.shard().stats.requests_malformed.add();
    keep_alive_ = false;
    request_.version = "1.1";
    send(Response::error(status, message));
    state_ = State::finished;
    connection_.close();
}

}  // namespace k6::demo
