// The memory of responses, for the next ones: so that in the steady state none allocates.
//
// It is lent when a response begins, not when its request is sent: thousands that are awaited need none, and what was
// given back last, and is still in the processor's caches, is lent first.
//
//   pool.lend(response);                           // the head is about to be parsed into it
//   pool.take_back(std::move(response));           // nobody needs it any more
//
// Owned by what the clients of a worker share; that worker's thread only.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "proto_http/headers.h"
#include "proto_http/response.h"

namespace k6::http {

class ResponsePool {
public:
    ResponsePool() { kept_.reserve(most_kept); }

    /// Once for each response; again does nothing.
    void lend(Response& response) {
        if (kept_.empty() || response.headers.has_memory()) return;
        Memory& memory = kept_.back();
        response.headers = std::move(memory.headers);
        response.status_text = std::move(memory.status_text);
        response.body = std::move(memory.body);
        response.url = std::move(memory.url);
        kept_.pop_back();
    }

    /// Leaves an empty response.
    void take_back(Response&& response) {
        if (kept_.size() < most_kept && response.headers.has_memory()) {
            if (response.body.capacity() > most_body_kept) std::string().swap(response.body);
            Memory& memory = kept_.emplace_back(std::move(response.headers), std::move(response.status_text),
                                                std::move(response.body), std::move(response.url));
            memory.headers.clear();
            memory.status_text.clear();
            memory.body.clear();
            memory.url.clear();
        }
        response.status = 0;
        response.status_text.clear();
        response.protocol = Protocol::none;
        response.headers.clear();
        response.body.clear();
        response.url.clear();
        response.remote.reset();
        response.timings = {};
        response.tls.reset();
        if (response.error) response.error = {};
        response.cookie_header.clear();
        response.redirects_followed = 0;
    }

private:
    static constexpr std::size_t most_kept = 256;
    static constexpr std::size_t most_body_kept = std::size_t{1} << 16;

    struct Memory {
        Memory(Headers&& of_headers, std::string&& of_status_text, std::string&& of_body, std::string&& of_url)
            : headers(std::move(of_headers)),
              status_text(std::move(of_status_text)),
              body(std::move(of_body)),
              url(std::move(of_url)) {}
        Headers headers;
        std::string status_text;
        std::string body;
        std::string url;
    };
    std::vector<Memory> kept_;
};

}  // namespace k6::http
