// The control API: an HTTP server on an address of the user's choice by which a run is watched and steered (REST,
// version 1).
//
//   auto server = ControlServer::start("localhost:6565", {.run = &run, .runner = &runner, …});
//   if (!server) return server.error();         // ErrorClass::cannot_start_api
//   …                                           // it answers until it is destroyed
//
// It has threads of its own; the run outlives it.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "engine/exec/run.h"
#include "engine/exec/runner.h"
#include "metrics/metric.h"
#include "metrics/submetric.h"

namespace k6::control {

struct Controlled {
    Run* run = nullptr;
    Runner* runner = nullptr;
    const metrics::Registry* registry = nullptr;
    const metrics::SubmetricSet* submetrics = nullptr;
    Logger* logger = nullptr;
};

class ControlServer {
public:
    /// `address` is "host:port"; port 0 is any free one; without a host: localhost.
    static Result<std::unique_ptr<ControlServer>> start(const std::string& address, const Controlled& controlled);
    /// Waits for requests that are being answered.
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    int port() const noexcept;

private:
    ControlServer();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::control
