#include "proto_http/testing/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace k6::http::testing {

Listener::Listener(const std::string& address) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (address.find(':') == std::string::npos) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
        v4.sin_family = AF_INET;
        inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
        size = sizeof v4;
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
        v6.sin6_family = AF_INET6;
        inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr);
        size = sizeof v6;
    }
    fd_ = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    if (fd_ < 0 || ::bind(fd_, raw, size) != 0 || ::listen(fd_, 128) != 0 || ::getsockname(fd_, raw, &size) != 0) {
        throw std::runtime_error("cannot listen on " + address + ": " + std::strerror(errno));
    }
    port_ = ntohs(storage.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(storage).sin_port
                                               : reinterpret_cast<sockaddr_in6&>(storage).sin6_port);
}

Listener::~Listener() { ::close(fd_); }

int Listener::accept() const { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); }

void Listener::shut_down() const noexcept { ::shutdown(fd_, SHUT_RDWR); }

}  // namespace k6::http::testing
