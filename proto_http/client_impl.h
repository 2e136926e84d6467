// The insides of Client, spread over several files by topic:
//
//   client.cc                 one request: hops, redirects, the outcome of each round trip
//   client_authentication.cc  the round trips that answer a challenge
//   client_head.cc            which header fields a round trip sends
//   client_batch.cc           several requests at the same time
//   client_exchange.cc        which connection it takes, and the exchange on it
//   client_http2.cc           the exchange on one that speaks HTTP/2
//   client_upgrade.cc         requests that leave HTTP
//
// Fibers of the VU's worker only; for this folder.
#pragma once

#include <algorithm>
#include <cstdint>
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
#include "proto_http/h2_session.h"
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
    bool first = true;
    /// `Content-…`, which describe a body.
    bool content_headers = true;
    /// Authorization and the like.
    bool sensitive_headers = true;
    bool host_header = true;
    /// All round trips of the hop go over one connection, which waits meanwhile among what is rare.
    bool hold_connection = false;

    /// What few hops have: the others, which lie on the stacks of waiting fibers, are the smaller for it.
    struct Rare {
        /// What `body` lies in if the request wants it encoded.
        std::optional<EncodedBody> encoded;
        std::string referer;
        /// The answer to a challenge.
        std::string authorization;
        std::unique_ptr<Connection> held;
    };
    std::unique_ptr<Rare> rare = nullptr;

    Rare& with_rare() {
        if (!rare) rare = std::make_unique<Rare>();
        return *rare;
    }
    std::string_view referer() const noexcept { return rare ? std::string_view(rare->referer) : std::string_view(); }
    std::string_view authorization() const noexcept {
        return rare ? std::string_view(rare->authorization) : std::string_view();
    }
};

struct Client::Impl {
    using Expected = std::optional<std::span<const StatusRange>>;

    struct Exchange;
    class Batch;

    Impl(Vu& of, ClientShared::Impl& with)
        : vu(of), shared(with), metrics(of, with.settings.system_tags, with.known_tag_sets), http2(with, of) {}

    void send(const Request& request, Response& response);

    // client.cc
    /// The first hop. False: the response says why there is none.
    bool begin(const Request& request, Hop& hop, Response& response);
    /// The hops behind the first one, as long as they lead elsewhere.
    void follow_redirects(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                          Response& response);
    /// Everything of one hop; authentication may take several round trips.
    // Inlined, like others on the way to the wait: a frame less on the stack of each fiber that waits.
    [[gnu::always_inline]] void perform(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                                        TimePoint start, Response& response) {
        if (request.auth == Auth::basic || !hop.url->credentials()) {
            round_trip(request, hop, deadline, base, start, request.expected, response);
        } else if (request.auth == Auth::digest) {
            perform_with_digest(request, hop, deadline, base, start, response);
        } else {
            perform_with_ntlm(request, hop, deadline, base, start, response);
        }
    }
    /// What follows an exchange that is over: cookies, the body's coding, samples.
    void conclude(Exchange& exchange);
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
    /// Its URL and method alone determine what is sent.
    static bool is_plain(const Request& request, const Hop& hop);
    /// The request line's parts, and all other fields in shared.fields. They hold until the fiber suspends.
    RequestHead collect_head(const Request& request, const Hop& hop, Response& response);
    void write_cookies(const Request& request, const Hop& hop, std::string_view header, std::string& to);
    void warn_of_content_length(const Request& request, std::string_view given) const;

    /// The head as HTTP/1.1 writes it; holds until the fiber suspends.
    std::string_view write_head(const Request& request, const Hop& hop, const Route& route, Response& response);

    // client_exchange.cc. The usual exchange has one wait, between begin_exchange() and complete(). What that leaves is
    // for exchange_in_full(), which waits as often as need be.
    void round_trip(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base, TimePoint start,
                    const Expected& expected, Response& response);
    /// What follows begin_exchange(), to the end.
    void go_on(Exchange& exchange);
    void go_on_inlined(Exchange& exchange);
    /// The same where complete() was not enough.
    void go_on_in_full(Exchange& exchange);
    /// Sends the request if that can be done at once.
    void begin_exchange(Exchange& exchange);
    /// True: that was all, and it went well.
    bool complete(Exchange& exchange);
    void exchange_in_full(Exchange& exchange);
    /// An attempt from its beginning to its end. False: there was no connection to be had.
    bool attempt(Exchange& exchange);
    bool take_connection(Exchange& exchange);
    /// Whether there is to be another attempt.
    bool repeats(Exchange& exchange);
    /// The phases of the last attempt, and what becomes of its connection.
    void settle(Exchange& exchange);
    ParserPool::Loan make_parser(const Exchange& exchange);
    /// What goes out on the exchange's connection; holds until the fiber suspends.
    OutgoingRequest write_request(Exchange& exchange);
    void exchange_over_http1(Exchange& exchange);
    /// A new connection; `ready` is when it was.
    MaybeFailure dial(const Route& route, TlsSession::Offer offer, Deadline& deadline, TimePoint start,
                      Response& response, std::unique_ptr<Connection>& connection, TimePoint& ready);
    std::unique_ptr<Connection> take_idle(const Route& route, bool must_be_open, TimePoint now);
    void keep(std::unique_ptr<Connection> connection, const Route& route, TimePoint now);
    bool closes_connection(const Request& request) const;

    // client_http2.cc
    /// The client's connection to that host, if it has one.
    MaybeFailure find_http2(Exchange& exchange);
    void exchange_over_http2(Exchange& exchange);
    /// Returns the number under which the debug log has the request; empty without one.
    std::string send_over_http2(Exchange& exchange);
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

/// The attempts of one round trip. It lies on the stack of the fiber that waits for the response, and with thousands of
/// fibers none of it is in the processor's caches when they go on: so it is small, and what runs before and after the
/// wait runs aside (engine/runtime/aside.h).
struct Client::Impl::Exchange {
    Exchange(const Request& sent, Hop& of, Deadline& until, TimePoint now, Response& into, metrics::TagSetId with,
             const Expected& judge)
        : request(sent),
          hop(of),
          deadline(until),
          response(into),
          expected(judge),
          start(now),
          ready(now),
          end(now),
          base(with) {}
    /// Whatever is under way is given up.
    ~Exchange() { let_go(); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Route route() const { return {.url = hop.url.get(), .proxy = proxy}; }
    /// Back to before an attempt.
    void let_go();

    // unbegun ─(begin_exchange, attempt)─► under_way ─► over ─(conclude)─► concluded
    //    ▲──────────────────(repeats)──────────────────────┘
    enum class Step : std::uint8_t { unbegun, under_way, over, concluded };

    const Request& request;
    Hop& hop;
    Deadline& deadline;
    Response& response;
    const Expected& expected;
    const Proxy* proxy = nullptr;
    /// When this attempt began, when the connection had room for the request, and when it was over.
    TimePoint start;
    TimePoint ready;
    TimePoint end;
    Outcome outcome;
    /// Of its samples.
    metrics::TagSetId base;
    Step step = Step::unbegun;
    /// Others are begun in the same turn.
    bool in_company = false;
    bool keeps_connection = false;
    bool may_be_http2 = false;
    bool repeatable = false;
    bool used_before = false;
    bool again = false;
    bool lost_before = false;
    std::uint8_t refusals = 0;
    // One of them.
    std::unique_ptr<Connection> connection;
    std::shared_ptr<Http2Connection> multiplexed;
    std::optional<Http2Stream> stream;
    ParserPool::Loan parser;
};

/// When the request's time is over that begins at `start`.
inline TimePoint end_of(const Request& request, TimePoint start) {
    return request.timeout < TimePoint::max() - start ? start + request.timeout : TimePoint::max();
}

/// A status that leads elsewhere (RFC 9110 section 15.4), if a Location says where.
bool is_redirect(const Response& response);

/// What one round trip left is removed for the next one.
void forget_round_trip(Response& response);

/// "GET", quotes and backslashes escaped: for messages.
std::string quoted(std::string_view text);

}  // namespace k6::http
