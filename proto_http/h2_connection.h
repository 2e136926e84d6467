// An HTTP/2 connection of one VU: a dialled connection on which ALPN chose h2, with any number of exchanges at a time.
//
// It reads by itself, outside of fibers, for as long as it is open: so pings are answered and a GOAWAY is noticed while
// no request is under way. A fiber that has sent a request sleeps until its stream has ended; its interruption resets
// that stream and nothing else.
//
//   auto connection = Http2Connection::start(shared, vu, std::move(dialled));
//   Http2Stream stream(response, outcome, {});
//   if (auto failure = connection->wait_for_slot(deadline)) …
//   connection->send(request, stream, false);                      // request: scratch is fine
//   if (auto failure = connection->receive(stream, deadline)) …    // may throw Interrupted
//   connection->give_up(stream);                                   // in any case, before the stream goes
//
//   state   | event                                            | next
//   open    | GOAWAY of either side, no stream number left     | leaving: takes no requests, streams go on
//   leaving | the last stream has ended, all is sent           | closed
//   any     | the peer's end, a failure of the socket, close() | closed
//
// Shared by the Client's slot and the fibers in an exchange. close() before the Client's
// other parts go. Worker thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "engine/exec/vu.h"
#include "engine/runtime/deferred.h"
#include "proto_http/connection.h"
#include "proto_http/failure.h"
#include "proto_http/h2_session.h"
#include "proto_http/shared_state.h"
#include "proto_http/transport.h"

namespace k6::http {

class Http2Connection : public std::enable_shared_from_this<Http2Connection>, private TcpStream::Listener {
public:
    static std::shared_ptr<Http2Connection> start(ClientShared::Impl& shared, Vu& vu,
                                                  std::unique_ptr<Connection> dialled);
    ~Http2Connection();
    Http2Connection(const Http2Connection&) = delete;
    Http2Connection& operator=(const Http2Connection&) = delete;

    bool serves(const Route& route) const noexcept { return base_->serves(route); }
    /// New requests may be sent on it.
    bool usable() const noexcept { return !closed_ && session_.accepts_requests(); }
    bool closed() const noexcept { return closed_; }
    /// Nothing is under way.
    bool idle() const noexcept { return session_.open_streams() == 0 && queue_.empty(); }
    const std::optional<Endpoint>& remote() const noexcept { return base_->remote(); }
    const std::optional<TlsInfo>& tls() const noexcept { return base_->tls(); }

    /// It takes a request at once.
    bool has_slot() const noexcept { return usable() && session_.free_slots() != 0 && queue_.empty(); }
    /// Returns when the server takes another stream, or (check usable()) when it never will. `ready` is set if that
    /// took time.
    MaybeFailure wait_for_slot(Deadline& deadline, TimePoint& ready);
    /// Begins a request, right after wait_for_slot(); receive() or tell() must follow, and in the end give_up().
    /// `in_company`: others follow in the same turn of the worker, and go out with it.
    void send(const Http2Request& request, Http2Stream& stream, bool in_company);
    /// The same as Http2Session::open_like() for open().
    bool send_like(const void* source, std::string_view method, Http2Stream& stream, bool in_company);
    /// Waits for the end of the response.
    MaybeFailure receive(Http2Stream& stream, Deadline& deadline);
    /// For whoever is no fiber: the listener hears of the end of the response, at once if that was the end already.
    void tell(Http2Stream& stream, Http2Stream::Listener& listener);
    /// The stream goes away: tells the server, if the response is not over. Again: nothing.
    void give_up(Http2Stream& stream);

    void close();

private:
    struct Waiter;

    Http2Connection(ClientShared::Impl& shared, Vu& vu, std::unique_ptr<Connection> dialled);

    /// A stream has been opened: now or soon its request goes out.
    void opened(bool in_company);
    MaybeFailure wait_in_queue(Deadline& deadline, TimePoint& ready);
    /// The socket has something.
    void on_input();
    /// Reads once. False: there is no more, at least for now.
    bool read_some(bool first);
    /// The socket takes more.
    void on_room();
    /// Plaintext to the session. False: the peer has ended the connection, or broke TLS; the session knows.
    bool decrypt();
    /// Runs the fibers whose streams have ended, if there are several, and tells listeners.
    void resume_ended();
    /// After anything that may have made output or ended streams.
    void settle();
    void flush();
    void wake(Http2Stream& stream);
    Fiber* tell_listener(Http2Stream& stream) noexcept;
    void tell_nobody(Http2Stream& stream) noexcept;
    static void wake_early(void* stream) noexcept;

    ClientShared::Impl& shared_;
    Vu& vu_;
    std::unique_ptr<Connection> base_;
    Http2Session session_;
    std::deque<Waiter*> queue_;
    /// Of tls.outgoing(): what the socket has taken.
    std::size_t sent_ = 0;
    MaybeFailure write_failure_;
    /// Streams that have ended and whose fibers or listeners have not dealt with that yet: they are likely to send
    /// more.
    std::size_t woken_ = 0;
    /// Requests since the socket brought something: several in a row come from a batch, and more may follow.
    std::size_t opened_since_read_ = 0;
    /// Requests were opened that were not sent at once.
    bool deferred_ = false;
    /// When sending them began, as long as it goes on.
    EventTime sending_begins_;
    bool waits_for_room_ = false;
    bool closed_ = false;
    /// Fibers run from within resume_ended(): what they send goes out behind it.
    bool resuming_ = false;
    /// Behind the turn in which several fibers send something: one flush for all of them.
    Deferred flush_soon_;
};

}  // namespace k6::http
