#include "proto_http/h2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "base/free_with.h"
#include "proto_http/block_pool.h"
#include "proto_http/h2_head.h"
#include "proto_http/reason_phrase.h"
#include "proto_http/response_pool.h"

namespace k6::http {
namespace {

using SessionPointer = std::unique_ptr<nghttp2_session, FreeWith<&nghttp2_session_del>>;
using CallbacksPointer = std::unique_ptr<nghttp2_session_callbacks, FreeWith<&nghttp2_session_callbacks_del>>;
using OptionPointer = std::unique_ptr<nghttp2_option, FreeWith<&nghttp2_option_del>>;

nghttp2_mem functions_of(BlockPool& pool) {
    return {
        &pool, [](std::size_t size, void* of) { return static_cast<BlockPool*>(of)->allocate(size); },
        [](void* memory, void* of) { static_cast<BlockPool*>(of)->release(memory); },
        [](std::size_t count, std::size_t size, void* of) -> void* {
            if (size != 0 && count > SIZE_MAX / size) return nullptr;
            void* const memory = static_cast<BlockPool*>(of)->allocate(count * size);
            return memory != nullptr ? std::memset(memory, 0, count * size) : nullptr;
        },
        [](void* memory, std::size_t size, void* of) { return static_cast<BlockPool*>(of)->reallocate(memory, size); }};
}

std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

/// Fields that speak of an HTTP/1.1 connection (RFC 9113 section 8.2.2), or that a pseudo field says already.
bool has_no_place(const Headers::Field& field) {
    for (std::string_view name : {"Connection", "Host", "Proxy-Connection", "Transfer-Encoding", "Upgrade",
                                  "Keep-Alive", "Content-Length", "User-Agent", "Http2-Settings"}) {
        if (field.name.size() == name.size() && equals_ignoring_case(field.name, name)) return true;
    }
    return equals_ignoring_case(field.name, "Te") && !equals_ignoring_case(field.value, "trailers");
}

MaybeFailure stream_failure(std::int32_t id, std::uint32_t code, bool from_peer) {
    return fail({.code = ErrorCode::http2_stream,
                 .detail = {.http2_code = code},
                 .cause = "stream error: stream ID " + std::to_string(id) + "; " + http2_code_name(code) +
                          (from_peer ? "; received from peer" : "")});
}

constexpr const char* longer_than_its_length =
    "net/http: server replied with more than declared Content-Length; truncated";

/// A request that has a source, and its fields: for those to come that are like it. nghttp2 reads the fields where they
/// are, until it has made them into a frame.
struct LikeRequest {
    /// Kept alive, so that nothing else comes to lie where it was.
    std::shared_ptr<const void> source;
    std::string method;
    /// What the fields lie in; stays where it is when this is moved.
    std::vector<std::uint8_t> text;
    std::vector<nghttp2_nv> fields;
};

}  // namespace

static_assert(sizeof(Http2Stream) <= 128);

struct Http2Session::Impl {
    /// The open streams by their ids, of which one follows the other: a remainder finds nearly always the right one at
    /// once.
    class StreamsById {
    public:
        void insert(Http2Stream& stream) {
            if (++size_ > places_.size()) grow();
            link(stream);
        }
        Http2Stream* find(std::int32_t id) const noexcept {
            Http2Stream* stream = places_[place_of(id)];
            while (stream != nullptr && stream->id != id) stream = stream->next;
            return stream;
        }
        void erase(Http2Stream& stream) noexcept {
            Http2Stream** link = &places_[place_of(stream.id)];
            while (*link != &stream) link = &(*link)->next;
            *link = stream.next;
            --size_;
        }

    private:
        // A client's ids are odd. There is a power of two of places.
        std::size_t place_of(std::int32_t id) const noexcept {
            return static_cast<std::size_t>(id) / 2 & (places_.size() - 1);
        }
        void link(Http2Stream& stream) noexcept {
            Http2Stream*& first = places_[place_of(stream.id)];
            stream.next = std::exchange(first, &stream);
        }
        void grow() {
            std::vector<Http2Stream*> before(2 * places_.size());
            before.swap(places_);
            for (Http2Stream* stream : before) {
                while (stream != nullptr) link(*std::exchange(stream, stream->next));
            }
        }

        std::vector<Http2Stream*> places_ = std::vector<Http2Stream*>(16);
        std::size_t size_ = 0;
    };

    Impl(const Limits& with, BlockPool& memory);

    static Impl& of(void* self) { return *static_cast<Impl*>(self); }
    /// Of one stream there are several callbacks in a row.
    Http2Stream* find(std::int32_t id) {
        if (found == nullptr || found->id != id) found = by_id.find(id);
        return found;
    }

    static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* self);
    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self);
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                         std::uint8_t flags, void* self);
    static int on_data(nghttp2_session*, std::uint8_t flags, std::int32_t id, const std::uint8_t* data,
                       std::size_t size, void* self);
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self);
    static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* self);
    static int on_frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int error, void* self);
    static int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* self);
    static int on_error(nghttp2_session*, int code, const char* text, std::size_t size, void* self);
    static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source*, void* self);

    /// A head or trailers are complete.
    void on_head(Http2Stream& stream, bool is_end);
    void take_head(Http2Stream& stream);
    void on_end(Http2Stream& stream);
    void add(std::string_view name, std::string_view value, std::uint8_t flags = NGHTTP2_NV_FLAG_NONE) {
        if (field_count == fields.size()) fields.resize(2 * fields.size());
        fields[field_count++] = {bytes_of(name), bytes_of(value), name.size(), value.size(), flags};
    }
    void begin(Http2Stream& stream);
    void add_fields(const Http2Request& request);
    LikeRequest& place(const void* source) {
        return likes[(reinterpret_cast<std::uintptr_t>(source) >> 4) % likes.size()];
    }
    void remember(LikeRequest& like, const Http2Request& request);
    void submit(Http2Stream& stream, std::span<const nghttp2_nv> with);
    /// Hands over what was opened: all in a row, so that nghttp2's code is in the processor's caches for all but the
    /// first.
    void submit_opened();
    void detach(Http2Stream& stream);
    void finish(Http2Stream& stream, MaybeFailure failure);
    /// It is not to be taken as ended any more.
    void unlist(Http2Stream& stream);
    /// The server's GOAWAY excludes the stream.
    void cut_off(Http2Stream& stream);
    /// Ends a stream for a reason of our own, and tells the server that we do not want the rest.
    void give_up(Http2Stream& stream, std::string cause);
    /// The server's message is none (RFC 9113 section 8.1.1).
    void reject(Http2Stream& stream);
    void end_all(const Failure& reason);
    /// Our own GOAWAY has been made: the server broke the protocol.
    void end_if_broken();

    Limits limits;
    SessionPointer session;
    std::vector<Http2Stream*> streams;
    StreamsById by_id;
    Http2Stream* found = nullptr;
    /// Whose head or trailers are being read, if anybody waits for them.
    Http2Stream* reading = nullptr;
    /// Goes before the session, whose buffers it holds.
    Http2HeadReader reader;
    /// Made into frames completely, but not known to be sent.
    std::vector<Http2Stream*> serialized;
    Http2Stream* first_ended = nullptr;
    Http2Stream* last_ended = nullptr;
    std::size_t ended_count = 0;
    TimePoint now{};
    /// Of the requests that are being framed, if not when they were opened.
    EventTime sending_begins;
    std::optional<std::uint32_t> goaway;
    std::int32_t goaway_last_stream = 0;
    std::optional<std::uint32_t> broken;
    std::string error;
    bool ended = false;
    /// The last one, and what it is in words.
    int known_status = -1;
    std::string known_status_text;
    std::array<LikeRequest, 8> likes;
    struct Opened {
        Http2Stream* stream;  // null: given up
        const LikeRequest* like;
    };
    /// Requests that nghttp2 does not have yet.
    std::vector<Opened> opened;
    /// What frames may still be made of, although others have taken its place.
    std::vector<LikeRequest> replaced;
    // Scratch.
    std::vector<nghttp2_nv> fields = std::vector<nghttp2_nv>(32);
    std::size_t field_count = 0;
    char length_digits[20];
};

Http2Session::Impl::Impl(const Limits& with, BlockPool& memory) : limits(with) {
    nghttp2_session_callbacks* made_callbacks = nullptr;
    nghttp2_option* made_options = nullptr;
    if (nghttp2_session_callbacks_new(&made_callbacks) != 0) throw std::bad_alloc();
    const CallbacksPointer callbacks(made_callbacks);
    if (nghttp2_option_new(&made_options) != 0) throw std::bad_alloc();
    const OptionPointer options(made_options);

    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks.get(), &on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks.get(), &on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback2(callbacks.get(), &on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks.get(), &on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks.get(), &on_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks.get(), &on_frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks.get(), &on_frame_not_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks.get(), &on_stream_close);
    nghttp2_session_callbacks_set_error_callback2(callbacks.get(), &on_error);
    // Closed streams would be kept for a priority tree that nobody asks for.
    nghttp2_option_set_no_closed_streams(options.get(), 1);
    // What makes a message is looked after here.
    nghttp2_option_set_no_http_messaging(options.get(), 1);
    // It counts the pieces in which they arrive, too.
    nghttp2_option_set_max_continuations(options.get(), 128);

    nghttp2_session* made_session = nullptr;
    nghttp2_mem functions = functions_of(memory);
    if (nghttp2_session_client_new3(&made_session, callbacks.get(), this, options.get(), &functions) != 0) {
        throw std::bad_alloc();
    }
    session.reset(made_session);

    const std::array<nghttp2_settings_entry, 3> settings = {{
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.max_head_size)},
    }};
    nghttp2_submit_settings(session.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session.get(), NGHTTP2_FLAG_NONE, 0, limits.connection_window);
    for (auto* list : {&streams, &serialized}) list->reserve(16);
}

int Http2Session::Impl::on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* self) {
    if (header->type != NGHTTP2_DATA || header->length == 0) return 0;
    Http2Stream* const stream = of(self).find(header->stream_id);
    if (stream == nullptr || !stream->has_length()) return 0;
    const bool padded = (header->flags & NGHTTP2_FLAG_PADDED) != 0;
    if (!padded && header->length > stream->content_length - stream->body_size) {
        of(self).give_up(*stream, longer_than_its_length);
    }
    return 0;
}

int Http2Session::Impl::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Impl& impl = of(self);
    Http2Stream* const stream = impl.find(frame->hd.stream_id);
    impl.reading = stream;
    if (stream == nullptr) return 0;
    if (!stream->outcome.started) {
        stream->outcome.started = true;
        if (stream->config.pool != nullptr) stream->config.pool->lend(stream->response);
        stream->outcome.times.first_byte = impl.now;
    }
    if (stream->has_head) {
        impl.reader.begin_trailers();
    } else {
        impl.reader.begin(stream->response.headers);
    }
    return 0;
}

int Http2Session::Impl::on_header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                                  std::uint8_t, void* self) {
    Impl& impl = of(self);
    if (impl.reading == nullptr) return 0;
    Http2Stream& stream = *impl.reading;
    if (!stream.has_head && impl.reader.fields() >= impl.limits.max_headers) {
        impl.give_up(stream,
                     "server response has more than " + std::to_string(impl.limits.max_headers) + " headers; aborted");
    } else if (!impl.reader.add(name, value)) {
        impl.reject(stream);
    } else if (stream.head_size + impl.reader.size() > impl.limits.max_head_size) {
        impl.give_up(stream, "http2: response header list larger than advertised limit");
    }
    return 0;
}

void Http2Session::Impl::on_head(Http2Stream& stream, bool is_end) {
    reading = nullptr;
    stream.head_size += static_cast<std::uint32_t>(reader.size());
    // Only trailers are behind a head, and nothing is behind those.
    if (!reader.end() || (stream.has_head && !is_end)) return reject(stream);
    if (!stream.has_head) take_head(stream);
    if (is_end) on_end(stream);
}

void Http2Session::Impl::take_head(Http2Stream& stream) {
    Response& response = stream.response;
    if (reader.status() / 100 == 1) return response.headers.clear();
    stream.status = reader.status();
    stream.content_length = reader.content_length();
    stream.has_head = true;
    response.status = stream.status;
    response.protocol = Protocol::http_2;
    if (stream.status != known_status) {
        known_status = stream.status;
        known_status_text = std::to_string(stream.status);
        if (const std::string_view phrase = reason_phrase(stream.status); !phrase.empty()) {
            known_status_text += ' ';
            known_status_text += phrase;
        }
    }
    response.status_text = known_status_text;
    if (stream.status == 204 || stream.status == 304 || stream.config.head_request) {
        stream.content_length = Http2Stream::unknown_length;
        stream.bodyless = true;
    }
    if (stream.has_length() && stream.config.keep_body) {
        // A hint only: the peer may claim anything.
        response.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(stream.content_length, 1 << 20)));
    }
}

int Http2Session::Impl::on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                                std::size_t size, void* self) {
    Impl& impl = of(self);
    Http2Stream* const stream = impl.find(id);
    if (stream == nullptr) return 0;
    if (!stream->has_head || stream->bodyless) {
        impl.reject(*stream);
        return 0;
    }
    stream->body_size += size;
    if (stream->body_size > stream->content_length) {
        impl.give_up(*stream, longer_than_its_length);
        return 0;
    }
    if (!stream->config.keep_body) return 0;
    if (stream->config.sink != nullptr && goes_to_sink(stream->status)) {
        (*stream->config.sink)(text_of(data, size));
        return 0;
    }
    std::string& body = stream->response.body;
    if (size > impl.limits.max_body_size - body.size()) {
        impl.give_up(*stream,
                     "the response body is larger than " + std::to_string(impl.limits.max_body_size) + " bytes");
        return 0;
    }
    body.append(text_of(data, size));
    return 0;
}

int Http2Session::Impl::on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Impl& impl = of(self);
    switch (frame->hd.type) {
        case NGHTTP2_HEADERS:
        case NGHTTP2_DATA: {
            Http2Stream* const stream = impl.find(frame->hd.stream_id);
            if (stream == nullptr) return 0;
            const bool is_end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
            if (frame->hd.type == NGHTTP2_HEADERS) {
                impl.on_head(*stream, is_end);
            } else if (is_end) {
                impl.on_end(*stream);
            }
            return 0;
        }
        case NGHTTP2_RST_STREAM:
            if (Http2Stream* const stream = impl.find(frame->hd.stream_id)) stream->reset_by_peer = true;
            return 0;
        case NGHTTP2_GOAWAY:
            impl.goaway = frame->goaway.error_code;
            impl.goaway_last_stream = frame->goaway.last_stream_id;
            return 0;
        default:
            return 0;
    }
}

void Http2Session::Impl::on_end(Http2Stream& stream) {
    // Interim responses have no end.
    if (!stream.has_head) return reject(stream);
    stream.outcome.times.last_byte = now;
    // A response may be complete before the request is: nobody needs the rest of that.
    if (!stream.serialized) {
        nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_NO_ERROR);
    }
    const bool is_short = stream.has_length() && stream.body_size < stream.content_length;
    finish(stream, is_short ? fail({.cause = "unexpected EOF"}) : nullptr);
}

void Http2Session::Impl::cut_off(Http2Stream& stream) {
    const std::uint32_t code = goaway.value_or(NGHTTP2_NO_ERROR);
    // A server that refuses the very first request with an error will refuse it on another connection, too.
    stream.outcome.unprocessed = stream.id > 1 || code == NGHTTP2_NO_ERROR;
    finish(stream, fail({.code = ErrorCode::http2_goaway,
                         .detail = {.http2_code = code},
                         .cause = "http2: Transport received GOAWAY from server ErrCode:" + http2_code_name(code)}));
}

int Http2Session::Impl::on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Impl& impl = of(self);
    switch (frame->hd.type) {
        case NGHTTP2_HEADERS:
        case NGHTTP2_DATA:
            if (Http2Stream* const stream = impl.find(frame->hd.stream_id)) {
                if (!std::exchange(stream->begun, true)) stream->outcome.times.begun = impl.sending_begins;
                if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
                stream->serialized = true;
                impl.serialized.push_back(stream);
            }
            return 0;
        case NGHTTP2_GOAWAY:
            if (frame->goaway.error_code != NGHTTP2_NO_ERROR && !impl.broken) impl.broken = frame->goaway.error_code;
            return 0;
        default:
            return 0;
    }
}

int Http2Session::Impl::on_frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int error, void* self) {
    Impl& impl = of(self);
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Http2Stream* const stream = impl.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->outcome.unprocessed = true;
    if (impl.goaway) {
        impl.cut_off(*stream);
    } else {
        impl.finish(*stream, fail({.cause = std::string("http2: ") + nghttp2_strerror(error)}));
    }
    return 0;
}

int Http2Session::Impl::on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* self) {
    Impl& impl = of(self);
    Http2Stream* const stream = impl.find(id);
    if (stream == nullptr) return 0;
    if (stream->reset_by_peer) {
        stream->outcome.unprocessed = code == NGHTTP2_REFUSED_STREAM;
        impl.finish(*stream, stream_failure(id, code, true));
    } else if (code == NGHTTP2_REFUSED_STREAM && impl.goaway) {
        impl.cut_off(*stream);
    } else {
        impl.finish(*stream, stream_failure(id, code, false));
    }
    return 0;
}

int Http2Session::Impl::on_error(nghttp2_session*, int, const char* text, std::size_t size, void* self) {
    of(self).error.assign(text, size);
    return 0;
}

ssize_t Http2Session::Impl::read_body(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                                      std::uint32_t* flags, nghttp2_data_source*, void* self) {
    Http2Stream* const stream = of(self).find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t count = std::min(size, stream->unsent_body.size());
    std::memcpy(buffer, stream->unsent_body.data(), count);
    stream->unsent_body.remove_prefix(count);
    if (stream->unsent_body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
}

void Http2Session::Impl::detach(Http2Stream& stream) {
    if (found == &stream) found = nullptr;
    if (reading == &stream) reading = nullptr;
    if (stream.id > 0) {
        by_id.erase(stream);
    } else {
        for (Opened& request : opened) {
            if (request.stream == &stream) request.stream = nullptr;
        }
    }
    streams[stream.index] = streams.back();
    streams[stream.index]->index = stream.index;
    streams.pop_back();
    if (stream.serialized && !stream.outcome.times.sent) std::erase(serialized, &stream);
}

void Http2Session::Impl::finish(Http2Stream& stream, MaybeFailure failure) {
    detach(stream);
    stream.state = Http2Stream::State::ended;
    stream.outcome.failure = std::move(failure);
    stream.next = nullptr;
    (last_ended != nullptr ? last_ended->next : first_ended) = &stream;
    last_ended = &stream;
    stream.listed = true;
    ++ended_count;
}

void Http2Session::Impl::unlist(Http2Stream& stream) {
    Http2Stream* before = nullptr;
    for (Http2Stream* other = first_ended; other != &stream; other = other->next) before = other;
    (before != nullptr ? before->next : first_ended) = stream.next;
    if (last_ended == &stream) last_ended = before;
    stream.listed = false;
    --ended_count;
}

void Http2Session::Impl::give_up(Http2Stream& stream, std::string cause) {
    nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_CANCEL);
    finish(stream, fail({.cause = std::move(cause)}));
}

void Http2Session::Impl::reject(Http2Stream& stream) {
    nghttp2_submit_rst_stream(session.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_PROTOCOL_ERROR);
    finish(stream, stream_failure(stream.id, NGHTTP2_PROTOCOL_ERROR, false));
}

void Http2Session::Impl::end_all(const Failure& reason) {
    ended = true;
    while (!streams.empty()) {
        Http2Stream& stream = *streams.back();
        // What was to be sent next has not been.
        stream.outcome.unprocessed = !stream.begun;
        finish(stream, fail(Failure(reason)));
    }
}

void Http2Session::Impl::end_if_broken() {
    if (!broken || ended) return;
    end_all({.code = ErrorCode::http2_connection,
             .detail = {.http2_code = *broken},
             .cause = "connection error: " + http2_code_name(*broken) + (error.empty() ? "" : " (" + error + ")")});
}

Http2Session::Http2Session(const Limits& limits, BlockPool& memory) : impl_(std::make_unique<Impl>(limits, memory)) {}
Http2Session::~Http2Session() = default;

bool Http2Session::accepts_requests() const noexcept {
    return !impl_->ended && !impl_->broken && nghttp2_session_check_request_allowed(impl_->session.get()) != 0;
}

std::size_t Http2Session::free_slots() const noexcept {
    const std::size_t allowed =
        nghttp2_session_get_remote_settings(impl_->session.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    return allowed - std::min(allowed, impl_->streams.size());
}

std::size_t Http2Session::open_streams() const noexcept { return impl_->streams.size(); }

void Http2Session::Impl::add_fields(const Http2Request& request) {
    constexpr std::uint8_t fixed_name = NGHTTP2_NV_FLAG_NO_COPY_NAME;
    field_count = 0;
    add(":authority", request.authority, fixed_name);
    add(":method", request.method, fixed_name);
    if (request.method != "CONNECT") {
        add(":path", request.target, fixed_name);
        add(":scheme", request.scheme, fixed_name);
    }
    for (const Headers::Field& field : request.fields) {
        if (has_no_place(field)) continue;
        if (!equals_ignoring_case(field.name, "Cookie")) {
            add(field.name, field.value);
            continue;
        }
        // RFC 9113 section 8.2.3: one field for each cookie compresses better.
        std::string_view rest = field.value;
        while (true) {
            const std::size_t end = rest.find("; ");
            add("cookie", rest.substr(0, end), fixed_name);
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 2);
        }
    }
    if (!request.user_agent.empty()) add("user-agent", request.user_agent, fixed_name);
    if (request.content_length) {
        const char* const end =
            std::to_chars(length_digits, length_digits + sizeof length_digits, *request.content_length).ptr;
        add("content-length", {length_digits, static_cast<std::size_t>(end - length_digits)}, fixed_name);
    }
}

void Http2Session::Impl::submit(Http2Stream& stream, std::span<const nghttp2_nv> with) {
    nghttp2_data_provider provider{};
    provider.read_callback = &read_body;
    stream.id = nghttp2_submit_request(session.get(), nullptr, with.data(), with.size(),
                                       stream.unsent_body.empty() ? nullptr : &provider, nullptr);
    if (stream.id < 0) return finish(stream, fail({.cause = std::string("http2: ") + nghttp2_strerror(stream.id)}));
    by_id.insert(stream);
}

void Http2Session::Impl::submit_opened() {
    for (const auto [stream, like] : opened) {
        if (stream != nullptr) submit(*stream, like->fields);
    }
    opened.clear();
}

void Http2Session::Impl::remember(LikeRequest& like, const Http2Request& request) {
    if (like.source && nghttp2_session_get_outbound_queue_size(session.get()) > 0) {
        replaced.push_back(std::exchange(like, {}));
    }
    like.source = request.source;
    like.method = request.method;
    like.fields.assign(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(field_count));
    like.text.clear();
    const auto lower = [](std::uint8_t c) { return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
    for (const nghttp2_nv& field : like.fields) {
        std::transform(field.name, field.name + field.namelen, std::back_inserter(like.text), lower);
        like.text.insert(like.text.end(), field.value, field.value + field.valuelen);
    }
    std::uint8_t* at = like.text.data();
    for (nghttp2_nv& field : like.fields) {
        field.name = std::exchange(at, at + field.namelen);
        field.value = std::exchange(at, at + field.valuelen);
        field.flags = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;
    }
}

void Http2Session::Impl::begin(Http2Stream& stream) {
    stream.state = Http2Stream::State::open;
    stream.index = static_cast<std::uint32_t>(streams.size());
    streams.push_back(&stream);
}

void Http2Session::open(Http2Stream& stream, const Http2Request& request) {
    Impl& impl = *impl_;
    // In the order in which they were opened, and before what they are like is replaced.
    impl.submit_opened();
    impl.begin(stream);
    stream.unsent_body = request.body;
    impl.add_fields(request);
    if (request.source) {
        LikeRequest& like = impl.place(request.source.get());
        impl.remember(like, request);
        impl.opened.push_back({&stream, &like});
    } else {
        impl.submit(stream, std::span(impl.fields).first(impl.field_count));
    }
}

bool Http2Session::open_like(Http2Stream& stream, const void* source, std::string_view method) {
    Impl& impl = *impl_;
    const LikeRequest& like = impl.place(source);
    if (like.source.get() != source || like.method != method) return false;
    impl.begin(stream);
    impl.opened.push_back({&stream, &like});
    return true;
}

void Http2Session::reset(Http2Stream& stream) {
    if (stream.listed) impl_->unlist(stream);
    if (stream.state != Http2Stream::State::open) return;
    impl_->detach(stream);
    stream.state = Http2Stream::State::idle;
    if (!impl_->ended && stream.id != 0) {
        nghttp2_submit_rst_stream(impl_->session.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_CANCEL);
    }
}

namespace {

template <class T>
void prefetch(const T& object) noexcept {
    const auto* const bytes = reinterpret_cast<const std::byte*>(&object);
    for (std::size_t at = 0; at < sizeof(T); at += 64) __builtin_prefetch(bytes + at, 1);
}

/// Of more, those that are going to be fed are likely to be others.
constexpr std::size_t most_prefetched = 16;

}  // namespace

void Http2Session::prefetch_streams() const noexcept {
    if (impl_->streams.size() > most_prefetched) return;
    for (const Http2Stream* stream : impl_->streams) prefetch(*stream);
}

void Http2Session::prefetch_behind_streams() const noexcept {
    if (impl_->streams.size() > most_prefetched) return;
    for (const Http2Stream* stream : impl_->streams) {
        prefetch(stream->response);
        if (stream->listener != nullptr) __builtin_prefetch(stream->listener, 1);
        if (stream->waiter == nullptr) continue;
        __builtin_prefetch(stream->waiter, 1);
        __builtin_prefetch(reinterpret_cast<const std::byte*>(stream->waiter) + 64, 1);
    }
}

void Http2Session::feed(std::string_view bytes, TimePoint now) {
    Impl& impl = *impl_;
    if (impl.ended) return;
    impl.now = now;
    const ssize_t taken = nghttp2_session_mem_recv(impl.session.get(), bytes_of(bytes), bytes.size());
    if (taken >= 0) return;
    // Beyond what nghttp2 answers by itself.
    const int error = static_cast<int>(taken);
    if (impl.error.empty()) impl.error = nghttp2_strerror(error);
    const bool flooded = error == NGHTTP2_ERR_FLOODED || error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;
    impl.broken = flooded ? http2_code::enhance_your_calm : http2_code::internal_error;
    nghttp2_session_terminate_session(impl.session.get(), *impl.broken);
    impl.end_if_broken();
}

void Http2Session::end(const Failure& reason) {
    Impl& impl = *impl_;
    if (impl.goaway) {
        impl.end_all({.code = ErrorCode::http2_goaway,
                      .detail = {.http2_code = *impl.goaway},
                      .cause = "http2: server sent GOAWAY and closed the connection; LastStreamID=" +
                               std::to_string(impl.goaway_last_stream) + ", ErrCode=" + http2_code_name(*impl.goaway)});
    } else {
        impl.end_all(reason);
    }
}

void Http2Session::take_output(std::string& out, std::size_t enough, EventTime now) {
    Impl& impl = *impl_;
    impl.sending_begins = now;
    impl.submit_opened();
    while (out.size() < enough) {
        const std::uint8_t* frame = nullptr;
        const ssize_t size = nghttp2_session_mem_send(impl.session.get(), &frame);
        if (size <= 0) break;
        out.append(text_of(frame, static_cast<std::size_t>(size)));
    }
    if (!impl.replaced.empty() && nghttp2_session_get_outbound_queue_size(impl.session.get()) == 0) {
        impl.replaced.clear();
    }
    impl.end_if_broken();
}

void Http2Session::output_written(TimePoint now) {
    for (Http2Stream* stream : impl_->serialized) stream->outcome.times.sent = now;
    impl_->serialized.clear();
}

Http2Stream* Http2Session::take_ended() noexcept {
    Http2Stream* const stream = impl_->first_ended;
    if (stream == nullptr) return nullptr;
    impl_->first_ended = stream->next;
    if (impl_->first_ended == nullptr) impl_->last_ended = nullptr;
    stream->listed = false;
    --impl_->ended_count;
    return stream;
}

std::size_t Http2Session::ended_streams() const noexcept { return impl_->ended_count; }

bool Http2Session::finished() const noexcept {
    return impl_->ended || (nghttp2_session_want_read(impl_->session.get()) == 0 &&
                            nghttp2_session_want_write(impl_->session.get()) == 0);
}

}  // namespace k6::http
