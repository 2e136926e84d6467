// Fuzz entry: any bytes as what an HTTP/2 server sends, whole and cut in two, to a session with three requests under
// way, one of them with a body. Every request ends, none twice, and what is kept of a response is bounded.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "proto_http/block_pool.h"
#include "proto_http/h2_session.h"

namespace {

using namespace k6::http;

constexpr std::size_t max_body = 1 << 14;

struct Run {
    std::array<Response, 3> responses;
    std::array<Outcome, 3> outcomes;
    std::array<std::optional<Http2Stream>, 3> streams;
    std::array<int, 3> ended{};
};

void run(std::string_view bytes, std::size_t cut, Run& run) {
    constexpr k6::TimePoint now{std::chrono::seconds(1)};
    BlockPool memory;
    Http2Session session({.max_head_size = 4096, .max_headers = 32, .max_body_size = max_body, .stream_window = 65535},
                         memory);
    std::string output;
    const auto settle = [&] {
        output.clear();
        session.take_output(output, std::string::npos);
        session.output_written(now);
        while (Http2Stream* stream = session.take_ended()) {
            for (std::size_t i = 0; i < run.streams.size(); ++i) {
                if (&*run.streams[i] == stream) ++run.ended[i];
            }
        }
    };
    const std::string upload(100'000, 'x');
    for (std::size_t i = 0; i < run.streams.size(); ++i) {
        run.streams[i].emplace(run.responses[i], run.outcomes[i], Http2Stream::Config{.head_request = i == 2});
        session.open(*run.streams[i], {.method = i == 2 ? "HEAD" : "GET",
                                       .scheme = "https",
                                       .authority = "h",
                                       .target = "/",
                                       .content_length = i == 1 ? std::optional(upload.size()) : std::nullopt,
                                       .body = i == 1 ? std::string_view(upload) : std::string_view()});
    }
    settle();
    session.feed(bytes.substr(0, cut), now);
    settle();
    session.feed(bytes.substr(cut), now);
    settle();
    session.end({.cause = "unexpected EOF"});
    settle();
    if (!session.finished() || session.accepts_requests()) std::abort();
    for (std::size_t i = 0; i < run.streams.size(); ++i) {
        if (run.ended[i] != 1 || run.streams[i]->state != Http2Stream::State::ended) std::abort();
        if (run.responses[i].body.size() > max_body || run.responses[i].headers.size() > 32) std::abort();
        if (!run.outcomes[i].failure && run.responses[i].status < 200) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    Run whole;
    run(bytes, bytes.size(), whole);
    Run halves;
    run(bytes, std::min(data[0] * size / 256, bytes.size()), halves);
    for (std::size_t i = 0; i < whole.responses.size(); ++i) {
        // However it is cut, a response that is complete is the same.
        if (whole.outcomes[i].failure || halves.outcomes[i].failure) continue;
        if (whole.responses[i].status != halves.responses[i].status ||
            whole.responses[i].headers != halves.responses[i].headers ||
            whole.responses[i].body != halves.responses[i].body) {
            std::abort();
        }
    }
    return 0;
}
