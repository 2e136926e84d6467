#include "tools/demo_server/test_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "tools/demo_server/field_list.h"

namespace k6::demo {
namespace {

/// A server that does not answer fails the test instead of hanging it.
constexpr int kReceiveSeconds = 30;

struct Deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<BIO, Deleter> reading(const std::string& text) {
    return std::unique_ptr<BIO, Deleter>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool is_ip_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> address = {};
    return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
           inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

}  // namespace

struct Wire::State {
    ~State() {
        if (ssl && session) {
            *session = std::shared_ptr<void>(SSL_get1_session(ssl.get()),
                                             [](void* held) { SSL_SESSION_free(static_cast<SSL_SESSION*>(held)); });
            SSL_shutdown(ssl.get());
        }
        if (fd >= 0) ::close(fd);
    }

    int fd = -1;
    std::unique_ptr<SSL_CTX, Deleter> context;
    std::unique_ptr<SSL, Deleter> ssl;
    std::shared_ptr<void>* session = nullptr;
};

Wire::Wire() : state_(std::make_unique<State>()) {}
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;
Wire::~Wire() = default;

Wire Wire::connect(std::uint16_t port) {
    Wire wire;
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    wire.state_->fd = fd;
    timeval limit = {kReceiveSeconds, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) wire.failure_ = std::strerror(errno);
    return wire;
}

Wire Wire::connect(std::uint16_t port, const WireTls& tls) {
    // OpenSSL writes with write(2): a reset connection must be an error, not a signal.
    std::signal(SIGPIPE, SIG_IGN);
    Wire wire = connect(port);
    State& state = *wire.state_;
    state.context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* context = state.context.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (!tls.ca_pem.empty()) {
        std::unique_ptr<X509, Deleter> authority(
            PEM_read_bio_X509(reading(tls.ca_pem).get(), nullptr, nullptr, nullptr));
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    }
    if (tls.identity) {
        std::unique_ptr<X509, Deleter> certificate(
            PEM_read_bio_X509(reading(tls.identity->certificate_pem).get(), nullptr, nullptr, nullptr));
        std::unique_ptr<EVP_PKEY, Deleter> key(
            PEM_read_bio_PrivateKey(reading(tls.identity->key_pem).get(), nullptr, nullptr, nullptr));
        SSL_CTX_use_certificate(context, certificate.get());
        SSL_CTX_use_PrivateKey(context, key.get());
    }
    if (tls.version != 0) {
        SSL_CTX_set_min_proto_version(context, tls.version);
        SSL_CTX_set_max_proto_version(context, tls.version);
    }
    state.ssl.reset(SSL_new(context));
    SSL* ssl = state.ssl.get();
    SSL_set_fd(ssl, state.fd);
    std::string protocols;
    for (const std::string& protocol : tls.protocols) {
        protocols += static_cast<char>(protocol.size());
        protocols += protocol;
    }
    if (!protocols.empty()) {
        SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                            static_cast<unsigned int>(protocols.size()));
    }
    if (is_ip_address(tls.server_name)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), tls.server_name.c_str());
    } else {
        SSL_set_tlsext_host_name(ssl, tls.server_name.c_str());
        SSL_set1_host(ssl, tls.server_name.c_str());
    }
    if (tls.session && *tls.session) SSL_set_session(ssl, static_cast<SSL_SESSION*>(tls.session->get()));
    state.session = tls.session;
    ERR_clear_error();
    if (SSL_connect(ssl) != 1) {
        long verdict = SSL_get_verify_result(ssl);
        if (verdict != X509_V_OK) {
            wire.failure_ = X509_verify_cert_error_string(verdict);
        } else {
            const char* reason = ERR_reason_error_string(ERR_peek_error());
            wire.failure_ = reason ? reason : "the handshake failed";
        }
        state.session = nullptr;
    }
    return wire;
}

void Wire::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t sent = 0;
        if (state_->ssl) {
            sent = SSL_write(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
        } else {
            sent = ::send(state_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
        // The server may have closed already; the test will see that when it reads.
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string Wire::receive() {
    std::string bytes(16 * 1024, '\0');
    ssize_t size = 0;
    errno = 0;
    if (state_->ssl) {
        ERR_clear_error();
        int result = SSL_read(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
        size = result;
        if (result <= 0 && SSL_get_error(state_->ssl.get(), result) == SSL_ERROR_SSL) {
            const char* reason = ERR_reason_error_string(ERR_peek_error());
            failure_ = reason ? reason : "TLS error";
        }
    } else {
        size = ::recv(state_->fd, bytes.data(), bytes.size(), 0);
    }
    if (size < 0 && errno == EAGAIN) throw std::runtime_error("the server does not answer");
    if (size <= 0 && errno == ECONNRESET) failure_ = "reset by peer";
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
}

std::string Wire::receive_all() {
    std::string all;
    for (std::string bytes = receive(); !bytes.empty(); bytes = receive()) all += bytes;
    return all;
}

void Wire::end_sending() {
    if (state_->ssl) SSL_shutdown(state_->ssl.get());
    ::shutdown(state_->fd, SHUT_WR);
}

int Wire::fd() const { return state_->fd; }

std::string Wire::protocol() const {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    if (state_->ssl) SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
    return name ? std::string(reinterpret_cast<const char*>(name), size) : std::string();
}

bool Wire::resumed() const { return state_->ssl && SSL_session_reused(state_->ssl.get()) == 1; }

std::string TestResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return "(none)";
}

TestResponse Http1Client::get(std::string_view target, const TestHeaders& headers) {
    return request("GET", target, headers);
}

TestResponse Http1Client::request(std::string_view method, std::string_view target, const TestHeaders& headers,
                                  std::string_view body) {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(text + "\r\n" + std::string(body));
    return read_response(method != "HEAD");
}

bool Http1Client::fill() {
    std::string bytes = wire_.receive();
    buffer_ += bytes;
    return !bytes.empty();
}

bool Http1Client::read_until(std::string_view mark, std::string& text) {
    std::size_t at = 0;
    while ((at = buffer_.find(mark)) == std::string::npos) {
        if (!fill()) return false;
    }
    text = buffer_.substr(0, at);
    buffer_.erase(0, at + mark.size());
    return true;
}

bool Http1Client::read_exactly(std::size_t size, std::string& text) {
    while (buffer_.size() < size && fill()) {
    }
    text.append(buffer_, 0, size);
    bool whole = buffer_.size() >= size;
    buffer_.erase(0, std::min(size, buffer_.size()));
    return whole;
}

bool Http1Client::read_chunks(std::string& body) {
    for (;;) {
        std::string line;
        if (!read_until("\r\n", line)) return false;
        std::size_t size = std::stoul(line, nullptr, 16);
        std::string end;
        if (!read_exactly(size, body) || !read_exactly(2, end) || end != "\r\n") return false;
        if (size == 0) return true;
    }
}

TestResponse Http1Client::read_response(bool has_body) {
    TestResponse response;
    for (;;) {
        std::string head;
        if (!read_until("\r\n\r\n", head)) return response;
        head += "\r\n";
        response.headers.clear();
        std::size_t line_end = head.find("\r\n");
        std::string status_line = head.substr(0, line_end);
        if (!status_line.starts_with("HTTP/1.") || status_line.size() < 12) return response;
        response.version = status_line.substr(5, 3);
        response.status = std::stoi(status_line.substr(9, 3));
        for (std::size_t at = line_end + 2; at < head.size(); at = line_end + 2) {
            line_end = head.find("\r\n", at);
            std::size_t colon = head.find(": ", at);
            response.headers.emplace_back(head.substr(at, colon - at), head.substr(colon + 2, line_end - colon - 2));
        }
        if (response.status >= 200 || response.status == 101) break;
        response.interim.push_back(response.status);
    }
    int status = response.status;
    if (!has_body || status == 101 || status == 204 || status == 304) {
        response.complete = true;
    } else if (response.header("Transfer-Encoding") == "chunked") {
        response.complete = read_chunks(response.body);
    } else if (response.header("Content-Length") != "(none)") {
        response.complete = read_exactly(std::stoul(response.header("Content-Length")), response.body);
    } else {
        response.body = std::exchange(buffer_, {}) + wire_.receive_all();
        response.complete = wire_.failure().empty();
    }
    return response;
}

bool Http1Client::at_end() { return buffer_.empty() && !fill() && wire_.failure().empty(); }

struct Http2Client::State {
    explicit State(Wire connected) : wire(std::move(connected)) {}
    ~State() { nghttp2_session_del(session); }

    struct Stream {
        TestResponse response;
        std::string body;
        std::size_t body_sent = 0;
        TestHeaders trailers;
        bool closed = false;
        std::uint32_t reset_code = 0;
    };

    static State& of(void* data) { return *static_cast<State*>(data); }

    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name_data,
                         std::size_t name_size, const std::uint8_t* value_data, std::size_t value_size, std::uint8_t,
                         void* data) {
        TestResponse& response = of(data).streams[frame->hd.stream_id].response;
        std::string name(reinterpret_cast<const char*>(name_data), name_size);
        std::string value(reinterpret_cast<const char*>(value_data), value_size);
        if (name == ":status") {
            if (response.status != 0) response.interim.push_back(response.status);
            response.status = std::stoi(value);
            response.headers.clear();
            response.version = "2";
        } else {
            response.headers.emplace_back(std::move(name), std::move(value));
        }
        return 0;
    }
    static int on_body(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes, std::size_t size,
                       void* data) {
        of(data).streams[id].response.body.append(reinterpret_cast<const char*>(bytes), size);
        return 0;
    }
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* data) {
        if (frame->hd.type == NGHTTP2_GOAWAY) of(data).goaway = true;
        bool ends = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
                    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (ends) of(data).streams[frame->hd.stream_id].response.complete = true;
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* data) {
        Stream& stream = of(data).streams[id];
        stream.closed = true;
        stream.reset_code = code;
        of(data).closed.push_back(id);
        return 0;
    }
    static ssize_t read_body(nghttp2_session* session, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source* source, void*) {
        auto& stream = *static_cast<Stream*>(source->ptr);
        std::size_t count = std::min(size, stream.body.size() - stream.body_sent);
        std::memcpy(buffer, stream.body.data() + stream.body_sent, count);
        stream.body_sent += count;
        if (stream.body_sent == stream.body.size()) {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
            if (!stream.trailers.empty()) {
                *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
                std::vector<nghttp2_nv> block = make_block(stream.trailers);
                nghttp2_submit_trailer(session, id, block.data(), block.size());
            }
        }
        return static_cast<ssize_t>(count);
    }

    static std::vector<nghttp2_nv> make_block(const TestHeaders& headers) {
        std::vector<nghttp2_nv> block;
        for (const auto& [name, value] : headers) {
            block.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                             reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                             value.size(), NGHTTP2_NV_FLAG_NONE});
        }
        return block;
    }

    void send_all() {
        const std::uint8_t* bytes = nullptr;
        while (ssize_t size = nghttp2_session_mem_send(session, &bytes)) {
            if (size < 0) break;
            wire.send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
        }
    }

    Wire wire;
    nghttp2_session* session = nullptr;
    std::map<std::int32_t, Stream> streams;
    std::vector<std::int32_t> closed;
    bool goaway = false;
    bool lost = false;
};

Http2Client::Http2Client(Wire wire) : state_(std::make_unique<State>(std::move(wire))) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, State::on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, State::on_body);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, State::on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, State::on_close);
    // A response with a false Content-Length must reach the test.
    nghttp2_option* options = nullptr;
    nghttp2_option_new(&options);
    nghttp2_option_set_no_http_messaging(options, 1);
    // As must a header block that is too large for the server.
    nghttp2_option_set_max_send_header_block_length(options, 1024 * 1024);
    nghttp2_session_client_new2(&state_->session, callbacks, state_.get(), options);
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(state_->session, NGHTTP2_FLAG_NONE, nullptr, 0);
}

Http2Client::~Http2Client() = default;

std::int32_t Http2Client::start(std::string_view method, std::string_view path, const TestHeaders& headers,
                                std::string body, const TestHeaders& trailers) {
    TestHeaders all = {{":method", std::string(method)},
                       {":scheme", "http"},
                       {":authority", "localhost"},
                       {":path", std::string(path)}};
    all.insert(all.end(), headers.begin(), headers.end());
    std::vector<nghttp2_nv> block = State::make_block(all);
    std::int32_t id = static_cast<std::int32_t>(nghttp2_session_get_next_stream_id(state_->session));
    State::Stream& stream = state_->streams[id];
    stream.body = std::move(body);
    stream.trailers = trailers;
    nghttp2_data_provider provider;
    provider.source.ptr = &stream;
    provider.read_callback = State::read_body;
    nghttp2_submit_request(state_->session, nullptr, block.data(), block.size(),
                           stream.body.empty() && trailers.empty() ? nullptr : &provider, nullptr);
    state_->send_all();
    return id;
}

TestResponse Http2Client::finish(std::int32_t stream) {
    State& state = *state_;
    while (!state.streams[stream].closed && !state.lost) {
        std::string bytes = state.wire.receive();
        ssize_t used =
            nghttp2_session_mem_recv(state.session, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        state.lost = bytes.empty() || used < 0;
        state.send_all();
    }
    return state.streams[stream].response;
}

const std::vector<std::int32_t>& Http2Client::closed() const { return state_->closed; }
std::uint32_t Http2Client::reset_code(std::int32_t stream) const { return state_->streams[stream].reset_code; }
bool Http2Client::got_goaway() const { return state_->goaway; }
bool Http2Client::connection_lost() const { return state_->lost; }

}  // namespace k6::demo
