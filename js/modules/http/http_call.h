// One request of a script on its way: what the client sends and answers, what belongs to it on the script's side, and
// the pool that keeps their memory.
//
//   HttpCallPtr call = realm.pool->take();
//   read_request(context, arguments, *call);
//   context.client->send(call->request, call->response);
//   Value response = make_response(context, std::move(call));
//
// A call lives on in its Response object until that is collected, so nothing of it is copied. The VU's worker's thread
// only.
#pragma once

#include <memory>
#include <vector>

#include "js/modules/context.h"
#include "js/mujs/native.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6::js {

/// How the body of the response reaches the script.
enum class ResponseType : unsigned char { text, binary, none };

class HttpCallPool;

struct HttpCall {
    http::Request request;
    http::Response response;
    /// Takes the response's memory back; null for answers that no client gave.
    http::Client* client = nullptr;
    ResponseType response_type = ResponseType::text;
    /// Failures throw; the option `throw` unless the params say otherwise.
    bool throws = false;
    /// `params.responseCallback`, which the request refers to.
    std::vector<http::StatusRange> expected;
    /// What the request borrows its body from, and the object of its jar: kept until it is sent.
    Value body;
    Value jar;
    /// The body as `res.request.body` shows it, if it is a string of the script.
    TracedValue shown_body;

    HttpCallPool* pool = nullptr;
};

struct ReturnHttpCall {
    void operator()(HttpCall* call) const noexcept;
};
using HttpCallPtr = std::unique_ptr<HttpCall, ReturnHttpCall>;

/// Of one worker: what a collection of one VU frees serves the next, while it is still in the processor's caches. Lives
/// as long as the States, whose Response objects hold its calls.
class HttpCallPool {
public:
    HttpCallPtr take() {
        if (free_.empty()) {
            free_.push_back(std::make_unique<HttpCall>());
            free_.back()->pool = this;
        }
        HttpCallPtr call(free_.back().release());
        free_.pop_back();
        return call;
    }

private:
    friend struct ReturnHttpCall;
    static constexpr std::size_t kept = 1024;
    /// Larger bodies are not kept for their memory.
    static constexpr std::size_t kept_body = 64 * 1024;

    std::vector<std::unique_ptr<HttpCall>> free_;
};

inline void ReturnHttpCall::operator()(HttpCall* call) const noexcept {
    std::unique_ptr<HttpCall> owned(call);
    if (call->client != nullptr) {
        call->client->recycle(std::move(call->response));
        call->client = nullptr;
    }
    if (call->pool->free_.size() >= HttpCallPool::kept || call->request.body.bytes().size() > HttpCallPool::kept_body) {
        return;
    }
    call->body = Value();
    call->jar = Value();
    call->shown_body = TracedValue();
    call->pool->free_.push_back(std::move(owned));
}

/// What k6/http keeps per script.
struct HttpRealm {
    HttpCallPool* pool = nullptr;
    Value response_prototype;
    Value timings_prototype;
    Value cookie_jar_prototype;
};

}  // namespace k6::js
