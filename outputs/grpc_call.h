// Unary gRPC calls (gRPC over HTTP/2, its protocol description in grpc/doc/PROTOCOL-HTTP2.md) on nghttp2 and OpenSSL:
// a connection for each call, as outputs call once in several seconds.
//
//   auto caller = GrpcCaller::make({.authority = "localhost:4317", .tls = TlsSettings{}});
//   Result<GrpcAnswer> answer = (*caller)->call("/pkg.Service/Method", request, seconds(10));
//   if (answer && answer->status == 0) … answer->body
//
// call: one thread at a time; abort: any.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "outputs/http_push.h"

namespace k6::outputs {

struct GrpcTarget {
    /// host:port.
    std::string authority;
    /// Nothing: in clear.
    std::optional<TlsSettings> tls;
    /// Metadata; names in lower case.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string user_agent = "k6";
};

struct GrpcAnswer {
    /// 0 is OK.
    int status = 0;
    std::string message;
    /// The response message's bytes.
    std::string body;

    /// Those that OTLP has clients try again: cancelled, deadline exceeded, aborted, out of range, unavailable, data
    /// loss, resource exhausted.
    bool may_retry() const;
};

class GrpcCaller {
public:
    /// Errors (ErrorClass::generic): certificates that cannot be read.
    static Result<std::unique_ptr<GrpcCaller>> make(const GrpcTarget& target);
    ~GrpcCaller();
    GrpcCaller(const GrpcCaller&) = delete;
    GrpcCaller& operator=(const GrpcCaller&) = delete;

    /// An error means that no answer came.
    Result<GrpcAnswer> call(const std::string& path, const std::string& message, Duration timeout);
    /// Ends a call that is under way, and makes later ones fail.
    void abort();

private:
    struct Tls;
    class Connection;
    explicit GrpcCaller(GrpcTarget target);

    GrpcTarget target_;
    std::unique_ptr<Tls> tls_;
    /// Readable once abort() was called.
    int abort_event_ = -1;
};

}  // namespace k6::outputs
