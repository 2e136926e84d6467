// The WebSocket opening handshake (RFC 6455 section 4.2).
#include "tools/demo_server/base64.h"
#include "tools/demo_server/digest.h"
#include "tools/demo_server/route.h"
#include "tools/demo_server/utf8.h"

namespace k6::demo {
namespace {

/// Whether the comma-separated values of all fields of that name include `token`.
bool has_token(const FieldList& fields, std::string_view name, std::string_view token) {
    for (const Field& field : fields) {
        if (!equal_ignoring_case(field.name, name)) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            std::size_t end = std::min(rest.find(','), rest.size());
            std::string_view item = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
            item = item.substr(0, item.find_last_not_of(" \t") + 1);
            if (equal_ignoring_case(item, token)) return true;
        }
    }
    return false;
}

Response open_websocket(const Call& call, WebSocketPlan plan) {
    constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    constexpr std::size_t kKeySize = 16;
    const Request& request = call.request();
    const FieldList& fields = request.fields;
    if (request.version != "1.1" || !has_token(fields, "Upgrade", "websocket") ||
        !has_token(fields, "Connection", "Upgrade")) {
        Response refusal = Response::error(426, "this is a WebSocket");
        if (request.version == "1.1") refusal.fields.add("Upgrade", "websocket");
        return refusal;
    }
    if (fields.find("Sec-WebSocket-Version").value_or("") != "13") {
        Response refusal = Response::error(426, "the WebSocket version spoken here is 13");
        refusal.fields.add("Sec-WebSocket-Version", "13");
        return refusal;
    }
    std::string_view key = fields.find("Sec-WebSocket-Key").value_or("");
    auto decoded = decode_base64(key);
    if (!decoded || decoded->size() != kKeySize)
        return Response::error(400, "Sec-WebSocket-Key is no 16 bytes in Base64");

    Response response;
    response.status = 101;
    response.fields.add("Upgrade", "websocket");
    response.fields.add("Connection", "Upgrade");
    response.fields.add("Sec-WebSocket-Accept", encode_base64(digest("SHA1", std::string(key) + std::string(kGuid))));
    // Only a subprotocol that the client offered may be chosen.
    auto protocol = call.argument("subproto");
    if (protocol && is_token(*protocol) && has_token(fields, "Sec-WebSocket-Protocol", *protocol)) {
        response.fields.add("Sec-WebSocket-Protocol", *protocol);
    }
    response.websocket = std::move(plan);
    return response;
}

Response echo(const Call& call) { return open_websocket(call, {}); }

Response close(const Call& call) {
    // What an endpoint may send: RFC 6455 section 7.4.
    constexpr std::size_t kLongestReason = 123;
    auto code = call.argument_number("code", 1000, 1000, 4999);
    if (!code) return Response::error(400, code.error().message);
    std::string reason = call.argument("reason").value_or("");
    if (reason.size() > kLongestReason || !is_utf8(reason)) {
        return Response::error(400, "a reason has at most 123 bytes of UTF-8");
    }
    return open_websocket(call, {.close_code = static_cast<std::uint16_t>(*code), .close_reason = std::move(reason)});
}

constexpr Route kRoutes[] = {
    {"/ws", kGet, 0, 0, echo, "/ws", "a WebSocket that echoes"},
    {"/ws/echo", kGet, 0, 0, echo, "/ws/echo?subproto=chat", "the same, with that subprotocol if offered"},
    {"/ws/close", kGet, 0, 0, close, "/ws/close?code=1001&reason=bye", "a WebSocket that closes at once"},
};

}  // namespace

std::span<const Route> websocket_routes() { return kRoutes; }

}  // namespace k6::demo
