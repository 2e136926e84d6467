// What all HTTP clients of one worker share: settings, the TLS context, buffers, parsed URLs.
//
//   auto settings = client_settings(plan, "Grafana k6/1.0", process_environment);
//   auto shared = ClientShared::make(worker, *settings);   // one per worker, before its VUs
//   Client client(vu, **shared);                           // one per VU
//
// Owned beside its worker, which outlives it; that worker's thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/exec/dial_rules.h"
#include "engine/plan/options.h"
#include "engine/runtime/rate_limiter.h"
#include "metrics/system_tags.h"
#include "proto_http/proxy_rules.h"
#include "proto_http/response.h"

namespace k6 {
struct Plan;
class Worker;
}  // namespace k6

namespace k6::http {

/// The run's options as far as they concern HTTP clients. A value.
struct ClientSettings {
    /// Empty: no User-Agent header.
    std::string user_agent;
    int max_redirects = 10;
    /// The script chose max_redirects: then reaching it needs no warning.
    bool max_redirects_chosen = false;
    bool insecure_skip_tls_verify = false;
    std::optional<TlsVersion> tls_min;
    std::optional<TlsVersion> tls_max;
    /// IANA names; empty: the library's choice. Those of TLS 1.3 cannot be chosen among.
    std::vector<std::string> tls_cipher_suites;
    /// HTTP/2 where a server speaks it.
    bool http2 = true;
    /// Client certificates.
    std::vector<TlsAuth> tls_auth;
    /// Every request on a connection of its own.
    bool no_connection_reuse = false;
    /// Idle connections kept by one VU in all, and to one host; 0 is no limit.
    int idle_connections = 20;
    int idle_connections_per_host = 6;
    /// `hosts`, `blockHostnames`, `blacklistIPs`, `localIPs`.
    DialRules dial_rules;
    ProxyRules proxies;
    /// Of all workers; null: no limit.
    std::shared_ptr<RateLimiter> rate_limiter;
    /// "": off; "full": with bodies; anything else: heads only.
    std::string http_debug;
    metrics::SystemTagSet system_tags = metrics::SystemTagSet::defaults();

    // Bounds on what a server may send.
    std::size_t max_head_size = std::size_t{1} << 18;  // bytes of status line and headers
    std::size_t max_headers = 1000;
    std::size_t max_body_size = std::size_t{1} << 30;  // bytes of a body that is kept, before and after decoding
};

/// What a plan and the environment (its proxies, and `http2client=0` in GODEBUG) say about HTTP. `default_user_agent`
/// is sent when the plan leaves it open. Fails with ErrorClass::invalid_config for TLS versions and cipher suites that
/// do not exist, and for local addresses and proxies that are none.
using EnvironmentVariable = std::function<std::optional<std::string>(std::string_view name)>;
Result<ClientSettings> client_settings(const Plan& plan, std::string_view default_user_agent,
                                       const EnvironmentVariable& environment = {});
/// A variable of this process.
std::optional<std::string> process_environment(std::string_view name);

class ClientShared {
public:
    /// Fails when the TLS settings cannot be met (ErrorClass::invalid_config).
    static Result<std::unique_ptr<ClientShared>> make(Worker& worker, ClientSettings settings);
    ~ClientShared();
    ClientShared(const ClientShared&) = delete;
    ClientShared& operator=(const ClientShared&) = delete;

    Worker& worker() const noexcept;
    const ClientSettings& settings() const noexcept;

    /// For this folder's own code.
    struct Impl;
    Impl& impl() noexcept { return *impl_; }

private:
    explicit ClientShared(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// What a front end keeps for a run: the shared part of each of its workers, made when its first VU asks. Any worker's
/// thread may ask for its own.
class SharedClients {
public:
    SharedClients(unsigned workers, std::string user_agent);
    ~SharedClients();
    SharedClients(const SharedClients&) = delete;
    SharedClients& operator=(const SharedClients&) = delete;

    /// For a VU of the calling thread's worker. Fails as client_settings and ClientShared::make do.
    Result<ClientShared*> of(const Plan& plan, Worker& worker);

private:
    std::string user_agent_;
    std::once_flag once_;
    std::optional<Result<ClientSettings>> settings_;
    std::vector<std::unique_ptr<ClientShared>> workers_;
};

}  // namespace k6::http
