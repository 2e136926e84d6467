// The insides of ClientShared: what the clients of one worker lend each other.
//
// The scratch strings hold something only between two suspensions of a fiber: another fiber may use them in between.
// Worker thread only; for this folder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "proto_http/block_pool.h"
#include "proto_http/client_shared.h"
#include "proto_http/headers.h"
#include "proto_http/http_metrics.h"
#include "proto_http/outbox.h"
#include "proto_http/response_parser.h"
#include "proto_http/response_pool.h"
#include "proto_http/tls.h"
#include "proto_http/transport.h"
#include "proto_http/url.h"

namespace k6::http {

/// Parsed URLs by their text. Each text has one place, so that the cache is bounded and a look-up is one comparison.
class UrlCache {
public:
    /// The holder keeps it alive: another fiber's look-up may put another URL in its place.
    Result<std::shared_ptr<const Url>> find(std::string_view text);

private:
    static constexpr std::size_t places = 256;
    struct Place {
        std::string text;
        std::shared_ptr<const Url> url;
    };
    std::array<Place, places> places_;
    const Place* last_ = nullptr;
};

/// Request heads that a URL and a method determine alone: what plain requests, one like the other, send. Bounded and
/// looked up like URLs.
class PlainHeads {
public:
    struct Place {
        /// Kept alive, so that no other URL comes to lie where it was.
        std::shared_ptr<const Url> url;
        std::string method;
        std::string text;
        bool is_of(const std::shared_ptr<const Url>& wanted, std::string_view with) const {
            return url == wanted && method == with;
        }
    };
    Place& place(const std::shared_ptr<const Url>& url) {
        return places_[(reinterpret_cast<std::uintptr_t>(url.get()) >> 4) % places_.size()];
    }

private:
    std::array<Place, 64> places_;
};

/// A stretch of memory of its own that goes back to the system when it is destroyed: a freed block of the heap would
/// keep the pages that were touched.
class PageBlock {
public:
    explicit PageBlock(std::size_t size);
    ~PageBlock();
    PageBlock(PageBlock&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
    PageBlock& operator=(PageBlock&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    char* data() const noexcept { return data_; }

private:
    char* data_;
    std::size_t size_;
};

/// Buffers for what arrives. A fiber borrows one while it waits for a response; the last one given back is lent first,
/// so few are ever touched, and beyond a number none is kept: thousands of VUs that wait at the same time (when a test
/// begins) would otherwise leave a page each behind.
class BufferPool {
    struct Buffer {
        PageBlock memory;
        char* begin;
    };

public:
    /// More than a TLS record.
    static constexpr std::size_t buffer_size = std::size_t{1} << 15;

    class Loan {
    public:
        explicit Loan(BufferPool& pool) : pool_(pool), buffer_(pool.take()) {}
        ~Loan() { pool_.give_back(std::move(buffer_)); }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        char* data() const noexcept { return buffer_.begin; }
        std::size_t size() const noexcept { return buffer_size; }

    private:
        BufferPool& pool_;
        Buffer buffer_;
    };

    BufferPool() { free_.reserve(most_kept); }

private:
    static constexpr std::size_t most_kept = 256;

    Buffer take();
    void give_back(Buffer&& buffer) noexcept {
        if (free_.size() < most_kept) free_.push_back(std::move(buffer));
    }

    std::vector<Buffer> free_;
    std::size_t made_ = 0;
};

/// Parsers, borrowed when something of a response has come; the one given back last is lent first.
class ParserPool {
public:
    struct GiveBack {
        ParserPool* pool = nullptr;
        void operator()(ResponseParser* parser) const noexcept { pool->take_back(parser); }
    };
    using Loan = std::unique_ptr<ResponseParser, GiveBack>;

    ParserPool() { free_.reserve(most_kept); }
    Loan lend();

private:
    static constexpr std::size_t most_kept = 64;
    void take_back(ResponseParser* parser) noexcept;

    std::vector<std::unique_ptr<ResponseParser>> free_;
};

struct ClientShared::Impl {
    Impl(Worker& on, ClientSettings with, std::unique_ptr<TlsContext> tls_context)
        : worker(on), settings(std::move(with)), tls(std::move(tls_context)), timers(on), outbox(on) {}

    Worker& worker;
    ClientSettings settings;
    std::unique_ptr<TlsContext> tls;
    DeadlineTimers timers;
    Outbox outbox;
    UrlCache urls;
    PlainHeads plain_heads;
    /// Authorities that have chosen HTTP/2.
    std::vector<std::string> http2_origins;
    BufferPool buffers;
    ParserPool parsers;
    ResponsePool response_pool;
    BlockPool http2_memory;
    KnownTagSets known_tag_sets;

    // Scratch.
    std::string head;
    std::string cookie;
    std::string credentials;
    std::string authorization;
    std::string target;
    std::vector<Headers::Field> fields;
    std::string http2_output;
    char plaintext[std::size_t{1} << 14];
};

}  // namespace k6::http
