#include "proto_http/proxy_rules.h"

#include <cstring>
#include <utility>

#include "proto_http/base64.h"

namespace k6::http {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_loopback(const IpAddress& ip) {
    static constexpr std::uint8_t v6_loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    if (ip.family == IpAddress::Family::v4) return ip.bytes[0] == 127;
    return std::memcmp(ip.bytes, v6_loopback, sizeof v6_loopback) == 0;
}

bool in_network(const IpAddress& ip, const IpAddress& network, unsigned bits) {
    if (ip.family != network.family) return false;
    const unsigned whole = bits / 8;
    if (std::memcmp(ip.bytes, network.bytes, whole) != 0) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || ((ip.bytes[whole] ^ network.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Result<std::optional<Proxy>> ProxyRules::parse_proxy(std::string_view text) {
    if (text.empty()) return std::optional<Proxy>();
    auto url = Url::parse(text);
    const auto known = [](const Result<Url>& candidate) {
        return candidate && !candidate->host().empty() &&
               (candidate->scheme() == "http" || candidate->scheme() == "https" || candidate->scheme() == "socks5" ||
                candidate->scheme() == "socks5h");
    };
    // "proxy.example.com:3128" is common, too.
    if (!known(url) && text.find("://") == std::string_view::npos) url = Url::parse("http://" + std::string(text));
    if (!known(url)) {
        return Error{ErrorClass::invalid_config, "invalid proxy address \"" + std::string(text) + "\""};
    }
    Proxy proxy;
    proxy.kind = url->scheme().starts_with("http") ? Proxy::Kind::http : Proxy::Kind::socks5;
    proxy.tls = url->https();
    proxy.host = url->host();
    const auto port = url->effective_port();
    if (!url->port().empty() && !port) {
        return Error{ErrorClass::invalid_config, "invalid port of the proxy " + url->redacted()};
    }
    proxy.port = port ? *port : std::uint16_t{1080};
    proxy.credentials = url->credentials();
    if (proxy.credentials) {
        proxy.authorization = "Basic ";
        append_base64(proxy.credentials->user + ":" + proxy.credentials->password.value_or(""), proxy.authorization);
    }
    return std::optional<Proxy>(std::move(proxy));
}

std::optional<ProxyRules::Exception> ProxyRules::parse_exception(std::string_view text) {
    std::string entry = lower(trimmed(text));
    if (entry.empty()) return std::nullopt;
    Exception exception;
    if (entry == "*") {
        exception.everything = true;
        return exception;
    }
    if (const std::size_t slash = entry.find('/'); slash != std::string::npos) {
        const auto ip = parse_ip(std::string_view(entry).substr(0, slash));
        unsigned bits = 0;
        const std::string digits = entry.substr(slash + 1);
        if (!ip || digits.empty() || digits.size() > 3) return std::nullopt;
        for (char c : digits) {
            if (c < '0' || c > '9') return std::nullopt;
            bits = bits * 10 + static_cast<unsigned>(c - '0');
        }
        if (bits > (ip->family == IpAddress::Family::v4 ? 32U : 128U)) return std::nullopt;
        exception.ip = *ip;
        exception.bits = bits;
        return exception;
    }
    const auto set_address = [&](std::string_view address) {
        const auto ip = parse_ip(address);
        if (!ip) return false;
        exception.ip = *ip;
        exception.bits = ip->family == IpAddress::Family::v4 ? 32 : 128;
        return true;
    };
    if (set_address(entry)) return exception;
    std::string_view host = entry;
    if (host.starts_with('[')) {
        const std::size_t bracket = host.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        const std::string_view after = host.substr(bracket + 1);
        if (!after.empty() && after[0] != ':') return std::nullopt;
        exception.port = after.empty() ? "" : after.substr(1);
        if (!set_address(host.substr(1, bracket - 1))) return std::nullopt;
        return exception;
    }
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
        exception.port = host.substr(colon + 1);
        host = host.substr(0, colon);
        if (set_address(host)) return exception;
    }
    if (host.starts_with("*.")) host.remove_prefix(1);
    if (host.empty()) return std::nullopt;
    exception.also_itself = host[0] != '.';
    exception.suffix = (exception.also_itself ? "." : "") + std::string(host);
    return exception;
}

Result<ProxyRules> ProxyRules::from_environment(const Lookup& lookup) {
    const auto either = [&](std::string_view upper, std::string_view lower_case) {
        auto value = lookup(upper);
        if (!value || value->empty()) value = lookup(lower_case);
        return value.value_or("");
    };
    ProxyRules rules;
    for (auto [proxy, upper, lower_case] :
         {std::tuple{&rules.http_, "HTTP_PROXY", "http_proxy"}, {&rules.https_, "HTTPS_PROXY", "https_proxy"}}) {
        auto parsed = parse_proxy(trimmed(either(upper, lower_case)));
        if (!parsed) return with_context(parsed.error(), lower_case);
        *proxy = std::move(*parsed);
    }
    const std::string list = either("NO_PROXY", "no_proxy");
    std::string_view rest = list;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        if (auto exception = parse_exception(rest.substr(0, comma))) rules.exceptions_.push_back(std::move(*exception));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return rules;
}

bool ProxyRules::excepted(const Url& url) const {
    const std::string host = lower(url.host());
    if (host == "localhost") return true;
    const auto ip = parse_ip(host);
    if (ip && is_loopback(*ip)) return true;
    const auto effective = url.effective_port();
    const std::string port = effective ? std::to_string(*effective) : url.port();
    for (const Exception& exception : exceptions_) {
        if (exception.everything) return true;
        if (!exception.port.empty() && exception.port != port) continue;
        if (exception.ip) {
            if (ip && in_network(*ip, *exception.ip, exception.bits)) return true;
            continue;
        }
        if (host.ends_with(exception.suffix) ||
            (exception.also_itself && host == std::string_view(exception.suffix).substr(1))) {
            return true;
        }
    }
    return false;
}

const Proxy* ProxyRules::find(const Url& url) const {
    const std::optional<Proxy>& proxy = url.https() ? https_ : http_;
    return proxy && !excepted(url) ? &*proxy : nullptr;
}

}  // namespace k6::http
