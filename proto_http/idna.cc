#include "proto_http/idna.h"

#include <idn2.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace k6::http {

Result<std::string> ascii_host_name(std::string_view host) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(host.begin(), host.end(), is_ascii)) return std::string(host);
    const std::string terminated(host);
    std::uint8_t* out = nullptr;
    const int error = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()), &out,
                                     IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<std::uint8_t, decltype(&idn2_free)> guard(out, &idn2_free);
    if (error != IDN2_OK) return Error{ErrorClass::generic, std::string("idna: ") + idn2_strerror(error)};
    return std::string(reinterpret_cast<const char*>(out));
}

}  // namespace k6::http
