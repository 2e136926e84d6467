// An open WebSocket, in appearance blocking: messages out and in, pings, the closing handshake.
//
//   Session& session = *opening.session;
//   if (auto sent = session.send_text("hello"); !sent) …
//   const Event event = session.receive(std::chrono::seconds(5));
//   if (event.kind == Event::Kind::text) use(event.data);
//   session.close(1000, "done");
//
// Made by a Client. Fibers of its VU's worker, one at a time. Waits throw Interrupted when the fiber is interrupted;
// the session can be used no more then, but be destroyed. Nothing is read, and no ping answered, but in `receive` and
// `close` (and while `send` waits for room, what comes is put aside, up to a bound): so memory stays flat, and a server
// that sends too much has to wait. In the steady state nothing allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.h"
#include "base/error.h"
#include "engine/runtime/clock.h"
#include "proto_ws/close_code.h"
#include "proto_ws/handshake.h"
#include "proto_ws/message_parser.h"
#include "proto_ws/ws_metrics.h"

namespace k6 {
class Vu;
}
namespace k6::http {
class ByteStream;
}

namespace k6::ws {

class ClientShared;

/// What `receive` came back with.
struct Event {
    enum class Kind : std::uint8_t {
        text,
        binary,
        /// Has been answered.
        ping,
        pong,
        /// The session is over by a close frame of the server: `code` (close_code::none if it named none), `data` is
        /// the reason.
        close,
        /// The session is over without one: `data` says why, `code` is what the server was told, or
        /// close_code::abnormal.
        failed,
        /// Nothing came in time.
        timeout,
    };
    Kind kind = Kind::timeout;
    /// Holds until the next call of receive or close.
    std::string_view data = {};
    std::uint16_t code = 0;
};

class Session {
public:
    struct Config {
        /// Of a whole message, decompressed; a larger one ends the session with code 1009.
        std::size_t max_message_size = std::size_t{64} << 20;
        /// For every 64 KiB that the server has to take.
        Duration write_timeout = std::chrono::seconds(30);
        /// For the server's answer to a close frame.
        Duration close_timeout = std::chrono::seconds(5);
        /// What is put aside while `send` waits for room.
        std::size_t max_backlog = std::size_t{4} << 20;
    };

    Session(Vu& vu, ClientShared& shared, std::unique_ptr<http::ByteStream> stream, Agreement agreement,
            WsMetrics metrics, TimePoint start, const Config& config);
    /// Leaves.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// The next event. Once the session is over: how it ended, again and again.
    Event receive(Duration timeout = Duration::max());
    Event receive_until(TimePoint until) { return next(until); }

    /// Suspends until the system has taken it. Fails once closing has begun, or when the connection is lost; how the
    /// session ended is for `receive` to say. That text is UTF-8 is up to the caller.
    Result<void> send_text(std::string_view text) { return send(Opcode::text, text); }
    Result<void> send_binary(std::string_view bytes) { return send(Opcode::binary, bytes); }
    /// A later `receive` meets the pong and records the time between as ws_ping.
    Result<void> ping();

    /// The closing handshake: what comes before the server's close frame is dropped. Returns how the session ended.
    /// Throws std::invalid_argument for codes that may not be sent and reasons that are no UTF-8 of at most 123 bytes.
    Event close(std::uint16_t code = close_code::normal, std::string_view reason = {});
    /// Says that it goes, as far as the system takes that at once, and ends the connection. Does not wait.
    void leave(std::uint16_t code = close_code::going_away);

    /// Messages can be sent.
    bool open() const noexcept { return state_ == State::open; }
    bool over() const noexcept { return state_ == State::over; }
    /// The subprotocol; empty: none.
    const std::string& protocol() const noexcept { return agreement_.protocol; }
    /// As the server named them; empty: none.
    const std::string& extensions() const noexcept { return agreement_.extensions; }
    /// Of the ping whose pong came last.
    std::optional<Duration> round_trip() const noexcept { return round_trip_; }

private:
    // state    close()      close frame comes    end of input, mistake, leave()
    // open     → closing    answered; → over     → over
    // closing  -            → over               → over; also when no answer comes in time
    // over     -            -                    -
    enum class State : std::uint8_t { open, closing, over };

    struct Ping {
        std::uint64_t number;
        TimePoint sent;
    };

    Event next(TimePoint until);
    /// Nothing if there is more input now.
    std::optional<Event> read_more(TimePoint until);
    Event end(Event event);
    void count_pong(std::string_view payload);
    void answer_close(std::uint16_t code);
    void await_end();

    Result<void> send(Opcode opcode, std::string_view payload);
    Result<void> write_frame(Opcode opcode, bool compressed, std::string_view payload);
    /// What a close frame carries.
    static std::string close_payload(std::uint16_t code, std::string_view reason);

    TimePoint now() const;

    Vu& vu_;
    ClientShared& shared_;
    std::unique_ptr<http::ByteStream> stream_;
    Agreement agreement_;
    WsMetrics metrics_;
    TimePoint start_;
    Config config_;
    MessageParser parser_;
    State state_ = State::open;
    /// Part of a frame may have gone, so nothing can follow.
    bool cut_off_ = false;

    /// What came; its first `used_` bytes are done with once the last event is.
    std::string input_;
    std::size_t used_ = 0;
    TimePoint input_time_{};
    /// What came while writing: `input_` may hold what is written.
    std::string backlog_;

    std::uint64_t next_ping_ = 0;
    std::deque<Ping> pings_;
    std::optional<Duration> round_trip_;

    Event ending_;
    std::string ending_text_;
};

}  // namespace k6::ws
