#include "proto_http/response.h"

namespace k6::http {

std::string_view to_string(Protocol protocol) {
    switch (protocol) {
        case Protocol::none:
            return "";
        case Protocol::http_1_0:
            return "HTTP/1.0";
        case Protocol::http_1_1:
            return "HTTP/1.1";
        case Protocol::http_2:
            return "HTTP/2.0";
    }
    return "";
}

std::string_view to_string(TlsVersion version) {
    switch (version) {
        case TlsVersion::tls_1_0:
            return "tls1.0";
        case TlsVersion::tls_1_1:
            return "tls1.1";
        case TlsVersion::tls_1_2:
            return "tls1.2";
        case TlsVersion::tls_1_3:
            return "tls1.3";
    }
    return "";
}

std::optional<TlsVersion> tls_version_of(std::string_view name) {
    for (TlsVersion version : {TlsVersion::tls_1_0, TlsVersion::tls_1_1, TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
        if (to_string(version) == name) return version;
    }
    return std::nullopt;
}

std::string to_string(const Endpoint& endpoint) {
    const std::string ip = to_string(endpoint.ip);
    const std::string port = ":" + std::to_string(endpoint.port);
    return endpoint.ip.family == IpAddress::Family::v6 ? "[" + ip + "]" + port : ip + port;
}

}  // namespace k6::http
