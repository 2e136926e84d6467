// Elliptic-curve keys: ECDSA signatures, ECDH secrets, and the formats in which keys come and go.
//
// Curves are P-256, P-384 and P-521. What goes wrong is a Failure (key.h). Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "js/modules/webcrypto/key.h"

namespace k6::js::webcrypto {

using Pair = std::shared_ptr<EVP_PKEY>;

Pair generate_pair(std::string_view curve);

/// r and s, one after the other.
std::string ecdsa_sign(const Key& key, std::string_view hash, std::string_view data);
bool ecdsa_verify(const Key& key, std::string_view hash, std::string_view signature, std::string_view data);
/// The shared secret: the x coordinate.
std::string ecdh(const Key& own, const Key& other);

/// The point, uncompressed.
std::string export_raw(const Key& key);
std::string export_spki(const Key& key);
std::string export_pkcs8(const Key& key);
/// Coordinates, and the secret number of private keys (empty for public ones).
struct Numbers {
    std::string x;
    std::string y;
    std::string d;
};
Numbers export_numbers(const Key& key);

Pair import_raw(std::string_view curve, std::string_view bytes);
Pair import_spki(std::string_view curve, std::string_view bytes);
Pair import_pkcs8(std::string_view curve, std::string_view bytes);
Pair import_numbers(std::string_view curve, const Numbers& numbers);

}  // namespace k6::js::webcrypto
