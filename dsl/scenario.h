// Everything a scenario file includes.
//
//   #include "dsl/scenario.h"
//
//   using namespace k6::dsl;
//   using namespace std::chrono_literals;
//
//   void hello(Vu& vu) {
//       auto response = vu.http.get(vu.env("BASE_URL", "http://localhost:8080"));
//       vu.check("status is 200", response.status() == 200);
//   }
//
//   Test k6::dsl::define_test() { return {.main = entry<hello>, .options = {.vus = 2, .iterations = 10}}; }
#pragma once

#include <chrono>

#include "dsl/call.h"
#include "dsl/data.h"
#include "dsl/fields.h"
#include "dsl/http.h"
#include "dsl/json.h"
#include "dsl/literals.h"
#include "dsl/metric.h"
#include "dsl/payload.h"
#include "dsl/test.h"
#include "dsl/threshold.h"
#include "dsl/vu.h"
