// A test that has something to complain about.
#include "dsl/scenario.h"

using namespace k6::dsl;

namespace {

void fail(Vu& vu) { vu.check("is well", false); }

}  // namespace

Test k6::dsl::define_test() { return {.main = entry<fail>}; }
