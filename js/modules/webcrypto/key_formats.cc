#include "js/modules/webcrypto/key_formats.h"

#include <cmath>
#include <utility>

#include "js/builtins/array_buffer.h"
#include "js/modules/base64.h"
#include "js/modules/webcrypto/elliptic.h"
#include "js/modules/webcrypto/parameters.h"

namespace k6::js::webcrypto {
namespace {

constexpr Base64 jwk_form{.url = true, .padded = false};

std::string text_member(const Value& jwk, const char* name) {
    const Value value = jwk.get(name);
    return value.is_string() ? value.as_string() : std::string();
}

std::string bytes_member(const Value& jwk, const char* name) {
    auto bytes = base64_decode(text_member(jwk, name), jwk_form);
    if (!bytes || bytes->empty()) throw Failure("DataError", "the JWK has no valid member '" + std::string(name) + "'");
    return *std::move(bytes);
}

std::string jwk_algorithm(const Key& key) {
    if (key.algorithm == Algorithm::hmac) return "HS" + (key.hash == "SHA-1" ? "1" : std::string(key.hash.substr(4)));
    if (is_aes(key.algorithm)) {
        return "A" + std::to_string(key.secret.size() * 8) + std::string(name_of(key.algorithm).substr(4));
    }
    return {};
}

void check_jwk(const Value& jwk, std::string_view type, const std::string& algorithm, bool extractable) {
    if (!jwk.is_object()) throw Failure("DataError", "a JWK is an object");
    if (text_member(jwk, "kty") != type) throw Failure("DataError", "the JWK's kty is not " + std::string(type));
    if (const std::string given = text_member(jwk, "alg"); !algorithm.empty() && !given.empty() && given != algorithm)
        throw Failure("DataError", "the JWK's alg is not " + algorithm);
    if (const Value ext = jwk.get("ext"); ext.is_boolean() && !ext.as_boolean() && extractable)
        throw Failure("DataError", "the JWK does not allow the key to be extracted");
}

void check_aes_size(std::size_t bytes) {
    if (bytes != 16 && bytes != 24 && bytes != 32) throw Failure("DataError", "an AES key has 128, 192 or 256 bits");
}

Value pair_object(State& state, const Key& private_key, const Key& public_key) {
    Value pair = state.object();
    pair.set("privateKey", make_key(state, private_key));
    pair.set("publicKey", make_key(state, public_key));
    return pair;
}

Value import_secret(State& state, const std::string& format, const Value& data, const Value& algorithm, Key key) {
    if (format == "raw") {
        key.secret = buffer(data);
    } else if (format == "jwk" && key.algorithm != Algorithm::pbkdf2) {
        check_jwk(data, "oct", {}, key.extractable);
        key.secret = bytes_member(data, "k");
    } else {
        throw Failure("ImplementationError", "unsupported key format: " + format);
    }
    check_usages(key.algorithm, KeyType::secret, key.usages);
    if (is_aes(key.algorithm)) {
        check_aes_size(key.secret.size());
    } else if (key.algorithm == Algorithm::hmac) {
        key.hash = hash_member(state, algorithm);
        if (key.secret.empty()) throw Failure("DataError", "an HMAC key is not empty");
        if (algorithm.is_object() && !algorithm.get("length").is_undefined() &&
            algorithm.get("length").to_number(state) != static_cast<double>(key.secret.size() * 8)) {
            throw Failure("DataError", "the length is not that of the key");
        }
    } else if (key.extractable) {
        throw Failure("SyntaxError", "a PBKDF2 key cannot be extractable");
    }
    if (format == "jwk") check_jwk(data, "oct", jwk_algorithm(key), key.extractable);
    return make_key(state, std::move(key));
}

Value import_elliptic(State& state, const std::string& format, const Value& data, const Value& algorithm, Key key) {
    key.curve = curve_of(member(algorithm, "namedCurve").to_string(state));
    key.type = KeyType::public_key;
    if (format == "raw") {
        key.pair = import_raw(key.curve, buffer(data));
    } else if (format == "spki") {
        key.pair = import_spki(key.curve, buffer(data));
    } else if (format == "pkcs8") {
        key.type = KeyType::private_key;
        key.pair = import_pkcs8(key.curve, buffer(data));
    } else if (format == "jwk") {
        check_jwk(data, "EC", {}, key.extractable);
        if (text_member(data, "crv") != key.curve) throw Failure("DataError", "the JWK's crv is another curve");
        Numbers numbers{.x = bytes_member(data, "x"), .y = bytes_member(data, "y"), .d = {}};
        if (data.get("d").is_string()) {
            numbers.d = bytes_member(data, "d");
            key.type = KeyType::private_key;
        }
        key.pair = import_numbers(key.curve, numbers);
    } else {
        throw Failure("ImplementationError", "unsupported key format: " + format);
    }
    check_usages(key.algorithm, key.type, key.usages);
    return make_key(state, std::move(key));
}

Value export_jwk(State& state, const Key& key) {
    const auto encoded = [&](const std::string& bytes) { return state.string(base64_encode(bytes, jwk_form)); };
    Value jwk = state.object();
    if (is_elliptic(key.algorithm)) {
        const Numbers numbers = export_numbers(key);
        jwk.set("kty", state.literal("EC"));
        jwk.set("crv", state.string(key.curve));
        jwk.set("x", encoded(numbers.x));
        jwk.set("y", encoded(numbers.y));
        if (!numbers.d.empty()) jwk.set("d", encoded(numbers.d));
    } else {
        jwk.set("kty", state.literal("oct"));
        jwk.set("k", encoded(key.secret));
        jwk.set("alg", state.string(jwk_algorithm(key)));
    }
    jwk.set("ext", key.extractable);
    jwk.set("key_ops", usages_array(state, key.usages));
    return jwk;
}

}  // namespace

std::size_t aes_bits(State& state, const Value& algorithm) {
    const std::uint32_t bits = number_member(state, algorithm, "length", 0, 1U << 16, "OperationError");
    if (bits != 128 && bits != 192 && bits != 256)
        throw Failure("OperationError", "an AES key has 128, 192 or 256 bits, not " + std::to_string(bits));
    return bits;
}

Value generate_key(State& state, const Value& algorithm, bool extractable, Usages usages) {
    Key key{.algorithm = algorithm_of(algorithm_name(state, algorithm)), .extractable = extractable, .usages = usages};
    if (key.algorithm == Algorithm::pbkdf2) {
        throw Failure("NotSupportedError", "PBKDF2 keys cannot be generated");
    }
    if (is_elliptic(key.algorithm)) {
        key.curve = curve_of(member(algorithm, "namedCurve").to_string(state));
        const Usages of_private = allowed_usages(key.algorithm, KeyType::private_key);
        const Usages of_public = allowed_usages(key.algorithm, KeyType::public_key);
        if ((usages & ~(of_private | of_public)) != 0) check_usages(key.algorithm, KeyType::private_key, usages);
        key.type = KeyType::private_key;
        key.usages = usages & of_private;
        check_usages(key.algorithm, key.type, key.usages);
        key.pair = generate_pair(key.curve);
        Key public_key = key;
        public_key.type = KeyType::public_key;
        public_key.usages = usages & of_public;
        public_key.extractable = true;
        return pair_object(state, key, public_key);
    }
    std::size_t bits = 0;
    if (key.algorithm == Algorithm::hmac) {
        key.hash = hash_member(state, algorithm);
        bits = 8 * block_size(key.hash);
        if (!algorithm.get("length").is_undefined()) {
            bits = number_member(state, algorithm, "length", 1, 1U << 20, "OperationError");
        }
    } else {
        bits = aes_bits(state, algorithm);
    }
    check_usages(key.algorithm, KeyType::secret, usages);
    key.secret = random_bytes((bits + 7) / 8);
    return make_key(state, std::move(key));
}

Value import_key(State& state, const std::string& format, const Value& data, const Value& algorithm, bool extractable,
                 Usages usages) {
    Key key{.algorithm = algorithm_of(algorithm_name(state, algorithm)), .extractable = extractable, .usages = usages};
    return is_elliptic(key.algorithm) ? import_elliptic(state, format, data, algorithm, std::move(key))
                                      : import_secret(state, format, data, algorithm, std::move(key));
}

Value export_key(State& state, const std::string& format, const Key& key) {
    if (!key.extractable) throw Failure("InvalidAccessError", "the key is not extractable");
    if (format == "jwk" && key.algorithm != Algorithm::pbkdf2) return export_jwk(state, key);
    const bool elliptic = is_elliptic(key.algorithm);
    const auto require_type = [&](KeyType type) {
        if (key.type != type) throw Failure("InvalidAccessError", "a key of this type has no format " + format);
    };
    if (format == "raw" && !elliptic) return array_buffer(state, key.secret);
    if (format == "raw" || (format == "spki" && elliptic)) {
        require_type(KeyType::public_key);
        return array_buffer(state, format == "raw" ? export_raw(key) : export_spki(key));
    }
    if (format == "pkcs8" && elliptic) {
        require_type(KeyType::private_key);
        return array_buffer(state, export_pkcs8(key));
    }
    throw Failure("NotSupportedError", "unsupported key format: " + format);
}

}  // namespace k6::js::webcrypto
