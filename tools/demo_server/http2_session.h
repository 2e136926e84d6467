// HTTP/2 (RFC 9113) over one connection, on nghttp2: many streams at once, each a request and its answer.
//
// Owned by its Connection, on its shard's thread. Faults of a response that mean the connection (reset, malformed) end
// all its streams; a false Content-Length is sent as it is, for clients to object to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tools/demo_server/message.h"
#include "tools/demo_server/session.h"

namespace k6::demo {

class Connection;

/// What a client's connection begins with (RFC 9113 section 3.4).
inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Http2Session final : public Session {
public:
    explicit Http2Session(Connection& connection);
    ~Http2Session() override;

    void on_data(std::string_view bytes) override;
    void on_drained() override;
    void on_end() override;

private:
    struct Engine;

    std::unique_ptr<Engine> engine_;
};

}  // namespace k6::demo
