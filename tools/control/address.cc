#include "tools/control/address.h"

#include <charconv>

namespace k6::control {

Result<Address> parse_address(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    std::string_view rest = text;
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
    const auto problem = [text](const char* why) {
        return Error{ErrorClass::generic, "the address '" + std::string(text) + "' " + why};
    };
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == rest.size()) return problem("has no port");
    Address address;
    const std::string_view port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc{} || end != port.data() + port.size() || address.port < 0 || address.port > 65535) {
        return problem("has no port between 0 and 65535");
    }
    std::string_view host = rest.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    address.host = host.empty() ? "localhost" : std::string(host);
    return address;
}

}  // namespace k6::control
