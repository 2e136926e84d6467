// A listening socket on a loopback address and a port of the system's choice.
//
//   Listener listener;
//   … connect to listener.port() …
//   const int peer = listener.accept();                    // the caller's to close
#pragma once

#include <cstdint>
#include <string>

namespace k6::http::testing {

class Listener {
public:
    /// Throws std::runtime_error.
    explicit Listener(const std::string& address = "127.0.0.1");
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// The next connection; waits for it. -1 once shut down.
    int accept() const;
    /// Ends accept() on whatever thread it waits.
    void shut_down() const noexcept;

private:
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace k6::http::testing
