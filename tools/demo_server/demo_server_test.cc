#include "tools/demo_server/demo_server.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/demo_server/pseudo_random.h"
#include "tools/demo_server/router.h"
#include "tools/demo_server/test_client.h"

namespace k6::demo {
namespace {

std::unique_ptr<DemoServer> start(const DemoServerOptions& options = {}) {
    auto server = DemoServer::start(options);
    if (!server) throw std::runtime_error(server.error().message);
    return std::move(*server);
}

class DemoServerTest : public testing::Test {
protected:
    Wire clear() { return Wire::connect(server_->http_port()); }
    Wire secure(WireTls tls = {}) {
        tls.ca_pem = server_->ca_pem();
        return Wire::connect(server_->https_port(), tls);
    }
    Http1Client http1() { return Http1Client(clear()); }
    Http2Client http2() { return Http2Client(clear()); }
    /// All that the server sends in answer to those bytes, until it closes.
    std::string answer_to(std::string_view bytes) {
        Wire wire = clear();
        wire.send(bytes);
        return wire.receive_all();
    }

    std::unique_ptr<DemoServer> server_ = start();
};

struct RouteRow {
    const char* example;
    const char* method;
    int status;
    const char* content_type;
};

const char* const kJson = "application/json";
const char* const kHtml = "text/html; charset=utf-8";
const char* const kBytes = "application/octet-stream";
const char* const kText = "text/plain";
const char* const kNone = "(none)";

const RouteRow kRouteRows[] = {
    {"/", "GET", 200, kHtml},
    {"/routes", "GET", 200, kHtml},
    {"/html", "GET", 200, kHtml},
    {"/forms/post", "GET", 200, kHtml},
    {"/links/10/0", "GET", 200, kHtml},
    {"/uuid", "GET", 200, kJson},
    {"/json", "GET", 200, kJson},
    {"/xml", "GET", 200, "application/xml"},
    {"/image/png", "GET", 200, "image/png"},
    {"/response-headers?X-Demo=1", "GET", 200, kJson},
    {"/cache", "GET", 200, kJson},
    {"/cache/60", "GET", 200, kJson},
    {"/etag/x", "GET", 200, kJson},
    {"/get?a=1", "GET", 200, kJson},
    {"/post", "POST", 200, kJson},
    {"/put", "PUT", 200, kJson},
    {"/patch", "PATCH", 200, kJson},
    {"/delete", "DELETE", 200, kJson},
    {"/anything/a/b", "DELETE", 200, kJson},
    {"/echo", "POST", 200, kJson},
    {"/headers", "GET", 200, kJson},
    {"/user-agent", "GET", 200, kJson},
    {"/ip", "GET", 200, kJson},
    {"/tls", "GET", 200, kJson},
    {"/upload", "GET", 200, kHtml},
    {"/upload", "POST", 415, kJson},
    {"/status/418", "GET", 418, kText},
    {"/redirect/2", "GET", 302, kHtml},
    {"/redirect?n=2&code=307", "GET", 307, kHtml},
    {"/relative-redirect/2", "GET", 302, kHtml},
    {"/absolute-redirect/2", "GET", 302, kHtml},
    {"/redirect-to?url=/get&status_code=303", "GET", 303, kHtml},
    {"/redirto?code=301&to=/get", "GET", 301, kHtml},
    {"/cookies", "GET", 200, kJson},
    {"/cookies/set?k=v", "GET", 302, kNone},
    {"/cookies/set/k/v", "GET", 302, kNone},
    {"/cookies/delete?k", "GET", 302, kNone},
    {"/setcookie?k=v", "GET", 200, kJson},
    {"/login", "GET", 200, kHtml},
    {"/login", "POST", 401, kHtml},
    {"/logout", "GET", 302, kNone},
    {"/account", "GET", 302, kNone},
    {"/basic-auth/user/secret", "GET", 401, kJson},
    {"/hidden-basic-auth/user/secret", "GET", 404, kJson},
    {"/digest-auth/auth/user/secret", "GET", 401, kJson},
    {"/bearer", "GET", 401, kJson},
    {"/bytes/1024?seed=7", "GET", 200, kBytes},
    {"/range/26", "GET", 200, kBytes},
    {"/stream/3", "GET", 200, kJson},
    {"/stream-bytes/100?chunk_size=10", "GET", 200, kBytes},
    {"/drip?duration=0.01&numbytes=5&delay=0", "GET", 200, kBytes},
    {"/delay/0.01", "GET", 200, kJson},
    {"/slow?ms=10", "GET", 200, kJson},
    {"/gzip", "GET", 200, kJson},
    {"/deflate", "GET", 200, kJson},
    {"/br", "GET", 200, kJson},
    {"/zstd", "GET", 200, kJson},
    {"/encoded?as=gzip,br&size=1000", "GET", 200, kText},
    {"/close", "GET", 200, kText},
    {"/reset", "GET", 0, kNone},
    {"/malformed", "GET", 0, kNone},
    {"/truncate?declared=100&sent=50", "GET", 200, kText},
    {"/flaky?rate=0.5", "GET", 200, kJson},
    {"/stats", "GET", 200, kJson},
    {"/stats/reset", "POST", 200, kJson},
    {"/ws", "GET", 426, kJson},
    {"/ws/echo?subproto=chat", "GET", 426, kJson},
    {"/ws/close?code=1001&reason=bye", "GET", 426, kJson},
};

TEST_F(DemoServerTest, TheTableOfRoutesIsTotal) {
    Site site;
    std::map<std::string_view, int> wanted;
    Router router(site);
    for (const Route& route : router.routes()) ++wanted[route.example];
    for (const RouteRow& row : kRouteRows) --wanted[row.example];
    for (const auto& [example, missing] : wanted) EXPECT_EQ(missing, 0) << example;
}

void check(const RouteRow& row, const TestResponse& response) {
    EXPECT_EQ(response.status, row.status) << row.example;
    EXPECT_EQ(response.header("Content-Type"), row.content_type) << row.example;
    bool truncated = std::string_view(row.example).starts_with("/truncate");
    if (row.status != 0 && (!truncated || response.version == "2")) {
        EXPECT_TRUE(response.complete) << row.example;
    }
    if (row.status != 0) {
        EXPECT_EQ(response.header("Server"), "k6-demo") << row.example;
        EXPECT_EQ(response.header("Date").size(), 29u) << row.example;
    }
}

TEST_F(DemoServerTest, EveryRouteOverEveryProtocol) {
    for (const RouteRow& row : kRouteRows) {
        server_->reset_stats();
        check(row, http1().request(row.method, row.example));
        Http1Client(clear()).get("/stats/reset");
        check(row, http2().request(row.method, row.example));
        Http1Client(clear()).get("/stats/reset");
        check(row, Http1Client(secure()).request(row.method, row.example));
        Http1Client(clear()).get("/stats/reset");
        check(row, Http2Client(secure({.protocols = {"h2"}})).request(row.method, row.example));
        Http1Client(clear()).get("/stats/reset");
    }
}

TEST_F(DemoServerTest, EveryRouteOverOneConnectionWhileItLasts) {
    Http1Client client = http1();
    Http2Client client2 = http2();
    for (const RouteRow& row : kRouteRows) {
        std::string_view example = row.example;
        bool ends = example == "/close" || example == "/reset" || example == "/malformed" ||
                    example.starts_with("/truncate") || example.starts_with("/flaky");
        if (ends) continue;
        check(row, client.request(row.method, row.example));
        check(row, client2.request(row.method, row.example));
    }
    // The counters were reset on the way, but these connections are still the only ones.
    EXPECT_EQ(server_->stats().connections_open, 2u);
}

TEST_F(DemoServerTest, KeepsConnectionsAndCounts) {
    Http1Client client = http1();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client.get("/").status, 200);
    StatsSnapshot counts = server_->stats();
    EXPECT_EQ(counts.connections_accepted, 1u);
    EXPECT_EQ(counts.connections_open, 1u);
    EXPECT_EQ(counts.requests, 5u);
    EXPECT_EQ(counts.bytes_received, 5 * std::string_view("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").size());
    EXPECT_GT(counts.bytes_sent, 2000u);
    server_->reset_stats();
    EXPECT_EQ(server_->stats().requests, 0u);
}

TEST_F(DemoServerTest, AnswersPipelinedRequestsInOrder) {
    Http1Client client = http1();
    client.send(
        "GET /slow?ms=20 HTTP/1.1\r\nHost: a\r\n\r\n"
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
        "GET /stream/2 HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /status/404 HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /close HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /get HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(client.read_response().body.find("/slow?ms=20"), std::string::npos);
    EXPECT_NE(client.read_response().body.find("\"body\":\"one\""), std::string::npos);
    EXPECT_EQ(client.read_response().header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(client.read_response().status, 404);
    TestResponse last = client.read_response();
    EXPECT_EQ(last.body, "goodbye\n");
    EXPECT_EQ(last.header("Connection"), "close");
    EXPECT_TRUE(client.at_end());
}

TEST_F(DemoServerTest, ReadsARequestThatComesByteByByte) {
    std::string request =
        "\r\nPOST /echo?q HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Long:  a b \t\r\nTransfer-Encoding: chunked\r\n"
        "Trailer: X-End\r\n\r\n3;ext=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-End: yes\r\n\r\n";
    Http1Client client = http1();
    for (char c : request) client.send(std::string_view(&c, 1));
    TestResponse slow = client.read_response();
    EXPECT_EQ(slow.status, 200);
    EXPECT_NE(slow.body.find(R"(["X-Empty",""],["X-Long","a b"])"), std::string::npos) << slow.body;
    EXPECT_NE(slow.body.find(R"("body":"abc0123456789","trailers":[["X-End","yes"]])"), std::string::npos) << slow.body;
    client.send(request);
    EXPECT_EQ(client.read_response().body, slow.body);
}

TEST_F(DemoServerTest, AnyTokenMayBeAMethod) {
    Http1Client client = http1();
    for (const char* method : {"BREW", "post", "M-SEARCH", "PRI", "G", "x!#$%&'*+-.^_`|~09"}) {
        TestResponse response = client.request(method, "/echo", {}, "body");
        EXPECT_NE(response.body.find("\"method\":\"" + std::string(method) + "\""), std::string::npos) << response.body;
    }
}

TEST_F(DemoServerTest, HeadHasNoBody) {
    Http1Client client = http1();
    TestResponse response = client.request("HEAD", "/bytes/10");
    EXPECT_EQ(response.header("Content-Length"), "10");
    EXPECT_EQ(client.request("HEAD", "/stream/5").header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(client.request("HEAD", "/bytes/1000000").header("Content-Length"), "1000000");
    EXPECT_EQ(client.get("/bytes/3").body.size(), 3u);
}

TEST_F(DemoServerTest, BodylessStatusesHaveNoBodyAndNoLength) {
    Http1Client client = http1();
    for (int status : {204, 304}) {
        TestResponse response = client.get("/status/" + std::to_string(status));
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.header("Content-Length"), "(none)");
        EXPECT_EQ(response.header("Transfer-Encoding"), "(none)");
    }
    EXPECT_EQ(client.get("/status/205").header("Content-Length"), "0");
    for (int status : {100, 102, 103, 199}) {
        TestResponse response = client.get("/status/" + std::to_string(status));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.interim, std::vector<int>{status});
    }
    EXPECT_EQ(client.get("/status/101").status, 101);
    EXPECT_TRUE(client.at_end());
}

TEST_F(DemoServerTest, InvitesABodyThatIsExpected) {
    Http1Client client = http1();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    std::string invitation = client.wire().receive();
    EXPECT_EQ(invitation, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_NE(client.read_response().body.find("\"body\":\"body\""), std::string::npos);
    EXPECT_TRUE(client.request("GET", "/get", {{"Expect", "100-continue"}}).interim.empty());
    EXPECT_EQ(client.request("POST", "/post", {{"Expect", "miracles"}}, "x").status, 417);
}

TEST_F(DemoServerTest, SpeaksWithHttp10Clients) {
    EXPECT_TRUE(answer_to("GET /bytes/1 HTTP/1.0\r\n\r\n").find("Connection: close\r\n") != std::string::npos);
    std::string streamed = answer_to("GET /stream-bytes/20?seed=1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(streamed.find("Transfer-Encoding"), std::string::npos);
    EXPECT_TRUE(streamed.ends_with("\r\n\r\n" + PseudoRandomBytes(1).take(20)));
    Http1Client client = http1();
    for (int i = 0; i < 2; ++i) {
        client.send("GET /get HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        EXPECT_EQ(client.read_response().header("Connection"), "keep-alive");
    }
    // No interim responses for those who do not know them.
    EXPECT_TRUE(answer_to("GET /status/103 HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(DemoServerTest, TakesTheAbsoluteForm) {
    TestResponse response = http1().get("http://other.test/get?a=1");
    EXPECT_NE(response.body.find(R"("url":"http://other.test/get?a=1")"), std::string::npos) << response.body;
}

TEST_F(DemoServerTest, RefusesMalformedRequests) {
    const std::string many(70'000, 'x');
    const std::pair<std::string, int> rows[] = {
        {"\x16\x03\x01\x02", 400},  // a TLS handshake; not yet known to be wrong before its first space or 33 bytes
        {"GET /\r\n\r\n", 505},     // as HTTP/0.9 had it
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nName : space\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", 400},
        {"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
        {"GET / HTTQ/1.1\r\nHost: a\r\n\r\n", 400},
        {"GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {" / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {many.substr(0, 40) + " / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"GET /" + many + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: " + many + "\r\n\r\n", 431},
        {"GET / HTTP/1.1\r\nHost: a\r\n" + many + ": x\r\n\r\n", 431},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + many + "\r\n\r\n", 431},
    };
    for (const auto& [bytes, status] : rows) {
        Wire wire = clear();
        wire.send(bytes);
        wire.end_sending();
        std::string answer = wire.receive_all();
        std::string expected = "HTTP/1.1 " + std::to_string(status) + " ";
        EXPECT_TRUE(answer.starts_with(expected)) << bytes.substr(0, 80) << "\n" << answer;
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << bytes.substr(0, 80);
        EXPECT_NE(answer.find("{\"error\":"), std::string::npos) << bytes.substr(0, 80);
    }
    EXPECT_EQ(server_->stats().requests_malformed, std::size(rows));
    EXPECT_EQ(server_->stats().requests, 0u);
}

TEST_F(DemoServerTest, RefusesABodyThatGrowsTooLarge) {
    Http1Client client = http1();
    client.send("POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    // 65 MiB in chunks of 1 MiB; the server answers at 64 and reads on for a while, so that the answer arrives.
    std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
    for (int i = 0; i < 65; ++i) client.send(chunk);
    EXPECT_EQ(client.read_response().status, 413);
}

TEST_F(DemoServerTest, UploadsAndDownloadsComeThroughWhole) {
    std::string bytes = PseudoRandomBytes(9).take(3'000'000);
    std::string part =
        "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n" + bytes + "\r\n--B--";
    TestHeaders type = {{"Content-Type", "multipart/form-data; boundary=B"}};
    TestHeaders type2 = {{"content-type", "multipart/form-data; boundary=B"}};
    std::string expected = R"("count":1,"bytes":3000000)";
    Http1Client client = http1();
    Http1Client tls = Http1Client(secure());
    Http2Client client2 = http2();
    EXPECT_NE(client.request("POST", "/upload", type, part).body.find(expected), std::string::npos);
    EXPECT_NE(tls.request("POST", "/upload", type, part).body.find(expected), std::string::npos);
    EXPECT_NE(client2.request("POST", "/upload", type2, part).body.find(expected), std::string::npos);
    EXPECT_EQ(client.get("/bytes/3000000?seed=9").body, bytes);
    EXPECT_EQ(tls.get("/bytes/3000000?seed=9").body, bytes);
    EXPECT_EQ(client2.get("/bytes/3000000?seed=9").body, bytes);
    EXPECT_EQ(client.get("/stream-bytes/3000000?seed=9").body, bytes);
}

TEST_F(DemoServerTest, HoldsBackForAReaderThatIsSlow) {
    // Far more than socket buffers hold is asked for before anything is read.
    Http1Client client = http1();
    std::string requests;
    for (int i = 0; i < 300; ++i) requests += "GET /bytes/100000 HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(requests);
    for (int i = 0; i < 300; ++i) ASSERT_EQ(client.read_response().body.size(), 100'000u) << i;
}

TEST_F(DemoServerTest, AnswersAClientThatHasEndedItsSide) {
    Wire wire = clear();
    wire.send("GET /slow?ms=5 HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.end_sending();
    EXPECT_NE(wire.receive_all().find("/slow?ms=5"), std::string::npos);
}

TEST_F(DemoServerTest, Faults) {
    Wire wire = clear();
    wire.send("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wire.receive_all(), "");
    EXPECT_EQ(wire.failure(), "reset by peer");

    EXPECT_EQ(answer_to("GET /malformed HTTP/1.1\r\nHost: a\r\n\r\n"),
              "HTTP/one.one OK 200?\r\nthis is no field\r\n\r\n");
    TestResponse less = http1().get("/truncate?declared=10&sent=4");
    EXPECT_EQ(less.header("Content-Length"), "10");
    EXPECT_EQ(less.body, "xxxx");
    EXPECT_FALSE(less.complete);
    Http1Client more_client = http1();
    EXPECT_EQ(more_client.get("/truncate?declared=4&sent=10").body, "xxxx");
    EXPECT_EQ(more_client.buffered() + more_client.wire().receive_all(), "xxxxxx");
    Http1Client closing = http1();
    EXPECT_EQ(closing.get("/close").header("Connection"), "close");
    EXPECT_TRUE(closing.at_end());
}

TEST_F(DemoServerTest, ItsCertificateIsValidForItsNames) {
    for (const char* name : {"localhost", "demo.test", "127.0.0.1", "::1"}) {
        Wire wire = secure({.server_name = name});
        EXPECT_EQ(wire.failure(), "") << name;
        EXPECT_EQ(Http1Client(std::move(wire)).get("/get").status, 200) << name;
    }
    EXPECT_EQ(secure({.server_name = "other.test"}).failure(), "hostname mismatch");
    EXPECT_EQ(secure({.server_name = "127.0.0.2"}).failure(), "IP address mismatch");
    EXPECT_EQ(Wire::connect(server_->https_port(), WireTls{}).failure(), "unable to get local issuer certificate");
    EXPECT_EQ(server_->stats().tls_handshakes, 4u);
}

TEST_F(DemoServerTest, SpeaksBothVersionsAndResumes) {
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        std::shared_ptr<void> session;
        {
            Http1Client first(secure({.version = version, .session = &session}));
            EXPECT_NE(first.get("/tls").body.find("\"resumed\":false"), std::string::npos);
            EXPECT_FALSE(first.wire().resumed());
        }
        Http1Client second(secure({.version = version, .session = &session}));
        std::string body = second.get("/tls").body;
        EXPECT_NE(body.find("\"resumed\":true"), std::string::npos) << body;
        EXPECT_NE(body.find(version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"), std::string::npos) << body;
        EXPECT_TRUE(second.wire().resumed());
    }
    EXPECT_EQ(server_->stats().tls_resumed, 2u);
}

TEST_F(DemoServerTest, ChoosesTheProtocolByAlpn) {
    EXPECT_EQ(secure({.protocols = {"http/1.1", "h2"}}).protocol(), "h2");
    EXPECT_EQ(secure({.protocols = {"http/1.1"}}).protocol(), "http/1.1");
    EXPECT_EQ(secure({.protocols = {"spdy/3"}}).protocol(), "");
    EXPECT_EQ(secure().protocol(), "");
    TestResponse over_tls = Http2Client(secure({.protocols = {"h2"}})).get("/tls");
    EXPECT_NE(over_tls.body.find(R"("alpn":"h2","serverName":"localhost")"), std::string::npos) << over_tls.body;

    auto plain = start({.http2 = false});
    Wire wire = Wire::connect(plain->https_port(), {.ca_pem = plain->ca_pem(), .protocols = {"h2", "http/1.1"}});
    EXPECT_EQ(wire.protocol(), "http/1.1");
}

TEST_F(DemoServerTest, ClearTextOnTheSecurePortGetsNowhere) {
    Wire wire = Wire::connect(server_->https_port());
    wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wire.receive_all().find("HTTP/"), std::string::npos);
    EXPECT_EQ(server_->stats().tls_handshakes, 0u);
}

TEST(DemoServerOptions, ClientCertificates) {
    auto stranger_authority = CertificateAuthority::create("stranger");
    ASSERT_TRUE(stranger_authority);
    Identity stranger = *stranger_authority->issue({.common_name = "stranger", .for_client = true});
    for (ClientCertificates mode : {ClientCertificates::ignore, ClientCertificates::ask, ClientCertificates::require}) {
        for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            auto server = start({.client_certificates = mode});
            auto ask = [&](const Identity* identity) {
                Http1Client client(Wire::connect(
                    server->https_port(), {.ca_pem = server->ca_pem(), .version = version, .identity = identity}));
                return client.get("/tls");
            };
            bool asked = mode != ClientCertificates::ignore;
            EXPECT_EQ(ask(nullptr).status, mode == ClientCertificates::require ? 0 : 200);
            EXPECT_EQ(ask(&stranger).status, asked ? 0 : 200);
            TestResponse known = ask(&server->client_identity());
            EXPECT_EQ(known.status, 200);
            EXPECT_EQ(known.body.find("CN=demo client") != std::string::npos, asked) << known.body;
        }
    }
}

TEST(DemoServerOptions, ExpiredCertificateAndOtherNames) {
    auto expired = start({.certificate_valid_until = std::chrono::hours(-1)});
    EXPECT_EQ(Wire::connect(expired->https_port(), {.ca_pem = expired->ca_pem()}).failure(), "certificate has expired");
    auto named = start({.certificate_names = {"named.test"}});
    EXPECT_EQ(Wire::connect(named->https_port(), {.ca_pem = named->ca_pem()}).failure(), "hostname mismatch");
    EXPECT_EQ(Wire::connect(named->https_port(), {.ca_pem = named->ca_pem(), .server_name = "named.test"}).failure(),
              "");
}

TEST(DemoServerOptions, TlsVersions) {
    auto server = start({.highest_tls = TlsVersion::v1_2});
    Http1Client client(Wire::connect(server->https_port(), {.ca_pem = server->ca_pem()}));
    EXPECT_NE(client.get("/tls").body.find("TLSv1.2"), std::string::npos);
    EXPECT_NE(Wire::connect(server->https_port(), {.ca_pem = server->ca_pem(), .version = TLS1_3_VERSION}).failure(),
              "");
}

TEST_F(DemoServerTest, KnowsThePrefaceHoweverItIsCut) {
    Wire wire = clear();
    constexpr std::string_view kStart = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (char c : kStart) wire.send(std::string_view(&c, 1));
    // An empty SETTINGS frame; the server's own begins with its length and type.
    wire.send(std::string_view("\0\0\0\4\0\0\0\0\0", 9));
    std::string answer = wire.receive();
    ASSERT_GE(answer.size(), 4u);
    EXPECT_EQ(answer[3], 4);
    // What only begins like it is HTTP/1.1.
    EXPECT_TRUE(answer_to("PRI * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 4"));
}

TEST_F(DemoServerTest, StreamsDoNotWaitForEachOther) {
    Http2Client client = http2();
    // No time is measured: the first cannot be done before the second, which waits for nothing.
    std::int32_t slow = client.start("GET", "/slow?ms=50");
    std::int32_t fast = client.start("GET", "/get");
    EXPECT_EQ(client.finish(slow).status, 200);
    EXPECT_EQ(client.closed(), (std::vector<std::int32_t>{fast, slow}));
    EXPECT_EQ(server_->stats().http2_requests, 2u);
}

TEST_F(DemoServerTest, CarriesManyStreamsAtOnce) {
    Http2Client client = http2();
    std::vector<std::int32_t> streams;
    for (int i = 0; i < 100; ++i)
        streams.push_back(client.start("GET", "/bytes/" + std::to_string(i * 1000) + "?seed=5"));
    for (std::size_t i = 0; i < streams.size(); ++i) {
        EXPECT_EQ(client.finish(streams[i]).body, PseudoRandomBytes(5).take(i * 1000));
    }
}

TEST_F(DemoServerTest, EchoesOverHttp2) {
    Http2Client client = http2();
    TestResponse echo = client.finish(client.start(
        "POST", "/anything?x=1", {{"x-a", "1"}, {"cookie", "a=1"}, {"cookie", "b=2"}}, "payload", {{"x-end", "yes"}}));
    EXPECT_NE(echo.body.find(R"("url":"http://localhost/anything?x=1")"), std::string::npos) << echo.body;
    EXPECT_NE(echo.body.find(R"("Host":"localhost")"), std::string::npos) << echo.body;
    EXPECT_NE(echo.body.find(R"("data":"payload")"), std::string::npos) << echo.body;
    EXPECT_NE(echo.body.find(R"("httpVersion":"2","trailers":[["x-end","yes"]])"), std::string::npos) << echo.body;
    EXPECT_NE(
        client.request("GET", "/cookies", {{"cookie", "a=1"}, {"cookie", "b=2"}}).body.find(R"({"a":"1","b":"2"})"),
        std::string::npos);
    EXPECT_EQ(client.request("HEAD", "/bytes/10").header("content-length"), "10");
    EXPECT_EQ(client.request("BREW", "/anything").status, 200);
}

TEST_F(DemoServerTest, StatusesOverHttp2) {
    Http2Client client = http2();
    TestResponse hinted = client.get("/status/103");
    EXPECT_EQ(hinted.status, 200);
    EXPECT_EQ(hinted.interim, std::vector<int>{103});
    EXPECT_EQ(client.get("/status/204").header("content-length"), "(none)");
    EXPECT_EQ(client.get("/status/101").status, 400);
    TestResponse expected = client.request("POST", "/echo", {{"expect", "100-continue"}}, "x");
    EXPECT_EQ(expected.interim, std::vector<int>{100});
    EXPECT_EQ(expected.status, 200);
}

TEST_F(DemoServerTest, FaultsOverHttp2) {
    Http2Client closing = http2();
    EXPECT_EQ(closing.get("/close").status, 200);
    EXPECT_TRUE(closing.got_goaway());
    Http2Client reset = http2();
    EXPECT_EQ(reset.get("/reset").status, 0);
    EXPECT_TRUE(reset.connection_lost());
    Http2Client truncated = http2();
    TestResponse response = truncated.get("/truncate?declared=10&sent=4");
    EXPECT_EQ(response.header("content-length"), "10");
    EXPECT_EQ(response.body, "xxxx");
}

TEST_F(DemoServerTest, RefusesWhatIsTooLargeOverHttp2) {
    Http2Client client = http2();
    TestHeaders large;
    for (int i = 0; i < 40; ++i) large.emplace_back("x-large", std::string(2000, static_cast<char>('a' + i % 26)));
    EXPECT_EQ(client.request("GET", "/get", large).status, 431);
    std::int32_t upload = client.start("POST", "/post", {}, std::string(65 * 1024 * 1024, 'x'));
    TestResponse refused = client.finish(upload);
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(client.reset_code(upload), 0u);
    EXPECT_EQ(client.get("/get").status, 200);
}

TEST_F(DemoServerTest, EndsAnHttp2ConnectionThatBreaksTheRules) {
    Wire wire = clear();
    wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no SETTINGS frame at all");
    std::string answer = wire.receive_all();
    // The last frame is GOAWAY: 17 bytes and more, type 7.
    EXPECT_NE(answer.find(std::string_view("\7\0\0\0\0\0", 6)), std::string::npos);
}

std::string client_frame(int opcode, std::string_view payload, bool final = true, bool masked = true) {
    std::string frame(1, static_cast<char>((final ? 0x80 : 0) | opcode));
    int mask_bit = masked ? 0x80 : 0;
    if (payload.size() < 126) {
        frame += static_cast<char>(mask_bit | static_cast<int>(payload.size()));
    } else if (payload.size() <= 0xffff) {
        frame += static_cast<char>(mask_bit | 126);
        for (int shift : {8, 0}) frame += static_cast<char>(payload.size() >> shift & 0xff);
    } else {
        frame += static_cast<char>(mask_bit | 127);
        for (int shift : {56, 48, 40, 32, 24, 16, 8, 0}) frame += static_cast<char>(payload.size() >> shift & 0xff);
    }
    if (!masked) return frame.append(payload);
    constexpr std::string_view kMask = "\x12\x34\xab\xcd";
    frame += kMask;
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
    return frame;
}

std::string close_payload(int code, std::string_view reason = {}) {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + std::string(reason);
}

struct ServerFrame {
    int opcode = -1;
    bool final = false;
    std::string payload;
};

class WebSocketClient {
public:
    explicit WebSocketClient(Wire wire, std::string_view target = "/ws", std::string_view frames = {})
        : client_(std::move(wire)) {
        client_.send(
            "GET " + std::string(target) +
            " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
            "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, chat\r\n\r\n" +
            std::string(frames));
        handshake_ = client_.read_response();
    }

    const TestResponse& handshake() const { return handshake_; }
    void send(std::string_view bytes) { client_.send(bytes); }
    /// The opcode is -1 at the end of the connection.
    ServerFrame receive() {
        std::string head;
        if (!take(2, head)) return {};
        ServerFrame frame{head[0] & 0x0f, (head[0] & 0x80) != 0, {}};
        EXPECT_EQ(head[0] & 0x70, 0);
        EXPECT_EQ(head[1] & 0x80, 0) << "a server does not mask";
        std::size_t size = head[1] & 0x7f;
        if (size >= 126) {
            std::string length;
            take(size == 126 ? 2 : 8, length);
            size = 0;
            for (char c : length) size = size << 8 | static_cast<unsigned char>(c);
        }
        take(size, frame.payload);
        return frame;
    }
    /// What comes back of a message, in one frame.
    std::string echo(int opcode, std::string_view payload) {
        send(client_frame(opcode, payload));
        ServerFrame frame = receive();
        EXPECT_EQ(frame.opcode, opcode);
        EXPECT_TRUE(frame.final);
        return frame.payload;
    }

private:
    bool take(std::size_t size, std::string& bytes) {
        std::string& buffer = client_.buffered();
        while (buffer.size() < size) {
            std::string more = client_.wire().receive();
            if (more.empty()) return false;
            buffer += more;
        }
        bytes = buffer.substr(0, size);
        buffer.erase(0, size);
        return true;
    }

    Http1Client client_;
    TestResponse handshake_;
};

TEST_F(DemoServerTest, WebSocketEchoesMessagesOfAllSizes) {
    for (bool over_tls : {false, true}) {
        WebSocketClient client(over_tls ? secure() : clear(), "/ws/echo?subproto=chat");
        EXPECT_EQ(client.handshake().status, 101);
        EXPECT_EQ(client.handshake().header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        EXPECT_EQ(client.handshake().header("Sec-WebSocket-Protocol"), "chat");
        EXPECT_EQ(client.handshake().header("Content-Length"), "(none)");
        for (std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 1'000'000}) {
            std::string bytes = PseudoRandomBytes(size).take(size);
            EXPECT_EQ(client.echo(2, bytes), bytes) << size;
        }
        EXPECT_EQ(client.echo(1, "Gr\xc3\xbc\xc3\x9f"), "Gr\xc3\xbc\xc3\x9f");
    }
    EXPECT_EQ(server_->stats().websocket_sessions, 2u);
    EXPECT_EQ(server_->stats().websocket_messages, 18u);
}

TEST_F(DemoServerTest, WebSocketJoinsFragmentsAndAnswersPingsBetweenThem) {
    // The first frames come with the handshake.
    WebSocketClient client(clear(), "/ws", client_frame(1, "one \xc3", false) + client_frame(9, "ping"));
    ServerFrame pong = client.receive();
    EXPECT_EQ(pong.opcode, 10);
    EXPECT_EQ(pong.payload, "ping");
    client.send(client_frame(0, "\xbc two ", false) + client_frame(10, "unasked") + client_frame(0, "three"));
    ServerFrame message = client.receive();
    EXPECT_EQ(message.opcode, 1);
    EXPECT_EQ(message.payload, "one \xc3\xbc two three");
    std::string slowly = client_frame(2, "byte by byte");
    for (char c : slowly) client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.receive().payload, "byte by byte");
}

TEST_F(DemoServerTest, WebSocketClosesAsRequestedByEitherSide) {
    struct Row {
        std::string sent;
        std::string received;
    };
    const Row rows[] = {
        {"", ""},
        {close_payload(1000, "done"), close_payload(1000, "done")},
        {close_payload(4999), close_payload(4999)},
    };
    for (const Row& row : rows) {
        WebSocketClient client(clear());
        client.send(client_frame(8, row.sent));
        ServerFrame close = client.receive();
        EXPECT_EQ(close.opcode, 8);
        EXPECT_EQ(close.payload, row.received);
        EXPECT_EQ(client.receive().opcode, -1);
    }
    WebSocketClient client(clear(), "/ws/close?code=4001&reason=so%20long");
    EXPECT_EQ(client.receive().payload, close_payload(4001, "so long"));
    // Messages under way are dropped, pings not answered; the connection ends with the client's close frame.
    client.send(client_frame(1, "late") + client_frame(9, "late") + client_frame(8, close_payload(4001)));
    EXPECT_EQ(client.receive().opcode, -1);
}

TEST_F(DemoServerTest, WebSocketRefusesWhatBreaksTheRules) {
    struct Row {
        const char* what;
        std::string bytes;
        int code;
    };
    std::string reserved = client_frame(1, "x");
    reserved[0] = static_cast<char>(reserved[0] | 0x40);
    const Row rows[] = {
        {"unmasked", client_frame(1, "x", true, false), 1002},
        {"reserved bit", reserved, 1002},
        {"unknown data opcode", client_frame(3, "x"), 1002},
        {"unknown control opcode", client_frame(11, "x"), 1002},
        {"fragmented ping", client_frame(9, "x", false), 1002},
        {"long ping", client_frame(9, std::string(126, 'x')), 1002},
        {"continuation of nothing", client_frame(0, "x"), 1002},
        {"message within a message", client_frame(1, "x", false) + client_frame(1, "y"), 1002},
        {"invalid text", client_frame(1, "\xff"), 1007},
        {"unfinished text", client_frame(1, "\xc3"), 1007},
        {"text found invalid in its first fragment", client_frame(1, "\xed\xa0", false), 1007},
        {"length not in its shortest form", std::string("\x82\xfe\x00\x05", 4), 1002},
        {"long length not in its shortest form", std::string("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10), 1002},
        {"negative length", std::string("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10), 1002},
        {"too large", std::string("\x82\xff\x00\x00\x00\x00\x01\x00\x00\x01", 10), 1009},
        {"close with half a code", client_frame(8, "x"), 1002},
        {"close with a reserved code", client_frame(8, close_payload(1005)), 1002},
        {"close with an unused code", client_frame(8, close_payload(999)), 1002},
        {"close with an invalid reason", client_frame(8, close_payload(1000, "\xff")), 1007},
    };
    for (const Row& row : rows) {
        WebSocketClient client(clear());
        client.send(row.bytes + std::string(8, '\0'));
        ServerFrame close = client.receive();
        EXPECT_EQ(close.opcode, 8) << row.what;
        EXPECT_EQ(close.payload.substr(0, 2), close_payload(row.code)) << row.what;
        EXPECT_GT(close.payload.size(), 2u) << row.what;
        EXPECT_EQ(client.receive().opcode, -1) << row.what;
    }
}

TEST(DemoServerLife, DealsConnectionsToItsThreads) {
    auto server = start({.threads = 3});
    std::vector<Http1Client> clients;
    for (int i = 0; i < 9; ++i) clients.emplace_back(Wire::connect(server->http_port()));
    for (int round = 0; round < 3; ++round) {
        for (Http1Client& client : clients) EXPECT_EQ(client.get("/bytes/100").status, 200);
    }
    StatsSnapshot counts = server->stats();
    EXPECT_EQ(counts.connections_accepted, 9u);
    EXPECT_EQ(counts.requests, 27u);
}

TEST(DemoServerLife, StopsWithConnectionsOpenAndAnswersUnderWay) {
    auto server = start({.threads = 2});
    Http1Client idle(Wire::connect(server->http_port()));
    EXPECT_EQ(idle.get("/").status, 200);
    Http1Client waiting(Wire::connect(server->http_port()));
    waiting.send("GET /delay/300 HTTP/1.1\r\nHost: a\r\n\r\n");
    Http2Client waiting2(Wire::connect(server->http_port()));
    std::int32_t stream = waiting2.start("GET", "/drip?duration=300&numbytes=2");
    WebSocketClient socket(Wire::connect(server->http_port()));
    EXPECT_EQ(socket.handshake().status, 101);
    server->stop();
    EXPECT_EQ(idle.wire().receive_all(), "");
    EXPECT_EQ(waiting.wire().receive_all(), "");
    waiting2.finish(stream);
    EXPECT_TRUE(waiting2.connection_lost());
    EXPECT_EQ(socket.receive().opcode, -1);
    EXPECT_EQ(Wire::connect(server->http_port()).failure(), "Connection refused");
    server->stop();
    EXPECT_EQ(server->stats(), StatsSnapshot());
}

TEST(DemoServerLife, SaysWhyItCannotStart) {
    auto first = start();
    struct Row {
        DemoServerOptions options;
        std::string message;
    };
    std::string port = std::to_string(first->http_port());
    const Row rows[] = {
        {{.http_port = first->http_port()}, "cannot listen on 127.0.0.1 port " + port + ": Address already in use"},
        {{.address = "localhost"}, "no IP address: 'localhost'"},
        {{.threads = 0}, "the number of threads must be 1 to 64, not 0"},
        {{.certificate_names = {"a,b"}}, "cannot make the certificate of 'demo.test'"},
    };
    for (const Row& row : rows) {
        auto server = DemoServer::start(row.options);
        ASSERT_FALSE(server) << row.message;
        EXPECT_EQ(server.error().message.substr(0, row.message.size()), row.message);
    }
}

TEST(DemoServerLife, NamesItsUrls) {
    auto server = start();
    EXPECT_EQ(server->http_url(), "http://127.0.0.1:" + std::to_string(server->http_port()));
    EXPECT_EQ(server->https_url(), "https://127.0.0.1:" + std::to_string(server->https_port()));
    EXPECT_NE(server->http_port(), server->https_port());
}

}  // namespace
}  // namespace k6::demo
