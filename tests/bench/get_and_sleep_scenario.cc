// What an idle VU costs: it holds a connection and waits.
#include <cstdlib>

#include "dsl/scenario.h"

using namespace k6::dsl;

namespace {

void get_and_sleep(Vu& vu) {
    vu.http.get(vu.env("URL", vu.env("BASE_URL")));
    vu.sleep(std::chrono::duration_cast<k6::Duration>(
        std::chrono::duration<double>(std::atof(std::string(vu.env("PAUSE", "1")).c_str()))));
}

}  // namespace

Test k6::dsl::define_test() { return {.main = entry<get_and_sleep>}; }
