#include "engine/runtime/resolver.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

#include "engine/runtime/blocking_pool.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6 {

namespace {

constexpr std::size_t lookup_threads = 4;

// Scripts may make up names without end.
constexpr std::size_t max_cached_names = 4096;

// RFC 6761 section 6.3: such names are this machine, also where neither a hosts file nor a name service says so.
bool is_localhost(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    constexpr std::string_view localhost = "localhost";
    if (name.size() < localhost.size()) return false;
    const std::string_view end = name.substr(name.size() - localhost.size());
    const bool same =
        std::equal(end.begin(), end.end(), localhost.begin(), [](char a, char b) { return (a | 0x20) == b; });
    return same && (name.size() == localhost.size() || name[name.size() - localhost.size() - 1] == '.');
}

DnsAnswer loopback() {
    IpAddress v4{.bytes = {127, 0, 0, 1}};
    IpAddress v6{.family = IpAddress::Family::v6};
    v6.bytes[15] = 1;
    return {.addresses = {v4, v6}};
}

DnsAnswer lookup_by_system(const std::string& name) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once per socket type
    addrinfo* list = nullptr;
    DnsAnswer answer;
    answer.error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (answer.error != 0) return is_localhost(name) ? loopback() : answer;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        IpAddress address;
        if (entry->ai_family == AF_INET) {
            sockaddr_in socket_address{};
            std::memcpy(&socket_address, entry->ai_addr, sizeof socket_address);
            std::memcpy(address.bytes, &socket_address.sin_addr, 4);
        } else if (entry->ai_family == AF_INET6) {
            sockaddr_in6 socket_address{};
            std::memcpy(&socket_address, entry->ai_addr, sizeof socket_address);
            address.family = IpAddress::Family::v6;
            std::memcpy(address.bytes, &socket_address.sin6_addr, 16);
            address.scope_id = socket_address.sin6_scope_id;
        } else {
            continue;
        }
        if (std::find(answer.addresses.begin(), answer.addresses.end(), address) == answer.addresses.end()) {
            answer.addresses.push_back(address);
        }
    }
    freeaddrinfo(list);
    return answer;
}

Error lookup_error(std::string_view name, std::string_view reason) {
    return {ErrorClass::generic, "lookup " + std::string(name) + ": " + std::string(reason)};
}

Error no_such_host(std::string_view name) { return lookup_error(name, "no such host"); }

Error failed_lookup(std::string_view name, int code) {
    switch (code) {
        case EAI_NONAME:
#if defined(EAI_NODATA)
        case EAI_NODATA:
#endif
#if defined(EAI_ADDRFAMILY)
        case EAI_ADDRFAMILY:
#endif
            return no_such_host(name);
        case EAI_AGAIN:
            return lookup_error(name, "temporary failure in name resolution");
        default: {
            std::string reason = gai_strerror(code);
            if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
            return lookup_error(name, reason);
        }
    }
}

// The addresses that a policy leaves: all, or those of one family.
std::optional<IpAddress::Family> wanted_family(const std::vector<IpAddress>& addresses, DnsPolicy policy) {
    auto preferred = [&](IpAddress::Family family) -> std::optional<IpAddress::Family> {
        bool any =
            std::any_of(addresses.begin(), addresses.end(), [&](const IpAddress& a) { return a.family == family; });
        return any ? std::optional(family) : std::nullopt;
    };
    switch (policy) {
        case DnsPolicy::prefer_ipv4:
            return preferred(IpAddress::Family::v4);
        case DnsPolicy::prefer_ipv6:
            return preferred(IpAddress::Family::v6);
        case DnsPolicy::only_ipv4:
            return IpAddress::Family::v4;
        case DnsPolicy::only_ipv6:
            return IpAddress::Family::v6;
        case DnsPolicy::any:
            break;
    }
    return std::nullopt;
}

}  // namespace

Result<IpAddress> parse_ip(std::string_view text) {
    Error error{ErrorClass::invalid_config, "invalid IP address: " + std::string(text)};
    if (text.find('\0') != std::string_view::npos) return error;
    std::string copy(text);
    IpAddress address;
    if (inet_pton(AF_INET, copy.c_str(), address.bytes) == 1) return address;

    address.family = IpAddress::Family::v6;
    if (std::size_t percent = copy.find('%'); percent != std::string::npos) {
        std::string zone = copy.substr(percent + 1);
        copy.resize(percent);
        const char* end = zone.data() + zone.size();
        auto [last, code] = std::from_chars(zone.data(), end, address.scope_id);
        if (code != std::errc{} || last != end) address.scope_id = if_nametoindex(zone.c_str());
        if (address.scope_id == 0) return error;
    }
    if (inet_pton(AF_INET6, copy.c_str(), address.bytes) == 1) return address;
    return error;
}

std::string to_string(const IpAddress& address) {
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(address.family == IpAddress::Family::v4 ? AF_INET : AF_INET6, address.bytes, text, sizeof text);
    std::string result = text;
    if (address.scope_id != 0) {
        char name[IF_NAMESIZE] = {};
        result += '%';
        result += if_indextoname(address.scope_id, name) != nullptr ? name : std::to_string(address.scope_id);
    }
    return result;
}

// On the frame of a fiber that waits; in an entry's list until the answer is there.
struct Resolver::Waiter {
    State* state;
    const std::string* name;
    Fiber* fiber;
    std::shared_ptr<const DnsAnswer> answer;

    static void give_up(void* self) noexcept;
};

// Shared with the lookup threads, which may outlive the resolver.
struct Resolver::State {
    struct Entry {
        bool looking = false;
        std::vector<Waiter*> waiters;
        std::shared_ptr<const DnsAnswer> answer;  // the cache; a success
        std::optional<TimePoint> expires;         // set by the first fiber that sees the answer: threads have no clock
        std::uint64_t turns = 0;                  // round robin
    };

    const DnsSettings settings;
    const Lookup lookup;
    std::mutex mutex;
    std::map<std::string, Entry, std::less<>> entries;
    std::minstd_rand random{std::random_device{}()};

    State(DnsSettings dns, Lookup function) : settings(dns), lookup(std::move(function)) {}

    // On a thread of the pool, without the mutex.
    void look_up(const std::string& name);

    // All that follow: with the mutex held.

    Entry& entry(const std::string& name) {
        auto found = entries.find(name);
        if (found != entries.end()) return found->second;
        if (entries.size() >= max_cached_names) {
            std::erase_if(entries,
                          [](const auto& item) { return !item.second.looking && item.second.waiters.empty(); });
        }
        return entries[name];
    }

    std::shared_ptr<const DnsAnswer> cached(Entry& entry, TimePoint now) const {
        if (!entry.answer) return nullptr;
        if (!entry.expires) {
            entry.expires = settings.ttl < TimePoint::max() - now ? now + settings.ttl : TimePoint::max();
        }
        if (now >= *entry.expires && *entry.expires != TimePoint::max()) {
            entry.answer = nullptr;
            entry.expires.reset();
        }
        return entry.answer;
    }

    void store(Entry& entry, const std::shared_ptr<const DnsAnswer>& answer) const {
        if (settings.ttl <= std::chrono::nanoseconds(0) || answer->error != 0 || answer->addresses.empty()) return;
        entry.answer = answer;
        entry.expires.reset();
    }

    Result<IpAddress> select(std::string_view name, Entry& entry, const DnsAnswer& answer) {
        if (answer.error != 0) return failed_lookup(name, answer.error);
        std::optional<IpAddress::Family> family = wanted_family(answer.addresses, settings.policy);
        auto wanted = [&](const IpAddress& address) { return !family || address.family == *family; };
        auto count = static_cast<std::size_t>(std::count_if(answer.addresses.begin(), answer.addresses.end(), wanted));
        if (count == 0) return no_such_host(name);
        std::size_t skip = 0;
        if (settings.select == DnsSelect::random)
            skip = std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
        if (settings.select == DnsSelect::round_robin) skip = entry.turns++ % count;
        auto at = std::find_if(answer.addresses.begin(), answer.addresses.end(),
                               [&](const IpAddress& address) { return wanted(address) && skip-- == 0; });
        return *at;
    }
};

void Resolver::State::look_up(const std::string& name) {
    auto answer = std::make_shared<const DnsAnswer>(lookup(name));
    // The lock is held until everybody has been told: a fiber that has been told takes it before it goes on, so its
    // worker is there until the last post is done.
    std::lock_guard lock(mutex);
    Entry& asked = entry(name);
    asked.looking = false;
    store(asked, answer);
    for (Waiter* waiter : std::exchange(asked.waiters, {})) {
        waiter->answer = answer;
        waiter->fiber->worker().post([fiber = waiter->fiber] { fiber->resume(); });
    }
}

// If the answer is there already, its resume() is on the way and there is nothing to hurry.
void Resolver::Waiter::give_up(void* self) noexcept {
    auto* waiter = static_cast<Waiter*>(self);
    {
        std::lock_guard lock(waiter->state->mutex);
        auto found = waiter->state->entries.find(*waiter->name);
        if (found == waiter->state->entries.end() || std::erase(found->second.waiters, waiter) == 0) return;
    }
    waiter->fiber->resume();
}

Resolver::Resolver(DnsSettings settings, Lookup lookup)
    : state_(std::make_shared<State>(settings, lookup ? std::move(lookup) : Lookup(&lookup_by_system))),
      threads_(std::make_unique<BlockingPool>(
          BlockingPool::Config{.max_threads = lookup_threads, .at_end = BlockingPool::AtEnd::abandon})) {}

Resolver::~Resolver() = default;

Result<IpAddress> Resolver::resolve(std::string_view name) {
    if (auto literal = parse_ip(name)) return literal;
    Fiber* fiber = Fiber::current();
    if (fiber == nullptr) throw std::logic_error("Resolver::resolve: not on a fiber");
    fiber->check_interrupt();
    if (name.empty() || name.find('\0') != std::string_view::npos) return no_such_host(name);

    const Clock& clock = fiber->worker().clock();
    std::string key(name);
    Waiter waiter{state_.get(), &key, fiber, nullptr};
    {
        std::lock_guard lock(state_->mutex);
        State::Entry& entry = state_->entry(key);
        if (auto answer = state_->cached(entry, clock.now())) return state_->select(name, entry, *answer);
        if (!clock.simulated()) {
            if (!entry.looking) {
                threads_->submit([state = state_, key] { state->look_up(key); });
                entry.looking = true;
            }
            entry.waiters.push_back(&waiter);
        }
    }
    if (clock.simulated()) {
        waiter.answer = std::make_shared<const DnsAnswer>(state_->lookup(key));
    } else {
        fiber->suspend({&Waiter::give_up, &waiter});
        if (!waiter.answer) return lookup_error(name, "i/o timeout");
    }
    std::lock_guard lock(state_->mutex);
    State::Entry& entry = state_->entry(key);
    if (clock.simulated()) state_->store(entry, waiter.answer);
    state_->cached(entry, clock.now());  // its time to live starts now
    return state_->select(name, entry, *waiter.answer);
}

}  // namespace k6
