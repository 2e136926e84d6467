#include "proto_ws/client.h"

#include <utility>

#include "engine/exec/vu.h"
#include "proto_http/byte_stream.h"
#include "proto_http/client.h"
#include "proto_http/client_shared.h"
#include "proto_http/url.h"
#include "proto_ws/client_shared.h"
#include "proto_ws/handshake.h"
#include "proto_ws/ws_metrics.h"

namespace k6::ws {
namespace {

/// "ws://…" as the HTTP URL that the handshake asks for; empty if it is none.
std::string http_url(std::string_view url) {
    for (const std::string_view scheme : {"wss", "ws"}) {
        if (http::equals_ignoring_case(url.substr(0, scheme.size()), scheme) &&
            url.substr(scheme.size()).starts_with("://")) {
            return (scheme == "wss" ? "https" : "http") + std::string(url.substr(scheme.size()));
        }
    }
    return {};
}

/// Back again, for tags.
std::string ws_url(std::string_view http) { return "ws" + std::string(http.substr(4)); }

}  // namespace

Opening Client::connect(const ConnectRequest& request) {
    Opening opening;
    const TimePoint start = vu_.worker().now();
    http::Request upgrade{
        .url = http_url(request.url), .timeout = request.timeout, .jar = request.jar, .cookies = request.cookies};
    const auto url = http::Url::parse(upgrade.url);
    WsMetrics metrics(vu_, http_shared_.settings().system_tags,
                      {.base = request.tags.value_or(vu_.tags()),
                       .url = upgrade.url.empty() || !url ? std::string(request.url) : ws_url(url->masked()),
                       .name = request.name,
                       .tags = request.sample_tags});

    std::string protocols;
    const auto add_protocol = [&](std::string_view protocol) {
        if (!protocols.empty()) protocols += ", ";
        protocols += protocol;
    };
    for (const std::string& protocol : request.protocols) add_protocol(protocol);
    for (const auto& [name, value] : request.headers) {
        if (name == http::canonical_header_name("Sec-WebSocket-Protocol")) {
            add_protocol(value);
        } else if (is_handshake_field(name)) {
            opening.error = "websocket: duplicate header not allowed: " + std::string(name);
        } else {
            upgrade.headers.add(name, value);
        }
    }
    if (!http::valid_header_value(protocols)) opening.error = "websocket: a subprotocol has control characters";
    if (upgrade.url.empty() || !url || url->host().empty()) opening.error = "malformed ws or wss URL";

    unsigned char random[16];
    fill_with_random(random, sizeof random);
    const std::string key = handshake_key(random);
    std::vector<http::Headers::Field> fields{{"Upgrade", "websocket"},
                                             {"Connection", "Upgrade"},
                                             {"Sec-WebSocket-Key", key},
                                             {"Sec-WebSocket-Version", "13"}};
    if (!protocols.empty()) fields.push_back({"Sec-WebSocket-Protocol", protocols});
    if (request.compression) fields.push_back({"Sec-WebSocket-Extensions", compression_offer});

    http::Upgrade answer;
    Agreement agreement;
    if (opening.error.empty()) {
        answer = http_.upgrade(upgrade, fields);
        opening.response = std::move(answer.response);
        if (answer.failure) {
            opening.error = answer.failure->cause;
        } else if (!answer.stream) {
            opening.error = "websocket: bad handshake";
        } else {
            auto agreed = check_handshake(opening.response.headers, key,
                                          {.protocols = protocols, .compression = request.compression});
            if (agreed) {
                agreement = std::move(*agreed);
            } else {
                opening.error = "websocket: bad handshake: " + agreed.error().message;
                answer.stream.reset();
            }
        }
    }
    const TimePoint end = vu_.worker().now();
    metrics.set_remote(opening.response.remote);
    metrics.set_answer(opening.response.status,
                       std::string(opening.response.headers.get("Sec-WebSocket-Protocol").value_or("")));
    metrics.record(metrics::Builtin::ws_sessions, 1, end);
    metrics.record(metrics::Builtin::ws_connecting, to_milliseconds(end - start), end);
    if (answer.stream) {
        opening.session = std::make_unique<Session>(vu_, shared_, std::move(answer.stream), std::move(agreement),
                                                    std::move(metrics), start, request.session);
    }
    return opening;
}

}  // namespace k6::ws
