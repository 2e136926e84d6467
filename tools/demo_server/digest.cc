#include "tools/demo_server/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>

#include "base/hex.h"

namespace k6::demo {

std::string digest(const char* algorithm, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> result = {};
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, algorithm, nullptr, bytes.data(), bytes.size(), result.data(), &size) != 1) {
        throw std::invalid_argument(std::string("no hash function ") + algorithm);
    }
    return {reinterpret_cast<const char*>(result.data()), size};
}

std::string hex_digest(const char* algorithm, std::string_view bytes) { return hex_text(digest(algorithm, bytes)); }

}  // namespace k6::demo
