#include "js/modules/webcrypto/ciphers.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "js/modules/webcrypto/key.h"

namespace k6::js::webcrypto {
namespace {

constexpr std::size_t block = 16;

struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void fail(const char* what) { throw Failure("OperationError", what); }

using CipherOf = const EVP_CIPHER* (*)();

const EVP_CIPHER* by_key(std::string_view key, CipherOf small, CipherOf middle, CipherOf large) {
    return key.size() == 16 ? small() : key.size() == 24 ? middle() : large();
}

Context start(const EVP_CIPHER* cipher, std::string_view key, std::string_view iv, bool encrypt) {
    Context context(EVP_CIPHER_CTX_new());
    if (!context ||
        EVP_CipherInit_ex(context.get(), cipher, nullptr, bytes_of(key), bytes_of(iv), encrypt ? 1 : 0) != 1)
        fail("the cipher cannot be set up");
    return context;
}

/// Everything through the context; empty optional tail.
std::string run(EVP_CIPHER_CTX* context, std::string_view data) {
    std::string out(data.size() + 2 * block, '\0');
    int written = 0;
    int last = 0;
    if (EVP_CipherUpdate(context, bytes_of(out), &written, bytes_of(data), static_cast<int>(data.size())) != 1 ||
        EVP_CipherFinal_ex(context, bytes_of(out) + written, &last) != 1) {
        fail("could not be processed: the data, the key or the parameters do not belong together");
    }
    out.resize(static_cast<std::size_t>(written + last));
    return out;
}

const EVP_CIPHER* cbc(std::string_view key) { return by_key(key, EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc); }
const EVP_CIPHER* gcm(std::string_view key) { return by_key(key, EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm); }

Context start_gcm(std::string_view key, const GcmParameters& parameters, bool encrypt) {
    Context context = start(gcm(key), key, parameters.iv, encrypt);
    int ignored = 0;
    const std::string_view more = parameters.additional_data;
    if (!more.empty() &&
        EVP_CipherUpdate(context.get(), nullptr, &ignored, bytes_of(more), static_cast<int>(more.size())) != 1) {
        fail("the additional data cannot be used");
    }
    return context;
}

}  // namespace

std::string aes_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view data) {
    return run(start(cbc(key), key, iv, true).get(), data);
}

std::string aes_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view data) {
    if (data.empty() || data.size() % block != 0) fail("the ciphertext is not a whole number of blocks");
    return run(start(cbc(key), key, iv, false).get(), data);
}

std::string aes_ctr(std::string_view key, std::string_view counter, unsigned length, std::string_view data) {
    const EVP_CIPHER* cipher = by_key(key, EVP_aes_128_ctr, EVP_aes_192_ctr, EVP_aes_256_ctr);
    // OpenSSL counts with all 128 bits. Where only the last ones count, the blocks after their overflow begin anew.
    std::uint64_t until_overflow = UINT64_MAX;
    if (length < 64) {
        std::uint64_t start_value = 0;
        for (std::size_t i = 8; i < block; ++i) start_value = start_value << 8 | static_cast<unsigned char>(counter[i]);
        const std::uint64_t range = std::uint64_t{1} << length;
        const std::uint64_t blocks = (data.size() + block - 1) / block;
        if (blocks > range) fail("the counter is too short for so much data");
        until_overflow = range - (start_value & (range - 1));
    }
    const std::size_t first = until_overflow >= (data.size() + block - 1) / block
                                  ? data.size()
                                  : static_cast<std::size_t>(until_overflow) * block;
    std::string out = run(start(cipher, key, counter, true).get(), data.substr(0, first));
    if (first < data.size()) {
        std::string restarted(counter);
        for (unsigned bit = 0; bit < length; ++bit) {
            char& byte = restarted[block - 1 - bit / 8];
            byte = static_cast<char>(static_cast<unsigned char>(byte) & ~(1U << bit % 8));
        }
        out += run(start(cipher, key, restarted, true).get(), data.substr(first));
    }
    return out;
}

std::string aes_gcm_encrypt(std::string_view key, const GcmParameters& parameters, std::string_view data) {
    const Context context = start_gcm(key, parameters, true);
    std::string out = run(context.get(), data);
    std::string tag(parameters.tag_bytes, '\0');
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()), tag.data()) != 1)
        fail("there is no tag");
    return out + tag;
}

std::string aes_gcm_decrypt(std::string_view key, const GcmParameters& parameters, std::string_view data) {
    if (data.size() < parameters.tag_bytes) fail("the ciphertext is shorter than its tag");
    const Context context = start_gcm(key, parameters, false);
    std::string tag(data.substr(data.size() - parameters.tag_bytes));
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) != 1)
        fail("the tag cannot be used");
    return run(context.get(), data.substr(0, data.size() - tag.size()));
}

std::string pbkdf2(std::string_view password, std::string_view salt, std::uint32_t iterations, std::string_view hash,
                   std::size_t size) {
    const EVP_MD* digest = hash == "SHA-1"     ? EVP_sha1()
                           : hash == "SHA-256" ? EVP_sha256()
                           : hash == "SHA-384" ? EVP_sha384()
                                               : EVP_sha512();
    std::string out(size, '\0');
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), digest, static_cast<int>(size),
                          bytes_of(out)) != 1) {
        fail("the key could not be derived");
    }
    return out;
}

}  // namespace k6::js::webcrypto
