// Cookies: parsing Set-Cookie, keeping them, choosing those that go to a URL. RFC 6265.
//
// Session and persistent cookies are treated alike. There is no public-suffix list: a server may set cookies for any
// parent domain. Secure cookies go over https, and to loopback hosts.
//
//   CookieJar jar;
//   jar.store_response(url, response.headers, now);
//   std::string header;
//   jar.append_header(url, now, {}, header);      // "a=1; b=2"
//
// A value; one thread at a time. Times are wall-clock times, for expiry only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/clock.h"
#include "proto_http/headers.h"
#include "proto_http/request.h"
#include "proto_http/url.h"

namespace k6::http {

/// One Set-Cookie header, or what a script gives to CookieJar.set.
struct Cookie {
    std::string name;
    std::string value;
    /// As sent; empty: the URL's host only.
    std::string domain;
    /// As sent; empty (or not starting with a slash): the directory of the URL's path.
    std::string path;
    std::optional<WallTime> expires;
    /// Seconds; 0: not given; negative: remove at once (also for `Max-Age=0`).
    std::int64_t max_age = 0;
    bool secure = false;
    bool http_only = false;

    friend bool operator==(const Cookie&, const Cookie&) = default;
};

/// nullopt if there is no name, or the name or value has bytes that cookies cannot have.
std::optional<Cookie> parse_set_cookie(std::string_view header);

/// A cookie date, RFC 6265 section 5.1.1.
std::optional<WallTime> parse_cookie_date(std::string_view text);

/// `name=value` as it is sent: bytes that a cookie value cannot have are left out, values with a space or comma quoted.
void append_cookie_pair(std::string_view name, std::string_view value, std::string& to);

class CookieJar {
public:
    /// What one VU may hold; beyond it the oldest goes.
    static constexpr std::size_t max_cookies = 3000;

    /// A cookie whose domain does not cover the URL's host is dropped.
    void store(const Url& url, const Cookie& cookie, WallTime now);
    /// Every Set-Cookie of a response.
    void store_response(const Url& url, const Headers& headers, WallTime now);

    /// Those that go to the URL: longer paths first, then older first. The views hold until the jar is changed.
    struct Match {
        std::string_view name;
        std::string_view value;
        friend bool operator==(const Match&, const Match&) = default;
    };
    std::vector<Match> matches(const Url& url, WallTime now);

    /// Appends them to a Cookie header's value, but not those that a request cookie replaces.
    void append_header(const Url& url, WallTime now, std::span<const RequestCookie> replacing, std::string& to);

    void clear() noexcept { cookies_.clear(); }
    bool empty() const noexcept { return cookies_.empty(); }
    std::size_t size() const noexcept { return cookies_.size(); }

private:
    struct Stored {
        std::string name;
        std::string value;
        std::string domain;  // lower case, without a leading dot
        std::string path;
        std::optional<WallTime> expires;
        bool host_only = true;
        bool secure = false;
        std::uint64_t order = 0;
    };
    /// Those for the URL, in their order of sending, as indices.
    std::vector<std::size_t> select(const Url& url, WallTime now);

    std::vector<Stored> cookies_;
    std::uint64_t next_order_ = 0;
};

}  // namespace k6::http
