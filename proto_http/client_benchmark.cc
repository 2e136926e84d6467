// What one request costs: VUs that GET the same URL in a closed loop, on one worker.
//
//   client_benchmark URL [VUS] [SECONDS] [STREAMS] [record|new|batch]
//
// Each VU has STREAMS requests under way at a time (1); over HTTPS they share its HTTP/2 connection. Each of them has a
// fiber of its own, which sends the next one when one has ended; with `batch` the VU sends STREAMS together, and the
// next ones when all of them have ended. Certificates are not verified. Prints requests, requests per second and the
// CPU time per request (user and system, of this process). To be compared by hand with `wrk -t1 -cVUS -dSECONDS URL`
// under `perf stat` or `time`, in alternation, server and client on a core of their own. With `record`, samples are
// made as for an output, and dropped; with `new`, each request has a connection of its own, over HTTP/1.1, to be
// compared with ab.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/exec/vu.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/worker.h"
#include "metrics/metric.h"
#include "metrics/recorder.h"
#include "metrics/submetric.h"
#include "proto_http/client.h"
#include "proto_http/client_shared.h"

namespace {

using namespace k6;

class Nowhere final : public metrics::SampleSink {
public:
    void accept(std::shared_ptr<const metrics::SampleChunk>) override {}
};

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

struct Usage {
    double user = 0;
    double system = 0;
};
Usage usage() {
    rusage now{};
    getrusage(RUSAGE_SELF, &now);
    return {seconds(now.ru_utime), seconds(now.ru_stime)};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s URL [VUS] [SECONDS] [STREAMS] [record|new|batch]\n", argv[0]);
        return 2;
    }
    const std::string url = argv[1];
    const int vus = argc > 2 ? std::atoi(argv[2]) : 50;
    const int duration = argc > 3 ? std::atoi(argv[3]) : 5;
    const int streams = argc > 4 ? std::atoi(argv[4]) : 1;
    const bool record = argc > 5 && std::strcmp(argv[5], "record") == 0;
    const bool fresh = argc > 5 && std::strcmp(argv[5], "new") == 0;
    const bool batch = argc > 5 && std::strcmp(argv[5], "batch") == 0;

    SystemClock clock;
    Resolver resolver({});
    Worker worker({.clock = &clock, .resolver = &resolver});
    metrics::Registry registry;
    metrics::SubmetricSet submetrics;
    submetrics.add_defaults(registry, metrics::SystemTagSet::defaults());
    Nowhere nowhere;
    metrics::Recorder recorder(registry, submetrics, record ? &nowhere : nullptr);
    const Plan plan{};
    MemoryLogger logger;
    auto shared = http::ClientShared::make(
        worker,
        {.user_agent = "benchmark/1", .insecure_skip_tls_verify = true, .http2 = !fresh, .no_connection_reuse = fresh});
    if (!shared) {
        std::fprintf(stderr, "%s\n", shared.error().message.c_str());
        return 1;
    }

    const http::Request request{.url = url, .response_body = http::ResponseBody::discard};
    unsigned long requests = 0;
    unsigned long failures = 0;
    std::string failure;
    const TimePoint end = clock.now() + std::chrono::seconds(duration);
    std::vector<std::unique_ptr<Vu>> all;
    std::vector<std::unique_ptr<http::Client>> clients;
    for (int i = 0; i < vus; ++i) {
        all.push_back(std::make_unique<Vu>(Vu::Config{.id_in_instance = static_cast<std::uint64_t>(i),
                                                      .worker = &worker,
                                                      .recorder = &recorder,
                                                      .plan = &plan,
                                                      .logger = &logger}));
        Vu& vu = *all.back();
        vu.set_tags(recorder.tags().with(metrics::no_tags, "scenario", "default"));
        clients.push_back(std::make_unique<http::Client>(vu, **shared));
        http::Client& client = *clients.back();
        const auto count = [&](http::Response&& response) {
            ++requests;
            if (response.error || response.status != 200) {
                ++failures;
                failure = response.error.message;
            }
            client.recycle(std::move(response));
        };
        const auto loop = [&, count] {
            do {
                count(client.send(request));
            } while (worker.batch_time() < end);
        };
        const auto batches = [&, count] {
            std::vector<http::Response> responses(static_cast<std::size_t>(streams));
            std::vector<http::Parcel> parcels;
            for (http::Response& response : responses) parcels.push_back({&request, &response});
            do {
                client.send_all(parcels, {});
                for (http::Response& response : responses) count(std::move(response));
            } while (worker.batch_time() < end);
        };
        worker.spawn([&, loop, batches] {
            // One connection first, which the others then share.
            if (streams > 1) client.recycle(client.send({.url = url}));
            if (batch) return batches();
            for (int stream = 1; stream < streams; ++stream) worker.spawn(loop);
            loop();
        });
    }
    worker.request_stop();
    const Usage before = usage();
    const TimePoint start = clock.now();
    worker.run();
    const Usage after = usage();
    const double elapsed = std::chrono::duration<double>(clock.now() - start).count();
    const double cpu = after.user + after.system - before.user - before.system;
    const auto count = static_cast<double>(requests);
    std::printf("%lu requests, %.0f/s, %.3f us CPU/request (%.3f user, %.3f system), %lu failed%s%s\n", requests,
                count / elapsed, cpu * 1e6 / count, (after.user - before.user) * 1e6 / count,
                (after.system - before.system) * 1e6 / count, failures, failures != 0 ? ": " : "", failure.c_str());
    return failures == 0 ? 0 : 1;
}
