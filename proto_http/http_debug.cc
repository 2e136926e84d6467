#include "proto_http/http_debug.h"

#include <openssl/rand.h>

#include <cstddef>

namespace k6::http {
namespace {

/// RFC 9562, version 4.
std::string random_uuid() {
    unsigned char bytes[16] = {};
    (void)RAND_bytes(bytes, sizeof bytes);
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < sizeof bytes; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += digits[bytes[i] >> 4];
        out += digits[bytes[i] & 15];
    }
    return out;
}

void log_dump(const Vu& vu, std::string_view id, const std::string& text) {
    const std::string number = std::to_string(vu.id_in_instance());
    const std::string iteration = std::to_string(vu.iteration().of_vu);
    const std::string_view scenario = vu.scenario() != nullptr ? std::string_view(vu.scenario()->name) : "";
    vu.logger().info(text, {{"group", vu.group_path},
                            {"iter", iteration},
                            {"request_id", id},
                            {"scenario", scenario},
                            {"source", "http-debug"},
                            {"vu", number}});
}

}  // namespace

std::string log_request(const Vu& vu, std::string_view head, std::string_view body, bool with_body) {
    std::string id = random_uuid();
    std::string text = "Request:\n";
    for (char c : head) {
        if (c != '\r') text += c;
    }
    if (with_body) text += body;
    text += '\n';
    log_dump(vu, id, text);
    return id;
}

void log_response(const Vu& vu, std::string_view id, const Response& response, bool with_body) {
    std::string text = "Response:\n";
    text += to_string(response.protocol);
    text += ' ';
    text += response.status_text;
    text += '\n';
    for (const auto& [name, value] : response.headers) {
        text += name;
        text += ": ";
        text += value;
        text += '\n';
    }
    text += '\n';
    if (with_body) text += response.body;
    text += '\n';
    log_dump(vu, id, text);
}

}  // namespace k6::http
