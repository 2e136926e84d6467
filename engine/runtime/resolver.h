// Names to addresses without blocking a fiber.
//
// getaddrinfo runs on threads of the resolver's own; answers are cached per name, shared by all workers, with k6's
// `dns` settings (time to live, selection, address-family policy). Fibers that ask for the same name at the same time
// share one lookup. Failures are not cached, and the cache is bounded.
//
//   Resolver resolver({.ttl = std::chrono::minutes(5)});
//   auto address = resolver.resolve("localhost");     // on a fiber
//
// `resolve` on any worker's fiber; one Resolver per process. The workers' clocks must tell the same time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace k6 {

class BlockingPool;

/// An IPv4 or IPv6 address. IPv4 uses the first four bytes.
struct IpAddress {
    enum class Family : std::uint8_t { v4, v6 };
    Family family = Family::v4;
    std::uint8_t bytes[16] = {};
    std::uint32_t scope_id = 0;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Reads "127.0.0.1", "::1", "fe80::1%eth0"; no brackets.
Result<IpAddress> parse_ip(std::string_view text);
std::string to_string(const IpAddress& address);

enum class DnsSelect : std::uint8_t { first, random, round_robin };
enum class DnsPolicy : std::uint8_t { prefer_ipv4, prefer_ipv6, only_ipv4, only_ipv6, any };

struct DnsSettings {
    std::chrono::nanoseconds ttl = std::chrono::minutes(5);  // zero: no cache; Duration::max(): for ever
    DnsSelect select = DnsSelect::random;
    DnsPolicy policy = DnsPolicy::prefer_ipv4;
};

/// `error` is a getaddrinfo code (EAI_…), 0 on success.
struct DnsAnswer {
    int error = 0;
    std::vector<IpAddress> addresses;
};

class Resolver {
public:
    /// Looks a name up, blocking; replaced in tests.
    using Lookup = std::function<DnsAnswer(const std::string& name)>;

    explicit Resolver(DnsSettings settings, Lookup lookup = {});
    /// No fiber may wait any more. Lookups that interrupted fibers have left behind are not waited for: `lookup` must
    /// not refer to what dies with the resolver.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// One address for `name` by the settings. IP literals are returned as they are. The calling fiber waits; throws
    /// Interrupted. When the name or an address of a wanted family does not exist the error says
    /// `lookup NAME: no such host`, otherwise `lookup NAME: ` and why the lookup failed: `i/o timeout` when somebody
    /// ended the fiber's wait. With a simulated clock the
    /// lookup runs at once, on the calling thread.
    Result<IpAddress> resolve(std::string_view name);

private:
    struct State;
    struct Waiter;
    std::shared_ptr<State> state_;
    std::unique_ptr<BlockingPool> threads_;
};

}  // namespace k6
