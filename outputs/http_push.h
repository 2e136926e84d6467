// Plain requests over HTTP/1.1 or HTTPS, of finished bodies as outputs post them: one connection that is kept, one
// request at a time, and an end to waiting from another thread.
//
//   auto poster = HttpPoster::make({.base = "https://host:9090", .username = "me", .password = "secret"});
//   Result<HttpAnswer> answer = (*poster)->post("/api/v1/write", body, "application/x-protobuf");
//
// post: one thread; abort: any.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/error.h"

namespace k6::outputs {

struct TlsSettings {
    bool insecure_skip_verify = false;
    /// 0x0303 is TLS 1.2, 0x0304 is 1.3; 0: the library's choice.
    int min_version = 0;
    /// PEM files; empty: the system's authorities, no certificate of our own.
    std::string authorities;
    std::string client_certificate;
    std::string client_key;
};

struct HttpTarget {
    /// "http://host:port" or "https://…".
    std::string base;
    std::vector<std::pair<std::string, std::string>> headers;
    /// Basic authentication unless empty.
    std::string username;
    std::string password;
    TlsSettings tls;
    /// "http://host:port"; empty: none.
    std::string proxy;
    Duration timeout = std::chrono::seconds(30);
};

struct HttpAnswer {
    int status = 0;
    std::string body;

    bool success() const { return status >= 200 && status < 300; }
    /// The backend may take the same request later (RFC 9110, section 15; RFC 6585).
    bool may_retry() const { return status == 429 || status == 502 || status == 503 || status == 504; }
    /// The body, or the status if there is none.
    std::string error_text() const;
};

class HttpPoster {
public:
    /// Errors (ErrorClass::generic): a base that is no URL, a certificate file that cannot be read.
    static Result<std::unique_ptr<HttpPoster>> make(const HttpTarget& target);
    ~HttpPoster();
    HttpPoster(const HttpPoster&) = delete;
    HttpPoster& operator=(const HttpPoster&) = delete;

    /// `headers` beside those of the target. An error means that no answer came.
    Result<HttpAnswer> post(const std::string& path, const std::string& body, const std::string& content_type,
                            const std::vector<std::pair<std::string, std::string>>& headers = {});
    Result<HttpAnswer> get(const std::string& path);
    /// Ends a request that is under way, and makes later ones fail. May be called again and again.
    void abort();

private:
    struct State;
    explicit HttpPoster(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace k6::outputs
