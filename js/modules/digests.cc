#include "js/modules/digests.h"

#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace k6::js {
namespace {

// MD4 (RFC 1320), which OpenSSL keeps in a provider of its own that is not always installed.
class Md4 {
public:
    void update(std::string_view bytes) {
        length_ += bytes.size();
        pending_ += bytes;
        std::size_t at = 0;
        for (; pending_.size() - at >= block_size; at += block_size) block(pending_.data() + at);
        pending_.erase(0, at);
    }
    std::string result() const {
        Md4 copy = *this;
        const std::uint64_t bits = length_ * 8;
        std::string padding(1, '\x80');
        while ((length_ + padding.size()) % block_size != 56) padding += '\0';
        for (int i = 0; i < 8; ++i) padding += static_cast<char>(bits >> (8 * i) & 255);
        copy.update(padding);
        std::string out;
        for (const std::uint32_t word : copy.state_) {
            for (int i = 0; i < 4; ++i) out += static_cast<char>(word >> (8 * i) & 255);
        }
        return out;
    }

private:
    static constexpr std::size_t block_size = 64;

    void block(const char* bytes) {
        std::array<std::uint32_t, 16> x;
        for (std::size_t i = 0; i < 16; ++i) {
            x[i] = 0;
            for (std::size_t j = 0; j < 4; ++j)
                x[i] |= std::uint32_t{static_cast<unsigned char>(bytes[4 * i + j])} << (8 * j);
        }
        auto [a, b, c, d] = state_;
        const auto step = [&](std::uint32_t mixed, std::size_t word, std::uint32_t constant, int shift) {
            const std::uint32_t next = std::rotl(a + mixed + x[word] + constant, shift);
            a = std::exchange(d, std::exchange(c, std::exchange(b, next)));
        };
        static constexpr int shifts[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
        static constexpr std::size_t third[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
        for (std::size_t i = 0; i < 16; ++i) step((b & c) | (~b & d), i, 0, shifts[0][i % 4]);
        for (std::size_t i = 0; i < 16; ++i)
            step((b & c) | (b & d) | (c & d), i % 4 * 4 + i / 4, 0x5a827999, shifts[1][i % 4]);
        for (std::size_t i = 0; i < 16; ++i) step(b ^ c ^ d, third[i], 0x6ed9eba1, shifts[2][i % 4]);
        state_[0] += a;
        state_[1] += b;
        state_[2] += c;
        state_[3] += d;
    }

    std::array<std::uint32_t, 4> state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    std::uint64_t length_ = 0;
    std::string pending_;
};

const EVP_MD* algorithm(std::string_view name) {
    static constexpr std::pair<std::string_view, const EVP_MD* (*)()> algorithms[] = {
        {"md5", EVP_md5},
        {"sha1", EVP_sha1},
        {"sha256", EVP_sha256},
        {"sha384", EVP_sha384},
        {"sha512", EVP_sha512},
        {"sha512_224", EVP_sha512_224},
        {"sha512_256", EVP_sha512_256},
        {"ripemd160", EVP_ripemd160},
    };
    for (const auto& [known, make] : algorithms) {
        if (known == name) return make();
    }
    return nullptr;
}

class Evp {
public:
    explicit Evp(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
        if (context_ == nullptr || EVP_DigestInit_ex(context_, kind, nullptr) != 1) fail();
    }
    Evp(const Evp& other) : context_(EVP_MD_CTX_new()) {
        if (context_ == nullptr || EVP_MD_CTX_copy_ex(context_, other.context_) != 1) fail();
    }
    Evp(Evp&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
    Evp& operator=(const Evp&) = delete;
    ~Evp() { EVP_MD_CTX_free(context_); }

    void update(std::string_view bytes) {
        if (EVP_DigestUpdate(context_, bytes.data(), bytes.size()) != 1) fail();
    }
    std::string result() const {
        const Evp copy(*this);
        std::string out(EVP_MAX_MD_SIZE, '\0');
        unsigned size = 0;
        if (EVP_DigestFinal_ex(copy.context_, reinterpret_cast<unsigned char*>(out.data()), &size) != 1) fail();
        out.resize(size);
        return out;
    }

private:
    [[noreturn]] static void fail() { throw std::runtime_error("a digest failed"); }
    EVP_MD_CTX* context_;
};

using Context = std::variant<Md4, Evp>;

Context make_context(std::string_view name) {
    if (name == "md4") return Md4();
    const EVP_MD* kind = algorithm(name);
    if (kind == nullptr) throw std::logic_error("no digest " + std::string(name));
    return Evp(kind);
}

void update_context(Context& context, std::string_view bytes) {
    std::visit([&](auto& one) { one.update(bytes); }, context);
}

std::string result_of(const Context& context) {
    return std::visit([](const auto& one) { return one.result(); }, context);
}

std::size_t block_size_of(std::string_view name) {
    return name == "md4" ? 64 : static_cast<std::size_t>(EVP_MD_block_size(algorithm(name)));
}

}  // namespace

struct Digest::Impl {
    Context inner;
    /// HMAC: what the inner result is put through.
    std::unique_ptr<Context> outer;
};

bool is_digest_name(std::string_view name) { return name == "md4" || algorithm(name) != nullptr; }

Digest::Digest(std::string_view name) : impl_(std::make_unique<Impl>(Impl{make_context(name), nullptr})) {}

Digest::Digest(std::string_view name, std::string_view key) : Digest(name) {
    std::string block(key.size() > block_size_of(name) ? digest(name, key) : std::string(key));
    block.resize(block_size_of(name), '\0');
    const auto masked = [&](char mask) {
        std::string out = block;
        for (char& c : out) c = static_cast<char>(c ^ mask);
        return out;
    };
    update(masked(0x36));
    impl_->outer = std::make_unique<Context>(make_context(name));
    update_context(*impl_->outer, masked(0x5c));
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) { update_context(impl_->inner, bytes); }

std::string Digest::result() const {
    std::string inner = result_of(impl_->inner);
    if (!impl_->outer) return inner;
    Context outer = *impl_->outer;
    update_context(outer, inner);
    return result_of(outer);
}

std::string digest(std::string_view name, std::string_view bytes) {
    Digest one(name);
    one.update(bytes);
    return one.result();
}

std::string hmac(std::string_view name, std::string_view key, std::string_view bytes) {
    Digest one(name, key);
    one.update(bytes);
    return one.result();
}

}  // namespace k6::js
