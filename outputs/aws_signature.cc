#include "outputs/aws_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "base/hex.h"

namespace k6::outputs {
namespace {

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size) == nullptr) {
        throw std::runtime_error("HMAC is not available");
    }
    return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> AwsSigner::headers(std::string_view method, std::string_view host,
                                                                    std::string_view path, std::string_view body,
                                                                    std::chrono::sys_seconds now) const {
    const std::time_t time = std::chrono::system_clock::to_time_t(now);
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    std::array<char, 32> text{};
    const std::string stamp(text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc));
    const std::string day = stamp.substr(0, 8);

    const std::string signed_headers = "host;x-amz-date";
    std::string request = std::string(method) + "\n";
    request += path.empty() ? "/" : path;
    request += "\n\nhost:" + std::string(host) + "\nx-amz-date:" + stamp + "\n\n" + signed_headers + "\n";
    request += hex_text(sha256(body));
    const std::string scope = day + "/" + region + "/" + service + "/aws4_request";
    const std::string to_sign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex_text(sha256(request));
    const std::string key = hmac(hmac(hmac(hmac("AWS4" + secret_key, day), region), service), "aws4_request");
    return {{"X-Amz-Date", stamp},
            {"Authorization", "AWS4-HMAC-SHA256 Credential=" + access_key + "/" + scope +
                                  ", SignedHeaders=" + signed_headers + ", Signature=" + hex_text(hmac(key, to_sign))}};
}

}  // namespace k6::outputs
