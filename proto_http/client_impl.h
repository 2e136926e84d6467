// The insides of Client, spread over several files by topic:
//
//   client.cc                 one request: hops, redirects, the outcome of each round trip
//   client_authentication.cc  the round trips that answer a challenge
//   client_head.cc            which header fields a round trip sends
//   client_exchange.cc        which connection it takes, and the exchange on it
//   client_http2.cc           the exchange on one that speaks HTTP/2
//   client_upgrade.cc         requests that leave HTTP
//
// Fibers of the VU's worker only; for this folder.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/vu.h"
#include "proto_http/client.h"
#include "proto_http/connection.h"
#include "proto_http/failure.h"
#include "proto_http/h2_connections.h"
#include "proto_http/http_metrics.h"
#include "proto_http/request_head.h"
#include "proto_http/shared_state.h"
#include "proto_http/transport.h"

namespace k6::http {

/// The body as it is sent, where the request wants it encoded.
struct EncodedBody {
    std::string bytes;
    std::string codings;
};

/// One hop of a request: the URL it goes to, what is sent there, and what redirects have taken away.
struct Hop {
    std::shared_ptr<const Url> url;
    std::string_view method;
    /// nullopt: none. Encoded, if the request says so.
    std::optional<std::string_view> body;
    /// What `body` lies in if the request wants it encoded.
    std::unique_ptr<EncodedBody> encoded;
    bool first = true;
    /// `Content-…`, which describe a body.
    bool content_headers = true;
    /// Authorization and the like.
    bool sensitive_headers = true;
    bool host_header = true;
    std::string referer;
    /// The answer to a challenge.
    std::string authorization;
    /// All round trips of the hop go over one connection, which waits here meanwhile.
    bool hold_connection = false;
    std::unique_ptr<Connection> held;
};

struct Client::Impl {
    using Expected = std::optional<std::span<const StatusRange>>;

    Impl(Vu& of, ClientShared::Impl& with)
        : vu(of), shared(with), metrics(of, with.settings.system_tags, with.known_tag_sets), http2(with, of) {}

    Response send(const Request& request);

    // client.cc. A suspended fiber's stack holds the frames of send, perform, round_trip and exchange…; with thousands
    // of fibers none of it is in the processor's caches. So what is needed before or after the wait only is apart.
    /// The first hop. False: the response says why there is none.
    bool begin(const Request& request, Hop& hop, Response& response);
    /// Everything of one hop; authentication may take several round trips.
    void perform(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base, TimePoint start,
                 Response& response);
    void round_trip(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base, TimePoint start,
                    Expected expected, Response& response);
    /// What follows an exchange that ended at `end`: cookies, the body's coding, samples.
    void conclude(const Request& request, const Hop& hop, metrics::TagSetId base, Expected expected, TimePoint end,
                  MaybeFailure failure, Response& response);
    void set_error(Response& response, const Hop& hop, const Failure& failure) const;
    MaybeFailure check(const Request& request, const Hop& hop) const;
    MaybeFailure decode_body(Response& response) const;
    /// The next hop, or nothing if the response is final.
    bool redirect(const Request& request, Hop& hop, Response& response);
    int redirect_limit(const Request& request) const {
        return std::max(0, request.redirects.value_or(shared.settings.max_redirects));
    }
    /// Waits for the request's place under the limit of requests per second.
    void wait_for_place();

    // client_authentication.cc. Apart, like other rare things, so that a fiber's stack stays small.
    void perform_with_digest(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                             TimePoint start, Response& response);
    void perform_with_ntlm(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                           TimePoint start, Response& response);

    // client_head.cc
    /// The request line's parts, and all other fields in shared.fields. They hold until the fiber suspends.
    RequestHead collect_head(const Request& request, const Hop& hop, Response& response);
    void write_cookies(const Request& request, const Hop& hop, std::string_view header, std::string& to);
    void warn_of_content_length(const Request& request, std::string_view given) const;

    /// The head as HTTP/1.1 writes it; holds until the fiber suspends.
    std::string_view write_head(const Request& request, const Hop& hop, const Route& route, Response& response);

    // client_exchange.cc
    /// Sends the request of a hop and reads the response. `end` is when that was over.
    MaybeFailure exchange(const Request& request, Hop& hop, Deadline& deadline, TimePoint start, Response& response,
                          TimePoint& end);
    /// What came of one attempt.
    struct Attempt {
        /// When the connection had room for the request.
        TimePoint ready{};
        MaybeFailure failure = nullptr;
        ExchangeTimes times = {};
        /// Something of a response came.
        bool started = false;
        /// Any request may be sent again.
        bool unprocessed = false;
    };
    void exchange_over_http1(const Request& request, const Hop& hop, const Route& route, Connection& connection,
                             Deadline& deadline, Response& response, TimePoint& end, Attempt& attempt);
    /// A new connection; `ready` is when it was.
    MaybeFailure dial(const Route& route, TlsSession::Offer offer, Deadline& deadline, TimePoint start,
                      Response& response, std::unique_ptr<Connection>& connection, TimePoint& ready);
    std::unique_ptr<Connection> take_idle(const Route& route, bool must_be_open, TimePoint now);
    void keep(std::unique_ptr<Connection> connection, const Route& route, TimePoint now);
    bool closes_connection(const Request& request) const;

    // client_http2.cc
    /// The client's connection to that host, if it has one; `ready` is when, if that took time.
    MaybeFailure find_http2(const Route& route, Deadline& deadline, TimePoint start, Response& response,
                            std::shared_ptr<Http2Connection>& connection, TimePoint& ready);
    void exchange_over_http2(const Request& request, const Hop& hop, Http2Connection& connection, Deadline& deadline,
                             Response& response, Attempt& attempt);
    /// Returns the number under which the debug log has the request; empty without one.
    std::string send_over_http2(const Request& request, const Hop& hop, Http2Connection& connection,
                                Http2Stream& stream, Response& response);
    /// False: that was enough.
    bool pause_before_repeating(int repetitions, Deadline& deadline) const;

    // client_upgrade.cc
    Upgrade upgrade(const Request& request, std::span<const Headers::Field> fields);

    Vu& vu;
    ClientShared::Impl& shared;
    HttpMetrics metrics;
    /// Last used last.
    std::vector<std::unique_ptr<Connection>> idle;
    Http2Connections http2;
};

/// What one round trip left is removed for the next one.
void forget_round_trip(Response& response);

/// "GET", quotes and backslashes escaped: for messages.
std::string quoted(std::string_view text);

}  // namespace k6::http
