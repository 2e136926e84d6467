#include "tests/outputs/peer_world.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "outputs/factory.h"

namespace k6::outputs {
namespace {

/// Bytes of this process that are in memory.
std::size_t resident() {
    std::ifstream file("/proc/self/statm");
    std::size_t pages = 0;
    file >> pages >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

PeerWorld::PeerWorld() {
    my_trend = registry.declare("my_trend", metrics::MetricType::trend, metrics::ValueKind::time).value();
    my_counter = registry.declare("my_counter", metrics::MetricType::counter).value();
    my_gauge = registry.declare("my_gauge", metrics::MetricType::gauge).value();
    my_rate = registry.declare("my_rate", metrics::MetricType::rate).value();
}

void PeerWorld::record(metrics::Recorder& recorder_of_worker, int worker, int i) {
    using metrics::Builtin;
    using metrics::MetricValue;
    using metrics::SystemTag;
    using metrics::TagUpdate;
    metrics::TagTable& tags = recorder_of_worker.tags();
    const metrics::TagSetId vu =
        tags.with(tags.with(metrics::no_tags, SystemTag::scenario, "default"), SystemTag::group, "");
    const bool bad = i % 10 == 0;
    const std::string url = "http://h/?q=a b,c=" + std::to_string(i % 7);
    const std::array updates = {
        TagUpdate{metrics::tag_key(SystemTag::name), "http://h/?q=a b,c=x\"y\\z"},
        TagUpdate{metrics::tag_key(SystemTag::url), url},
        TagUpdate{metrics::tag_key(SystemTag::method), "GET"},
        TagUpdate{metrics::tag_key(SystemTag::status), bad ? "500" : "200"},
        TagUpdate{metrics::tag_key(SystemTag::proto), "HTTP/1.1"},
        TagUpdate{metrics::tag_key(SystemTag::expected_response), bad ? "false" : "true"},
    };
    const metrics::TagSetId request = tags.for_sample(vu, updates);
    const metrics::WallTime time = begin + std::chrono::milliseconds(i) + std::chrono::microseconds(worker);
    const double x = 1 + i % 100;
    recorder_of_worker.add_batch(request,
                                 std::array{
                                     MetricValue{Builtin::http_reqs, 1},
                                     MetricValue{Builtin::http_req_duration, x},
                                     MetricValue{Builtin::http_req_blocked, 0.25},
                                     MetricValue{Builtin::http_req_connecting, 0},
                                     MetricValue{Builtin::http_req_tls_handshaking, 0},
                                     MetricValue{Builtin::http_req_sending, 0.5},
                                     MetricValue{Builtin::http_req_waiting, x - 1},
                                     MetricValue{Builtin::http_req_receiving, 0.25},
                                     MetricValue{Builtin::http_req_failed, bad ? 1.0 : 0.0},
                                 },
                                 time);
    const std::array check = {TagUpdate{metrics::tag_key(SystemTag::check), "is ok"}};
    recorder_of_worker.add(Builtin::checks, tags.for_sample(vu, check), bad ? 0 : 1, time);
    recorder_of_worker.add(my_trend, metrics::no_tags, 1 + i * workers + worker, time);
    recorder_of_worker.add(my_counter, metrics::no_tags, 2, time);
    recorder_of_worker.add(my_gauge, metrics::no_tags, i, time);
    recorder_of_worker.add(my_rate, metrics::no_tags, i % 4 == 0 ? 1 : 0, time);
}

PeerWorld::Outputs PeerWorld::start(const std::vector<std::string>& specifications) {
    Outputs outputs;
    for (const std::string& text : specifications) {
        auto made = make_output(text, context());
        if (!made) throw std::runtime_error(made.error().message);
        outputs.push_back(*std::move(made));
        if (auto started = outputs.back()->start(); !started) throw std::runtime_error(started.error().message);
    }
    return outputs;
}

void PeerWorld::record_all(const Outputs& outputs) {
    metrics::SampleFanOut samples(outputs);
    std::vector<std::thread> threads;
    for (int worker = 0; worker < workers; ++worker) {
        threads.emplace_back([this, &samples, worker] {
            metrics::Recorder own(registry, submetrics, samples.sink());
            for (int i = 0; i < requests_of_a_worker; ++i) {
                record(own, worker, i);
                if (i % 100 == 0) own.flush_samples();
            }
            own.flush_samples();
        });
    }
    for (std::thread& thread : threads) thread.join();
}

std::uint64_t PeerWorld::run_with(const std::vector<std::string>& specifications) {
    Outputs outputs = start(specifications);
    record_all(outputs);
    std::uint64_t lost = 0;
    for (auto& output : outputs) {
        if (auto stopped = output->stop({}); !stopped) throw std::runtime_error(stopped.error().message);
        lost += output->dropped_samples();
    }
    return lost;
}

std::uint64_t PeerWorld::record_beyond_the_bounds(const Outputs& outputs) {
    constexpr int requests_of_a_round = 40'000;  // half a million samples, some 20 MB
    constexpr int rounds_to_the_bounds = 4;
    constexpr int rounds = 20;
    [[maybe_unused]] constexpr std::size_t bounds_in_use = std::size_t{128} << 20;
    metrics::SampleFanOut samples(outputs);
    metrics::Recorder worker(registry, submetrics, samples.sink());
    std::size_t at_the_bounds = 0;
    for (int round = 0; round < rounds; ++round) {
        if (round == rounds_to_the_bounds) at_the_bounds = resident();
        for (int i = 0; i < requests_of_a_round; ++i) record(worker, 0, i % requests_of_a_worker);
    }
    worker.flush_samples();
    EXPECT_GT(at_the_bounds, 0U);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // those keep memory of their own
    EXPECT_LT(resident(), at_the_bounds + bounds_in_use);
#endif
    return std::uint64_t{rounds} * requests_of_a_round * samples_of_a_request;
}

std::string PeerWorld::ask(const HttpTarget& target, const std::string& path, const Parameters& form) {
    auto poster = HttpPoster::make(target).value();
    const HttpAnswer answer = poster->post(path, query_text(form), "application/x-www-form-urlencoded").value();
    if (!answer.success()) throw std::runtime_error(std::to_string(answer.status) + " " + answer.body);
    return answer.body;
}

std::string PeerWorld::log() const {
    std::string all;
    for (const std::string& line : logger.lines()) all += line + "\n";
    return all;
}

}  // namespace k6::outputs
