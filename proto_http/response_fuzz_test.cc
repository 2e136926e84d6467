// Runs the response fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include "base/testing/mutations.h"
#include "proto_http/fuzz_inputs.h"

namespace k6::http {
namespace {

TEST(ResponseFuzzTest, SeedsAndMutations) {
    fuzz_mutations(response_seeds, telling, {.depth = 4, .longest = 1000, .option_byte = true});
}

}  // namespace
}  // namespace k6::http
