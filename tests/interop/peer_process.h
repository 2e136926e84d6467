// A server of somebody else's as a child process of a test: started from a configuration in the test's own folder,
// on a free loopback port, awaited until it listens, ended by its process id.
//
//   PeerProcess nginx({"/usr/sbin/nginx", "-c", write_file("nginx.conf", config)}, port);
//   client.send({.url = "http://127.0.0.1:" + std::to_string(port) + "/"});
//
// Throws std::runtime_error when the program is missing or does not come to listen: with what it wrote.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace k6::interop {

class PeerProcess {
public:
    /// `command[0]` is the program's path; it is ready when `port` of 127.0.0.1 takes connections.
    PeerProcess(std::vector<std::string> command, std::uint16_t port);
    ~PeerProcess();
    PeerProcess(const PeerProcess&) = delete;
    PeerProcess& operator=(const PeerProcess&) = delete;

private:
    void end();

    pid_t pid_ = -1;
};

/// A port of 127.0.0.1 that nobody listens on.
std::uint16_t free_port();

/// A new folder for this process's files, and a file in it; return their paths.
std::string test_folder();
std::string write_file(std::string_view name, std::string_view text);

}  // namespace k6::interop
