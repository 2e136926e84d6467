// Keys of WebCrypto: what they are, and what may be done with them. Values without a State.
//
// Source of names and rules: W3C Web Cryptography API.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace k6::js::webcrypto {

/// What a promise is rejected with: a DOMException's name and a message.
class Failure : public std::runtime_error {
public:
    Failure(std::string_view name, const std::string& message) : std::runtime_error(message), name_(name) {}
    const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
};

enum class Algorithm : std::uint8_t { aes_cbc, aes_ctr, aes_gcm, aes_kw, hmac, pbkdf2, ecdsa, ecdh };
/// "AES-CBC".
std::string_view name_of(Algorithm algorithm);
/// By its name, whatever the case; Failure NotSupportedError if there is none.
Algorithm algorithm_of(std::string_view name);
inline bool is_aes(Algorithm algorithm) { return algorithm <= Algorithm::aes_kw; }
inline bool is_elliptic(Algorithm algorithm) { return algorithm >= Algorithm::ecdsa; }

/// The hash of a name, whatever the case: "SHA-1", "SHA-256", "SHA-384", "SHA-512".
std::string_view hash_of(std::string_view name);
/// The same hash as js/modules/digests.h calls it, and as JWK does ("HS256").
std::string_view digest_name(std::string_view hash);
/// Bytes of a block of the hash's input.
std::size_t block_size(std::string_view hash);

/// "P-256", "P-384", "P-521"; Failure NotSupportedError for others.
std::string_view curve_of(std::string_view name);
/// Bytes of a coordinate.
std::size_t curve_bytes(std::string_view curve);

/// In the order in which `usages` lists them.
enum class Usage : std::uint8_t {
    encrypt = 1,
    decrypt = 2,
    sign = 4,
    verify = 8,
    derive_key = 16,
    derive_bits = 32,
    wrap_key = 64,
    unwrap_key = 128,
};
using Usages = std::uint8_t;
constexpr bool has(Usages usages, Usage usage) { return (usages & static_cast<Usages>(usage)) != 0; }
std::vector<std::string_view> names_of(Usages usages);
/// Failure SyntaxError for names that there are none of.
Usage usage_of(std::string_view name);

enum class KeyType : std::uint8_t { secret, private_key, public_key };

struct Key {
    static constexpr const char* js_name = "CryptoKey";
    Algorithm algorithm;
    KeyType type = KeyType::secret;
    bool extractable = false;
    Usages usages = 0;
    /// Of HMAC.
    std::string_view hash = {};
    /// Of elliptic curves.
    std::string_view curve = {};
    /// Of secret keys.
    std::string secret = {};
    std::shared_ptr<EVP_PKEY> pair = {};
};

/// What usages a key of this kind may have.
Usages allowed_usages(Algorithm algorithm, KeyType type);
/// Failure SyntaxError unless all of `usages` are allowed and, for secret and private keys, there is one.
void check_usages(Algorithm algorithm, KeyType type, Usages usages);
/// Failure InvalidAccessError unless the key is of the algorithm and may be used so.
void require(const Key& key, Algorithm algorithm, Usage usage);

std::string random_bytes(std::size_t size);

}  // namespace k6::js::webcrypto
