// AES in the three modes of WebCrypto, and PBKDF2, on bytes (OpenSSL's).
//
//   std::string sealed = aes_gcm_encrypt(key, {.iv = iv, .tag_bytes = 16}, plain);
//
// Keys have 16, 24 or 32 bytes. What goes wrong is a Failure (key.h). Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace k6::js::webcrypto {

std::string aes_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view data);
std::string aes_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view data);

/// The last `length` bits of the 16 bytes `counter` count blocks; encrypts and decrypts.
std::string aes_ctr(std::string_view key, std::string_view counter, unsigned length, std::string_view data);

struct GcmParameters {
    std::string_view iv;
    std::string_view additional_data = {};
    std::size_t tag_bytes = 16;
};
std::string aes_gcm_encrypt(std::string_view key, const GcmParameters& parameters, std::string_view data);
std::string aes_gcm_decrypt(std::string_view key, const GcmParameters& parameters, std::string_view data);

std::string pbkdf2(std::string_view password, std::string_view salt, std::uint32_t iterations, std::string_view hash,
                   std::size_t size);

}  // namespace k6::js::webcrypto
