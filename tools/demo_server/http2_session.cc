#include "tools/demo_server/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tools/demo_server/connection.h"
#include "tools/demo_server/http1_session.h"
#include "tools/demo_server/router.h"

namespace k6::demo {
namespace {

constexpr std::uint32_t kMostStreams = 250;
/// Flow-control windows for uploads: of a stream, and of the connection.
constexpr std::uint32_t kStreamWindow = 1024 * 1024;
constexpr std::int32_t kConnectionWindow = 4 * 1024 * 1024;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return lower;
}

/// A header block in nghttp2's form. Views must outlive the call it is made for; nghttp2 copies.
class HeaderBlock {
public:
    void add(std::string_view name, std::string_view value) {
        auto bytes = [](std::string_view text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        entries_.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    const nghttp2_nv* data() const { return entries_.data(); }
    std::size_t size() const { return entries_.size(); }

private:
    std::vector<nghttp2_nv> entries_;
};

struct Stream {
    Request request;
    std::size_t head_size = 0;
    bool in_trailers = false;
    /// Not 0: the request is refused with this status; what still comes of it is dropped.
    int refusal = 0;
    bool answered = false;

    Response response;
    /// What of the body has not been sent yet: response.body, or the current piece of response.source.
    std::string piece;
    std::size_t piece_sent = 0;
    bool last_piece = true;
    bool waiting = false;
};

}  // namespace

struct Http2Session::Engine {
    explicit Engine(Connection& owner) : connection(owner) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_body);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
        nghttp2_session_server_new(&session, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        const std::array<nghttp2_settings_entry, 3> settings = {{
            {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMostStreams},
            {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
            {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(kLargestHead)},
        }};
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
        nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
    }
    ~Engine() { nghttp2_session_del(session); }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    static Engine& of(void* data) { return *static_cast<Engine*>(data); }
    Stream* find(std::int32_t id) {
        auto found = streams.find(id);
        return found == streams.end() ? nullptr : found->second.get();
    }

    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* data) {
        Engine& self = of(data);
        if (frame->hd.type != NGHTTP2_HEADERS) return 0;
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
            auto stream = std::make_unique<Stream>();
            stream->request.version = "2";
            stream->request.tls = self.connection.tls_info();
            stream->request.origin = self.connection.peer_address();
            self.streams[frame->hd.stream_id] = std::move(stream);
        } else if (Stream* stream = self.find(frame->hd.stream_id)) {
            stream->in_trailers = true;
        }
        return 0;
    }

    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name_data,
                         std::size_t name_size, const std::uint8_t* value_data, std::size_t value_size, std::uint8_t,
                         void* data) {
        Stream* stream = of(data).find(frame->hd.stream_id);
        if (!stream || stream->refusal != 0) return 0;
        std::string_view name(reinterpret_cast<const char*>(name_data), name_size);
        std::string_view value(reinterpret_cast<const char*>(value_data), value_size);
        // RFC 9113 section 6.5.2 counts 32 bytes for each field.
        stream->head_size += name_size + value_size + 32;
        if (stream->head_size > kLargestHead) {
            stream->refusal = 431;
        } else if (stream->in_trailers) {
            stream->request.trailers.add(name, value);
        } else if (name == ":method") {
            stream->request.method = value;
        } else if (name == ":path") {
            stream->request.target = value;
        } else if (name == ":authority") {
            stream->request.authority = value;
        } else if (!name.starts_with(':')) {
            stream->request.fields.add(name, value);
        }
        return 0;
    }

    static int on_body(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes, std::size_t size,
                       void* data) {
        Engine& self = of(data);
        Stream* stream = self.find(id);
        if (!stream || stream->refusal != 0) return 0;
        if (stream->request.body.size() + size > kLargestBody) {
            stream->refusal = 413;
            self.answer(id, *stream);
        } else {
            stream->request.body.append(reinterpret_cast<const char*>(bytes), size);
        }
        return 0;
    }

    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* data) {
        Engine& self = of(data);
        if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
        Stream* stream = self.find(frame->hd.stream_id);
        if (!stream) return 0;
        bool ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (ended || stream->refusal != 0) {
            self.answer(frame->hd.stream_id, *stream);
        } else if (frame->hd.type == NGHTTP2_HEADERS) {
            self.meet_expectation(frame->hd.stream_id, *stream);
        }
        return 0;
    }

    /// RFC 9113 section 8.1: a refusal that was sent before the request's end asks the client to stop sending.
    static int on_frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* data) {
        if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
        Stream* stream = of(data).find(frame->hd.stream_id);
        if (stream && stream->refusal != 0 && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
        }
        return 0;
    }

    static int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* data) {
        of(data).streams.erase(id);
        return 0;
    }

    void meet_expectation(std::int32_t id, const Stream& stream) {
        auto expectation = stream.request.fields.find("expect");
        if (expectation && equal_ignoring_case(*expectation, "100-continue")) submit_interim(id, 100);
    }

    void submit_interim(std::int32_t id, int status) {
        std::string text = std::to_string(status);
        HeaderBlock block;
        block.add(":status", text);
        nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, id, nullptr, block.data(), block.size(), nullptr);
    }

    void answer(std::int32_t id, Stream& stream) {
        if (std::exchange(stream.answered, true)) return;
        Shard& shard = connection.shard();
        if (stream.refusal != 0) {
            shard.stats.requests_malformed.add();
            stream.response = Response::error(stream.refusal, reason_phrase(stream.refusal));
        } else {
            shard.stats.requests.add();
            shard.stats.http2_requests.add();
            stream.response = shard.router.respond(stream.request);
        }
        Response& response = stream.response;
        // RFC 9113 section 8.6: there is no 101.
        if (response.status == 101) response = Response::error(400, "HTTP/2 has no 101");
        if (response.fault == Fault::reset) return connection.reset();
        if (response.fault == Fault::malformed) {
            connection.out() += response.body;
            return connection.close();
        }
        if (response.delay.count() == 0) return submit(id, stream);
        connection.after(response.delay, [this, id] {
            if (Stream* waited = find(id)) submit(id, *waited);
            pump();
        });
    }

    void submit(std::int32_t id, Stream& stream) {
        Response& response = stream.response;
        if (response.interim_status != 0) submit_interim(id, response.interim_status);
        bool sends_body = !is_bodyless(response.status) && stream.request.method != "HEAD";

        std::string status = std::to_string(response.status);
        std::string length = std::to_string(response.declared_length.value_or(response.body.size()));
        std::vector<std::string> names;
        names.reserve(response.fields.size());
        for (const Field& field : response.fields) names.push_back(lower_case(field.name));
        HeaderBlock block;
        block.add(":status", status);
        block.add("server", "k6-demo");
        block.add("date", connection.shard().date.now());
        for (std::size_t i = 0; i < names.size(); ++i) block.add(names[i], response.fields[i].value);
        if (!is_bodyless(response.status) && (!response.source || response.declared_length)) {
            block.add("content-length", length);
        }

        if (!response.source) stream.piece = std::move(response.body);
        stream.last_piece = !response.source;
        bool has_body = sends_body && (response.source || !stream.piece.empty());
        nghttp2_data_provider provider;
        provider.source.ptr = &stream;
        provider.read_callback = read_body;
        nghttp2_submit_response(session, id, block.data(), block.size(), has_body ? &provider : nullptr);
        if (response.close) nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR, nullptr, 0);
    }

    static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source* source, void* data) {
        auto& stream = *static_cast<Stream*>(source->ptr);
        if (stream.waiting) return NGHTTP2_ERR_DEFERRED;
        while (stream.piece_sent == stream.piece.size() && !stream.last_piece) {
            Chunk chunk = stream.response.source();
            stream.piece = std::move(chunk.data);
            stream.piece_sent = 0;
            stream.last_piece = chunk.last;
            if (chunk.wait.count() > 0) {
                stream.waiting = true;
                of(data).resume_later(id, chunk.wait);
                return NGHTTP2_ERR_DEFERRED;
            }
        }
        std::size_t count = std::min(size, stream.piece.size() - stream.piece_sent);
        std::memcpy(buffer, stream.piece.data() + stream.piece_sent, count);
        stream.piece_sent += count;
        if (stream.last_piece && stream.piece_sent == stream.piece.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(count);
    }

    void resume_later(std::int32_t id, std::chrono::nanoseconds wait) {
        connection.after(wait, [this, id] {
            Stream* stream = find(id);
            if (!stream) return;
            stream->waiting = false;
            nghttp2_session_resume_data(session, id);
            pump();
        });
    }

    /// Moves frames to the connection as long as the peer takes them.
    void pump() {
        while (!connection.backlogged()) {
            const std::uint8_t* frame = nullptr;
            ssize_t size = nghttp2_session_mem_send(session, &frame);
            if (size <= 0) break;
            connection.out().append(reinterpret_cast<const char*>(frame), static_cast<std::size_t>(size));
        }
        if (nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0) connection.close();
    }

    Connection& connection;
    nghttp2_session* session = nullptr;
    std::unordered_map<std::int32_t, std::unique_ptr<Stream>> streams;
};

Http2Session::Http2Session(Connection& connection) : engine_(std::make_unique<Engine>(connection)) {}

Http2Session::~Http2Session() = default;

void Http2Session::on_data(std::string_view bytes) {
    auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (nghttp2_session_mem_recv(engine_->session, data, bytes.size()) < 0) {
        engine_->connection.shard().stats.requests_malformed.add();
        // The preface or the framing is broken beyond what nghttp2 answers itself.
        nghttp2_session_terminate_session(engine_->session, NGHTTP2_PROTOCOL_ERROR);
    }
    engine_->pump();
}

void Http2Session::on_drained() { engine_->pump(); }

void Http2Session::on_end() { engine_->connection.close(); }

}  // namespace k6::demo
