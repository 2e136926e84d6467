#include "tools/demo_server/tls_channel.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <new>

namespace k6::demo {

void TlsChannel::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsChannel::TlsChannel(const TlsContext& context) : ssl_(SSL_new(context.get())) {
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    if (!ssl_ || !in || !out) throw std::bad_alloc();
    // An empty input means "not yet", not the end.
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl_.get(), in, out);
    SSL_set_accept_state(ssl_.get());
}

void TlsChannel::feed(std::string_view wire_bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), wire_bytes.data(), static_cast<int>(wire_bytes.size()));
}

std::optional<std::string_view> TlsChannel::read(std::span<char> buffer) {
    if (ended_ || failed_) return std::nullopt;
    // OpenSSL keeps errors per thread: one of another connection must not be taken for ours.
    ERR_clear_error();
    if (!open_) {
        int result = SSL_do_handshake(ssl_.get());
        if (result != 1) {
            failed_ = SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ;
            return std::nullopt;
        }
        open_ = true;
        note_info();
        return std::string_view();
    }
    int result = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (result > 0) return std::string_view(buffer.data(), static_cast<std::size_t>(result));
    int reason = SSL_get_error(ssl_.get(), result);
    ended_ = reason == SSL_ERROR_ZERO_RETURN;
    failed_ = !ended_ && reason != SSL_ERROR_WANT_READ;
    return std::nullopt;
}

void TlsChannel::write(std::string_view plain) {
    if (!open_ || failed_ || plain.empty()) return;
    ERR_clear_error();
    // A memory BIO takes everything.
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) != 1) failed_ = true;
}

void TlsChannel::shut_down() {
    if (!open_ || failed_ || shut_down_) return;
    shut_down_ = true;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
}

void TlsChannel::take_output(std::string& wire_bytes) {
    BIO* out = SSL_get_wbio(ssl_.get());
    std::size_t waiting = BIO_ctrl_pending(out);
    if (waiting == 0) return;
    std::size_t before = wire_bytes.size();
    wire_bytes.resize(before + waiting);
    int taken = BIO_read(out, wire_bytes.data() + before, static_cast<int>(waiting));
    wire_bytes.resize(before + (taken > 0 ? static_cast<std::size_t>(taken) : 0));
}

void TlsChannel::note_info() {
    SSL* ssl = ssl_.get();
    info_.version = SSL_get_version(ssl);
    info_.cipher = SSL_get_cipher_name(ssl);
    const unsigned char* protocol = nullptr;
    unsigned int protocol_size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &protocol_size);
    if (protocol) info_.application_protocol.assign(reinterpret_cast<const char*>(protocol), protocol_size);
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) info_.server_name = name;
    info_.resumed = SSL_session_reused(ssl) == 1;
    if (X509* certificate = SSL_get0_peer_certificate(ssl)) {
        std::array<char, 256> subject = {};
        X509_NAME_oneline(X509_get_subject_name(certificate), subject.data(), subject.size());
        info_.client_subject = subject.data();
    }
}

}  // namespace k6::demo
