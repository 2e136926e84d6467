// Seeds of this folder's fuzz entries, and what mutations of them are made with.
//
//   fuzz_mutations(url_seeds, telling, {.longest = 300});
#pragma once

#include <string_view>

namespace k6::http {

inline constexpr std::string_view url_seeds[] = {
    "http://user:pa%20ss@example.com:8080/a%2Fb/../c d?q=%zz&x#frag",
    "https://[fe80::1%25eth0]:443/",
    "//h?x#y",
    "mailto:somebody@example.com",
    "../../x/./y;p=1?a/b",
    "http://b\xc3\xbc\xc3\xa7her.test:1/\xe2\x82\xac",
    "http://%e4%bd%a0.test/%E5%A5%BD?\xff#%",
    "",
};

inline constexpr std::string_view response_seeds[] = {
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nSet-Cookie: a=b; Path=/; "
    "Max-Age=1\r\n\r\nhello",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nTransfer-Encoding: "
    "chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n",
    "HTTP/1.0 200\r\nConnection: keep-alive\r\n\r\nuntil the end",
    "HTTP/1.1 302 Found\r\nLocation: /x\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA:\r\nB: \t c \r\n d\r\nTransfer-Encoding: chunked \r\n\r\nfffffffff\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nKeep-Alive: timeout=5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nok\r\n0\r\n\r\n",
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM TlRMTVNTUAACAAAAAAAAADgAAAAFgomi\r\n\r\n",
};

inline constexpr std::string_view cookie_seeds[] = {
    "a=b; Domain=.example.test; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=10; Secure; HttpOnly",
    "a=\"v w\"; path=a; max-age=-9223372036854775809\nb=; domain=test; samesite=None",
    "__Host-x=y; expires=Thu, 1-Jan-1970 0:0:0 GMT\nx=1; Domain=sub.example.test; Domain=.; Path=/a",
    "=;=;;;\n;\n",
};

using std::literals::string_view_literals::operator""sv;

/// A header line, then a body.
inline constexpr std::string_view coding_seeds[] = {
    "gzip\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x04\x00"sv,
    "deflate, br\nsome text that is no such thing, some text that is no such thing"sv,
    "zstd\n\x28\xb5\x2f\xfd\x20\x05\x29"sv,
    "br\n\x0b\x02\x80hello\x03"sv,
    "gzip, x, deflate , ,br\n"sv,
};

/// What these texts are made of.
inline constexpr std::string_view telling[] = {"%",  ":", "/",  "?", "#", "@", "[", "]", "\r", "\n", "\r\n", "\t",  " ",
                                               "\"", ";", "\\", ",", "=", "-", "+", ".", "0",  "f",  "\x80", "\xff"};

}  // namespace k6::http
