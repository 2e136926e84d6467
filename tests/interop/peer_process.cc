#include "tests/interop/peer_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace k6::interop {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool listens(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
}

std::string read_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

// The kernel may give a port again as soon as it is closed, but a peer's configuration needs different ones.
std::uint16_t free_port() {
    static std::set<std::uint16_t> given;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd, raw, size) != 0 || ::getsockname(fd, raw, &size) != 0) {
        throw std::runtime_error(std::string("no free port: ") + std::strerror(errno));
    }
    const std::uint16_t port = ntohs(address.sin_port);
    const std::uint16_t chosen = given.insert(port).second ? port : free_port();
    ::close(fd);
    return chosen;
}

std::string test_folder() {
    static const std::string folder = [] {
        const char* parent = std::getenv("TEST_TMPDIR");
        std::string path = std::string(parent != nullptr ? parent : "/tmp") + "/interop.XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no folder for the test: " + path);
        return path;
    }();
    return folder;
}

std::string write_file(std::string_view name, std::string_view text) {
    const std::string path = test_folder() + "/" + std::string(name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

PeerProcess::PeerProcess(std::vector<std::string> command, std::uint16_t port) {
    if (::access(command[0].c_str(), X_OK) != 0) {
        throw std::runtime_error(command[0] + " is not there: tools/setup/setup --tests installs it");
    }
    const std::string log = test_folder() + "/" + std::to_string(port) + ".log";
    const int output = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();

    pid_ = ::fork();
    if (pid_ == 0) {
        // Should the test die, its peers do, too.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(output);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!listens(port)) {
        int status = 0;
        const bool ended = ::waitpid(pid_, &status, WNOHANG) == pid_;
        if (ended) pid_ = -1;
        if (ended || std::chrono::steady_clock::now() > deadline) {
            end();
            throw std::runtime_error(command[0] + (ended ? " ended" : " does not listen") + ":\n" + read_file(log));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

PeerProcess::~PeerProcess() { end(); }

void PeerProcess::end() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGTERM);
    // Those that drain their connections first are not waited for.
    for (int i = 0; i < 100; ++i) {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

}  // namespace k6::interop
