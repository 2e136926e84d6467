#include "proto_http/testing/scripted_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace k6::http::testing {

std::string PeerSocket::read_head() {
    std::string out;
    char byte = 0;
    while (!out.ends_with("\r\n\r\n") && ::recv(fd_, &byte, 1, 0) == 1) out += byte;
    return out;
}

std::string PeerSocket::read_exactly(std::size_t size) {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t count = ::recv(fd_, out.data() + have, size - have, 0);
        if (count <= 0) break;
        have += static_cast<std::size_t>(count);
    }
    out.resize(have);
    return out;
}

std::string PeerSocket::read_available() {
    std::string out(1 << 16, '\0');
    const ssize_t count = ::recv(fd_, out.data(), out.size(), MSG_DONTWAIT);
    out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return out;
}

std::string PeerSocket::remote_address() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    char text[INET_ADDRSTRLEN] = {};
    if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET)
        return {};
    return ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
}

std::string PeerSocket::read_some() {
    char buffer[4096];
    const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
}

void PeerSocket::write(std::string_view bytes) { (void)try_write(bytes); }

bool PeerSocket::try_write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool PeerSocket::wait_for_close_or(std::chrono::milliseconds time) {
    pollfd wait{fd_, POLLIN | POLLRDHUP, 0};
    return ::poll(&wait, 1, static_cast<int>(time.count())) == 0;
}

void PeerSocket::wait_until_peer_is_gone() {
    pollfd wait{fd_, POLLRDHUP, 0};
    ::poll(&wait, 1, -1);
}

std::string PeerSocket::wait_for_close() {
    std::string out;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::recv(fd_, buffer, sizeof buffer, 0)) > 0) out.append(buffer, static_cast<std::size_t>(count));
    return out;
}

void PeerSocket::finish_writing() { ::shutdown(fd_, SHUT_WR); }

void PeerSocket::reset_on_close() {
    const linger hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

ScriptedPeer::ScriptedPeer(std::vector<Script> scripts, std::string address)
    : address_(std::move(address)), listener_(address_) {
    thread_ = std::thread([this, scripts = std::move(scripts)] { serve(scripts); });
}

ScriptedPeer::~ScriptedPeer() { finish(); }

void ScriptedPeer::finish() {
    if (!thread_.joinable()) return;
    ending_ = true;
    listener_.shut_down();
    if (const int fd = current_.exchange(-1); fd >= 0) {
        ::shutdown(fd, SHUT_RDWR);
        current_ = fd;
    }
    thread_.join();
}

std::string ScriptedPeer::authority() const {
    const std::string host = address_.find(':') == std::string::npos ? address_ : "[" + address_ + "]";
    return host + ":" + std::to_string(port());
}

void ScriptedPeer::serve(const std::vector<Script>& scripts) {
    for (const Script& script : scripts) {
        const int fd = listener_.accept();
        if (fd < 0) return;
        ++connections_;
        current_ = fd;
        if (ending_) ::shutdown(fd, SHUT_RDWR);
        PeerSocket socket(fd);
        script(socket);
        // The destructor may hold it for a moment.
        int mine = fd;
        while (!current_.compare_exchange_weak(mine, -1)) mine = fd;
        ::close(fd);
    }
}

std::uint16_t unused_port() { return Listener().port(); }

}  // namespace k6::http::testing
