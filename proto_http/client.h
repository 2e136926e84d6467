// The HTTP client of one VU: sends requests on its connections and records their metrics.
//
// Connections belong to the VU, live across iterations and are used again whenever the server allows it.
//
//   Client client(vu, shared);
//   Response response = client.send({.url = "http://localhost:8080/"});   // on a fiber of the VU's worker
//   client.recycle(std::move(response));                                   // optional: its memory is used again
//   client.send_all(parcels, {.together = 20, .per_host = 6});             // several at the same time
//
// `send` suspends the calling fiber. Several fibers of the same worker may be in `send` at the same time (batches,
// asynchronous requests); each exchange has a connection to itself.
// The client must outlive all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "proto_http/byte_stream.h"
#include "proto_http/client_shared.h"
#include "proto_http/headers.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6 {
class Vu;
}

namespace k6::http {

/// One of several requests that are sent at the same time. Both outlive the sending.
struct Parcel {
    const Request* request;
    /// New or recycled.
    Response* response;
};

/// How many of them may be under way at a time, together and to one host; 0 or less: all.
struct BatchLimits {
    std::int64_t together = 0;
    std::int64_t per_host = 0;
};

class Client {
public:
    Client(Vu& vu, ClientShared& shared);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The final response after redirects, or the failure. Records one set of samples for each round trip. Throws
    /// Interrupted when the fiber is interrupted: then nothing is recorded for the round trip under way.
    /// In the steady state (connection kept, response recycled) nothing here allocates.
    Response send(const Request& request) {
        Response response;
        send(request, response);
        return response;
    }
    /// Into a response that is new or was recycled. After Interrupted it may hold anything.
    void send(const Request& request, Response& response);

    /// As many times send(), begun in this order, at the same time within the limits.
    void send_all(std::span<const Parcel> parcels, const BatchLimits& limits);

    /// Leaves HTTP: a GET on a connection of its own, whose `fields` (Upgrade, Connection, …) go as they are spelled.
    /// Its redirects, authentication, body and tags play no part, and no metrics are recorded. A refusal closes the
    /// connection. The stream must not outlive the client.
    Upgrade upgrade(const Request& request, std::span<const Headers::Field> fields);

    /// Whether requests to it can be sent at all; remembered for those that follow.
    Result<void> check_url(std::string_view url);

    /// Takes a response that is no longer needed.
    void recycle(Response&& response);

    /// Closes idle connections: at the end of an iteration if the run wants none kept.
    void close_idle();
    std::size_t idle_connections() const noexcept;
    /// What requests say that do not say so themselves; empty: nothing.
    std::string_view user_agent() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::http
