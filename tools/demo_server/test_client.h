// Blocking clients for the tests of the demo server, independent of its code: bytes, HTTP/1.1, HTTP/2.
//
//   Http1Client client(Wire::connect(server.http_port()));
//   EXPECT_EQ(client.get("/status/404").status, 404);
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/demo_server/certificate.h"

namespace k6::demo {

struct WireTls {
    /// Whom to trust; empty trusts nobody.
    std::string ca_pem;
    /// Sent as SNI if it is a name, and verified.
    std::string server_name = "localhost";
    std::vector<std::string> protocols = {};
    /// OpenSSL's number of the only version to speak; 0 for any.
    int version = 0;
    const Identity* identity = nullptr;
    /// In: the session to resume, if any. Out, on destruction of the wire: the session to resume later.
    std::shared_ptr<void>* session = nullptr;
};

/// A connection to a port of 127.0.0.1, in clear or over TLS.
class Wire {
public:
    static Wire connect(std::uint16_t port);
    static Wire connect(std::uint16_t port, const WireTls& tls);

    Wire(Wire&&) noexcept;
    Wire& operator=(Wire&&) noexcept;
    ~Wire();

    void send(std::string_view bytes);
    /// Some bytes; none at the end of the connection.
    std::string receive();
    /// Everything up to the end.
    std::string receive_all();
    /// Tells the server that nothing more will come.
    void end_sending();
    /// The raw socket, for tests that must not allocate.
    int fd() const;

    /// What went wrong: with the TLS handshake, or "reset by peer". Empty while all is well.
    const std::string& failure() const { return failure_; }
    std::string protocol() const;
    bool resumed() const;

private:
    struct State;
    Wire();

    std::unique_ptr<State> state_;
    std::string failure_;
};

using TestHeaders = std::vector<std::pair<std::string, std::string>>;

struct TestResponse {
    /// 0 if there was none.
    int status = 0;
    std::string version;
    TestHeaders headers;
    std::string body;
    /// Statuses of interim responses before it.
    std::vector<int> interim;
    /// The body ended as its framing says.
    bool complete = false;

    std::string header(std::string_view name) const;
};

class Http1Client {
public:
    explicit Http1Client(Wire wire) : wire_(std::move(wire)) {}

    TestResponse get(std::string_view target, const TestHeaders& headers = {});
    TestResponse request(std::string_view method, std::string_view target, const TestHeaders& headers = {},
                         std::string_view body = {});
    void send(std::string_view bytes) { wire_.send(bytes); }
    TestResponse read_response(bool has_body = true);
    /// Whether the server has closed the connection, with nothing more sent.
    bool at_end();
    Wire& wire() { return wire_; }
    /// Bytes received beyond the last response.
    std::string& buffered() { return buffer_; }

private:
    bool fill();
    bool read_until(std::string_view mark, std::string& text);
    bool read_exactly(std::size_t size, std::string& text);
    bool read_chunks(std::string& body);

    Wire wire_;
    std::string buffer_;
};

class Http2Client {
public:
    explicit Http2Client(Wire wire);
    ~Http2Client();

    /// Starts a request; its stream's number.
    std::int32_t start(std::string_view method, std::string_view path, const TestHeaders& headers = {},
                       std::string body = {}, const TestHeaders& trailers = {});
    /// Runs the connection until that stream has closed. RST_STREAM's code is in `reset_code`.
    TestResponse finish(std::int32_t stream);
    TestResponse request(std::string_view method, std::string_view path, const TestHeaders& headers = {},
                         std::string body = {}) {
        return finish(start(method, path, headers, std::move(body)));
    }
    TestResponse get(std::string_view path) { return request("GET", path); }

    /// The streams in the order in which they closed.
    const std::vector<std::int32_t>& closed() const;
    std::uint32_t reset_code(std::int32_t stream) const;
    bool got_goaway() const;
    bool connection_lost() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace k6::demo
