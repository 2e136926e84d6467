// Runs the URL fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include "base/testing/mutations.h"
#include "proto_http/fuzz_inputs.h"

namespace k6::http {
namespace {

TEST(UrlFuzzTest, SeedsAndMutations) { fuzz_mutations(url_seeds, telling, {.depth = 10, .longest = 300}); }

}  // namespace
}  // namespace k6::http
