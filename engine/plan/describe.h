// Plans in words, for the lines that a run begins with.
//
//   describe(scenario);     // "3 iterations shared among 3 VUs (maxDuration: 10m0s, gracefulStop: 30s)"
//   describe(plan);         // "1 scenario, 3 max VUs, 10m30s max duration (incl. graceful stop)"
//
// Pure functions; any thread.
#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace k6 {

/// One scenario: what it does, then what is particular about it in parentheses; counts are those of the stripe.
std::string describe(const Scenario& scenario, const Stripe& stripe = {});

/// The plan's size.
std::string describe(const Plan& plan);

}  // namespace k6
