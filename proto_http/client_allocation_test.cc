// The promise of the hot path: a request on a kept connection, whose response is recycled, allocates nothing.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "base/testing/allocations.h"
#include "proto_http/client.h"
#include "proto_http/testing/client_world.h"
#include "proto_http/testing/http2_peer.h"
#include "proto_http/testing/scripted_peer.h"

namespace k6::http {
namespace {

using testing::ClientWorld;
using testing::PeerSocket;
using testing::ScriptedPeer;

// Series keep some thousand exact values before they become histograms.
constexpr int warm_up = 5000;
constexpr int counted_requests = 50;

/// Stands still: durations that differ make pages in histograms, which belong to the metrics.
class StoppedClock final : public Clock {
public:
    TimePoint now() const noexcept override { return TimePoint{std::chrono::seconds(1)}; }
    WallTime wall_time(TimePoint point) const noexcept override { return WallTime{point.time_since_epoch()}; }
};

/// Allocations of the worker's thread during requests that answer with `answer`, after some to warm up.
std::size_t allocations_of(const Request& request, const std::string& answer, const ScriptedPeer& peer) {
    StoppedClock clock;
    ClientWorld world({.settings = {.user_agent = "test/1", .insecure_skip_tls_verify = true},
                       .keep_samples = false,
                       .clock = &clock});
    std::size_t counted_allocations = 0;
    world.run([&](Client& client) {
        for (int i = 0; i < warm_up; ++i) client.recycle(client.send(request));
        const std::size_t before = allocations_of_this_thread();
        int good = 0;
        for (int i = 0; i < counted_requests; ++i) {
            Response response = client.send(request);
            good += response.status == 200 ? 1 : 0;
            client.recycle(std::move(response));
        }
        counted_allocations = allocations_of_this_thread() - before;
        EXPECT_EQ(good, counted_requests) << answer;
    });
    EXPECT_EQ(peer.connections(), 1);
    return counted_allocations;
}

ScriptedPeer::Script answering_always(const std::string& answer, std::size_t body_size) {
    return [answer, body_size](PeerSocket& socket) {
        while (!socket.read_head().empty()) {
            socket.read_exactly(body_size);
            socket.write(answer);
        }
    };
}

const std::string small =
    "HTTP/1.1 200 OK\r\nServer: a server with a long name that is long\r\nContent-Type: application/json\r\n"
    "Content-Length: 40\r\n\r\n0123456789012345678901234567890123456789";

TEST(ClientAllocationTest, TheCounterCounts) {
    const std::size_t before = allocations_of_this_thread();
    int* volatile memory = new int(1);  // volatile: a pair of new and delete may be left out
    delete memory;
    EXPECT_EQ(allocations_of_this_thread(), before + 1);
}

TEST(ClientAllocationTest, AKeptBody) {
    ScriptedPeer peer({answering_always(small, 0)});
    EXPECT_EQ(allocations_of({.url = peer.url("/some/path?with=query")}, small, peer), 0u);
}

TEST(ClientAllocationTest, ADiscardedBody) {
    const std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    ScriptedPeer peer({answering_always(answer, 0)});
    EXPECT_EQ(allocations_of({.url = peer.url("/"), .response_body = ResponseBody::discard}, answer, peer), 0u);
}

TEST(ClientAllocationTest, APostWithHeadersAndCredentials) {
    ScriptedPeer peer({answering_always(small, 26)});
    const Request request{
        .method = "POST",
        .url = "http://somebody:and-a-password@" + peer.authority() + "/form",
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Trace-Id", "0123456789"}},
        .body = Body::borrow("abcdefghijklmnopqrstuvwxyz"),
        .name = "a name that groups many URLs"};
    EXPECT_EQ(allocations_of(request, small, peer), 0u);
}

// nghttp2's own memory is lent by a BlockPool again and again.
TEST(ClientAllocationTest, OverHttp2) {
    const testing::PeerIdentity identity;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        testing::Http2Peer peer(socket, identity);
        peer.write(testing::settings());
        while (const std::uint32_t stream = peer.read_request()) {
            peer.write(testing::headers(stream, testing::status_field(200) + testing::field("content-length", "40") +
                                                    testing::field("server", "a server with a long name")) +
                       testing::data(stream, std::string(40, 'x'), testing::end_stream));
        }
    }});
    const Request request{.method = "POST",
                          .url = "https://" + peer.authority() + "/some/path?with=query",
                          .headers = {{"Content-Type", "application/json"}, {"X-Trace-Id", "0123456789"}},
                          .body = Body::borrow("abcdefghijklmnopqrstuvwxyz")};
    EXPECT_EQ(allocations_of(request, "HTTP/2", peer), 0u);
}

}  // namespace
}  // namespace k6::http
