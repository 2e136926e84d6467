// Runs the HTTP/2 session's fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/mutations.h"
#include "proto_http/fuzz_inputs.h"
#include "proto_http/testing/http2_faults.h"
#include "proto_http/testing/http2_frames.h"

namespace k6::http {
namespace {

using namespace testing;

std::vector<std::string> seeds() {
    std::vector<std::string> out = {
        settings({{1, 4096}, {3, 100}, {4, 65535}}) + settings_ack() + response(1, 200, "hello") +
            headers(3, status_field(103)) + headers(3, status_field(200) + field("content-length", "2")) +
            data(3, "ok") + headers(3, field("t", "v"), end_headers | end_stream) +
            headers(5, status_field(204), end_headers | end_stream),
        settings() + goaway(1, 0) + response(1, 302, "") + ping(),
        settings() + headers(1, status_field(200), 0) + frame(FrameType::continuation, end_headers, 1, field("a", "b")),
    };
    for (const Http2Fault& fault : http2_faults()) {
        if (fault.bytes.size() < 1000) out.push_back(settings() + settings_ack() + fault.bytes);
    }
    return out;
}

TEST(Http2SessionFuzzTest, SeedsAndMutations) {
    fuzz_mutations(seeds(), telling, {.rounds = 150, .depth = 4, .longest = 2000, .option_byte = true});
}

}  // namespace
}  // namespace k6::http
