#include "js/modules/webcrypto/elliptic.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/free_with.h"

namespace k6::js::webcrypto {
namespace {

using Number = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using PairContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using PrivateInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void fail(const char* what) { throw Failure("OperationError", what); }
[[noreturn]] void bad_data(const char* what) { throw Failure("DataError", what); }

Pair owned(EVP_PKEY* pair) { return Pair(pair, EVP_PKEY_free); }

/// OpenSSL's name.
const char* group_name(std::string_view curve) {
    return curve == "P-256" ? SN_X9_62_prime256v1 : curve == "P-384" ? SN_secp384r1 : SN_secp521r1;
}

const EVP_MD* digest_of(std::string_view hash) {
    return hash == "SHA-1"     ? EVP_sha1()
           : hash == "SHA-256" ? EVP_sha256()
           : hash == "SHA-384" ? EVP_sha384()
                               : EVP_sha512();
}

std::string padded(const BIGNUM* number, std::size_t size) {
    std::string bytes(size, '\0');
    if (BN_bn2binpad(number, bytes_of(bytes), static_cast<int>(size)) < 0) fail("a number is too large");
    return bytes;
}

Number number_of(std::string_view bytes) {
    return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

void require_curve(EVP_PKEY* pair, std::string_view curve) {
    char name[64];
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(pair, name, sizeof name, &size) != 1 ||
        std::string_view(name, size) != group_name(curve)) {
        bad_data("the key is not one of that curve");
    }
}

/// A key of a point (uncompressed), and of its secret number if there is one.
Pair build(std::string_view curve, std::string_view point, std::string_view secret) {
    const Builder builder(OSSL_PARAM_BLD_new());
    const Number number = secret.empty() ? nullptr : number_of(secret);
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(curve), 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1 ||
        (number && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) != 1)) {
        fail("the key cannot be made");
    }
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const PairContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* pair = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &pair, number ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters.get()) !=
            1) {
        bad_data("the point is not on the curve");
    }
    return owned(pair);
}

}  // namespace

Pair generate_pair(std::string_view curve) {
    EVP_PKEY* pair = EVP_EC_gen(group_name(curve));
    if (pair == nullptr) fail("the key could not be generated");
    return owned(pair);
}

std::string ecdsa_sign(const Key& key, std::string_view hash, std::string_view data) {
    const DigestContext context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (!context || EVP_DigestSignInit(context.get(), nullptr, digest_of(hash), nullptr, key.pair.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes_of(data), data.size()) != 1) {
        fail("cannot be signed");
    }
    std::string der(size, '\0');
    if (EVP_DigestSign(context.get(), bytes_of(der), &size, bytes_of(data), data.size()) != 1) fail("cannot be signed");
    const unsigned char* at = bytes_of(std::string_view(der));
    const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    if (!signature) fail("cannot be signed");
    const std::size_t bytes = curve_bytes(key.curve);
    return padded(ECDSA_SIG_get0_r(signature.get()), bytes) + padded(ECDSA_SIG_get0_s(signature.get()), bytes);
}

bool ecdsa_verify(const Key& key, std::string_view hash, std::string_view signature, std::string_view data) {
    const std::size_t bytes = curve_bytes(key.curve);
    if (signature.size() != 2 * bytes) return false;
    const Signature parts(ECDSA_SIG_new());
    if (!parts || ECDSA_SIG_set0(parts.get(), number_of(signature.substr(0, bytes)).release(),
                                 number_of(signature.substr(bytes)).release()) != 1) {
        return false;
    }
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(parts.get(), &der);
    if (size <= 0) return false;
    const std::string encoded(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    const DigestContext context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, digest_of(hash), nullptr, key.pair.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(std::string_view(encoded)), encoded.size(), bytes_of(data),
                            data.size()) == 1;
}

std::string ecdh(const Key& own, const Key& other) {
    const PairContext context(EVP_PKEY_CTX_new(own.pair.get(), nullptr));
    std::size_t size = 0;
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), other.pair.get()) != 1 ||
        EVP_PKEY_derive(context.get(), nullptr, &size) != 1) {
        fail("no secret can be derived from these keys");
    }
    std::string secret(size, '\0');
    if (EVP_PKEY_derive(context.get(), bytes_of(secret), &size) != 1) fail("no secret can be derived from these keys");
    secret.resize(size);
    return secret;
}

std::string export_raw(const Key& key) {
    const Numbers numbers = export_numbers(key);
    return '\x04' + numbers.x + numbers.y;
}

std::string export_spki(const Key& key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.pair.get(), &der);
    if (size <= 0) fail("the key cannot be exported");
    std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

std::string export_pkcs8(const Key& key) {
    const PrivateInfo info(EVP_PKEY2PKCS8(key.pair.get()));
    unsigned char* der = nullptr;
    const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der) : 0;
    if (size <= 0) fail("the key cannot be exported");
    std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

Numbers export_numbers(const Key& key) {
    const std::size_t bytes = curve_bytes(key.curve);
    const auto number = [&](const char* name) {
        BIGNUM* found = nullptr;
        if (EVP_PKEY_get_bn_param(key.pair.get(), name, &found) != 1) fail("the key cannot be exported");
        const Number owner(found);
        return padded(found, bytes);
    };
    Numbers numbers{.x = number(OSSL_PKEY_PARAM_EC_PUB_X), .y = number(OSSL_PKEY_PARAM_EC_PUB_Y), .d = {}};
    if (key.type == KeyType::private_key) numbers.d = number(OSSL_PKEY_PARAM_PRIV_KEY);
    return numbers;
}

Pair import_raw(std::string_view curve, std::string_view bytes) {
    if (bytes.size() != 1 + 2 * curve_bytes(curve) || bytes[0] != '\x04') bad_data("the key is no uncompressed point");
    return build(curve, bytes, {});
}

Pair import_spki(std::string_view curve, std::string_view bytes) {
    const unsigned char* at = bytes_of(bytes);
    const Pair pair = owned(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())));
    if (!pair) bad_data("the key is no SubjectPublicKeyInfo");
    require_curve(pair.get(), curve);
    return pair;
}

Pair import_pkcs8(std::string_view curve, std::string_view bytes) {
    const unsigned char* at = bytes_of(bytes);
    const PrivateInfo info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(bytes.size())));
    const Pair pair = info ? owned(EVP_PKCS82PKEY(info.get())) : Pair();
    if (!pair) bad_data("the key is no PKCS #8 private key");
    require_curve(pair.get(), curve);
    return pair;
}

Pair import_numbers(std::string_view curve, const Numbers& numbers) {
    const std::size_t bytes = curve_bytes(curve);
    if (numbers.x.size() != bytes || numbers.y.size() != bytes || (!numbers.d.empty() && numbers.d.size() != bytes))
        bad_data("the key's numbers do not have the curve's size");
    return build(curve, '\x04' + numbers.x + numbers.y, numbers.d);
}

}  // namespace k6::js::webcrypto
