// Runs the Set-Cookie fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto_http/fuzz_inputs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace k6::http {
namespace {

TEST(CookieFuzzTest, SeedsAndMutations) {
    std::uint32_t number = 0;
    for (const std::string_view seed : cookie_seeds) {
        Mutator mutator(++number);
        std::string text(seed);
        for (int i = 0; i < fuzz_rounds(3000); ++i) {
            EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
            text = mutator.mutate(i % 4 == 0 ? seed : std::string_view(text));
            if (text.size() > 600) text.resize(600);
        }
    }
}

}  // namespace
}  // namespace k6::http
