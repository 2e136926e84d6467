// The head of an HTTP/2 response, field by field as HPACK gives them: whether it is one (RFC 9113 section 8), and what
// it says.
//
//   Http2HeadReader reader;
//   reader.begin(response.headers);
//   for (…) if (!reader.add(name, value)) …              // malformed
//   if (!reader.end()) …
//   reader.status(), reader.content_length()
//
// Servers send the same fields again and again. Those of one head are remembered, checked and canonical: a field that
// is equal to the one in its place there is not looked at again, and fields in a row are copied together. A field that
// HPACK takes from its table is even the same object.
//
// One per session, whose heads follow one another; worker thread only. Nghttp2's buffers must not outlive the session:
// forget() before that goes.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proto_http/headers.h"

namespace k6::http {

class Http2HeadReader {
public:
    static constexpr std::uint64_t unknown_length = UINT64_MAX;

    Http2HeadReader() = default;
    ~Http2HeadReader() { forget(); }
    Http2HeadReader(const Http2HeadReader&) = delete;
    Http2HeadReader& operator=(const Http2HeadReader&) = delete;

    /// What follows is a head, whose fields go to the end of `into`. That outlives the reading.
    void begin(Headers& into);
    /// What follows are trailers, which are checked and go nowhere.
    void begin_trailers();

    /// False: the message is malformed; the next call is begin(), begin_trailers() or forget().
    bool add(nghttp2_rcbuf* name, nghttp2_rcbuf* value) {
        if (next_ == known_.size()) return add_unknown(name, value);
        const Field& field = known_[next_];
        // Most are the same objects.
        if ((field.name != name || field.value != value) && !is_same(field, name, value)) {
            return add_unknown(name, value);
        }
        size_ += field.size;
        if (learns_) learn(name, value, field.kind);
        const std::size_t index = next_++;
        if (field.kind == Kind::status) return take_status(known_status_);
        if (field.kind == Kind::content_length && !take_content_length(known_content_length_)) return false;
        any_plain_ = true;
        ++fields_;
        // All but `:status`, which is the first one.
        if (run_begin_ == run_end_) run_begin_ = index - 1;
        run_end_ = index;
        return true;
    }
    bool end();

    /// So far: bytes of the fields as RFC 9113 section 6.5.2 counts them, and their number without `:status`.
    std::size_t size() const noexcept { return size_; }
    std::size_t fields() const noexcept { return fields_; }
    /// Of a head, from 100 on.
    int status() const noexcept { return status_; }
    /// unknown_length: it has none.
    std::uint64_t content_length() const noexcept { return content_length_; }

    /// Lets go of everything that is remembered.
    void forget() noexcept;

private:
    enum class Kind : std::uint8_t { plain, status, content_length };
    struct Field {
        nghttp2_rcbuf* name;
        nghttp2_rcbuf* value;
        std::uint32_t size;
        Kind kind;
    };

    void start(Headers* into);
    static bool is_same(const Field& field, nghttp2_rcbuf* name, nghttp2_rcbuf* value);
    bool add_unknown(nghttp2_rcbuf* name, nghttp2_rcbuf* value);
    /// Also says what kind of a field it is.
    bool check(std::string_view name, std::string_view value, Kind& kind);
    bool take_status(int status);
    bool take_content_length(std::uint64_t length);
    /// Of the remembered fields, those that were met and not yet copied.
    void copy_run();
    void learn(nghttp2_rcbuf* name, nghttp2_rcbuf* value, Kind kind);
    static void release(std::vector<Field>& fields) noexcept;

    // The head at hand.
    Headers* into_ = nullptr;
    bool learns_ = false;
    bool any_plain_ = false;
    bool any_unknown_ = false;
    int status_ = 0;
    std::uint64_t content_length_ = unknown_length;
    std::size_t size_ = 0;
    std::size_t fields_ = 0;
    /// Of known_: the next one, and where the fields that are to be copied begin and end among known_headers_.
    std::size_t next_ = 0;
    std::size_t run_begin_ = 0;
    std::size_t run_end_ = 0;

    // The head that is remembered.
    std::vector<Field> known_;
    Headers known_headers_;
    int known_status_ = 0;
    std::uint64_t known_content_length_ = unknown_length;
    /// Heads since then that were not the same.
    std::uint32_t others_ = 0;
    /// The one that will be remembered instead.
    std::vector<Field> learned_;
};

}  // namespace k6::http
