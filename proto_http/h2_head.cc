#include "proto_http/h2_head.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace k6::http {
namespace {

/// What RFC 9113 section 6.5.2 counts for a field besides its text.
constexpr std::size_t field_overhead = 32;
/// Of a head that is remembered.
constexpr std::size_t most_known_fields = 64;
constexpr std::size_t most_known_bytes = 8192;

std::string_view text_of(nghttp2_rcbuf* buffer) {
    const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
    return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

bool same_text(nghttp2_rcbuf* a, nghttp2_rcbuf* b) { return a == b || text_of(a) == text_of(b); }

/// They speak of an HTTP/1.1 connection (RFC 9113 section 8.2.2).
bool is_of_a_connection(std::string_view name) {
    switch (name.size()) {
        case 7:
            return name == "upgrade";
        case 10:
            return name == "connection" || name == "keep-alive";
        case 16:
            return name == "proxy-connection";
        case 17:
            return name == "transfer-encoding";
        default:
            return false;
    }
}

bool is_lower_case_token(std::string_view name) {
    return valid_header_name(name) &&
           std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string_view without_blanks(std::string_view value) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    return value;
}

/// Nothing but a number.
template <class Number>
bool parse(std::string_view text, Number& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void Http2HeadReader::start(Headers* into) {
    release(learned_);
    into_ = into;
    learns_ = false;
    any_plain_ = false;
    any_unknown_ = false;
    status_ = 0;
    content_length_ = unknown_length;
    size_ = 0;
    fields_ = 0;
    next_ = 0;
    run_begin_ = 0;
    run_end_ = 0;
}

void Http2HeadReader::begin(Headers& into) { start(&into); }

void Http2HeadReader::begin_trailers() {
    start(nullptr);
    next_ = known_.size();
}

bool Http2HeadReader::is_same(const Field& field, nghttp2_rcbuf* name, nghttp2_rcbuf* value) {
    return same_text(field.name, name) && same_text(field.value, value);
}

bool Http2HeadReader::end() {
    if (into_ == nullptr) return true;
    if (status_ == 0) return false;
    copy_run();
    if (status_ < 200) return true;
    const bool same = !any_unknown_ && next_ == known_.size();
    others_ = same ? 0 : others_ + 1;
    if (learned_.empty()) return true;
    known_.swap(learned_);
    release(learned_);
    known_headers_ = *into_;
    known_status_ = status_;
    known_content_length_ = content_length_;
    return true;
}

[[gnu::noinline]] bool Http2HeadReader::add_unknown(nghttp2_rcbuf* name_buffer, nghttp2_rcbuf* value_buffer) {
    const std::string_view name = text_of(name_buffer);
    const std::string_view value = text_of(value_buffer);
    Kind kind = Kind::plain;
    if (!check(name, value, kind)) return false;
    size_ += name.size() + value.size() + field_overhead;
    if (into_ == nullptr) return true;
    if (!std::exchange(any_unknown_, true)) {
        // Where no head is like the one before, it would be a waste to remember each.
        learns_ = (others_ & (others_ - 1)) == 0 || others_ % 1024 == 0;
        for (std::size_t i = 0; learns_ && i < next_; ++i) learn(known_[i].name, known_[i].value, known_[i].kind);
    }
    if (learns_) learn(name_buffer, value_buffer, kind);
    // Only its value is another one: the next field may be the next one there.
    if (next_ < known_.size() && same_text(known_[next_].name, name_buffer)) ++next_;
    if (kind == Kind::status) return true;
    copy_run();
    ++fields_;
    any_plain_ = true;
    into_->add_lower_case(name, without_blanks(value));
    return true;
}

bool Http2HeadReader::check(std::string_view name, std::string_view value, Kind& kind) {
    if (name.starts_with(':')) {
        kind = Kind::status;
        int status = 0;
        return name == ":status" && value.size() == 3 && parse(value, status) && take_status(status);
    }
    if (!is_lower_case_token(name) || !valid_header_value(value) || is_of_a_connection(name)) return false;
    if (into_ == nullptr || name != "content-length") return true;
    kind = Kind::content_length;
    std::uint64_t length = 0;
    return parse(value, length) && take_content_length(length);
}

bool Http2HeadReader::take_status(int status) {
    // Switching protocols is for HTTP/1.1 (RFC 9113 section 8.6).
    if (into_ == nullptr || any_plain_ || status_ != 0 || status < 100 || status == 101) return false;
    status_ = status;
    return true;
}

bool Http2HeadReader::take_content_length(std::uint64_t length) {
    if (content_length_ != unknown_length || length == unknown_length) return false;
    content_length_ = length;
    return true;
}

void Http2HeadReader::copy_run() {
    if (run_begin_ == run_end_) return;
    into_->append(known_headers_, run_begin_, run_end_);
    run_begin_ = run_end_ = 0;
}

void Http2HeadReader::learn(nghttp2_rcbuf* name, nghttp2_rcbuf* value, Kind kind) {
    if (learned_.size() == most_known_fields || size_ > most_known_bytes) {
        learns_ = false;
        return release(learned_);
    }
    const std::size_t size = text_of(name).size() + text_of(value).size() + field_overhead;
    learned_.push_back({name, value, static_cast<std::uint32_t>(size), kind});
    nghttp2_rcbuf_incref(name);
    nghttp2_rcbuf_incref(value);
}

void Http2HeadReader::release(std::vector<Field>& fields) noexcept {
    for (const Field& field : fields) {
        nghttp2_rcbuf_decref(field.name);
        nghttp2_rcbuf_decref(field.value);
    }
    fields.clear();
}

void Http2HeadReader::forget() noexcept {
    release(known_);
    release(learned_);
    next_ = 0;
}

}  // namespace k6::http
