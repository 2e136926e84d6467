// A TCP connection that a fiber reads and writes in appearance blocking, and the deadline that ends its waits.
//
// Writing tries the system call at once and waits only if the socket is full; reading waits until the loop has told
// that something is there, and asks no more than that: no system call is made in vain.
//
//   Deadline deadline(timers, worker.now() + std::chrono::seconds(60));
//   TcpStream stream(worker);
//   if (int error = stream.connect(endpoint, deadline)) …
//   IoResult result = stream.read(buffer, sizeof buffer, deadline);
//
// Owned by a Connection; only fibers of its worker call it, one at a time. Every wait may throw Interrupted; the
// operation is over by then.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/descriptor.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/timing_wheel.h"
#include "engine/runtime/worker.h"
#include "proto_http/response.h"

namespace k6::http {

class Deadline;

/// Timers that deadlines borrow. Nearly every deadline is met, and the next one is later: so a timer stays armed when
/// it is given back, and when it fires too early for its borrower it is armed again. That leaves the wheel in peace,
/// and the timers in one place instead of on as many stacks.
class DeadlineTimers {
public:
    explicit DeadlineTimers(Worker& worker) : worker_(worker) {}
    DeadlineTimers(const DeadlineTimers&) = delete;
    DeadlineTimers& operator=(const DeadlineTimers&) = delete;

    Worker& worker() const noexcept { return worker_; }

private:
    friend class Deadline;
    struct Slot {
        explicit Slot(DeadlineTimers& owner) : pool(owner) {}
        DeadlineTimers& pool;
        TimingWheel::Timer timer{&fire, this};
        TimePoint armed_for{};
        Deadline* borrower = nullptr;

        static void fire(void* slot);
    };

    Slot& lend(Deadline& borrower, TimePoint at);
    void take_back(Slot& slot) noexcept;

    Worker& worker_;
    std::deque<Slot> slots_;
    std::vector<Slot*> free_;
};

/// A point in time at which the waits of one fiber end. A phase within may have an earlier one of its own.
class Deadline {
public:
    Deadline(DeadlineTimers& timers, TimePoint at);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void begin_phase(TimePoint at);
    /// Whether the phase was over before the deadline.
    bool end_phase();

    /// Called when it passes, until another hook is set or a wait begins; none by default.
    void tell(CancelHook hook) noexcept { hook_ = hook; }

    bool passed() const noexcept { return passed_; }
    bool phase_passed() const noexcept { return phase_passed_; }
    bool over() const noexcept { return passed_ || phase_passed_; }

    /// Suspends the current fiber; the hook is called when the deadline passes, too.
    void suspend(CancelHook hook);
    /// Runs something that suspends by itself, and whose wait ends when the deadline passes. False if it did.
    template <class Function>
    bool run(Function function) {
        const HookGuard guard(*this, {&end_wait, Fiber::current()});
        function();
        // It may have passed when the wait was over but the fiber not yet back.
        return !over();
    }

private:
    friend class DeadlineTimers;
    struct HookGuard {
        HookGuard(Deadline& of, CancelHook hook) : deadline(of) { deadline.hook_ = hook; }
        ~HookGuard() { deadline.hook_ = {}; }
        HookGuard(const HookGuard&) = delete;
        HookGuard& operator=(const HookGuard&) = delete;
        Deadline& deadline;
    };
    static void end_wait(void* fiber) noexcept { static_cast<Fiber*>(fiber)->end_wait(); }
    void pass(bool& flag);

    DeadlineTimers& timers_;
    TimePoint at_;
    DeadlineTimers::Slot& slot_;
    /// Phases are rare, and deadlines wait on stacks.
    std::unique_ptr<TimingWheel::Timer> phase_timer_;
    CancelHook hook_;
    bool passed_ = false;
    bool phase_passed_ = false;
};

struct IoResult {
    enum class Kind : std::uint8_t { done, end_of_input, deadline, failed, would_block };
    Kind kind = Kind::done;
    std::size_t bytes = 0;
    int system_error = 0;
    /// When the first of these bytes was there, and when the last: as the loop was told, however long the fiber then
    /// had to wait for its turn.
    TimePoint time{};
    TimePoint last{};
};

class alignas(64) TcpStream {
public:
    explicit TcpStream(Worker& worker);
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    /// From `local` (any port) if given. 0, an errno, or ECANCELED when the deadline passed. Where the peer is near,
    /// the connection is often there at once, and nothing suspends.
    int connect(const Endpoint& remote, const std::optional<IpAddress>& local, Deadline& deadline);
    IoResult read(char* buffer, std::size_t size, Deadline& deadline);
    /// What has arrived already.
    IoResult read_now(char* buffer, std::size_t size);
    /// What fits into the socket now, of at most two parts; a share of it, so that a large body lets others have their
    /// turn.
    IoResult write_now(const iovec* parts, int count);

    struct Readiness {
        bool readable = false;
        bool writable = false;
        bool deadline = false;
    };
    /// Until read_now() may find something: so a buffer need be there only then. False: the deadline came first.
    bool wait_for_input(Deadline& deadline);
    bool wait_for_room(Deadline& deadline);
    /// Whoever waits for input, or listens for it, in vain shall look after something else: as if there were some.
    void wake_waiter();
    /// Something has been told that no read has seen yet.
    bool may_have_input() const noexcept { return readable_; }
    Readiness wait_for_either(Deadline& deadline);

    // For whoever is no fiber, and gives the stream up to this: the worker's loop calls `input` whenever read_now() may
    // find something, and `room` when the socket has become writable after write_now() would have blocked.
    struct Listener {
        void (*input)(Listener& self) noexcept;
        void (*room)(Listener& self) noexcept;
    };
    /// The listener outlives the stream, or is told nothing any more.
    void tell(Listener& listener);
    void tell_nobody() noexcept { listener_ = nullptr; }
    /// If read_now() may have left something: `input` is called again in the loop's next turn, when others have had
    /// theirs.
    void tell_of_rest();

    /// The system shall ask now and then whether the other side is still there.
    void keep_alive();

    /// What is under way ends; nothing else may be started.
    void close() noexcept;

    /// An idle connection of which the peer has neither sent something nor closed its side. With `may_have_input` only
    /// the latter counts.
    bool idle_and_open(bool may_have_input);

    /// Our own end, "127.0.0.1:40000", for messages; empty if there is none.
    std::string local_endpoint() const;

private:
    void ready(unsigned events) noexcept;
    /// Suspends the current fiber until something in `interest` (of EPOLLIN and EPOLLOUT) happens.
    void wait(unsigned interest, Deadline& deadline);
    void wake() noexcept;
    bool has_input() noexcept;

    // One cache line: all that is touched before the fiber runs.
    Descriptor descriptor_;
    Fiber* waiter_ = nullptr;
    /// When it became readable.
    Descriptor::ShortTime readable_since_ = 0;
    std::uint8_t interest_ = 0;
    bool readable_ : 1 = false;
    bool writable_ : 1 = true;
    /// Beyond what a read took there may be more, or the end, although nothing more will be told.
    bool drain_ : 1 = false;
    /// Reads in a row that did not wait.
    std::uint8_t unwaited_ = 0;
    /// What was written without waiting, in units.
    std::uint8_t unwaited_writes_ = 0;
    Listener* listener_ = nullptr;
};

}  // namespace k6::http
