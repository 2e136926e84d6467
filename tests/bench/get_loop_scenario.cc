// The plainest loop there is: one GET after the other.
#include <string>

#include "dsl/scenario.h"

using namespace k6::dsl;

namespace {

void get_loop(Vu& vu) {
    // As a script does, once.
    static const std::string url(vu.env("URL", vu.env("BASE_URL")));
    vu.http.get(url);
}

}  // namespace

Test k6::dsl::define_test() { return {.main = entry<get_loop>}; }
