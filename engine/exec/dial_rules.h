// Where connections may go and come from: the options `hosts`, `blockHostnames`, `blacklistIPs` and `localIPs`.
//
// The order of a dial to host:port: a blocked name fails; a replaced one is dialled at its replacement; an address is
// dialled as it is; any other name is resolved; what comes out must not be blacklisted.
//
//   DialRules rules = DialRules::make(plan).value();
//   if (const std::string* pattern = rules.blocking_pattern("ads.example.com")) …
//   if (auto to = rules.replacement("example.com", 443)) …
//
// A value that does not change once made; any thread may read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/plan/plan.h"
#include "engine/runtime/resolver.h"

namespace k6 {

/// Names and patterns with a leading `*`, to what they stand for. The exact name wins, then the longest pattern.
class HostTable {
public:
    void add(std::string_view pattern, std::string value);
    /// `host` in lower case.
    const std::string* find(std::string_view host) const;
    bool empty() const noexcept { return exact_.empty() && suffixes_.empty(); }

private:
    std::map<std::string, std::string, std::less<>> exact_;
    struct Suffix {
        std::string suffix;
        std::string value;
    };
    std::vector<Suffix> suffixes_;  // longest first
};

class DialRules {
public:
    /// Fails with ErrorClass::invalid_config for `localIPs` that are none; the other options are checked where they are
    /// read.
    static Result<DialRules> make(const Plan& plan);
    /// No rules.
    DialRules() = default;

    /// The pattern of `blockHostnames` that a name matches; null: none. Addresses are never blocked.
    const std::string* blocking_pattern(std::string_view host) const;

    struct Replacement {
        IpAddress ip;
        std::uint16_t port = 0;
    };
    /// What `hosts` says; a replacement without a port keeps the one asked for.
    std::optional<Replacement> replacement(std::string_view host, std::uint16_t port) const;

    /// The network of `blacklistIPs` that an address is in; null: none.
    const std::string* blacklisting_network(const IpAddress& ip) const;

    /// The address that a VU (by its id in the instance, from 1 on) dials from; nullopt: the system's choice.
    std::optional<IpAddress> local_ip(std::uint64_t vu_id) const;

private:
    struct Network {
        IpAddress ip;
        unsigned bits = 0;
        std::string text;
    };
    struct Range {
        IpAddress first;
        std::uint64_t count = 0;
    };
    static Result<Range> parse_range(std::string_view text);

    HostTable blocked_;
    HostTable hosts_;
    HostTable hosts_with_port_;
    std::vector<Network> blacklist_;
    std::vector<Range> local_;
    std::uint64_t local_count_ = 0;
};

}  // namespace k6
