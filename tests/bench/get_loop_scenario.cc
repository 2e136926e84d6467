// The plainest loop there is: one GET after the other.
#include "dsl/scenario.h"

using namespace k6::dsl;

namespace {

void get_loop(Vu& vu) { vu.http.get(vu.env("URL", vu.env("BASE_URL"))); }

}  // namespace

Test k6::dsl::define_test() { return {.main = entry<get_loop>}; }
