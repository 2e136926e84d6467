#include "engine/plan/network_values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

namespace k6 {
namespace {

struct Address {
    int family;
    std::array<unsigned char, 16> bytes{};

    unsigned bits() const { return family == AF_INET ? 32 : 128; }
    std::string text() const {
        std::array<char, INET6_ADDRSTRLEN> buffer{};
        inet_ntop(family, bytes.data(), buffer.data(), buffer.size());
        return buffer.data();
    }
};

std::optional<Address> parse_address(std::string_view text) {
    const std::string terminated(text);
    for (const int family : {AF_INET, AF_INET6}) {
        Address address{family};
        if (inet_pton(family, terminated.c_str(), address.bytes.data()) == 1) return address;
    }
    return std::nullopt;
}

std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
    return value;
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

}  // namespace

Result<std::string> canonical_network(std::string_view text) {
    const Error error{ErrorClass::invalid_config, "invalid CIDR address: " + std::string(text)};
    const std::size_t slash = text.find('/');
    std::optional<Address> address = parse_address(text.substr(0, slash));
    if (!address) return error;
    std::optional<unsigned> bits = address->bits();
    if (slash != std::string_view::npos) bits = parse_number(text.substr(slash + 1), address->bits());
    if (!bits) return error;
    for (unsigned bit = *bits; bit < address->bits(); ++bit) {
        address->bytes[bit / 8] = static_cast<unsigned char>(address->bytes[bit / 8] & ~(0x80U >> bit % 8));
    }
    return address->text() + "/" + std::to_string(*bits);
}

bool is_host_pattern(std::string_view text, bool port_allowed) {
    if (port_allowed) {
        if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
            if (!parse_number(text.substr(colon + 1), 65535)) return false;
            text = text.substr(0, colon);
        }
    }
    if (text.empty()) return false;
    if (text.front() == '*') text.remove_prefix(1);
    return std::all_of(text.begin(), text.end(), is_host_character);
}

Result<std::string> canonical_host_address(std::string_view text) {
    if (const auto address = parse_address(text)) return address->text();
    const std::size_t colon = text.rfind(':');
    if (colon != std::string_view::npos && parse_number(text.substr(colon + 1), 65535)) {
        std::string_view host = text.substr(0, colon);
        const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
        if (bracketed) host = host.substr(1, host.size() - 2);
        const auto address = parse_address(host);
        if (address && bracketed == (address->family == AF_INET6)) {
            const std::string port(text.substr(colon));
            return bracketed ? "[" + address->text() + "]" + port : address->text() + port;
        }
    }
    return Error{ErrorClass::invalid_config, "'" + std::string(text) + "' is no IP address with or without a port"};
}

}  // namespace k6
