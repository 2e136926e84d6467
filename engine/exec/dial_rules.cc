#include "engine/exec/dial_rules.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>

namespace k6 {
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

unsigned bits_of(const IpAddress& ip) { return ip.family == IpAddress::Family::v4 ? 32 : 128; }

/// ::ffff:1.2.3.4 is 1.2.3.4.
IpAddress unmapped(IpAddress ip) {
    static constexpr std::uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (ip.family != IpAddress::Family::v6 || std::memcmp(ip.bytes, prefix, sizeof prefix) != 0) return ip;
    IpAddress out;
    std::memcpy(out.bytes, ip.bytes + sizeof prefix, 4);
    return out;
}

bool same_prefix(const IpAddress& a, const IpAddress& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (std::memcmp(a.bytes, b.bytes, whole) != 0) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest)) == 0;
}

IpAddress plus(IpAddress ip, std::uint64_t offset) {
    for (unsigned i = bits_of(ip) / 8; i-- > 0 && offset != 0;) {
        offset += ip.bytes[i];
        ip.bytes[i] = static_cast<std::uint8_t>(offset);
        offset >>= 8;
    }
    return ip;
}

/// last - first, capped; nullopt if it is negative.
std::optional<std::uint64_t> distance(const IpAddress& first, const IpAddress& last) {
    const unsigned bytes = bits_of(first) / 8;
    if (std::memcmp(first.bytes, last.bytes, bytes) > 0) return std::nullopt;
    std::uint64_t result = 0;
    // The difference of numbers in base 256, from the most significant digit on; 0 ≤ the running value.
    constexpr std::uint64_t most = std::uint64_t{1} << 48;
    std::int64_t running = 0;
    for (unsigned i = 0; i < bytes; ++i) {
        running = running * 256 + (static_cast<int>(last.bytes[i]) - static_cast<int>(first.bytes[i]));
        if (running > static_cast<std::int64_t>(most)) return most;
    }
    result = static_cast<std::uint64_t>(running);
    return result;
}

struct Cidr {
    IpAddress ip;
    unsigned bits;
};

std::optional<Cidr> parse_cidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto ip = parse_ip(text.substr(0, slash));
    if (!ip) return std::nullopt;
    unsigned bits = bits_of(*ip);
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (error != std::errc{} || end != digits.data() + digits.size() || bits > bits_of(*ip)) return std::nullopt;
    }
    return Cidr{*ip, bits};
}

}  // namespace

void HostTable::add(std::string_view pattern, std::string value) {
    if (!pattern.starts_with('*')) {
        exact_.insert_or_assign(lower(pattern), std::move(value));
        return;
    }
    suffixes_.push_back({lower(pattern.substr(1)), std::move(value)});
    std::stable_sort(suffixes_.begin(), suffixes_.end(),
                     [](const Suffix& a, const Suffix& b) { return a.suffix.size() > b.suffix.size(); });
}

const std::string* HostTable::find(std::string_view host) const {
    if (const auto found = exact_.find(host); found != exact_.end()) return &found->second;
    for (const Suffix& entry : suffixes_) {
        if (host.ends_with(entry.suffix)) return &entry.value;
    }
    return nullptr;
}

Result<DialRules::Range> DialRules::parse_range(std::string_view text) {
    const Error error{ErrorClass::invalid_config, "invalid localIPs: '" + std::string(text) +
                                                      "' is no address, range FIRST-LAST or network ADDRESS/BITS"};
    if (text.find('/') != std::string_view::npos) {
        const auto cidr = parse_cidr(text);
        if (!cidr) return error;
        IpAddress first = cidr->ip;
        for (unsigned bit = cidr->bits; bit < bits_of(first); ++bit) {
            first.bytes[bit / 8] = static_cast<std::uint8_t>(first.bytes[bit / 8] & ~(0x80U >> bit % 8));
        }
        const unsigned host_bits = std::min(bits_of(first) - cidr->bits, 48U);
        Range range{first, std::uint64_t{1} << host_bits};
        // The address of the network and that of its broadcasts.
        if (first.family == IpAddress::Family::v4 && range.count > 2) range = {plus(first, 1), range.count - 2};
        return range;
    }
    const std::size_t dash = text.find('-');
    const auto first = parse_ip(trimmed(text.substr(0, dash)));
    if (!first) return error;
    if (dash == std::string_view::npos) return Range{*first, 1};
    const auto last = parse_ip(trimmed(text.substr(dash + 1)));
    if (!last || last->family != first->family) return error;
    const auto apart = distance(*first, *last);
    if (!apart) return error;
    return Range{*first, *apart + 1};
}

Result<DialRules> DialRules::make(const Plan& plan) {
    DialRules rules;
    for (const std::string& pattern : plan.block_hostnames) rules.blocked_.add(pattern, pattern);
    for (const auto& [pattern, address] : plan.hosts) {
        const bool has_port = pattern.find(':') != std::string::npos;
        (has_port ? rules.hosts_with_port_ : rules.hosts_).add(pattern, address);
    }
    for (const std::string& text : plan.blacklist_ips) {
        const auto cidr = parse_cidr(text);
        if (!cidr) return Error{ErrorClass::invalid_config, "invalid CIDR address: " + text};
        rules.blacklist_.push_back({cidr->ip, cidr->bits, text});
    }
    std::string_view rest = plan.local_ips;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        const std::string_view item = trimmed(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        auto range = parse_range(item);
        if (!range) return range.error();
        rules.local_count_ += range->count;
        rules.local_.push_back(std::move(*range));
    }
    return rules;
}

const std::string* DialRules::blocking_pattern(std::string_view host) const {
    if (blocked_.empty() || parse_ip(host)) return nullptr;
    return blocked_.find(lower(host));
}

std::optional<DialRules::Replacement> DialRules::replacement(std::string_view host, std::uint16_t port) const {
    if (hosts_.empty() && hosts_with_port_.empty()) return std::nullopt;
    const std::string name = lower(host);
    const std::string* address = hosts_with_port_.find(name + ":" + std::to_string(port));
    if (address == nullptr) address = hosts_.find(name);
    if (address == nullptr) return std::nullopt;
    if (const auto ip = parse_ip(*address)) return Replacement{*ip, port};
    // IP:PORT or [IPv6]:PORT, as the options have checked.
    const std::size_t colon = address->rfind(':');
    std::string_view literal = std::string_view(*address).substr(0, colon);
    if (literal.starts_with('[')) literal = literal.substr(1, literal.size() - 2);
    const auto ip = parse_ip(literal);
    if (!ip || colon == std::string::npos) return std::nullopt;
    Replacement result{*ip, port};
    std::from_chars(address->data() + colon + 1, address->data() + address->size(), result.port);
    return result;
}

const std::string* DialRules::blacklisting_network(const IpAddress& ip) const {
    if (blacklist_.empty()) return nullptr;
    const IpAddress plain = unmapped(ip);
    for (const Network& network : blacklist_) {
        if (network.ip.family == plain.family && same_prefix(network.ip, plain, network.bits)) return &network.text;
    }
    return nullptr;
}

std::optional<IpAddress> DialRules::local_ip(std::uint64_t vu_id) const {
    if (local_count_ == 0) return std::nullopt;
    std::uint64_t place = (vu_id == 0 ? 0 : vu_id - 1) % local_count_;
    for (const Range& range : local_) {
        if (place < range.count) return plus(range.first, place);
        place -= range.count;
    }
    return std::nullopt;
}

}  // namespace k6
