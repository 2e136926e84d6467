// The phases of one HTTP round trip.
//
//   blocked ─► connecting ─► tls_handshaking      (both inside blocked; zero on a connection that is used again)
//   sending ─► waiting ─► receiving               (their sum is `duration`)
//
// A value.
#pragma once

#include "base/duration.h"

namespace k6::http {

struct Timings {
    /// From asking for a connection until having one: DNS, connect and TLS included.
    Duration blocked{};
    Duration connecting{};
    Duration tls_handshaking{};
    /// From when writing the request began until it is written. Between having the connection and this it may wait for
    /// the end of the worker's turn (outbox.h); that is the generator's time, and in no phase.
    Duration sending{};
    /// Until the first byte of the response; if none came, until the failure.
    Duration waiting{};
    /// Until the last byte of the body was there. Like `waiting` it ends when the worker's loop was told, not when the
    /// fiber had its turn, which may be much later where a worker has much to do.
    Duration receiving{};

    constexpr Duration duration() const { return sending + waiting + receiving; }

    friend bool operator==(const Timings&, const Timings&) = default;
};

}  // namespace k6::http
