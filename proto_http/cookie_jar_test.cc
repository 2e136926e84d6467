#include "proto_http/cookie_jar.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace k6::http {
namespace {

using std::chrono::seconds;

const WallTime now{seconds{1'700'000'000}};

Url url(const char* text) { return Url::parse(text).value(); }

/// What a jar that got these headers from `from` sends to `to`.
std::string sent(const char* from, std::initializer_list<const char*> set_cookies, const char* to, WallTime at = now) {
    CookieJar jar;
    Headers headers;
    for (const char* header : set_cookies) headers.add("Set-Cookie", header);
    jar.store_response(url(from), headers, now);
    std::string out;
    jar.append_header(url(to), at, {}, out);
    return out;
}

TEST(SetCookieTest, AllAttributes) {
    const auto cookie = parse_set_cookie(
        " a = \"v w\" ; Path=/p; DOMAIN=.Example.com; max-age=10; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Secure; "
        "HttpOnly; X=y");
    ASSERT_TRUE(cookie);
    EXPECT_EQ(*cookie, (Cookie{.name = "a",
                               .value = "v w",
                               .domain = ".Example.com",
                               .path = "/p",
                               .expires = WallTime{seconds{1445412480}},
                               .max_age = 10,
                               .secure = true,
                               .http_only = true}));
}

TEST(SetCookieTest, OddOnes) {
    EXPECT_FALSE(parse_set_cookie(""));
    EXPECT_FALSE(parse_set_cookie("novalue"));
    EXPECT_FALSE(parse_set_cookie("=v"));
    EXPECT_FALSE(parse_set_cookie("a b=v"));
    EXPECT_FALSE(parse_set_cookie("a=v\x01"));
    EXPECT_FALSE(parse_set_cookie("a=\\"));
    EXPECT_EQ(parse_set_cookie("a=")->value, "");
    EXPECT_EQ(parse_set_cookie("a=b=c")->value, "b=c");
    // A lone quote is no quoted value.
    EXPECT_FALSE(parse_set_cookie("a=\""));
}

TEST(SetCookieTest, MaxAge) {
    EXPECT_EQ(parse_set_cookie("a=b; max-age=0")->max_age, -1);
    EXPECT_EQ(parse_set_cookie("a=b; max-age=-5")->max_age, -1);
    EXPECT_EQ(parse_set_cookie("a=b; max-age=5x")->max_age, 0);
    EXPECT_EQ(parse_set_cookie("a=b; max-age")->max_age, 0);
    EXPECT_EQ(parse_set_cookie("a=b; max-age=99999999999999999999")->max_age, INT64_MAX);
}

TEST(CookieDateTest, TheFormsOfTheRfcs) {
    const WallTime expected{seconds{784111777}};
    EXPECT_EQ(parse_cookie_date("Sun, 06 Nov 1994 08:49:37 GMT"), expected);
    EXPECT_EQ(parse_cookie_date("Sunday, 06-Nov-94 08:49:37 GMT"), expected);
    EXPECT_EQ(parse_cookie_date("Sun Nov  6 08:49:37 1994"), expected);
    EXPECT_EQ(parse_cookie_date("6 nov 1994 8:49:37"), expected);
    EXPECT_EQ(parse_cookie_date("06 Nov 69 00:00:00"), parse_cookie_date("06 Nov 2069 00:00:00"));
    EXPECT_EQ(parse_cookie_date("06 Nov 9999 00:00:00"), WallTime::max());
}

TEST(CookieDateTest, NoDates) {
    for (const char* text :
         {"", "x", "06 Nov 1994", "08:49:37", "32 Nov 1994 08:49:37", "30 Feb 1994 08:49:37", "06 Nov 1994 24:00:00",
          "06 Nov 1994 08:60:00", "06 Nov 1600 08:00:00", "06 Nov 123456 08:00:00"}) {
        EXPECT_EQ(parse_cookie_date(text), std::nullopt) << text;
    }
}

TEST(CookieJarTest, HostOnlyCookiesGoToTheirHost) {
    EXPECT_EQ(sent("http://h.test/", {"a=1"}, "http://h.test/x"), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1"}, "http://H.TEST/x"), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1"}, "http://h.test:8080/x"), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1"}, "http://sub.h.test/"), "");
    EXPECT_EQ(sent("http://h.test/", {"a=1"}, "http://other.test/"), "");
}

TEST(CookieJarTest, DomainCookiesGoBelow) {
    EXPECT_EQ(sent("http://a.h.test/", {"a=1; domain=h.test"}, "http://b.h.test/"), "a=1");
    EXPECT_EQ(sent("http://a.h.test/", {"a=1; domain=.H.test"}, "http://h.test/"), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1; domain=h.test"}, "http://b.h.test/"), "a=1");
    EXPECT_EQ(sent("http://a.h.test/", {"a=1; domain=h.test"}, "http://xh.test/"), "");
}

TEST(CookieJarTest, ForeignDomainsAreDropped) {
    EXPECT_EQ(sent("http://h.test/", {"a=1; domain=other.test"}, "http://other.test/"), "");
    EXPECT_EQ(sent("http://h.test/", {"a=1; domain=sub.h.test"}, "http://sub.h.test/"), "");
    EXPECT_EQ(sent("http://h.test/", {"a=1; domain=."}, "http://h.test/"), "");
    EXPECT_EQ(sent("http://127.0.0.1/", {"a=1; domain=0.0.1"}, "http://127.0.0.1/"), "");
    EXPECT_EQ(sent("http://127.0.0.1/", {"a=1; domain=127.0.0.1"}, "http://127.0.0.1/"), "a=1");
}

TEST(CookieJarTest, Paths) {
    EXPECT_EQ(sent("http://h.test/d/f", {"a=1"}, "http://h.test/d/g"), "a=1");
    EXPECT_EQ(sent("http://h.test/d/f", {"a=1"}, "http://h.test/d"), "a=1");
    EXPECT_EQ(sent("http://h.test/d/f", {"a=1"}, "http://h.test/e"), "");
    EXPECT_EQ(sent("http://h.test/d/f", {"a=1"}, "http://h.test/dd"), "");
    EXPECT_EQ(sent("http://h.test/x", {"a=1"}, "http://h.test/y/z"), "a=1");
    EXPECT_EQ(sent("http://h.test", {"a=1"}, "http://h.test"), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1; path=/p/"}, "http://h.test/p"), "");
    EXPECT_EQ(sent("http://h.test/", {"a=1; path=/p/"}, "http://h.test/p/q"), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1; path=nonsense"}, "http://h.test/p"), "a=1");
}

TEST(CookieJarTest, LongerPathsFirstThenOlderFirst) {
    EXPECT_EQ(
        sent("http://h.test/d/f", {"a=1; path=/", "b=2; path=/d", "c=3; path=/", "d=4; path=/d"}, "http://h.test/d/"),
        "b=2; d=4; a=1; c=3");
}

TEST(CookieJarTest, ReplacingKeepsTheAge) {
    EXPECT_EQ(sent("http://h.test/", {"a=1", "b=2", "a=3"}, "http://h.test/"), "a=3; b=2");
}

TEST(CookieJarTest, Expiry) {
    EXPECT_EQ(sent("http://h.test/", {"a=1; max-age=10"}, "http://h.test/", now + seconds(9)), "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1; max-age=10"}, "http://h.test/", now + seconds(10)), "");
    EXPECT_EQ(
        sent("http://h.test/", {"a=1; expires=Tue, 14 Nov 2023 22:13:30 GMT"}, "http://h.test/", now + seconds(9)),
        "a=1");
    EXPECT_EQ(
        sent("http://h.test/", {"a=1; expires=Tue, 14 Nov 2023 22:13:30 GMT"}, "http://h.test/", now + seconds(10)),
        "");
    EXPECT_EQ(sent("http://h.test/", {"a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT"}, "http://h.test/"), "");
    // Max-Age has precedence.
    EXPECT_EQ(sent("http://h.test/", {"a=1; max-age=10; expires=Thu, 01 Jan 1970 00:00:00 GMT"}, "http://h.test/"),
              "a=1");
    EXPECT_EQ(sent("http://h.test/", {"a=1; max-age=9223372036854775807"}, "http://h.test/", now + seconds(1000)),
              "a=1");
}

TEST(CookieJarTest, RemovingNeedsTheSamePath) {
    EXPECT_EQ(sent("http://h.test/", {"a=1", "b=2", "a=; max-age=0"}, "http://h.test/"), "b=2");
    EXPECT_EQ(sent("http://h.test/", {"a=1; path=/p", "a=; max-age=0"}, "http://h.test/p"), "a=1");
}

TEST(CookieJarTest, SecureCookiesNeedTlsOrLoopback) {
    EXPECT_EQ(sent("https://h.test/", {"a=1; secure"}, "http://h.test/"), "");
    EXPECT_EQ(sent("https://h.test/", {"a=1; secure"}, "https://h.test/"), "a=1");
    EXPECT_EQ(sent("http://localhost/", {"a=1; secure"}, "http://localhost/"), "a=1");
    EXPECT_EQ(sent("http://127.0.0.2/", {"a=1; secure"}, "http://127.0.0.2/"), "a=1");
    EXPECT_EQ(sent("http://[::1]/", {"a=1; secure"}, "http://[::1]/"), "a=1");
}

TEST(CookieJarTest, ValuesAreSentAsCookiesCanBe) {
    std::string out;
    append_cookie_pair("c", "x y;z", out);
    EXPECT_EQ(out, "c=\"x yz\"");
    out.clear();
    append_cookie_pair("c", "a\"b\\c\xc3\xa4\r\nd", out);
    EXPECT_EQ(out, "c=abcd");
}

TEST(CookieJarTest, RequestCookiesMayReplace) {
    CookieJar jar;
    jar.store(url("http://h.test/"), {.name = "a", .value = "1"}, now);
    jar.store(url("http://h.test/"), {.name = "b", .value = "2"}, now);
    std::string out = "a=9";
    jar.append_header(url("http://h.test/"), now,
                      std::vector<RequestCookie>{{.name = "a", .value = "9", .replace = true}}, out);
    EXPECT_EQ(out, "a=9; b=2");
    out = "a=9";
    jar.append_header(url("http://h.test/"), now, std::vector<RequestCookie>{{.name = "a", .value = "9"}}, out);
    EXPECT_EQ(out, "a=9; a=1; b=2");
}

TEST(CookieJarTest, MatchesAndClear) {
    CookieJar jar;
    jar.store(url("http://h.test/"), {.name = "a", .value = "1"}, now);
    EXPECT_EQ(jar.matches(url("http://h.test/"), now), (std::vector<CookieJar::Match>{{"a", "1"}}));
    jar.clear();
    EXPECT_TRUE(jar.empty());
}

TEST(CookieJarTest, WithoutAHostNothingIsStored) {
    CookieJar jar;
    jar.store(url("/path"), {.name = "a", .value = "1"}, now);
    EXPECT_TRUE(jar.empty());
}

TEST(CookieJarTest, ItIsBounded) {
    CookieJar jar;
    for (std::size_t i = 0; i < CookieJar::max_cookies + 5; ++i) {
        jar.store(url("http://h.test/"), {.name = "c" + std::to_string(i), .value = "v"}, now);
    }
    EXPECT_EQ(jar.size(), CookieJar::max_cookies);
    EXPECT_EQ(jar.matches(url("http://h.test/"), now).front().name, "c5");
}

}  // namespace
}  // namespace k6::http
