#include "proto_ws/handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "proto_http/base64.h"

namespace k6::ws {
namespace {

using http::equals_ignoring_case;

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes the part before the separator off the front. There are no quoted separators in what is read here.
std::string_view take_part(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view part = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

bool has_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        if (equals_ignoring_case(take_part(list, ','), token)) return true;
    }
    return false;
}

bool offers(std::string_view protocols, std::string_view one) {
    while (!protocols.empty()) {
        if (take_part(protocols, ',') == one) return true;
    }
    return false;
}

Error wrong(std::string what) { return {ErrorClass::generic, std::move(what)}; }

/// One extension of an answer to compression_offer (RFC 7692 section 7.1).
Result<void> check_compression(std::string_view extension) {
    bool server_forgets = false;
    bool client_forgets = false;
    take_part(extension, ';');
    while (!extension.empty()) {
        const std::string_view parameter = take_part(extension, ';');
        if (parameter == "server_no_context_takeover") {
            if (std::exchange(server_forgets, true)) return wrong("a parameter of permessage-deflate comes twice");
        } else if (parameter == "client_no_context_takeover") {
            if (std::exchange(client_forgets, true)) return wrong("a parameter of permessage-deflate comes twice");
        } else if (parameter.starts_with("server_max_window_bits")) {
            // A smaller window is no matter for who decompresses, offered or not.
        } else {
            return wrong("permessage-deflate has a parameter that was not offered: " + std::string(parameter));
        }
    }
    if (!server_forgets) return wrong("the server did not agree to compress each message for itself");
    return {};
}

}  // namespace

std::string handshake_key(std::span<const unsigned char, 16> random) {
    std::string key;
    http::append_base64({reinterpret_cast<const char*>(random.data()), random.size()}, key);
    return key;
}

std::string handshake_accept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr) != 1) {
        throw std::runtime_error("SHA-1 is not available");
    }
    std::string accept;
    http::append_base64({reinterpret_cast<const char*>(digest), size}, accept);
    return accept;
}

Result<Agreement> check_handshake(const http::Headers& headers, std::string_view key, const Offer& offer) {
    const auto list = [&](std::string_view name) { return headers.joined(name).value_or(std::string()); };
    if (!has_token(list("Upgrade"), "websocket")) return wrong("the answer does not upgrade to websocket");
    if (!has_token(list("Connection"), "Upgrade")) return wrong("the answer's Connection does not say upgrade");
    if (list("Sec-WebSocket-Accept") != handshake_accept(key)) {
        return wrong("Sec-WebSocket-Accept does not answer the key");
    }
    Agreement agreed{.protocol = list("Sec-WebSocket-Protocol"), .extensions = list("Sec-WebSocket-Extensions")};
    if (!agreed.protocol.empty() && !offers(offer.protocols, agreed.protocol)) {
        return wrong("the server chose a subprotocol that was not offered: " + agreed.protocol);
    }
    std::string_view extensions = agreed.extensions;
    while (!extensions.empty()) {
        const std::string_view extension = take_part(extensions, ',');
        if (extension.empty()) continue;
        std::string_view rest = extension;
        const std::string_view name = take_part(rest, ';');
        if (!offer.compression || name != "permessage-deflate" || agreed.compression) {
            return wrong("the server chose an extension that was not offered: " + std::string(name));
        }
        if (auto checked = check_compression(extension); !checked) return checked.error();
        agreed.compression = true;
    }
    return agreed;
}

bool is_handshake_field(std::string_view name) {
    for (const std::string_view own :
         {"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions"}) {
        if (equals_ignoring_case(name, own)) return true;
    }
    return false;
}

}  // namespace k6::ws
