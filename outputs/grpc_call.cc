#include "outputs/grpc_call.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

#include "outputs/url_text.h"

namespace k6::outputs {
namespace {

using Clock = std::chrono::steady_clock;

/// Answers of a collector are a few bytes; more is none.
constexpr std::size_t most_answer_bytes = 4 << 20;

Error failed(std::string message) { return {ErrorClass::generic, std::move(message)}; }

std::string tls_error(std::string_view what) {
    std::array<char, 256> text{};
    const unsigned long code = ERR_get_error();
    if (code != 0) ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    return std::string(what) + (code != 0 ? ": " + std::string(text.data()) : "");
}

nghttp2_nv field(std::string_view name, std::string_view value) {
    // nghttp2 copies both, and takes no constant pointers.
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NONE};
}

std::string framed(const std::string& message) {
    const auto size = static_cast<std::uint32_t>(message.size());
    std::string frame(1, '\0');  // not compressed
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((size >> shift) & 0xff);
    return frame + message;
}

}  // namespace

bool GrpcAnswer::may_retry() const {
    constexpr std::array codes = {1, 4, 8, 10, 11, 14, 15};
    return std::ranges::find(codes, status) != codes.end();
}

struct GrpcCaller::Tls {
    ~Tls() { SSL_CTX_free(context); }
    SSL_CTX* context = nullptr;
};

/// One call's socket, TLS and HTTP/2 session.
class GrpcCaller::Connection {
public:
    Connection(const GrpcTarget& target, SSL_CTX* tls, int abort_event, Clock::time_point deadline)
        : target_(target), tls_context_(tls), abort_event_(abort_event), deadline_(deadline) {}
    ~Connection() {
        nghttp2_session_del(session_);
        SSL_free(tls_);
        if (fd_ >= 0) ::close(fd_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Result<GrpcAnswer> call(const std::string& path, const std::string& message) {
        if (auto connected = connect(); !connected) return connected.error();
        if (tls_context_ != nullptr) {
            if (auto done = handshake(); !done) return done.error();
        }
        request_ = framed(message);
        if (auto submitted = submit(path); !submitted) return submitted.error();
        while (!closed_) {
            if (auto moved = transfer(); !moved) return moved.error();
        }
        return answer();
    }

private:
    /// Waits for the socket, the deadline or an abort.
    Result<void> wait(short events) {
        while (true) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
            if (left.count() <= 0) return failed("context deadline exceeded");
            std::array<pollfd, 2> fds = {pollfd{fd_, events, 0}, pollfd{abort_event_, POLLIN, 0}};
            const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
            if (ready < 0 && errno != EINTR) return failed(std::string("poll: ") + std::strerror(errno));
            if (fds[1].revents != 0) return failed("given up");
            if (fds[0].revents != 0) return {};
        }
    }

    Result<void> connect() {
        const std::size_t colon = std::min(target_.authority.rfind(':'), target_.authority.size());
        host_ = target_.authority.substr(0, colon);
        if (host_.starts_with('[') && host_.ends_with(']')) host_ = host_.substr(1, host_.size() - 2);
        const std::string port = colon < target_.authority.size() ? target_.authority.substr(colon + 1) : "443";
        const addrinfo hints{.ai_socktype = SOCK_STREAM};
        addrinfo* found = nullptr;
        if (const int code = ::getaddrinfo(host_.c_str(), port.c_str(), &hints, &found); code != 0) {
            return failed("lookup " + host_ + ": " + ::gai_strerror(code));
        }
        const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
        Result<void> connected = failed("no address for " + host_);
        for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
            connected = connect_to(*address);
            if (connected) return {};
        }
        return with_context(connected.error(), "dial tcp " + target_.authority);
    }

    Result<void> connect_to(const addrinfo& address) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd_ < 0) return failed(std::string("socket: ") + std::strerror(errno));
        if (::connect(fd_, address.ai_addr, address.ai_addrlen) != 0) {
            if (errno != EINPROGRESS) return failed(std::string("connect: ") + std::strerror(errno));
            if (auto ready = wait(POLLOUT); !ready) return ready;
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) return failed(std::string("connect: ") + std::strerror(error));
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return {};
    }

    Result<void> handshake() {
        tls_ = SSL_new(tls_context_);
        SSL_set_fd(tls_, fd_);
        const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> ip(a2i_IPADDRESS(host_.c_str()),
                                                                                       ASN1_OCTET_STRING_free);
        if (ip) {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), host_.c_str());
        } else {
            SSL_set_tlsext_host_name(tls_, host_.c_str());
            SSL_set1_host(tls_, host_.c_str());
        }
        while (true) {
            const int result = SSL_connect(tls_);
            if (result == 1) break;
            if (auto ready = wait_for_tls(result, "TLS handshake"); !ready) return ready;
        }
        const unsigned char* protocol = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(tls_, &protocol, &length);
        if (std::string_view(reinterpret_cast<const char*>(protocol), length) != "h2") {
            return failed("the server does not speak HTTP/2");
        }
        return {};
    }

    Result<void> wait_for_tls(int result, std::string_view what) {
        switch (SSL_get_error(tls_, result)) {
            case SSL_ERROR_WANT_READ:
                return wait(POLLIN);
            case SSL_ERROR_WANT_WRITE:
                return wait(POLLOUT);
            default:
                break;
        }
        if (const long verified = SSL_get_verify_result(tls_); verified != X509_V_OK) {
            ERR_clear_error();
            return failed(std::string(what) + ": " + X509_verify_cert_error_string(verified));
        }
        return failed(tls_error(what));
    }

    Result<void> submit(const std::string& path) {
        nghttp2_session_callbacks* made = nullptr;
        nghttp2_session_callbacks_new(&made);
        const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)> callbacks(
            made, nghttp2_session_callbacks_del);
        nghttp2_session_callbacks_set_on_header_callback(
            made, [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                     const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
                static_cast<Connection*>(self)->on_header({reinterpret_cast<const char*>(name), name_size},
                                                          {reinterpret_cast<const char*>(value), value_size});
                return 0;
            });
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
            made,
            [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size, void* self) {
                std::string& body = static_cast<Connection*>(self)->body_;
                if (body.size() + size > most_answer_bytes) return static_cast<int>(NGHTTP2_ERR_CALLBACK_FAILURE);
                body.append(reinterpret_cast<const char*>(data), size);
                return 0;
            });
        nghttp2_session_callbacks_set_on_stream_close_callback(
            made, [](nghttp2_session*, std::int32_t, std::uint32_t code, void* self) {
                static_cast<Connection*>(self)->closed_ = true;
                static_cast<Connection*>(self)->close_code_ = code;
                return 0;
            });
        nghttp2_session_client_new(&session_, made, this);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);

        std::vector<nghttp2_nv> fields = {field(":method", "POST"),
                                          field(":scheme", tls_ != nullptr ? "https" : "http"),
                                          field(":path", path),
                                          field(":authority", target_.authority),
                                          field("te", "trailers"),
                                          field("content-type", "application/grpc+proto"),
                                          field("user-agent", target_.user_agent)};
        for (const auto& [name, value] : target_.headers) fields.push_back(field(name, value));
        nghttp2_data_provider body{};
        body.source.ptr = this;
        body.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size,
                                std::uint32_t* flags, nghttp2_data_source* source, void*) {
            auto* self = static_cast<Connection*>(source->ptr);
            const std::size_t part = std::min(size, self->request_.size() - self->request_sent_);
            std::memcpy(buffer, self->request_.data() + self->request_sent_, part);
            self->request_sent_ += part;
            if (self->request_sent_ == self->request_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
            return static_cast<ssize_t>(part);
        };
        if (nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &body, nullptr) < 0) {
            return failed("the request's headers are not possible");
        }
        return {};
    }

    /// Sends what can be sent, and takes what has come; waits if neither was possible.
    Result<void> transfer() {
        while (true) {
            if (unsent_.empty()) {
                const std::uint8_t* bytes = nullptr;
                const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
                if (size < 0) return failed(nghttp2_strerror(static_cast<int>(size)));
                unsent_.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
                if (unsent_.empty()) break;
            }
            const auto sent = write(unsent_);
            if (!sent) return sent.error();
            if (*sent == 0) break;
            unsent_.erase(0, *sent);
        }
        const auto received = read();
        if (!received) return received.error();
        if (*received > 0 || closed_) return {};
        return wait(unsent_.empty() ? POLLIN : POLLIN | POLLOUT);
    }

    /// Bytes that were taken; 0: none now.
    Result<std::size_t> write(const std::string& bytes) {
        if (tls_ != nullptr) {
            std::size_t sent = 0;
            if (SSL_write_ex(tls_, bytes.data(), bytes.size(), &sent) == 1) return sent;
            const int error = SSL_get_error(tls_, 0);
            if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return std::size_t{0};
            return failed(tls_error("write"));
        }
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) return static_cast<std::size_t>(sent);
        if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
        return failed(std::string("write: ") + std::strerror(errno));
    }

    Result<std::size_t> read() {
        std::array<char, 16384> bytes;
        std::size_t size = 0;
        if (tls_ != nullptr) {
            if (SSL_read_ex(tls_, bytes.data(), bytes.size(), &size) != 1) {
                const int error = SSL_get_error(tls_, 0);
                if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return std::size_t{0};
                return failed(tls_error("the connection was closed"));
            }
        } else {
            const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
            if (got < 0) return failed(std::string("read: ") + std::strerror(errno));
            if (got == 0) return failed("the connection was closed");
            size = static_cast<std::size_t>(got);
        }
        const ssize_t taken =
            nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), size);
        if (taken < 0) return failed(nghttp2_strerror(static_cast<int>(taken)));
        return size;
    }

    void on_header(std::string_view name, std::string_view value) {
        int number = -1;
        std::from_chars(value.data(), value.data() + value.size(), number);
        if (name == ":status") http_status_ = number;
        if (name == "grpc-status") grpc_status_ = number;
        if (name == "grpc-message") grpc_message_ = percent_decoded(value);
    }

    Result<GrpcAnswer> answer() const {
        if (grpc_status_ < 0) {
            if (close_code_ != 0) return failed(std::string("stream: ") + nghttp2_http2_strerror(close_code_));
            return failed("no gRPC answer, HTTP status " + std::to_string(http_status_));
        }
        GrpcAnswer answer{.status = grpc_status_, .message = grpc_message_};
        constexpr std::size_t prefix = 5;
        if (body_.size() >= prefix && body_[0] == '\0') answer.body = body_.substr(prefix);
        return answer;
    }

    const GrpcTarget& target_;
    SSL_CTX* tls_context_;
    int abort_event_;
    Clock::time_point deadline_;
    std::string host_;
    int fd_ = -1;
    SSL* tls_ = nullptr;
    nghttp2_session* session_ = nullptr;
    std::string request_;
    std::size_t request_sent_ = 0;
    std::string unsent_;
    std::string body_;
    int http_status_ = 0;
    int grpc_status_ = -1;
    std::string grpc_message_;
    bool closed_ = false;
    std::uint32_t close_code_ = 0;
};

GrpcCaller::GrpcCaller(GrpcTarget target)
    : target_(std::move(target)), abort_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

GrpcCaller::~GrpcCaller() { ::close(abort_event_); }

Result<std::unique_ptr<GrpcCaller>> GrpcCaller::make(const GrpcTarget& target) {
    auto caller = std::unique_ptr<GrpcCaller>(new GrpcCaller(target));
    if (!target.tls) return caller;
    const TlsSettings& settings = *target.tls;
    caller->tls_ = std::make_unique<Tls>();
    SSL_CTX* context = caller->tls_->context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, settings.min_version != 0 ? settings.min_version : TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    constexpr std::string_view protocols = "\x02h2";
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(protocols.data()), protocols.size());
    SSL_CTX_set_verify(context, settings.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (settings.authorities.empty()) {
        SSL_CTX_set_default_verify_paths(context);
    } else if (SSL_CTX_load_verify_locations(context, settings.authorities.c_str(), nullptr) != 1) {
        return failed(tls_error("open " + settings.authorities));
    }
    if (!settings.client_certificate.empty()) {
        if (SSL_CTX_use_certificate_chain_file(context, settings.client_certificate.c_str()) != 1) {
            return failed(tls_error("open " + settings.client_certificate));
        }
        if (SSL_CTX_use_PrivateKey_file(context, settings.client_key.c_str(), SSL_FILETYPE_PEM) != 1) {
            return failed(tls_error("open " + settings.client_key));
        }
    }
    return caller;
}

Result<GrpcAnswer> GrpcCaller::call(const std::string& path, const std::string& message, Duration timeout) {
    Connection connection(target_, tls_ ? tls_->context : nullptr, abort_event_, Clock::now() + timeout);
    return connection.call(path, message);
}

void GrpcCaller::abort() { ::eventfd_write(abort_event_, 1); }

}  // namespace k6::outputs
