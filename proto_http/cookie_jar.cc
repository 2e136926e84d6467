#include "proto_http/cookie_jar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "engine/runtime/resolver.h"

namespace k6::http {
namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

bool is_value_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7f && c != '"' && c != ';' && c != '\\';
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits that `text` begins with, if there are between `least` and `most` and no digit follows.
std::optional<int> leading_number(std::string_view text, std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    if (count < least || count > most) return std::nullopt;
    int number = 0;
    std::from_chars(text.data(), text.data() + count, number);
    return number;
}

/// "12:34:56", with anything but a digit behind it.
std::optional<std::chrono::seconds> time_of_day(std::string_view token) {
    std::array<int, 3> fields{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto number = leading_number(token, 1, 2);
        if (!number) return std::nullopt;
        fields[i] = *number;
        while (!token.empty() && is_digit(token[0])) token.remove_prefix(1);
        if (i < 2) {
            if (token.empty() || token[0] != ':') return std::nullopt;
            token.remove_prefix(1);
        }
    }
    if (fields[0] > 23 || fields[1] > 59 || fields[2] > 59) return std::nullopt;
    return std::chrono::hours(fields[0]) + std::chrono::minutes(fields[1]) + std::chrono::seconds(fields[2]);
}

std::optional<unsigned> month_of(std::string_view token) {
    static constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                                "jul", "aug", "sep", "oct", "nov", "dec"};
    const std::string name = lower_case(token.substr(0, 3));
    const auto found = std::find(months.begin(), months.end(), name);
    if (found == months.end()) return std::nullopt;
    return static_cast<unsigned>(found - months.begin()) + 1;
}

bool is_date_delimiter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
           (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

std::string host_of(const Url& url) {
    std::string host = lower_case(url.host());
    if (host.ends_with('.')) host.pop_back();
    return host;
}

/// RFC 6265 section 5.1.4.
std::string default_path(const Url& url) {
    const std::string& path = url.path();
    const std::size_t slash = path.rfind('/');
    if (path.empty() || path[0] != '/' || slash == 0) return "/";
    return path.substr(0, slash);
}

bool is_below(std::string_view host, std::string_view domain) {
    return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.';
}

bool path_matches(std::string_view path, std::string_view pattern) {
    if (!path.starts_with(pattern)) return false;
    return path.size() == pattern.size() || pattern.ends_with('/') || path[pattern.size()] == '/';
}

bool is_loopback(std::string_view host) {
    if (host == "localhost" || is_below(host, "localhost")) return true;
    const auto address = parse_ip(host);
    if (!address) return false;
    if (address->family == IpAddress::Family::v4) return address->bytes[0] == 127;
    static constexpr std::array<std::uint8_t, 16> loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return std::equal(loopback.begin(), loopback.end(), address->bytes);
}

}  // namespace

std::optional<WallTime> parse_cookie_date(std::string_view text) {
    std::optional<std::chrono::seconds> time;
    std::optional<int> day;
    std::optional<unsigned> month;
    std::optional<int> year;
    while (!text.empty()) {
        std::size_t begin = 0;
        while (begin < text.size() && is_date_delimiter(text[begin])) ++begin;
        std::size_t end = begin;
        while (end < text.size() && !is_date_delimiter(text[end])) ++end;
        const std::string_view token = text.substr(begin, end - begin);
        text.remove_prefix(end);
        if (token.empty()) continue;
        if (!time && (time = time_of_day(token))) continue;
        if (!day && (day = leading_number(token, 1, 2))) continue;
        if (!month && (month = month_of(token))) continue;
        if (!year) year = leading_number(token, 2, 4);
    }
    if (!time || !day || !month || !year) return std::nullopt;
    if (*year >= 70 && *year <= 99) *year += 1900;
    if (*year >= 0 && *year <= 69) *year += 2000;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    // Nanoseconds since 1970 in 64 bits end in 2262.
    if (!date.ok() || *year < 1678) return std::nullopt;
    if (*year > 2261) return WallTime::max();
    return WallTime(std::chrono::sys_days(date) + *time);
}

std::optional<Cookie> parse_set_cookie(std::string_view header) {
    Cookie cookie;
    const std::size_t end = std::min(header.size(), header.find(';'));
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(end);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trim(pair.substr(0, equals));
    std::string_view value = trim(pair.substr(equals + 1));
    if (!valid_header_name(name)) return std::nullopt;
    if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (!std::all_of(value.begin(), value.end(), is_value_byte)) return std::nullopt;
    cookie.name = name;
    cookie.value = value;

    while (!header.empty()) {
        header.remove_prefix(1);
        const std::size_t next = std::min(header.size(), header.find(';'));
        const std::string_view attribute = header.substr(0, next);
        header.remove_prefix(next);
        const std::size_t sign = std::min(attribute.size(), attribute.find('='));
        const std::string key = lower_case(trim(attribute.substr(0, sign)));
        const std::string_view setting = trim(attribute.substr(std::min(attribute.size(), sign + 1)));
        if (key == "domain") {
            cookie.domain = setting;
        } else if (key == "path") {
            cookie.path = setting;
        } else if (key == "secure") {
            cookie.secure = true;
        } else if (key == "httponly") {
            cookie.http_only = true;
        } else if (key == "expires") {
            if (const auto expires = parse_cookie_date(setting)) cookie.expires = expires;
        } else if (key == "max-age") {
            std::int64_t seconds = 0;
            const char* last = setting.data() + setting.size();
            const auto [stop, error] = std::from_chars(setting.data(), last, seconds);
            if (error == std::errc::result_out_of_range) {
                seconds = setting.starts_with('-') ? -1 : INT64_MAX;
            } else if (error != std::errc{} || stop != last) {
                continue;
            }
            cookie.max_age = seconds <= 0 ? -1 : seconds;
        }
    }
    return cookie;
}

void append_cookie_pair(std::string_view name, std::string_view value, std::string& to) {
    to += name;
    to += '=';
    const bool quote = value.find_first_of(" ,") != std::string_view::npos;
    if (quote) to += '"';
    for (char c : value) {
        if (is_value_byte(c)) to += c;
    }
    if (quote) to += '"';
}

void CookieJar::store(const Url& url, const Cookie& cookie, WallTime now) {
    const std::string host = host_of(url);
    if (host.empty()) return;
    Stored stored{.name = cookie.name, .value = cookie.value, .secure = cookie.secure};
    std::string domain = lower_case(cookie.domain);
    if (domain.starts_with('.')) domain.erase(0, 1);
    if (domain.empty()) {
        if (!cookie.domain.empty()) return;
        stored.domain = host;
    } else if (domain == host) {
        // An address has nothing below it.
        stored.domain = host;
        stored.host_only = parse_ip(host).has_value();
    } else if (!domain.starts_with('.') && !domain.ends_with('.') && is_below(host, domain) && !parse_ip(host)) {
        stored.domain = domain;
        stored.host_only = false;
    } else {
        return;
    }
    stored.path = cookie.path.starts_with('/') ? cookie.path : default_path(url);

    bool removes = cookie.max_age < 0;
    if (cookie.max_age > 0) {
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(WallTime::max() - now).count();
        if (cookie.max_age < left) stored.expires = now + std::chrono::seconds(cookie.max_age);
    } else if (cookie.expires) {
        stored.expires = cookie.expires;
        removes = removes || *cookie.expires <= now;
    }

    const auto same = std::find_if(cookies_.begin(), cookies_.end(), [&](const Stored& other) {
        return other.name == stored.name && other.domain == stored.domain && other.path == stored.path;
    });
    if (removes) {
        if (same != cookies_.end()) cookies_.erase(same);
        return;
    }
    if (same != cookies_.end()) {
        stored.order = same->order;
        *same = std::move(stored);
        return;
    }
    if (cookies_.size() >= max_cookies) cookies_.erase(cookies_.begin());
    stored.order = next_order_++;
    cookies_.push_back(std::move(stored));
}

void CookieJar::store_response(const Url& url, const Headers& headers, WallTime now) {
    for (const auto& [name, value] : headers) {
        if (name != "Set-Cookie") continue;
        if (const auto cookie = parse_set_cookie(value)) store(url, *cookie, now);
    }
}

std::vector<std::size_t> CookieJar::select(const Url& url, WallTime now) {
    std::erase_if(cookies_, [&](const Stored& cookie) { return cookie.expires && *cookie.expires <= now; });
    std::vector<std::size_t> selected;
    if (cookies_.empty()) return selected;
    const std::string host = host_of(url);
    const std::string_view path = url.path().empty() ? std::string_view("/") : std::string_view(url.path());
    const bool secure = url.https() || is_loopback(host);
    for (std::size_t i = 0; i < cookies_.size(); ++i) {
        const Stored& cookie = cookies_[i];
        const bool domain_matches = host == cookie.domain || (!cookie.host_only && is_below(host, cookie.domain));
        if (domain_matches && path_matches(path, cookie.path) && (!cookie.secure || secure)) selected.push_back(i);
    }
    std::sort(selected.begin(), selected.end(), [this](std::size_t a, std::size_t b) {
        const Stored& x = cookies_[a];
        const Stored& y = cookies_[b];
        return x.path.size() != y.path.size() ? x.path.size() > y.path.size() : x.order < y.order;
    });
    return selected;
}

std::vector<CookieJar::Match> CookieJar::matches(const Url& url, WallTime now) {
    std::vector<Match> out;
    for (std::size_t i : select(url, now)) out.push_back({cookies_[i].name, cookies_[i].value});
    return out;
}

void CookieJar::append_header(const Url& url, WallTime now, std::span<const RequestCookie> replacing, std::string& to) {
    for (std::size_t i : select(url, now)) {
        const Stored& cookie = cookies_[i];
        const bool replaced = std::any_of(replacing.begin(), replacing.end(), [&](const RequestCookie& other) {
            return other.replace && other.name == cookie.name;
        });
        if (replaced) continue;
        if (!to.empty()) to += "; ";
        append_cookie_pair(cookie.name, cookie.value, to);
    }
}

}  // namespace k6::http
