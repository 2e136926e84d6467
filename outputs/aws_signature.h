// Amazon's request signature, version 4, of a POST: for backends that stand behind it (managed Prometheus).
//
//   AwsSigner signer{.region = "eu-west-1", .service = "aps", .access_key = "…", .secret_key = "…"};
//   for (auto& [name, value] : signer.headers(host, path, body, now)) …   // x-amz-date, authorization
//
// Any thread; values.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k6::outputs {

struct AwsSigner {
    std::string region;
    std::string service;
    std::string access_key;
    std::string secret_key;

    /// What has to be sent beside `Host: host`. `path` is without a query and escaped already.
    std::vector<std::pair<std::string, std::string>> headers(std::string_view method, std::string_view host,
                                                             std::string_view path, std::string_view body,
                                                             std::chrono::sys_seconds now) const;
};

}  // namespace k6::outputs
