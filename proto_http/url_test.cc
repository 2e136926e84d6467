#include "proto_http/url.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::http {
namespace {

struct Parsed {
    const char* text;
    const char* composed;  // nullptr: as `text`
    const char* host;
    const char* authority;
    const char* target;
};

class UrlParseTest : public testing::TestWithParam<Parsed> {};

TEST_P(UrlParseTest, Parses) {
    const Parsed& row = GetParam();
    const auto url = Url::parse(row.text);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->text(), row.composed != nullptr ? row.composed : row.text);
    EXPECT_EQ(url->host(), row.host);
    EXPECT_EQ(url->authority(), row.authority);
    EXPECT_EQ(url->request_target(), row.target);
}

INSTANTIATE_TEST_SUITE_P(
    Table, UrlParseTest,
    testing::Values(Parsed{"http://example.com", nullptr, "example.com", "example.com", "/"},
                    Parsed{"HTTP://Example.com/", "http://Example.com/", "Example.com", "Example.com", "/"},
                    Parsed{"http://h:8080/a/b?c=d#e", nullptr, "h", "h:8080", "/a/b?c=d"},
                    Parsed{"http://h:/", nullptr, "h", "h:", "/"}, Parsed{"http://h?q", nullptr, "h", "h", "/?q"},
                    Parsed{"http://h/?", nullptr, "h", "h", "/?"}, Parsed{"http://h#f", nullptr, "h", "h", "/"},
                    // Dot segments are not normalised.
                    Parsed{"http://h/a/../b/./c", nullptr, "h", "h", "/a/../b/./c"},
                    // What needs escaping in a path is escaped ...
                    Parsed{"http://h/a b|c", "http://h/a%20b%7Cc", "h", "h", "/a%20b%7Cc"},
                    Parsed{"http://h/\xc3\xa4", "http://h/%C3%A4", "h", "h", "/%C3%A4"},
                    // ... a valid one is left alone ...
                    Parsed{"http://h/a%2Fb%20c", nullptr, "h", "h", "/a%2Fb%20c"},
                    Parsed{"http://h/(x)!*'[1]", nullptr, "h", "h", "/(x)!*'[1]"},
                    // ... and a mixture is decoded and encoded as a whole.
                    Parsed{"http://h/a%2Fb c", "http://h/a/b%20c", "h", "h", "/a/b%20c"},
                    // The query goes verbatim.
                    Parsed{"http://h/?a b=%zz&\xc3\xa4", nullptr, "h", "h", "/?a b=%zz&\xc3\xa4"},
                    Parsed{"http://h/?a?b#c#d", "http://h/?a?b#c%23d", "h", "h", "/?a?b"},
                    Parsed{"http://[::1]:80/x", nullptr, "::1", "[::1]:80", "/x"},
                    Parsed{"http://[fe80::1%25eth0]/", "http://[fe80::1]/", "fe80::1%eth0", "[fe80::1]", "/"},
                    Parsed{"http://b\xc3\xbc"
                           "cher.example/",
                           nullptr,
                           "b\xc3\xbc"
                           "cher.example",
                           "b\xc3\xbc"
                           "cher.example",
                           "/"},
                    Parsed{"http://u:p@h/", nullptr, "h", "h", "/"}, Parsed{"http://u:p@q@h/", nullptr, "h", "h", "/"},
                    Parsed{"mailto:x@y", nullptr, "", "", "x@y"}, Parsed{"localhost:8080/x", nullptr, "", "", "8080/x"},
                    Parsed{"/only/path?q", nullptr, "", "", "/only/path?q"}, Parsed{"//h/p", nullptr, "h", "h", "/p"},
                    Parsed{"", nullptr, "", "", "/"}));

struct Refused {
    const char* text;
    const char* reason;
};

class UrlRefuseTest : public testing::TestWithParam<Refused> {};

TEST_P(UrlRefuseTest, NamesTheTextAndTheReason) {
    const auto url = Url::parse(GetParam().text);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().message, std::string("parse ") + GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Table, UrlRefuseTest,
    testing::Values(Refused{"http://a b/", R"("http://a b/": invalid character " " in host name)"},
                    Refused{"http://h/\n", R"("http://h/\n": net/url: invalid control character in URL)"},
                    Refused{"http://h/\x7f", R"("http://h/\x7f": net/url: invalid control character in URL)"},
                    Refused{":foo", R"(":foo": missing protocol scheme)"},
                    Refused{"127.0.0.1:80/x", R"("127.0.0.1:80/x": first path segment in URL cannot contain colon)"},
                    Refused{"http://h/%zz", R"("http://h/%zz": invalid URL escape "%zz")"},
                    Refused{"http://h/%2", R"("http://h/%2": invalid URL escape "%2")"},
                    Refused{"http://h/#%g1", R"("http://h/#%g1": invalid URL escape "%g1")"},
                    Refused{"http://h%41/", R"("http://h%41/": invalid URL escape "%41")"},
                    Refused{"http://h:8a/", R"("http://h:8a/": invalid port ":8a" after host)"},
                    Refused{"http://[::1/", R"("http://[::1/": missing ']' in host)"},
                    Refused{"http://[::1]x/", R"("http://[::1]x/": invalid port "x" after host)"},
                    Refused{"http://[::g]/", R"("http://[::g]/": invalid host "[::g]")"},
                    Refused{"http://u\"@h/", R"("http://u\"@h/": net/url: invalid userinfo)"},
                    Refused{"http://%zz@h/", R"("http://%zz@h/": invalid URL escape "%zz")"}));

TEST(UrlTest, CredentialsAreDecodedAndMasked) {
    const auto url = Url::parse("http://us%40er:p%3Ass@h/x?y#z");
    ASSERT_TRUE(url);
    ASSERT_TRUE(url->credentials());
    EXPECT_EQ(url->credentials()->user, "us@er");
    EXPECT_EQ(url->credentials()->password, "p:ss");
    EXPECT_EQ(url->text(), "http://us%40er:p%3Ass@h/x?y#z");
    EXPECT_EQ(url->masked(), "http://****:****@h/x?y#z");
    EXPECT_EQ(url->redacted(), "http://us%40er:***@h/x?y#z");
    EXPECT_EQ(url->without_credentials_and_fragment(), "http://h/x?y");
    EXPECT_EQ(url->without_credentials().text(), "http://h/x?y#z");
    EXPECT_FALSE(url->without_credentials().credentials());
}

TEST(UrlTest, UserWithoutPassword) {
    const auto url = Url::parse("http://user@h/");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->credentials()->password, std::nullopt);
    EXPECT_EQ(url->masked(), "http://****@h/");
    EXPECT_EQ(url->redacted(), "http://user@h/");
    EXPECT_EQ(Url::parse("http://user:@h/")->masked(), "http://****:****@h/");
}

TEST(UrlTest, WithoutCredentialsNothingIsMasked) {
    const auto url = Url::parse("http://h/a@b");
    EXPECT_EQ(url->masked(), "http://h/a@b");
    EXPECT_EQ(url->redacted(), "http://h/a@b");
}

TEST(UrlTest, EffectivePort) {
    EXPECT_EQ(Url::parse("http://h/")->effective_port(), 80);
    EXPECT_EQ(Url::parse("https://h/")->effective_port(), 443);
    EXPECT_EQ(Url::parse("https://h:/")->effective_port(), 443);
    EXPECT_EQ(Url::parse("http://h:65535/")->effective_port(), 65535);
    EXPECT_EQ(Url::parse("http://h:65536/")->effective_port(), std::nullopt);
    EXPECT_EQ(Url::parse("http://h:99999999999999999999/")->effective_port(), std::nullopt);
    EXPECT_EQ(Url::parse("ftp://h/")->effective_port(), std::nullopt);
}

struct Resolved {
    const char* reference;
    const char* result;
};

class UrlResolveTest : public testing::TestWithParam<Resolved> {};

// RFC 3986 sections 5.4.1 and 5.4.2.
TEST_P(UrlResolveTest, FollowsTheRfc) {
    const auto base = Url::parse("http://a/b/c/d;p?q");
    const auto url = base->resolve(GetParam().reference);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->text(), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3986, UrlResolveTest,
    testing::Values(Resolved{"g:h", "g:h"}, Resolved{"g", "http://a/b/c/g"}, Resolved{"./g", "http://a/b/c/g"},
                    Resolved{"g/", "http://a/b/c/g/"}, Resolved{"/g", "http://a/g"}, Resolved{"//g", "http://g"},
                    Resolved{"?y", "http://a/b/c/d;p?y"}, Resolved{"g?y", "http://a/b/c/g?y"},
                    Resolved{"#s", "http://a/b/c/d;p?q#s"}, Resolved{"g#s", "http://a/b/c/g#s"},
                    Resolved{"g?y#s", "http://a/b/c/g?y#s"}, Resolved{";x", "http://a/b/c/;x"},
                    Resolved{"g;x?y#s", "http://a/b/c/g;x?y#s"}, Resolved{"", "http://a/b/c/d;p?q"},
                    Resolved{".", "http://a/b/c/"}, Resolved{"./", "http://a/b/c/"}, Resolved{"..", "http://a/b/"},
                    Resolved{"../", "http://a/b/"}, Resolved{"../g", "http://a/b/g"}, Resolved{"../..", "http://a/"},
                    Resolved{"../../g", "http://a/g"}, Resolved{"../../../g", "http://a/g"},
                    Resolved{"/./g", "http://a/g"}, Resolved{"/../g", "http://a/g"}, Resolved{"g.", "http://a/b/c/g."},
                    Resolved{"..g", "http://a/b/c/..g"}, Resolved{"./../g", "http://a/b/g"},
                    Resolved{"g/./h", "http://a/b/c/g/h"}, Resolved{"g/../h", "http://a/b/c/h"},
                    Resolved{"g;x=1/../y", "http://a/b/c/y"}, Resolved{"g?y/../x", "http://a/b/c/g?y/../x"},
                    Resolved{"https://x/y", "https://x/y"}));

TEST(UrlTest, RelativeReferencesKeepCredentialsAbsoluteOnesDoNot) {
    const auto base = Url::parse("http://u:p@h/a");
    EXPECT_EQ(base->resolve("/b")->text(), "http://u:p@h/b");
    EXPECT_EQ(base->resolve("/b")->masked(), "http://****:****@h/b");
    EXPECT_EQ(base->resolve("http://h/b")->text(), "http://h/b");
    EXPECT_FALSE(base->resolve("http://h/b")->credentials());
}

TEST(UrlTest, ResolvingFromAnEmptyPath) {
    EXPECT_EQ(Url::parse("http://h")->resolve("x")->text(), "http://h/x");
    EXPECT_EQ(Url::parse("http://h")->resolve("?x")->request_target(), "/?x");
}

TEST(UrlTest, ResolvingKeepsEscapes) {
    EXPECT_EQ(Url::parse("http://h/a%2Fb/c")->resolve("d%2Fe")->text(), "http://h/a%2Fb/d%2Fe");
}

TEST(UrlTest, ResolvingABadReferenceFails) { EXPECT_FALSE(Url::parse("http://h/")->resolve("http://a b/")); }

TEST(UrlTest, NamesBeyondAsciiHaveAnAsciiFormOnTheWire) {
    const Url url = Url::parse(
                        "http://B\xc3\xbc"
                        "cher.test:8080/")
                        .value();
    EXPECT_EQ(url.host(),
              "B\xc3\xbc"
              "cher.test");
    EXPECT_EQ(url.wire_host(), "xn--bcher-kva.test");
    EXPECT_EQ(url.wire_authority(), "xn--bcher-kva.test:8080");
    EXPECT_EQ(url.resolve("/x")->wire_host(), "xn--bcher-kva.test");
    EXPECT_EQ(Url::parse("http://Plain.test/")->wire_host(), "Plain.test");
    EXPECT_TRUE(Url::parse("http://a\xe2\x80\xae.test/")->idna_error().starts_with("idna: "));
}

}  // namespace
}  // namespace k6::http
