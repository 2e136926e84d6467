// The demo server is what clients are measured against: its steady state must stay cheap.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string_view>
#include <vector>

#include "base/testing/allocations.h"
#include "tools/demo_server/demo_server.h"
#include "tools/demo_server/test_client.h"

namespace k6::demo {
namespace {

/// One request and its answer, without allocating.
void exchange(int fd, std::string_view request, std::size_t answer_size, std::vector<char>& buffer) {
    ASSERT_EQ(::send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    for (std::size_t got = 0; got < answer_size;) {
        ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
        ASSERT_GT(size, 0);
        got += static_cast<std::size_t>(size);
    }
}

TEST(HotPath, ASteadyRequestAllocatesLittle) {
    auto server = DemoServer::start({});
    ASSERT_TRUE(server);
    struct Row {
        std::string_view request;
        std::size_t allocations;
    };
    // The answer's field list (text and index) and body; the path segment is short enough to need none.
    constexpr Row kRows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 3},
        {"GET /bytes/1024 HTTP/1.1\r\nHost: a\r\n\r\n", 3},
    };
    for (const Row& row : kRows) {
        Wire wire = Wire::connect((*server)->http_port());
        std::vector<char> buffer(64 * 1024);
        wire.send(row.request);
        std::size_t answer_size = wire.receive().size();
        // Until every buffer has grown to its size.
        for (int i = 0; i < 100; ++i) exchange(wire.fd(), row.request, answer_size, buffer);
        constexpr int kRequests = 1000;
        const std::size_t before = allocations_of_all_threads();
        for (int i = 0; i < kRequests; ++i) exchange(wire.fd(), row.request, answer_size, buffer);
        const std::size_t per_request = (allocations_of_all_threads() - before + kRequests / 2) / kRequests;
        EXPECT_LE(per_request, row.allocations) << row.request;
        EXPECT_GT(per_request, 0U) << "nothing was counted";
    }
}

}  // namespace
}  // namespace k6::demo
