// A gate in CI: short, strict, and over as soon as it is lost.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

void pass_gate(Vu& vu) {
    const Response answer = vu.http.get(std::string(vu.env("BASE_URL_TLS")) + "/user-agent", {.name = "agent"});
    vu.check(answer,
             {{"it is us", [](const Response& r) { return r.body().find("ci-gate/1") != std::string_view::npos; }},
              {"over TLS", [](const Response& r) { return r.url().starts_with("https:"); }}});
    const Response moved = vu.http.get(std::string(vu.env("BASE_URL")) + "/redirect/1", {.name = "moved"});
    vu.check("found again", moved.status() == 200);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<pass_gate>,
        .scenarios = {{.name = "gate",
                       .executor = SharedIterations{.vus = 4, .iterations = 40, .max_duration = 20s},
                       .graceful_stop = 2s}},
        .thresholds = {(rate(checks) > 99_pct).abort_on_fail(), (rate(http_req_failed) <= 1_pct).abort_on_fail(1s),
                       avg(http_req_duration) < 200ms, p<99.9>(http_req_duration) < 2s, max(http_req_receiving) < 1s,
                       count(data_received) < 10_MiB, rate(data_received) < 100_MiB / 1s},
        .options = {.setup_timeout = 10s,
                    .dns = DnsOptions{.ttl = "1m", .select = "first", .policy = "preferIPv4"},
                    .max_redirects = 2,
                    .user_agent = "ci-gate/1",
                    .insecure_skip_tls_verify = true,
                    .tls_version = TlsVersions{.min = "tls1.2", .max = "tls1.3"},
                    .hosts = {{"gate.test", "127.0.0.1"}},
                    .no_vu_connection_reuse = true,
                    .min_iteration_duration = 0s,
                    .summary_trend_stats = {"avg", "p(99.9)", "max"},
                    .system_tags = {"scenario", "status", "method", "name", "group", "check", "expected_response",
                                    "proto", "tls_version"},
                    .tags = {{"stage", "ci"}}},
    };
}
