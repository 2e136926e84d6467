// Everything that a WebSocket client needs around it: a ClientWorld, and its VU's client.
//
//   WsWorld world;
//   world.run([&](Client& client) { EXPECT_TRUE(client.connect({.url = url}).session != nullptr); });
//   EXPECT_EQ(world->samples("ws_sessions").size(), 1u);
#pragma once

#include <functional>
#include <utility>

#include "proto_http/testing/client_world.h"
#include "proto_ws/client.h"
#include "proto_ws/client_shared.h"

namespace k6::ws::testing {

class WsWorld {
public:
    WsWorld() : WsWorld(http::testing::ClientWorld::Options{}) {}
    explicit WsWorld(http::testing::ClientWorld::Options options)
        : http_(std::move(options)), client_(http_.vu(), http_.client(), http_.shared(), shared_) {}

    http::testing::ClientWorld* operator->() { return &http_; }
    Client& client() { return client_; }
    ClientShared& shared() { return shared_; }

    /// Runs `body` on a fiber, and the worker until all its fibers have ended.
    void run(std::function<void(Client&)> body) {
        http_.run([this, body = std::move(body)](http::Client&) { body(client_); });
    }

private:
    http::testing::ClientWorld http_;
    ClientShared shared_;
    Client client_;
};

}  // namespace k6::ws::testing
