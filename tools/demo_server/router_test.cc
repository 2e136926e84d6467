#include "tools/demo_server/router.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <utility>
#include <vector>

#include "tools/demo_server/base64.h"
#include "tools/demo_server/digest.h"
#include "tools/demo_server/pseudo_random.h"

namespace k6::demo {
namespace {

namespace json = boost::json;
using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

class RouterTest : public testing::Test {
protected:
    Response ask(std::string_view method, std::string_view target, const Headers& headers = {},
                 std::string_view body = {}) {
        Request request;
        request.method = method;
        request.target = target;
        request.authority = "demo.test:8080";
        request.origin = "127.0.0.1";
        request.fields.add("Host", "demo.test:8080");
        for (const auto& [name, value] : headers) request.fields.add(name, value);
        request.body = body;
        return router_.respond(request);
    }
    Response get(std::string_view target, const Headers& headers = {}) { return ask("GET", target, headers); }
    json::object get_json(std::string_view target, const Headers& headers = {}) {
        return json::parse(get(target, headers).body).as_object();
    }
    static std::string field(const Response& response, std::string_view name) {
        return std::string(response.fields.find(name).value_or("(none)"));
    }
    /// All that a streamed body gives.
    static std::string drain(Response& response) {
        std::string all;
        for (bool last = false; !last;) {
            Chunk chunk = response.source();
            all += chunk.data;
            last = chunk.last;
        }
        return all;
    }

    Site site_;
    Router router_{site_};
};

TEST_F(RouterTest, NoTwoRoutesCompeteAndEveryExampleFindsItsRoute) {
    std::set<std::pair<std::string_view, std::size_t>> seen;
    for (const Route& route : router_.routes()) {
        ASSERT_TRUE(route.path.starts_with('/')) << route.path;
        ASSERT_TRUE(route.example.starts_with(route.path)) << route.example;
        ASSERT_NE(route.handle, nullptr);
        EXPECT_FALSE(route.summary.empty()) << route.path;
        for (std::size_t n = route.least_segments; n <= route.most_segments && n < 10; ++n) {
            // Of one path and length there may be a route for GET and one for POST; see /login and /upload.
            bool first = seen.emplace(route.path, n).second;
            EXPECT_TRUE(first || route.path == "/login" || route.path == "/upload") << route.path;
        }
        const std::pair<Methods, const char*> methods[] = {
            {kGet, "GET"}, {kPost, "POST"}, {kPut, "PUT"}, {kPatch, "PATCH"}, {kDelete, "DELETE"}};
        for (const auto& [mask, method] : methods) {
            if ((route.methods & mask) == 0) continue;
            Response response = ask(method, route.example);
            EXPECT_FALSE(response.body.starts_with("{\"error\":\"no such page: ")) << route.example;
            EXPECT_NE(response.status, 405) << route.example;
        }
    }
    EXPECT_GT(router_.routes().size(), 50u);
}

TEST_F(RouterTest, HomePageLinksToPagesThatExist) {
    std::string page = get("/").body;
    std::size_t links = 0;
    for (std::size_t at = page.find("href=\""); at != std::string::npos; at = page.find("href=\"", at + 1)) {
        std::string target = page.substr(at + 6, page.find('"', at + 6) - at - 6);
        EXPECT_EQ(get(target).status, 200) << target;
        ++links;
    }
    EXPECT_GE(links, 7u);
    EXPECT_NE(get("/routes").body.find("/digest-auth/"), std::string::npos);
}

TEST_F(RouterTest, UnknownPathsAndMethods) {
    EXPECT_EQ(get("/nothing").status, 404);
    EXPECT_EQ(get("/get/more").status, 404);
    EXPECT_EQ(get("/getaway").status, 404);
    EXPECT_EQ(get("/bytes").status, 404);
    EXPECT_EQ(get("").status, 404);
    Response refused = ask("POST", "/get");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(field(refused, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(ask("BREW", "/get").status, 405);
    EXPECT_EQ(ask("BREW", "/anything").status, 200);
    EXPECT_EQ(ask("HEAD", "/get").status, 200);
    Response options = ask("OPTIONS", "/login");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(field(options, "Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(ask("OPTIONS", "*").status, 204);
}

TEST_F(RouterTest, EchoTellsEverything) {
    json::object echo =
        json::parse(
            ask("POST", "/anything/x?a=1&b=2&a=%C3%BC", {{"x-mixed-CASE", "v"}, {"X-Mixed-Case", "w"}}, "[1, 2]").body)
            .as_object();
    EXPECT_EQ(echo["method"], "POST");
    EXPECT_EQ(echo["url"], "http://demo.test:8080/anything/x?a=1&b=2&a=%C3%BC");
    EXPECT_EQ(echo["args"], (json::value{{"a", {"1", "\xc3\xbc"}}, {"b", "2"}}));
    EXPECT_EQ(echo["headers"], (json::value{{"Host", "demo.test:8080"}, {"X-Mixed-Case", "v,w"}}));
    EXPECT_EQ(echo["rawHeaders"],
              json::value(json::array{json::array{"Host", "demo.test:8080"}, json::array{"x-mixed-CASE", "v"},
                                      json::array{"X-Mixed-Case", "w"}}));
    EXPECT_EQ(echo["origin"], "127.0.0.1");
    EXPECT_EQ(echo["data"], "[1, 2]");
    EXPECT_EQ(echo["json"], (json::value{1, 2}));
    EXPECT_EQ(echo["form"], json::object());
    EXPECT_EQ(echo["files"], json::object());
}

TEST_F(RouterTest, KeysComeInAStableOrder) {
    std::string order;
    for (const auto& member : get_json("/get")) order.append(member.key()).append(" ");
    EXPECT_EQ(order, "method url args headers rawHeaders origin data json form files httpVersion ");
}

TEST_F(RouterTest, EchoReadsFormsAndFiles) {
    json::object form =
        json::parse(ask("POST", "/post", {{"Content-Type", "application/x-www-form-urlencoded"}}, "a=1&b=x+y&a=2").body)
            .as_object();
    EXPECT_EQ(form["form"], (json::value{{"a", {"1", "2"}}, {"b", "x y"}}));
    EXPECT_EQ(form["data"], "");
    json::object files =
        json::parse(ask("POST", "/post", {{"Content-Type", "multipart/form-data; boundary=\"B\""}},
                        "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n\"\r\nContent-Type: "
                        "image/png\r\n\r\n\xff\r\n--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--B--")
                        .body)
            .as_object();
    EXPECT_EQ(files["files"], (json::value{{"f", "data:image/png;base64,/w=="}}));
    EXPECT_EQ(files["form"], (json::value{{"a", "v"}}));
    EXPECT_EQ(ask("POST", "/post", {{"Content-Type", "multipart/form-data; boundary=B"}}, "junk").status, 400);
    EXPECT_EQ(json::parse(ask("POST", "/post", {}, "\xff\xfe").body).at("data"),
              "data:application/octet-stream;base64,//4=");
}

TEST_F(RouterTest, DeepJsonDoesNotExhaustTheStack) {
    std::string deep(100'000, '[');
    EXPECT_TRUE(json::parse(ask("POST", "/post", {}, deep).body).at("json").is_null());
}

TEST_F(RouterTest, RawEchoKeepsOrderAndBody) {
    json::value echo = json::parse(ask("PUT", "/echo?x", {{"b", "1"}, {"A", "2"}}, "body").body);
    EXPECT_EQ(echo.at("method"), "PUT");
    EXPECT_EQ(echo.at("url"), "/echo?x");
    EXPECT_EQ(echo.at("headers"), json::value(json::array{json::array{"Host", "demo.test:8080"}, json::array{"b", "1"},
                                                          json::array{"A", "2"}}));
    EXPECT_EQ(echo.at("body"), "body");
}

TEST_F(RouterTest, SmallEchoes) {
    EXPECT_EQ(get_json("/user-agent", {{"User-Agent", "x/1"}})["user-agent"], "x/1");
    EXPECT_TRUE(get_json("/user-agent")["user-agent"].is_null());
    EXPECT_EQ(get_json("/ip")["origin"], "127.0.0.1");
    EXPECT_EQ(get_json("/tls")["tls"], false);
    EXPECT_EQ(get_json("/headers", {{"A", "1"}})["headers"].at("A"), "1");
}

TEST_F(RouterTest, UploadCounts) {
    Headers type = {{"Content-Type", "multipart/form-data; boundary=B"}};
    std::string part = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\n12345\r\n";
    json::value counted =
        json::parse(ask("POST", "/upload", type,
                        part + part + "--B\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\nhi\r\n--B--\r\n")
                        .body);
    EXPECT_EQ(counted.at("count"), 2);
    EXPECT_EQ(counted.at("bytes"), 10);
    EXPECT_EQ(counted.at("files").at(1).at("size"), 5);
    EXPECT_EQ(counted.at("fields").at("c"), "hi");
    EXPECT_EQ(ask("POST", "/upload", {}, "x").status, 415);
    EXPECT_EQ(ask("POST", "/upload", type, "x").status, 400);
}

TEST_F(RouterTest, Statuses) {
    EXPECT_EQ(get("/status/404").status, 404);
    EXPECT_EQ(get("/status/204").status, 204);
    EXPECT_EQ(get("/status/999").status, 999);
    EXPECT_EQ(field(get("/status/302"), "Location"), "/redirect/1");
    EXPECT_EQ(field(get("/status/401"), "WWW-Authenticate"), "Basic realm=\"demo\"");
    EXPECT_EQ(get("/status/103").interim_status, 103);
    EXPECT_EQ(get("/status/103").status, 200);
    std::vector<int> turns;
    for (int i = 0; i < 4; ++i) turns.push_back(get("/status/200,500,503").status);
    EXPECT_EQ(turns, (std::vector<int>{200, 500, 503, 200}));
    for (const char* bad : {"/status/99", "/status/1000", "/status/abc", "/status/200,", "/status/2e2", "/status/-1"}) {
        EXPECT_EQ(get(bad).status, 400) << bad;
    }
}

TEST_F(RouterTest, Redirects) {
    struct Row {
        const char* target;
        int status;
        const char* location;
    };
    const Row rows[] = {
        {"/redirect/3", 302, "/redirect/2"},
        {"/redirect/1", 302, "/get"},
        {"/redirect?n=3&code=307", 307, "/redirect?n=2&code=307"},
        {"/redirect?n=0", 200, "(none)"},
        {"/relative-redirect/2", 302, "/relative-redirect/1"},
        {"/absolute-redirect/2", 302, "http://demo.test:8080/absolute-redirect/1"},
        {"/redirect-to?url=http%3A%2F%2Fx%2F%3Fa&status_code=308", 308, "http://x/?a"},
        {"/redirto?code=301&to=/get", 301, "/get"},
        {"/redirto?to=", 302, ""},
    };
    for (const Row& row : rows) {
        Response response = get(row.target);
        EXPECT_EQ(response.status, row.status) << row.target;
        EXPECT_EQ(field(response, "Location"), row.location) << row.target;
    }
    for (const char* bad : {"/redirect/0", "/redirect/x", "/redirect?n=-1", "/redirect?n=1&code=200", "/redirto",
                            "/redirto?to=/a%0d%0aX:1", "/redirect-to?url=/&status_code=abc"}) {
        EXPECT_EQ(get(bad).status, 400) << bad;
    }
}

TEST_F(RouterTest, Cookies) {
    EXPECT_EQ(get_json("/cookies", {{"Cookie", "a=1; b=2"}, {"cookie", "c=3"}})["cookies"],
              (json::value{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
    Response set = get("/cookies/set?a=1&b=2");
    EXPECT_EQ(set.status, 302);
    EXPECT_EQ(field(set, "Location"), "/cookies");
    EXPECT_EQ(field(set, "Set-Cookie"), "a=1; Path=/");
    EXPECT_EQ(set.fields.count("Set-Cookie"), 2u);
    EXPECT_EQ(field(get("/cookies/set/k/v"), "Set-Cookie"), "k=v; Path=/");
    Response only = get("/setcookie?k=v");
    EXPECT_EQ(only.status, 200);
    EXPECT_EQ(field(only, "Set-Cookie"), "k=v; Path=/");
    EXPECT_NE(field(get("/cookies/delete?k"), "Set-Cookie").find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(get("/setcookie?a%20b=1").status, 400);
    EXPECT_EQ(get("/setcookie?a=1%0d%0aX:1").status, 400);
    EXPECT_EQ(get("/setcookie?a=1;Domain=x").status, 400);
}

TEST_F(RouterTest, LogInLeadsToTheAccount) {
    EXPECT_NE(get("/login").body.find("<form"), std::string::npos);
    EXPECT_EQ(field(get("/account"), "Location"), "/login");
    EXPECT_EQ(ask("POST", "/login", {}, "user=ada").status, 401);
    Response in = ask("POST", "/login", {}, "user=%3Cada%3E&password=x");
    EXPECT_EQ(in.status, 302);
    EXPECT_EQ(field(in, "Location"), "/account");
    std::string cookie = field(in, "Set-Cookie");
    cookie = cookie.substr(0, cookie.find(';'));
    Response account = get("/account", {{"Cookie", cookie}});
    EXPECT_EQ(account.status, 200);
    EXPECT_NE(account.body.find("&lt;ada&gt;"), std::string::npos);
    EXPECT_EQ(field(get("/logout"), "Location"), "/login");
}

TEST_F(RouterTest, BasicAndBearer) {
    std::string good = "Basic " + encode_base64("user:secret");
    EXPECT_EQ(get("/basic-auth/user/secret").status, 401);
    EXPECT_EQ(field(get("/basic-auth/user/secret"), "WWW-Authenticate"), "Basic realm=\"demo\"");
    EXPECT_EQ(get("/basic-auth/user/secret", {{"Authorization", good}}).status, 200);
    EXPECT_EQ(get("/basic-auth/user/other", {{"Authorization", good}}).status, 401);
    EXPECT_EQ(get("/basic-auth/user/secret", {{"Authorization", "Basic ???"}}).status, 401);
    EXPECT_EQ(get("/basic-auth/user/secret", {{"Authorization", "Basic"}}).status, 401);
    EXPECT_EQ(get("/hidden-basic-auth/user/secret").status, 404);
    EXPECT_EQ(get("/hidden-basic-auth/user/secret", {{"Authorization", good}}).status, 200);
    EXPECT_EQ(get("/bearer").status, 401);
    EXPECT_EQ(get("/bearer", {{"Authorization", good}}).status, 401);
    EXPECT_EQ(get_json("/bearer", {{"Authorization", "bearer t0k"}})["token"], "t0k");
}

/// What a client makes of a challenge (RFC 7616 section 3.4.1).
std::string digest_answer(const std::string& challenge, const char* function, const std::string& qop,
                          const std::string& method, const std::string& uri, const std::string& password,
                          const std::string& body) {
    std::size_t at = challenge.find("nonce=\"") + 7;
    std::string nonce = challenge.substr(at, challenge.find('"', at) - at);
    auto hash = [&](const std::string& text) { return hex_digest(function, text); };
    std::string what = method + ":" + uri + (qop == "auth-int" ? ":" + hash(body) : "");
    std::string response =
        hash(hash("user:demo:" + password) + ":" + nonce + ":00000001:xyz:" + qop + ":" + hash(what));
    return "Digest username=\"user\", realm=\"demo\", nonce=\"" + nonce + "\", uri=\"" + uri + "\", qop=" + qop +
           ", nc=00000001, cnonce=\"xyz\", response=\"" + response + "\", opaque=\"demo\"";
}

TEST_F(RouterTest, Digest) {
    struct Row {
        const char* path;
        const char* function;
        const char* qop;
        const char* password;
        int status;
    };
    const Row rows[] = {
        {"/digest-auth/auth/user/secret", "MD5", "auth", "secret", 200},
        {"/digest-auth/auth/user/secret", "MD5", "auth", "wrong", 401},
        {"/digest-auth/auth/user/secret", "MD5", "auth-int", "secret", 401},
        {"/digest-auth/auth-int/user/secret", "MD5", "auth-int", "secret", 200},
        {"/digest-auth/any/user/secret", "MD5", "auth-int", "secret", 200},
        {"/digest-auth/any/user/secret", "MD5", "auth", "secret", 200},
        {"/digest-auth/auth/user/secret/SHA-256", "SHA256", "auth", "secret", 200},
        {"/digest-auth/auth/user/secret/sha-512-256", "SHA512-256", "auth", "secret", 200},
        {"/digest-auth/auth/user/secret/SHA-256", "MD5", "auth", "secret", 401},
    };
    for (const Row& row : rows) {
        Response challenge = ask("POST", row.path, {}, "body");
        EXPECT_EQ(challenge.status, 401);
        std::string answer = digest_answer(field(challenge, "WWW-Authenticate"), row.function, row.qop, "POST",
                                           row.path, row.password, "body");
        EXPECT_EQ(ask("POST", row.path, {{"Authorization", answer}}, "body").status, row.status)
            << row.path << " " << row.qop << " " << row.password;
        std::string forged = answer;
        forged.replace(forged.find("nonce=\"") + 7, 1, "9");
        EXPECT_EQ(ask("POST", row.path, {{"Authorization", forged}}, "body").status, 401);
    }
    EXPECT_EQ(get("/digest-auth/auth/user/secret/CRC32").status, 400);
    EXPECT_EQ(get("/digest-auth/auth/user/secret", {{"Authorization", "Digest a=\"\\"}}).status, 401);
}

TEST_F(RouterTest, BytesAreReproducible) {
    EXPECT_EQ(get("/bytes/10").body.size(), 10u);
    EXPECT_EQ(get("/bytes/0").body, "");
    EXPECT_EQ(get("/bytes/100?seed=1").body, get("/bytes/100?seed=1").body);
    EXPECT_NE(get("/bytes/100?seed=1").body, get("/bytes/100?seed=2").body);
    // However they are cut: a stream gives the same bytes as one piece, and a large body the same as a small one.
    std::string whole = PseudoRandomBytes(3).take(300'000);
    Response streamed = get("/stream-bytes/300000?seed=3&chunk_size=777");
    EXPECT_EQ(drain(streamed), whole);
    Response large = get("/bytes/300000?seed=3");
    EXPECT_EQ(large.declared_length, 300'000u);
    EXPECT_EQ(drain(large), whole);
    EXPECT_EQ(get("/bytes/200000?seed=3").body, whole.substr(0, 200'000));
    for (const char* bad :
         {"/bytes/x", "/bytes/-1", "/bytes/99999999999", "/bytes/1?seed=x", "/stream-bytes/1?chunk_size=0"}) {
        EXPECT_EQ(get(bad).status, 400) << bad;
    }
    EXPECT_EQ(get("/bytes/x").body, "{\"error\":\"path segment 1 must be a number from 0 to 1073741824, not 'x'\"}\n");
}

TEST_F(RouterTest, Ranges) {
    struct Row {
        const char* range;
        int status;
        const char* body;
        const char* content_range;
    };
    const Row rows[] = {
        {"", 200, "abcdefghijklmnopqrstuvwxyzabcd", "(none)"},
        {"bytes=0-3", 206, "abcd", "bytes 0-3/30"},
        {"bytes=25-", 206, "zabcd", "bytes 25-29/30"},
        {"bytes=-2", 206, "cd", "bytes 28-29/30"},
        {"bytes=-99", 206, "abcdefghijklmnopqrstuvwxyzabcd", "bytes 0-29/30"},
        {"bytes=28-99", 206, "cd", "bytes 28-29/30"},
        {"bytes=30-", 416, "", "bytes */30"},
        {"bytes=-0", 416, "", "bytes */30"},
        {"bytes=3-1", 200, "abcdefghijklmnopqrstuvwxyzabcd", "(none)"},
        {"bytes=1-2,4-5", 200, "abcdefghijklmnopqrstuvwxyzabcd", "(none)"},
        {"lines=1-2", 200, "abcdefghijklmnopqrstuvwxyzabcd", "(none)"},
        {"bytes=x-2", 200, "abcdefghijklmnopqrstuvwxyzabcd", "(none)"},
        {"bytes=-", 200, "abcdefghijklmnopqrstuvwxyzabcd", "(none)"},
    };
    for (const Row& row : rows) {
        Response response = get("/range/30", {{"Range", row.range}});
        EXPECT_EQ(response.status, row.status) << row.range;
        EXPECT_EQ(response.body, row.body) << row.range;
        EXPECT_EQ(field(response, "Content-Range"), row.content_range) << row.range;
    }
}

TEST_F(RouterTest, Streams) {
    Response three = get("/stream/3?a=1");
    std::string lines = drain(three);
    std::size_t first_end = lines.find('\n');
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
    EXPECT_EQ(json::parse(lines.substr(0, first_end)).at("args").at("a"), "1");
    Response none = get("/stream/0");
    EXPECT_EQ(drain(none), "");
    Response drip = get("/drip?duration=3&numbytes=3&delay=1.5&code=201");
    EXPECT_EQ(drip.status, 201);
    EXPECT_EQ(drip.delay, std::chrono::milliseconds(1500));
    EXPECT_EQ(drip.declared_length, 3u);
    EXPECT_EQ(drip.source().wait, std::chrono::nanoseconds(0));
    EXPECT_EQ(drip.source().wait, std::chrono::seconds(1));
    EXPECT_TRUE(drip.source().last);
}

TEST_F(RouterTest, Delays) {
    EXPECT_EQ(get("/delay/0.25").delay, std::chrono::milliseconds(250));
    EXPECT_EQ(get("/slow?ms=40").delay, std::chrono::milliseconds(40));
    EXPECT_EQ(get("/slow").delay, std::chrono::nanoseconds(0));
    for (const char* bad : {"/delay/-1", "/delay/x", "/delay/301", "/delay/nan", "/delay/inf", "/slow?ms=1h"}) {
        EXPECT_EQ(get(bad).status, 400) << bad;
    }
}

TEST_F(RouterTest, Codings) {
    EXPECT_EQ(field(get("/gzip"), "Content-Encoding"), "gzip");
    EXPECT_EQ(field(get("/deflate"), "Content-Encoding"), "deflate");
    EXPECT_EQ(field(get("/br"), "Content-Encoding"), "br");
    EXPECT_EQ(field(get("/zstd"), "Content-Encoding"), "zstd");
    EXPECT_EQ(field(get("/encoded?as=gzip,br"), "Content-Encoding"), "gzip, br");
    EXPECT_EQ(field(get("/encoded?as=raw-deflate"), "Content-Encoding"), "deflate");
    EXPECT_EQ(field(get("/encoded?as="), "Content-Encoding"), "(none)");
    EXPECT_EQ(get("/encoded?as=identity&size=5").body, "aaaaa");
    EXPECT_EQ(get("/encoded?as=lzma").status, 400);
    EXPECT_EQ(get("/encoded?as=gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip").status, 400);
}

TEST_F(RouterTest, Pages) {
    EXPECT_NE(get("/forms/post").body.find("<select name=\"extras\" multiple>"), std::string::npos);
    EXPECT_EQ(field(get("/links/5"), "Location"), "/links/5/0");
    std::string links = get("/links/3/1").body;
    EXPECT_NE(links.find("<a href=\"/links/3/0\">0</a>\n1\n<a href=\"/links/3/2\">"), std::string::npos) << links;
    EXPECT_EQ(get("/links/0/0").status, 400);
    EXPECT_TRUE(get("/image/png").body.starts_with("\x89PNG\r\n"));
    EXPECT_EQ(get_json("/json")["slideshow"].at("slides").as_array().size(), 2u);
    EXPECT_TRUE(get("/xml").body.starts_with("<?xml"));
    std::string one = get_json("/uuid")["uuid"].as_string().c_str();
    ASSERT_EQ(one.size(), 36u);
    EXPECT_EQ(one[14], '4');
    EXPECT_NE(one, get_json("/uuid")["uuid"].as_string().c_str());
}

TEST_F(RouterTest, ResponseHeaders) {
    Response response = get("/response-headers?X-A=1&X-A=2&Content-Type=text/x");
    EXPECT_EQ(response.fields.count("X-A"), 2u);
    EXPECT_EQ(field(response, "Content-Type"), "text/x");
    for (const char* bad :
         {"/response-headers?a%20b=1", "/response-headers?a=%0d%0ab", "/response-headers?Content-Length=1"}) {
        EXPECT_EQ(get(bad).status, 400) << bad;
    }
    // A Content-Type that comes last must not drop the fields before it.
    Response ordered = get("/response-headers?X-B=1&content-type=text/y&X-C=2");
    EXPECT_EQ(field(ordered, "X-B"), "1");
    EXPECT_EQ(field(ordered, "X-C"), "2");
}

TEST_F(RouterTest, Caching) {
    EXPECT_EQ(get("/cache").status, 200);
    EXPECT_EQ(get("/cache", {{"If-None-Match", "x"}}).status, 304);
    EXPECT_EQ(field(get("/cache/60"), "Cache-Control"), "public, max-age=60");
    EXPECT_EQ(get("/etag/x").status, 200);
    EXPECT_EQ(field(get("/etag/x"), "ETag"), "\"x\"");
    EXPECT_EQ(get("/etag/x", {{"If-None-Match", "\"y\", W/\"x\""}}).status, 304);
    EXPECT_EQ(get("/etag/x", {{"If-None-Match", "\"y\""}}).status, 200);
    EXPECT_EQ(get("/etag/x", {{"If-Match", "\"y\""}}).status, 412);
    EXPECT_EQ(get("/etag/x", {{"If-Match", "*"}}).status, 200);
    EXPECT_EQ(get("/etag/%22").status, 400);
}

TEST_F(RouterTest, FlakyFailsPredictably) {
    auto failures = [&](const char* target, int requests) {
        std::string pattern;
        get("/stats/reset");
        for (int i = 0; i < requests; ++i) pattern += get(target).status == 500 ? 'x' : '.';
        return pattern;
    };
    EXPECT_EQ(failures("/flaky?rate=0.5", 8), ".x.x.x.x");
    EXPECT_EQ(failures("/flaky", 20), ".........x.........x");
    EXPECT_EQ(failures("/flaky?rate=0", 5), ".....");
    EXPECT_EQ(failures("/flaky?rate=1", 3), "xxx");
    EXPECT_EQ(failures("/flaky?rate=0.75", 8), ".xxx.xxx");
    EXPECT_EQ(get("/flaky?rate=1.5").status, 400);
}

TEST_F(RouterTest, Faults) {
    EXPECT_TRUE(get("/close").close);
    EXPECT_EQ(get("/reset").fault, Fault::reset);
    EXPECT_EQ(get("/malformed").fault, Fault::malformed);
    Response truncated = get("/truncate?declared=10&sent=4");
    EXPECT_EQ(truncated.declared_length, 10u);
    EXPECT_EQ(truncated.body, "xxxx");
}

TEST_F(RouterTest, WebSocketHandshake) {
    // RFC 6455 section 1.3.
    Headers good = {{"Upgrade", "websocket"},
                    {"Connection", "keep-alive, Upgrade"},
                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                    {"Sec-WebSocket-Version", "13"},
                    {"Sec-WebSocket-Protocol", "chat, superchat"}};
    Response accepted = get("/ws", good);
    EXPECT_EQ(accepted.status, 101);
    EXPECT_TRUE(accepted.websocket);
    EXPECT_EQ(field(accepted, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(field(accepted, "Sec-WebSocket-Protocol"), "(none)");
    EXPECT_EQ(field(get("/ws?subproto=superchat", good), "Sec-WebSocket-Protocol"), "superchat");
    EXPECT_EQ(field(get("/ws?subproto=other", good), "Sec-WebSocket-Protocol"), "(none)");
    Response closing = get("/ws/close?code=4001&reason=so%20long", good);
    ASSERT_TRUE(closing.websocket);
    EXPECT_EQ(closing.websocket->close_code, 4001);
    EXPECT_EQ(closing.websocket->close_reason, "so long");
    EXPECT_EQ(get("/ws/close?code=999", good).status, 400);
    EXPECT_EQ(get("/ws").status, 426);
    for (std::size_t without = 0; without < 4; ++without) {
        Headers partial = good;
        partial.erase(partial.begin() + static_cast<std::ptrdiff_t>(without));
        int expected = good[without].first == "Sec-WebSocket-Key" ? 400 : 426;
        EXPECT_EQ(get("/ws", partial).status, expected) << good[without].first;
    }
}

}  // namespace
}  // namespace k6::demo
