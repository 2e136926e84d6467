// The resolver's settings out of a plan.
//
//   Resolver resolver(dns_settings(plan));
//
// Pure; any thread.
#pragma once

#include "engine/plan/plan.h"
#include "engine/runtime/resolver.h"

namespace k6 {

DnsSettings dns_settings(const Plan& plan);

}  // namespace k6
