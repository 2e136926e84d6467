// Which proxy a request goes through: the environment's http_proxy, https_proxy and no_proxy, in either case.
//
//   const ProxyRules rules = ProxyRules::from_environment(lookup).value();
//   if (const Proxy* proxy = rules.find(url)) connect_to(proxy->host, proxy->port);
//
// The rules are those of Go's net/http, as users of the field know them: loopback hosts never go through a proxy; an
// entry of no_proxy is `*`, an address, a network, a name (which covers its subdomains) or `.name` (subdomains only),
// each but networks with or without a port.
//
// A value that does not change once made; any thread may read it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/runtime/resolver.h"
#include "proto_http/url.h"

namespace k6::http {

struct Proxy {
    enum class Kind : std::uint8_t {
        /// Forwards requests; tunnels for https with CONNECT.
        http,
        /// RFC 1928: always a tunnel, to names.
        socks5,
    };
    Kind kind = Kind::http;
    std::string host;
    std::uint16_t port = 0;
    /// It is spoken to over TLS.
    bool tls = false;
    std::optional<Credentials> credentials;
    /// Value of Proxy-Authorization; empty without credentials.
    std::string authorization;
    friend bool operator==(const Proxy&, const Proxy&) = default;
};

class ProxyRules {
public:
    using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

    /// Fails with ErrorClass::invalid_config for what is no proxy's address.
    static Result<ProxyRules> from_environment(const Lookup& lookup);
    /// No proxy for anything.
    ProxyRules() = default;

    /// Null: directly.
    const Proxy* find(const Url& url) const;
    bool empty() const noexcept { return !http_ && !https_; }

private:
    struct Exception {
        // One of: everything, a network, an address, a name.
        bool everything = false;
        std::optional<IpAddress> ip;
        unsigned bits = 0;
        std::string suffix;  // ".example.com"
        bool also_itself = false;
        std::string port;  // empty: any
    };
    static Result<std::optional<Proxy>> parse_proxy(std::string_view text);
    static std::optional<Exception> parse_exception(std::string_view text);
    bool excepted(const Url& url) const;

    std::optional<Proxy> http_;
    std::optional<Proxy> https_;
    std::vector<Exception> exceptions_;
};

}  // namespace k6::http
