#include "tools/demo_server/certificate.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace k6::demo {
namespace {

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};
using Certificate = std::unique_ptr<X509, Free>;

Certificate read(const std::string& pem) {
    std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

/// OpenSSL's verdict on `leaf` for that use; X509_V_OK if it is good.
int verify(X509* leaf, X509* authority, int purpose) {
    std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), authority);
    std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf, nullptr);
    X509_STORE_CTX_set_purpose(context.get(), purpose);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

TEST(Certificate, ChainsToItsAuthorityAndBearsItsNames) {
    auto authority = CertificateAuthority::create("test authority");
    ASSERT_TRUE(authority) << authority.error().message;
    auto identity =
        authority->issue({.common_name = "demo.test", .alternative_names = {"demo.test", "127.0.0.1", "::1"}});
    ASSERT_TRUE(identity) << identity.error().message;
    Certificate root = read(authority->certificate_pem());
    Certificate leaf = read(identity->certificate_pem);
    ASSERT_TRUE(root && leaf);
    EXPECT_EQ(verify(leaf.get(), root.get(), X509_PURPOSE_SSL_SERVER), X509_V_OK);
    EXPECT_NE(verify(leaf.get(), root.get(), X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    EXPECT_EQ(X509_check_host(leaf.get(), "demo.test", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "other.test", 0, 0, nullptr), 0);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "::1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.2", 0), 0);
}

TEST(Certificate, OfAnotherAuthorityIsRefused) {
    auto ours = CertificateAuthority::create("same name");
    auto other = CertificateAuthority::create("same name");
    ASSERT_TRUE(ours && other);
    Certificate leaf = read(other->issue({.common_name = "x"})->certificate_pem);
    Certificate root = read(ours->certificate_pem());
    EXPECT_NE(verify(leaf.get(), root.get(), X509_PURPOSE_SSL_SERVER), X509_V_OK);
}

TEST(Certificate, ForClientsAndExpired) {
    auto authority = CertificateAuthority::create("test authority");
    ASSERT_TRUE(authority);
    Certificate root = read(authority->certificate_pem());
    Certificate client = read(authority->issue({.common_name = "client", .for_client = true})->certificate_pem);
    EXPECT_EQ(verify(client.get(), root.get(), X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    Certificate old = read(
        authority
            ->issue(
                {.common_name = "old", .valid_from = std::chrono::hours(-48), .valid_until = std::chrono::hours(-24)})
            ->certificate_pem);
    EXPECT_EQ(verify(old.get(), root.get(), X509_PURPOSE_SSL_SERVER), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(Certificate, ANameThatCannotBeOneIsAnError) {
    auto authority = CertificateAuthority::create("test authority");
    ASSERT_TRUE(authority);
    auto identity = authority->issue({.common_name = std::string(200, 'x')});
    ASSERT_FALSE(identity);
    EXPECT_TRUE(identity.error().message.starts_with("cannot make the certificate of 'xxx"))
        << identity.error().message;
}

}  // namespace
}  // namespace k6::demo
