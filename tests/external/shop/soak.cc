// Ten minutes of load, of which a test only takes a taste.
#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace {

void nothing(Vu& vu) { vu.check("is alive", true); }

}  // namespace

Test k6::dsl::define_test() { return {.main = entry<nothing>, .options = {.vus = 1, .duration = 10min}}; }
