// Fuzz entry: any bytes as Set-Cookie headers (one a line), stored for one URL and sent to others.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto_http/cookie_jar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace k6::http;
    static const Url from = Url::parse("http://sub.example.test/a/b").value();
    static const Url to[] = {from, Url::parse("https://example.test/").value(),
                             Url::parse("http://127.0.0.1/a").value()};

    std::string_view rest(reinterpret_cast<const char*>(data), size);
    CookieJar jar;
    Headers headers;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.size(), rest.find('\n'));
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(rest.size(), end + 1));
        headers.add("Set-Cookie", line);
        if (const auto cookie = parse_set_cookie(line)) {
            if (!valid_header_name(cookie->name)) std::abort();
            // What is sent can be read again, but for what sending leaves out.
            std::string pair;
            append_cookie_pair(cookie->name, cookie->value, pair);
            const auto again = parse_set_cookie(pair);
            if (!again || again->name != cookie->name) std::abort();
        }
        (void)parse_cookie_date(line);
    }
    jar.store_response(from, headers, k6::WallTime{});
    if (jar.size() > CookieJar::max_cookies) std::abort();
    for (const Url& url : to) {
        std::string sent;
        jar.append_header(url, k6::WallTime{}, {}, sent);
        if (sent.find_first_of("\r\n") != std::string::npos || sent.find('\0') != std::string::npos) std::abort();
    }
    return 0;
}
