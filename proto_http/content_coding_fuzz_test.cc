// Runs the Content-Encoding fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include "base/testing/mutations.h"
#include "proto_http/fuzz_inputs.h"

namespace k6::http {
namespace {

TEST(ContentCodingFuzzTest, SeedsAndMutations) {
    fuzz_mutations(coding_seeds, telling, {.rounds = 500, .depth = 4, .longest = 600});
}

}  // namespace
}  // namespace k6::http
