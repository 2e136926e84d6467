// Runs the HTTP/2 session's fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto_http/fuzz_inputs.h"
#include "proto_http/testing/http2_faults.h"
#include "proto_http/testing/http2_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

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
    std::uint32_t number = 0;
    for (const std::string& seed : seeds()) {
        Mutator mutator(++number);
        std::string text = "\x80" + seed;
        for (int i = 0; i < 150; ++i) {
            EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
            text = static_cast<char>(mutator.number()) +
                   mutator.mutate(i % 4 == 0 ? std::string_view(seed) : std::string_view(text).substr(1));
            if (text.size() > 2000) text.resize(2000);
        }
    }
}

}  // namespace
}  // namespace k6::http
