#include "proto_http/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "base/hex.h"
#include "proto_http/headers.h"

namespace k6::http {
namespace {

std::string md5(std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr) != 1) {
        throw std::runtime_error("MD5 is not available");
    }
    return hex_text({reinterpret_cast<const char*>(digest), size});
}

std::string_view skip_blanks(std::string_view text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t' || text[0] == ',')) text.remove_prefix(1);
    return text;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

bool lists(std::string_view list, std::string_view wanted) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view item = list.substr(0, comma);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
        if (equals_ignoring_case(item, wanted)) return true;
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

}  // namespace

std::optional<DigestChallenge> parse_digest_challenge(std::string_view header) {
    constexpr std::string_view scheme = "Digest";
    if (header.size() <= scheme.size() || !equals_ignoring_case(header.substr(0, scheme.size()), scheme) ||
        header[scheme.size()] != ' ') {
        return std::nullopt;
    }
    DigestChallenge challenge;
    std::string_view rest = skip_blanks(header.substr(scheme.size()));
    while (!rest.empty()) {
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) break;
        const std::string_view name = rest.substr(0, equals);
        rest.remove_prefix(equals + 1);
        std::string value;
        if (rest.starts_with('"')) {
            std::size_t i = 1;
            for (; i < rest.size() && rest[i] != '"'; ++i) {
                if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
                value += rest[i];
            }
            if (i == rest.size()) return std::nullopt;
            rest.remove_prefix(i + 1);
        } else {
            const std::size_t end = std::min(rest.size(), rest.find(','));
            value = rest.substr(0, end);
            while (!value.empty() && value.back() == ' ') value.pop_back();
            rest.remove_prefix(end);
        }
        if (equals_ignoring_case(name, "realm")) challenge.realm = value;
        if (equals_ignoring_case(name, "nonce")) challenge.nonce = value;
        if (equals_ignoring_case(name, "algorithm")) challenge.algorithm = value;
        if (equals_ignoring_case(name, "qop")) challenge.qop = value;
        if (equals_ignoring_case(name, "opaque")) challenge.opaque = value;
        rest = skip_blanks(rest);
    }
    if (challenge.nonce.empty()) return std::nullopt;
    return challenge;
}

Result<std::string> digest_authorization(const DigestChallenge& challenge, const Credentials& credentials,
                                         std::string_view method, std::string_view target, std::string_view body,
                                         std::string_view cnonce) {
    if (!challenge.algorithm.empty() && !equals_ignoring_case(challenge.algorithm, "MD5")) {
        return Error{ErrorClass::generic, "digest: algorithm '" + challenge.algorithm + "' is not implemented"};
    }
    std::string qop;
    if (lists(challenge.qop, "auth")) {
        qop = "auth";
    } else if (lists(challenge.qop, "auth-int")) {
        qop = "auth-int";
    } else if (!challenge.qop.empty()) {
        return Error{ErrorClass::generic, "digest: qop '" + challenge.qop + "' is not implemented"};
    }
    constexpr std::string_view count = "00000001";
    const std::string a1 = md5(credentials.user + ":" + challenge.realm + ":" + credentials.password.value_or(""));
    std::string a2 = std::string(method) + ":" + std::string(target);
    if (qop == "auth-int") a2 += ":" + md5(body);
    std::string to_hash = a1 + ":" + challenge.nonce + ":";
    if (!qop.empty()) to_hash += std::string(count) + ":" + std::string(cnonce) + ":" + qop + ":";
    const std::string answer = md5(to_hash + md5(a2));

    std::string out = "Digest username=" + quoted(credentials.user) + ", realm=" + quoted(challenge.realm) +
                      ", nonce=" + quoted(challenge.nonce) + ", uri=" + quoted(target) + ", response=" + quoted(answer);
    if (!challenge.algorithm.empty()) out += ", algorithm=" + challenge.algorithm;
    if (!qop.empty()) {
        out += ", cnonce=" + quoted(cnonce) + ", nc=" + std::string(count) + ", qop=" + qop;
    }
    if (challenge.opaque) out += ", opaque=" + quoted(*challenge.opaque);
    return out;
}

std::string make_cnonce() {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random numbers");
    return hex_text({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

}  // namespace k6::http
