// What an idle VU costs: it holds a connection and waits.
#include <cstdlib>

#include "dsl/scenario.h"

using namespace k6::dsl;

namespace {

Duration seconds(std::string_view text) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::atof(std::string(text).c_str())));
}

void get_and_sleep(Vu& vu) {
    // Thousands that all connect at the same instant would measure the server's queue.
    const Duration before(static_cast<Duration::rep>(static_cast<double>(seconds(vu.env("SPREAD", "0")).count()) *
                                                     static_cast<double>(vu.id() % 1000) / 1000));
    vu.sleep(before);
    vu.http.get(vu.env("URL", vu.env("BASE_URL")));
    if (!vu.env("CLOSE").empty()) vu.http.client().close_idle();
    vu.sleep(seconds(vu.env("PAUSE", "1")) - before);
}

}  // namespace

Test k6::dsl::define_test() { return {.main = entry<get_and_sleep>}; }
