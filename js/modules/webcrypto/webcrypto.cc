#include "js/modules/webcrypto/webcrypto.h"

#include <openssl/crypto.h>

#include <array>
#include <string>
#include <string_view>

#include "base/hex.h"
#include "js/builtins/array_buffer.h"
#include "js/modules/digests.h"
#include "js/modules/webcrypto/ciphers.h"
#include "js/modules/webcrypto/elliptic.h"
#include "js/modules/webcrypto/key.h"
#include "js/modules/webcrypto/key_formats.h"
#include "js/modules/webcrypto/parameters.h"
#include "js/mujs/binding.h"
#include "js/mujs/errors.h"

namespace k6::js {
namespace {

using namespace webcrypto;

// ---- crypto

Value get_random_values(Call& call) {
    static constexpr std::string_view allowed[] = {"Int8Array",   "Uint8Array", "Uint8ClampedArray", "Int16Array",
                                                   "Uint16Array", "Int32Array", "Uint32Array"};
    constexpr std::size_t most = 65536;
    const Value array = call[0];
    const Value tag = array.is_object() ? array.get("@@toStringTag") : Value();
    bool known = false;
    for (const std::string_view name : allowed) known = known || (tag.is_string() && tag.raw_text() == name);
    const auto bytes = known ? bytes_of(array) : std::nullopt;
    if (!bytes) throw GoError("TypeMismatchError: an array of integers of at most 32 bits is expected");
    if (array.length() > most) {
        throw GoError("QuotaExceededError: at most 65536 elements can be filled at a time");
    }
    const std::string random = webcrypto::random_bytes(bytes->size());
    std::copy(random.begin(), random.end(), reinterpret_cast<char*>(bytes->data()));
    return array;
}

Value random_uuid(Call& call) {
    std::string bytes = webcrypto::random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    std::string text = hex_text(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
    return call.state().string(text);
}

// ---- crypto.subtle

Value digest_bytes(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] {
        const std::string_view hash = hash_of(algorithm_name(state, call[0]));
        return array_buffer(state, digest(digest_name(hash), buffer(call[1])));
    });
}

Value sign(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] {
        const Algorithm algorithm = algorithm_of(algorithm_name(state, call[0]));
        const Key& key = key_of(call[1]);
        const std::string data = buffer(call[2]);
        switch (algorithm) {
            case Algorithm::hmac:
                require(key, algorithm, Usage::sign);
                return array_buffer(state, hmac(digest_name(key.hash), key.secret, data));
            case Algorithm::ecdsa:
                require(key, algorithm, Usage::sign);
                return array_buffer(state, ecdsa_sign(key, hash_member(state, call[0]), data));
            default:
                throw Failure("NotSupportedError", "this algorithm does not sign");
        }
    });
}

Value verify(Call& call) {
    State& state = call.state();
    return promise_of(state, [&]() -> Value {
        const Algorithm algorithm = algorithm_of(algorithm_name(state, call[0]));
        const Key& key = key_of(call[1]);
        const std::string signature = buffer(call[2]);
        const std::string data = buffer(call[3]);
        switch (algorithm) {
            case Algorithm::hmac: {
                require(key, algorithm, Usage::verify);
                const std::string expected = hmac(digest_name(key.hash), key.secret, data);
                return expected.size() == signature.size() &&
                       CRYPTO_memcmp(expected.data(), signature.data(), expected.size()) == 0;
            }
            case Algorithm::ecdsa:
                require(key, algorithm, Usage::verify);
                return ecdsa_verify(key, hash_member(state, call[0]), signature, data);
            default:
                throw Failure("NotSupportedError", "this algorithm does not verify");
        }
    });
}

std::string sized(std::string bytes, std::size_t size, const char* what) {
    if (bytes.size() != size)
        throw Failure("OperationError", std::string(what) + " must have " + std::to_string(size) + " bytes");
    return bytes;
}

std::string transform(State& state, const Value& parameters, const Key& key, const std::string& data, bool encrypts) {
    const Algorithm algorithm = algorithm_of(algorithm_name(state, parameters));
    require(key, algorithm, encrypts ? Usage::encrypt : Usage::decrypt);
    switch (algorithm) {
        case Algorithm::aes_cbc: {
            const std::string iv = sized(buffer_member(parameters, "iv"), 16, "iv");
            if (encrypts && data.empty()) throw Failure("OperationError", "there is nothing to encrypt");
            return encrypts ? aes_cbc_encrypt(key.secret, iv, data) : aes_cbc_decrypt(key.secret, iv, data);
        }
        case Algorithm::aes_ctr: {
            const std::string counter = sized(buffer_member(parameters, "counter"), 16, "counter");
            return aes_ctr(key.secret, counter, number_member(state, parameters, "length", 1, 128, "OperationError"),
                           data);
        }
        case Algorithm::aes_gcm: {
            const std::string iv = buffer_member(parameters, "iv");
            if (iv.size() != 12) throw Failure("NotSupportedError", "an iv of AES-GCM has 12 bytes");
            const Value more = parameters.get("additionalData");
            const std::string additional = more.is_nullish() ? std::string() : buffer(more);
            std::uint32_t tag_bits = 128;
            if (!parameters.get("tagLength").is_nullish())
                tag_bits = number_member(state, parameters, "tagLength", 96, 128, "OperationError");
            if (tag_bits % 8 != 0) throw Failure("OperationError", "tagLength is no multiple of 8");
            const GcmParameters gcm{.iv = iv, .additional_data = additional, .tag_bytes = tag_bits / 8};
            return encrypts ? aes_gcm_encrypt(key.secret, gcm, data) : aes_gcm_decrypt(key.secret, gcm, data);
        }
        default:
            throw Failure("NotSupportedError", "this algorithm does not encrypt");
    }
}

template <bool encrypts>
Value cipher(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] {
        return array_buffer(state, transform(state, call[0], key_of(call[1]), buffer(call[2]), encrypts));
    });
}

std::string derive(State& state, const Value& parameters, const Key& key, std::size_t bits, Usage usage) {
    const Algorithm algorithm = algorithm_of(algorithm_name(state, parameters));
    require(key, algorithm, usage);
    if (algorithm == Algorithm::pbkdf2) {
        if (bits == 0 || bits % 8 != 0) throw Failure("OperationError", "the length is no multiple of 8");
        const std::string_view hash = hash_member(state, parameters);
        const std::uint32_t iterations =
            number_member(state, parameters, "iterations", 1, 0x7fffffff, "OperationError");
        return pbkdf2(key.secret, buffer_member(parameters, "salt"), iterations, hash, bits / 8);
    }
    if (algorithm != Algorithm::ecdh) throw Failure("NotSupportedError", "nothing can be derived by this algorithm");
    const Key& other = key_of(member(parameters, "public"));
    if (other.algorithm != Algorithm::ecdh || other.type != KeyType::public_key || other.curve != key.curve)
        throw Failure("InvalidAccessError", "the other key is no public one of the same curve");
    std::string secret = ecdh(key, other);
    if (bits == 0) return secret;
    if (bits > secret.size() * 8) throw Failure("OperationError", "the secret is shorter than that");
    secret.resize((bits + 7) / 8);
    if (bits % 8 != 0) secret.back() = static_cast<char>(secret.back() & (0xff << (8 - bits % 8)));
    return secret;
}

Value derive_bits(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] {
        const double length = call.has(2) && !call[2].is_null() ? call.number(2) : 0;
        if (!(length >= 0 && length <= 1e7)) throw Failure("OperationError", "the length is out of its range");
        return array_buffer(
            state, derive(state, call[0], key_of(call[1]), static_cast<std::size_t>(length), Usage::derive_bits));
    });
}

Value derive_key(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] {
        const Key& base = key_of(call[1]);
        Key key{.algorithm = algorithm_of(algorithm_name(state, call[2])),
                .extractable = call.truthy(3),
                .usages = read_usages(state, call[4])};
        if (base.algorithm != Algorithm::pbkdf2 || !is_aes(key.algorithm))
            throw Failure("NotSupportedError", "only AES keys can be derived, and only from PBKDF2 keys");
        check_usages(key.algorithm, KeyType::secret, key.usages);
        key.secret = derive(state, call[0], base, aes_bits(state, call[2]), Usage::derive_key);
        return make_key(state, std::move(key));
    });
}

Value generate(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] { return generate_key(state, call[0], call.truthy(1), read_usages(state, call[2])); });
}

Value import(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] {
        return import_key(state, std::string(call.text(0)), call[1], call[2], call.truthy(3),
                          read_usages(state, call[4]));
    });
}

Value export_function(Call& call) {
    State& state = call.state();
    return promise_of(state, [&] { return export_key(state, std::string(call.text(0)), key_of(call[1])); });
}

Value not_implemented(Call&) { throw GoError("not implemented"); }

constexpr FunctionDefinition subtle_functions[] = {
    {"decrypt", 3, cipher<false>},     {"deriveBits", 3, derive_bits}, {"deriveKey", 5, derive_key},
    {"digest", 2, digest_bytes},       {"encrypt", 3, cipher<true>},   {"exportKey", 2, export_function},
    {"generateKey", 3, generate},      {"importKey", 5, import},       {"sign", 3, sign},
    {"unwrapKey", 7, not_implemented}, {"verify", 4, verify},          {"wrapKey", 4, not_implemented},
};

Value construct_key(Call&) { throw TypeError("Illegal constructor"); }

constexpr ClassDefinition key_class{.name = "CryptoKey", .construct = construct_key, .call = construct_key};

Value make_crypto(State& state) {
    constexpr Attributes fixed = Attributes::read_only | Attributes::permanent;
    Value crypto = state.object();
    Value subtle = state.object();
    state.define_functions(subtle, subtle_functions, Attributes::read_only);
    crypto.define("getRandomValues", state.function("getRandomValues", 1, get_random_values), fixed);
    crypto.define("randomUUID", state.function("randomUUID", 0, random_uuid), fixed);
    crypto.define("subtle", subtle, fixed);
    Value prototype = state.object();
    prototype.define("@@toStringTag", state.literal("CryptoKey"));
    state.set_hidden("CryptoKey.prototype", prototype);
    crypto.define("CryptoKey", state.define_class(key_class, prototype), fixed);
    return crypto;
}

Value materialise(Call& call) {
    const Value crypto = make_crypto(call.state());
    call.state().global().define("crypto", crypto);
    return crypto;
}

Value replace(Call& call) {
    call.state().global().define("crypto", call[0]);
    return {};
}

constexpr AccessorDefinition members[] = {{"crypto", materialise, replace}};

}  // namespace

void install_webcrypto(State& state) { state.define_accessors(state.global(), members); }

}  // namespace k6::js
