// The built-in modules by name: one table says which exist and how their namespace objects are made.
//
//   if (is_builtin_module("k6/http")) Value ns = make_builtin_module(context, "k6/http");
//   ns.get("default").get("get");
//
// Adding a module: write make_…_module in a file of its own and give it a row in modules.cc.
#pragma once

#include <string_view>

#include "js/modules/context.h"
#include "js/mujs/value.h"

namespace k6::js {

/// Modules that have been removed count: asking for one tells what has taken its place.
bool is_builtin_module(std::string_view name);

/// A new namespace object (one per State and module: the caller keeps it); the name must be built in.
Value make_builtin_module(ScriptContext& context, std::string_view name);

/// `k6`: check, fail, group, randomSeed, sleep.
Value make_k6_module(ScriptContext& context);
/// `k6/crypto`: digests, HMAC, random bytes.
Value make_crypto_module(ScriptContext& context);
/// `k6/data`: SharedArray.
Value make_data_module(ScriptContext& context);
/// `k6/encoding`: base64.
Value make_encoding_module(ScriptContext& context);
/// `k6/execution`: what a script may know of its VU, scenario, instance and test.
Value make_execution_module(ScriptContext& context);
/// `k6/metrics`: Counter, Gauge, Rate, Trend.
Value make_metrics_module(ScriptContext& context);

/// `k6/secrets`: what must not be in a log.
Value make_secrets_module(ScriptContext& context);

}  // namespace k6::js
