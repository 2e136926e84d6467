#include "js/modules/webcrypto/key.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace k6::js::webcrypto {
namespace {

constexpr std::pair<Algorithm, std::string_view> algorithms[] = {
    {Algorithm::aes_cbc, "AES-CBC"}, {Algorithm::aes_ctr, "AES-CTR"}, {Algorithm::aes_gcm, "AES-GCM"},
    {Algorithm::aes_kw, "AES-KW"},   {Algorithm::hmac, "HMAC"},       {Algorithm::pbkdf2, "PBKDF2"},
    {Algorithm::ecdsa, "ECDSA"},     {Algorithm::ecdh, "ECDH"},
};

constexpr std::pair<Usage, std::string_view> usages_by_name[] = {
    {Usage::encrypt, "encrypt"},  {Usage::decrypt, "decrypt"},      {Usage::sign, "sign"},
    {Usage::verify, "verify"},    {Usage::derive_key, "deriveKey"}, {Usage::derive_bits, "deriveBits"},
    {Usage::wrap_key, "wrapKey"}, {Usage::unwrap_key, "unwrapKey"},
};

struct Hash {
    std::string_view name;
    std::string_view digest;
    std::size_t block;
};
constexpr Hash hashes[] = {
    {"SHA-1", "sha1", 64}, {"SHA-256", "sha256", 64}, {"SHA-384", "sha384", 128}, {"SHA-512", "sha512", 128}};

constexpr std::pair<std::string_view, std::size_t> curves[] = {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}};

std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

const Hash& known_hash(std::string_view name) {
    return *std::find_if(std::begin(hashes), std::end(hashes), [&](const Hash& hash) { return hash.name == name; });
}

constexpr Usages set_of(std::initializer_list<Usage> usages) {
    Usages set = 0;
    for (const Usage usage : usages) set = static_cast<Usages>(set | static_cast<Usages>(usage));
    return set;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
    for (const auto& [known, name] : algorithms) {
        if (known == algorithm) return name;
    }
    return "";
}

Algorithm algorithm_of(std::string_view name) {
    const std::string wanted = upper(name);
    for (const auto& [algorithm, known] : algorithms) {
        if (known == wanted) return algorithm;
    }
    throw Failure("NotSupportedError", "unsupported algorithm: " + std::string(name));
}

std::string_view hash_of(std::string_view name) {
    const std::string wanted = upper(name);
    for (const Hash& hash : hashes) {
        if (hash.name == wanted) return hash.name;
    }
    throw Failure("NotSupportedError", "unsupported hash algorithm: " + std::string(name));
}

std::string_view digest_name(std::string_view hash) { return known_hash(hash).digest; }
std::size_t block_size(std::string_view hash) { return known_hash(hash).block; }

std::string_view curve_of(std::string_view name) {
    for (const auto& [curve, bytes] : curves) {
        if (curve == name) return curve;
    }
    throw Failure("NotSupportedError", "unsupported elliptic curve: " + std::string(name));
}

std::size_t curve_bytes(std::string_view curve) {
    for (const auto& [known, bytes] : curves) {
        if (known == curve) return bytes;
    }
    return 0;
}

std::vector<std::string_view> names_of(Usages usages) {
    std::vector<std::string_view> names;
    for (const auto& [usage, name] : usages_by_name) {
        if (has(usages, usage)) names.push_back(name);
    }
    return names;
}

Usage usage_of(std::string_view name) {
    for (const auto& [usage, known] : usages_by_name) {
        if (known == name) return usage;
    }
    throw Failure("SyntaxError", "unknown key usage: " + std::string(name));
}

Usages allowed_usages(Algorithm algorithm, KeyType type) {
    switch (algorithm) {
        case Algorithm::aes_cbc:
        case Algorithm::aes_ctr:
        case Algorithm::aes_gcm:
            return set_of({Usage::encrypt, Usage::decrypt, Usage::wrap_key, Usage::unwrap_key});
        case Algorithm::aes_kw:
            return set_of({Usage::wrap_key, Usage::unwrap_key});
        case Algorithm::hmac:
            return set_of({Usage::sign, Usage::verify});
        case Algorithm::pbkdf2:
            return set_of({Usage::derive_key, Usage::derive_bits});
        case Algorithm::ecdsa:
            return type == KeyType::public_key ? set_of({Usage::verify}) : set_of({Usage::sign});
        case Algorithm::ecdh:
            return type == KeyType::public_key ? Usages{0} : set_of({Usage::derive_key, Usage::derive_bits});
    }
    return 0;
}

void check_usages(Algorithm algorithm, KeyType type, Usages usages) {
    if (const Usages foreign = usages & ~allowed_usages(algorithm, type); foreign != 0) {
        throw Failure("SyntaxError", "invalid key usage for " + std::string(name_of(algorithm)) + ": " +
                                         std::string(names_of(foreign).front()));
    }
    if (usages == 0 && type != KeyType::public_key) {
        throw Failure("SyntaxError", "a " + std::string(name_of(algorithm)) + " key must have a usage");
    }
}

void require(const Key& key, Algorithm algorithm, Usage usage) {
    if (key.algorithm != algorithm) {
        throw Failure("InvalidAccessError", "the key is one of " + std::string(name_of(key.algorithm)) + ", not of " +
                                                std::string(name_of(algorithm)));
    }
    if (!has(key.usages, usage)) {
        throw Failure("InvalidAccessError", "the key does not support the '" +
                                                std::string(names_of(static_cast<Usages>(usage)).front()) +
                                                "' operation");
    }
}

std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
        throw Failure("OperationError", "no random bytes are to be had");
    }
    return bytes;
}

}  // namespace k6::js::webcrypto
