#include "proto_http/ntlm.h"

#include <nettle/md4.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "proto_http/base64.h"
#include "proto_http/headers.h"

namespace k6::http {
namespace {

constexpr std::string_view signature("NTLMSSP\0", 8);

// MS-NLMP section 2.2.2.5.
constexpr std::uint32_t negotiate_unicode = 0x00000001;
constexpr std::uint32_t request_target = 0x00000004;
constexpr std::uint32_t negotiate_ntlm = 0x00000200;
constexpr std::uint32_t always_sign = 0x00008000;
constexpr std::uint32_t extended_session_security = 0x00080000;
constexpr std::uint32_t negotiate_target_info = 0x00800000;
constexpr std::uint32_t negotiate_version = 0x02000000;
constexpr std::uint32_t negotiate_128 = 0x20000000;
constexpr std::uint32_t negotiate_56 = 0x80000000;

constexpr std::uint16_t info_end = 0;
constexpr std::uint16_t info_timestamp = 7;

void append_little(std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint64_t little(std::string_view bytes, std::size_t at, int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) {
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]))
                 << (8 * i);
    }
    return value;
}

/// UTF-8 to UTF-16LE; bytes that are no UTF-8 become U+FFFD.
std::string utf16(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80           ? 1
                                   : (lead >> 5) == 0x06 ? 2
                                   : (lead >> 4) == 0x0e ? 3
                                   : (lead >> 3) == 0x1e ? 4
                                                         : 0;
        std::uint32_t point = length == 1 ? lead : length == 2 ? lead & 0x1f : length == 3 ? lead & 0x0f : lead & 0x07;
        bool valid = length != 0 && i + length <= text.size();
        for (std::size_t k = 1; valid && k < length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            valid = (byte >> 6) == 2;
            point = point << 6 | (byte & 0x3f);
        }
        if (!valid) {
            point = 0xfffd;
            ++i;
        } else {
            i += length;
        }
        if (point >= 0x10000) {
            append_little(out, 0xd800 + ((point - 0x10000) >> 10), 2);
            append_little(out, 0xdc00 + ((point - 0x10000) & 0x3ff), 2);
        } else {
            append_little(out, point, 2);
        }
    }
    return out;
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    return out;
}

std::string md4(std::string_view bytes) {
    md4_ctx context;
    md4_init(&context);
    md4_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    std::string out(MD4_DIGEST_SIZE, '\0');
    md4_digest(&context, out.size(), reinterpret_cast<std::uint8_t*>(out.data()));
    return out;
}

std::string hmac_md5(std::string_view key, std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
             bytes.size(), digest, &size) == nullptr) {
        throw std::runtime_error("HMAC-MD5 is not available");
    }
    return {reinterpret_cast<const char*>(digest), size};
}

std::optional<std::string> base64_decoded(std::string_view text) {
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    for (char c : text) {
        const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (value < 0) return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(group >> bits & 0xff);
        }
    }
    return out;
}

/// The timestamp that the target information holds, 8 bytes; empty if it has none.
std::string_view timestamp_of(std::string_view target_info) {
    while (target_info.size() >= 4) {
        const auto id = static_cast<std::uint16_t>(little(target_info, 0, 2));
        const auto length = static_cast<std::size_t>(little(target_info, 2, 2));
        if (id == info_end || target_info.size() - 4 < length) break;
        if (id == info_timestamp && length == 8) return target_info.substr(4, 8);
        target_info.remove_prefix(4 + length);
    }
    return {};
}

/// 100 ns since 1601.
std::uint64_t file_time(WallTime time) {
    constexpr std::int64_t seconds_before_1970 = 11'644'473'600;
    const std::int64_t since_1970 =
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count() / 100;
    return static_cast<std::uint64_t>(since_1970 + seconds_before_1970 * 10'000'000);
}

}  // namespace

std::optional<std::string_view> ntlm_scheme(std::string_view header) {
    for (const std::string_view scheme : {std::string_view("NTLM"), std::string_view("Negotiate")}) {
        if (header.size() < scheme.size() || !equals_ignoring_case(header.substr(0, scheme.size()), scheme)) continue;
        if (header.size() == scheme.size() || header[scheme.size()] == ' ') return scheme;
    }
    return std::nullopt;
}

std::string ntlm_negotiate(std::string_view scheme) {
    std::string message(signature);
    append_little(message, 1, 4);
    append_little(message,
                  negotiate_unicode | request_target | negotiate_ntlm | always_sign | extended_session_security |
                      negotiate_target_info | negotiate_128 | negotiate_56,
                  4);
    // No domain, no workstation, no version.
    message.append(24, '\0');
    std::string out(scheme);
    out += ' ';
    append_base64(message, out);
    return out;
}

NtlmFacts make_ntlm_facts(WallTime now) {
    NtlmFacts facts{.file_time = file_time(now)};
    if (RAND_bytes(facts.challenge.data(), static_cast<int>(facts.challenge.size())) != 1) {
        throw std::runtime_error("no random numbers");
    }
    return facts;
}

NtlmResponse ntlm_response(std::string_view user, std::string_view domain, std::string_view password,
                           std::string_view server_challenge, std::string_view target_info, const NtlmFacts& facts) {
    const std::string key = hmac_md5(md4(utf16(password)), utf16(upper(user)) + utf16(domain));
    const std::string client_challenge(reinterpret_cast<const char*>(facts.challenge.data()), facts.challenge.size());
    const std::string_view server_time = timestamp_of(target_info);

    std::string blob("\x01\x01\0\0\0\0\0\0", 8);
    if (server_time.empty()) {
        append_little(blob, facts.file_time, 8);
    } else {
        blob += server_time;
    }
    blob += client_challenge;
    blob.append(4, '\0');
    blob += target_info;
    blob.append(4, '\0');

    NtlmResponse response;
    response.nt = hmac_md5(key, std::string(server_challenge) + blob) + blob;
    // Section 3.1.5.1.2: nothing for LM where the server told its time.
    response.lm = server_time.empty()
                      ? hmac_md5(key, std::string(server_challenge) + client_challenge) + client_challenge
                      : std::string(24, '\0');
    return response;
}

Result<std::string> ntlm_authenticate(std::string_view challenge_header, const Credentials& credentials,
                                      const NtlmFacts& facts) {
    const auto wrong = [](std::string_view reason) {
        return Error{ErrorClass::generic, "NTLM challenge: " + std::string(reason)};
    };
    const auto scheme = ntlm_scheme(challenge_header);
    if (!scheme || challenge_header.size() == scheme->size()) return wrong("there is none");
    const auto message = base64_decoded(challenge_header.substr(scheme->size() + 1));
    if (!message) return wrong("it is not in Base64");
    constexpr std::size_t least = 48;
    if (message->size() < least || !message->starts_with(signature) || little(*message, 8, 4) != 2) {
        return wrong("it is no challenge message");
    }
    const auto flags = static_cast<std::uint32_t>(little(*message, 20, 4));
    if ((flags & negotiate_unicode) == 0) return wrong("the server does not speak Unicode");
    const std::string_view server_challenge = std::string_view(*message).substr(24, 8);
    std::string_view target_info;
    if ((flags & negotiate_target_info) != 0) {
        const auto size = static_cast<std::size_t>(little(*message, 40, 2));
        const auto offset = static_cast<std::size_t>(little(*message, 44, 4));
        if (offset > message->size() || size > message->size() - offset) {
            return wrong("the target information is outside of the message");
        }
        target_info = std::string_view(*message).substr(offset, size);
    }

    std::string_view user = credentials.user;
    std::string_view domain;
    if (const std::size_t backslash = user.find('\\'); backslash != std::string_view::npos) {
        domain = user.substr(0, backslash);
        user = user.substr(backslash + 1);
    }
    const NtlmResponse response =
        ntlm_response(user, domain, credentials.password.value_or(""), server_challenge, target_info, facts);

    const std::string fields[] = {response.lm, response.nt, utf16(domain), utf16(user), "", ""};
    constexpr std::size_t header_size = 8 + 4 + 6 * 8 + 4;
    std::string out(signature);
    append_little(out, 3, 4);
    std::size_t offset = header_size;
    for (const std::string& field : fields) {
        append_little(out, field.size(), 2);
        append_little(out, field.size(), 2);
        append_little(out, offset, 4);
        offset += field.size();
    }
    append_little(out, flags & ~negotiate_version, 4);
    for (const std::string& field : fields) out += field;

    std::string header(*scheme);
    header += ' ';
    append_base64(out, header);
    return header;
}

}  // namespace k6::http
