// The WebSocket client of one VU: opening handshakes on connections of their own, made as HTTP makes its own — the same
// names, proxies, TLS, addresses, cookies.
//
//   Client client(vu, http_client, http_shared, shared);
//   Opening opening = client.connect({.url = "wss://localhost:8443/chat", .protocols = {"chat"}});
//   if (opening.session == nullptr) … opening.error, opening.response.status …
//
// Fibers of the VU's worker. The clients and what they share outlive the sessions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "metrics/tags.h"
#include "proto_http/headers.h"
#include "proto_http/request.h"
#include "proto_http/response.h"
#include "proto_ws/session.h"

namespace k6 {
class Vu;
}
namespace k6::http {
class Client;
class ClientShared;
class CookieJar;
}  // namespace k6::http

namespace k6::ws {

class ClientShared;

struct ConnectRequest {
    /// ws:// or wss://.
    std::string_view url;
    /// Not those of the handshake itself; `Sec-WebSocket-Protocol` is another way to ask for subprotocols.
    http::Headers headers = {};
    /// Subprotocols, the best first.
    std::vector<std::string> protocols = {};
    /// Takes and gives cookies; null: none.
    http::CookieJar* jar = nullptr;
    std::vector<http::RequestCookie> cookies = {};
    /// Ask for permessage-deflate.
    bool compression = false;
    /// Of everything up to the answer.
    Duration timeout = std::chrono::seconds(60);
    Session::Config session = {};
    /// Tags that the samples start from; nullopt: the VU's now.
    std::optional<metrics::TagSetId> tags = std::nullopt;
    std::vector<http::RequestTag> sample_tags = {};
    /// Value of the tags `url` and `name`; empty: the URL, and no tag `name`.
    std::string name = {};
};

struct Opening {
    /// Null: see `error`.
    std::unique_ptr<Session> session;
    /// The server's answer; status 0 if none came. Of a refusal with the first kilobyte of its body.
    http::Response response;
    /// Empty on success.
    std::string error;
};

class Client {
public:
    Client(Vu& vu, http::Client& http, http::ClientShared& http_shared, ClientShared& shared)
        : vu_(vu), http_(http), http_shared_(http_shared), shared_(shared) {}

    /// Redirects are refusals like any answer but 101. Records ws_sessions and ws_connecting, also of failures. Throws
    /// Interrupted.
    Opening connect(const ConnectRequest& request);

private:
    Vu& vu_;
    http::Client& http_;
    http::ClientShared& http_shared_;
    ClientShared& shared_;
};

}  // namespace k6::ws
