// Runs the Set-Cookie fuzz entry on its seeds and on mutations of them: the same ones in every run.
#include <gtest/gtest.h>

#include "base/testing/mutations.h"
#include "proto_http/fuzz_inputs.h"

namespace k6::http {
namespace {

TEST(CookieFuzzTest, SeedsAndMutations) { fuzz_mutations(cookie_seeds, telling, {.depth = 4, .longest = 600}); }

}  // namespace
}  // namespace k6::http
