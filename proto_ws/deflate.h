// The compression of permessage-deflate (RFC 7692 section 7), each message for itself: one pair of states serves all
// sessions of a worker.
//
//   Deflate deflate;
//   deflate.compress("hello", out);
//   if (deflate.decompress(payload, 1 << 20, message) != Deflate::Outcome::done) …
//
// One thread at a time. zlib stays out of this header; its memory (some 300 KB) is taken when it is first needed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace k6::ws {

class Deflate {
public:
    Deflate();
    ~Deflate();
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;

    /// Appends the compressed message.
    void compress(std::string_view message, std::string& out);

    enum class Outcome : unsigned char { done, malformed, too_large };
    /// Replaces `out`, which gets `most` bytes at most.
    Outcome decompress(std::string_view payload, std::size_t most, std::string& out);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::ws
