#include "tools/demo_server/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace k6::demo {

std::string digest(const char* algorithm, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> result = {};
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, algorithm, nullptr, bytes.data(), bytes.size(), result.data(), &size) != 1) {
        throw std::invalid_argument(std::string("no hash function ") + algorithm);
    }
    return {reinterpret_cast<const char*>(result.data()), size};
}

std::string hex_digest(const char* algorithm, std::string_view bytes) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    for (char c : digest(algorithm, bytes)) {
        auto byte = static_cast<unsigned char>(c);
        text += kHex[byte >> 4];
        text += kHex[byte & 15];
    }
    return text;
}

}  // namespace k6::demo
