// Where a test's secrets come from: `--secret-source`, repeatable.
//
//   file=PATH                                a file with a line KEY=VALUE for each
//   mock=KEY=VALUE,…                         for trying things out
//   url=urlTemplate=https://h/{key},…        a GET each; headers.NAME=VALUE, responsePath=a.b in a JSON answer,
//   timeout=5s
//
// Each may carry `name=NAME` (else it is that of the kind) and `default`, in any place.
//
// What a url source is not told there it reads from K6_SECRET_SOURCE_URL_URL_TEMPLATE, …_RESPONSE_PATH, …_TIMEOUT and
// …_HEADER_NAME.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/secrets.h"
#include "tools/run/command_line.h"

namespace k6::run {

/// Adds the sources to `secrets`. Errors (ErrorClass::invalid_config) name the source: a kind that there is not, a
/// file that cannot be read or has a line of another form, a setting that is unknown, two of one name.
Result<void> add_secret_sources(const std::vector<std::string>& texts, const EnvironmentLookup& environment,
                                const std::vector<std::string>& environment_names, Secrets& secrets);

}  // namespace k6::run
