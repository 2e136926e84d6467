// Against nghttpd, the HTTP/2 server of nghttp2's own tools: padding, trailers, early answers, small windows.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/interop/interop_world.h"
#include "tests/interop/peer_process.h"

namespace k6::interop {
namespace {

using http::Body;
using http::Client;
using http::Protocol;
using http::Response;
using http::testing::ClientWorld;

class NghttpdTest : public InteropTest {
protected:
    NghttpdTest() {
        write_file("small.txt", "hello from nghttpd");
        write_file("large.bin", std::string(3'000'000, 'x'));
    }
    std::unique_ptr<PeerProcess> start(std::vector<std::string> options) {
        std::vector<std::string> command = {"/usr/sbin/nghttpd", "--address=127.0.0.1", "-d", test_folder()};
        command.insert(command.end(), options.begin(), options.end());
        command.insert(command.end(), {std::to_string(port), key_file, certificate_file});
        return std::make_unique<PeerProcess>(std::move(command), port);
    }
    std::string url(std::string_view target) const { return https(port, target); }

    const std::uint16_t port = free_port();
};

TEST_F(NghttpdTest, FilesOfAnySize) {
    const auto process = start({});
    ClientWorld world;
    world.run([&](Client& client) {
        const Response small = client.send({.url = url("/small.txt")});
        ASSERT_EQ(small.status, 200) << small.error.message;
        EXPECT_EQ(small.protocol, Protocol::http_2);
        EXPECT_EQ(small.body, "hello from nghttpd");
        EXPECT_EQ(client.send({.url = url("/large.bin")}).body.size(), 3'000'000u);
        EXPECT_EQ(client.send({.method = "HEAD", .url = url("/large.bin")}).status, 200);
        EXPECT_EQ(client.send({.url = url("/missing")}).status, 404);
        EXPECT_EQ(client.idle_connections(), 1u);
    });
}

TEST_F(NghttpdTest, PaddingAndTrailers) {
    const auto process = start({"--padding=200", "--trailer=x-checksum: 1"});
    ClientWorld world;
    world.run([&](Client& client) {
        for (int i = 0; i < 3; ++i) {
            const Response response = client.send({.url = url("/large.bin")});
            EXPECT_EQ(response.body.size(), 3'000'000u) << response.error.message;
            EXPECT_FALSE(response.headers.has("X-Checksum"));
        }
    });
}

TEST_F(NghttpdTest, UploadsThroughSmallWindows) {
    // 2^10 - 1 bytes for a stream.
    const auto process = start({"--echo-upload", "--window-bits=10", "--connection-window-bits=16"});
    const std::string body(100'000, 'e');
    ClientWorld world;
    int done = 0;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url("/small.txt")}).status, 200);
        for (int i = 0; i < 5; ++i) {
            world.worker().spawn([&] {
                const Response response =
                    client.send({.method = "POST", .url = url("/small.txt"), .body = Body::borrow(body)});
                EXPECT_EQ(response.body, body) << response.error.message;
                ++done;
            });
        }
    });
    EXPECT_EQ(done, 5);
    EXPECT_EQ(world.client().idle_connections(), 1u);
}

TEST_F(NghttpdTest, AnAnswerBeforeTheUploadIsComplete) {
    const auto process = start({"--early-response", "--window-bits=10"});
    const std::string body(100'000, 'e');
    ClientWorld world;
    world.run([&](Client& client) {
        // Until its SETTINGS have come, a client may send the 65,535 bytes of the initial window (RFC 9113 section
        // 6.9.2), and ours does. nghttpd 1.52 resets a stream with FLOW_CONTROL_ERROR if they are there before the
        // acknowledgement of the smaller window: so uploads begin on a connection that has it behind it.
        EXPECT_EQ(client.send({.url = url("/small.txt")}).status, 200);
        for (int i = 0; i < 3; ++i) {
            const Response response =
                client.send({.method = "POST", .url = url("/small.txt"), .body = Body::borrow(body)});
            EXPECT_EQ(response.status, 200) << response.error.message;
            EXPECT_EQ(response.body, "hello from nghttpd");
        }
        EXPECT_EQ(client.idle_connections(), 1u);
    });
}

TEST_F(NghttpdTest, AFewStreamsAtATime) {
    const auto process = start({"--max-concurrent-streams=3"});
    ClientWorld world;
    int done = 0;
    world.run([&](Client& client) {
        EXPECT_EQ(client.send({.url = url("/small.txt")}).status, 200);
        for (int i = 0; i < 30; ++i) {
            world.worker().spawn([&] {
                EXPECT_EQ(client.send({.url = url("/small.txt")}).status, 200);
                ++done;
            });
        }
    });
    EXPECT_EQ(done, 30);
    EXPECT_EQ(world.client().idle_connections(), 1u);
}

TEST_F(NghttpdTest, NoPushIsSentToWhoWantsNone) {
    const auto process = start({"--push=/small.txt=/large.bin"});
    ClientWorld world;
    world.run([&](Client& client) { EXPECT_EQ(client.send({.url = url("/small.txt")}).status, 200); });
    EXPECT_LT(world.vu().bytes_received, 100'000u);
}

TEST_F(NghttpdTest, ClientCertificates) {
    const auto process = start({"--verify-client"});
    ClientWorld with({.settings = with_certificate()});
    with.run([&](Client& client) { EXPECT_EQ(client.send({.url = url("/small.txt")}).status, 200); });
}

}  // namespace
}  // namespace k6::interop
