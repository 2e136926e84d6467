// The insides of ClientShared: what the clients of one worker lend each other.
//
// The scratch strings hold something only between two suspensions of a fiber: another fiber may use them in between.
// Worker thread only; for this folder.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "proto_http/client_shared.h"
#include "proto_http/headers.h"
#include "proto_http/response.h"
#include "proto_http/tls.h"
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
};

/// Buffers for what arrives. A fiber borrows one while it waits for a response; the last one given back is lent first,
/// so few are ever touched.
class BufferPool {
public:
    /// More than a TLS record.
    static constexpr std::size_t buffer_size = std::size_t{1} << 15;

    class Loan {
    public:
        explicit Loan(BufferPool& pool) : pool_(pool), buffer_(pool.take()) {}
        ~Loan() { pool_.free_.push_back(buffer_); }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        char* data() const noexcept { return buffer_; }
        std::size_t size() const noexcept { return buffer_size; }

    private:
        BufferPool& pool_;
        char* buffer_;
    };

private:
    char* take();
    std::vector<std::unique_ptr<char[]>> owned_;
    std::vector<char*> free_;
};

struct ClientShared::Impl {
    Impl(Worker& on, ClientSettings with, std::unique_ptr<TlsContext> tls_context)
        : worker(on), settings(std::move(with)), tls(std::move(tls_context)) {}

    Response take_response();
    void give_back(Response&& response);

    Worker& worker;
    ClientSettings settings;
    std::unique_ptr<TlsContext> tls;
    UrlCache urls;
    BufferPool buffers;
    std::vector<Response> responses;

    // Scratch.
    std::string head;
    std::string cookie;
    std::string credentials;
    std::string authorization;
    std::vector<Headers::Field> fields;
    char plaintext[std::size_t{1} << 14];
};

}  // namespace k6::http
