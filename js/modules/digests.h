// Message digests and authentication codes (OpenSSL's), by the names of k6/crypto.
//
//   Digest digest("sha256");
//   digest.update("abc");
//   std::string so_far = digest.result();     // and more may be added
//   hmac("sha256", key, data);
//
// One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace k6::js {

/// md4, md5, sha1, sha256, sha384, sha512, sha512_224, sha512_256, ripemd160.
bool is_digest_name(std::string_view name);

class Digest {
public:
    /// `name` is a digest's.
    explicit Digest(std::string_view name);
    /// HMAC (RFC 2104) with that digest.
    Digest(std::string_view name, std::string_view key);
    ~Digest();
    Digest(Digest&&) noexcept;

    void update(std::string_view bytes);
    /// Of everything so far, as bytes; more may follow.
    std::string result() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string digest(std::string_view name, std::string_view bytes);
std::string hmac(std::string_view name, std::string_view key, std::string_view bytes);

}  // namespace k6::js
