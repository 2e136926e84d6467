// A TCP connection that a fiber reads and writes in appearance blocking, and the deadline that ends its waits.
//
// Writing tries the system call at once and waits only if the socket is full; reading waits in the worker's loop.
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

#include <asio/basic_stream_socket.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

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
    void end_phase();

    bool passed() const noexcept { return passed_; }
    bool phase_passed() const noexcept { return phase_passed_; }
    bool over() const noexcept { return passed_ || phase_passed_; }

    /// Suspends the current fiber; the hook is called when the deadline passes, too.
    void suspend(CancelHook hook);
    /// Runs something that suspends by itself and can only be ended by interrupting the fiber. False if the deadline
    /// did.
    template <class Function>
    bool run(Function function) {
        Fiber* fiber = Fiber::current();
        hook_ = {&interrupt_fiber, fiber};
        interrupted_by_deadline_ = false;
        try {
            function();
        } catch (const Interrupted&) {
            hook_ = {};
            if (!interrupted_by_deadline_) throw;
            fiber->clear_interrupt();
            return false;
        }
        hook_ = {};
        // It may have passed when the wait was over but the fiber not yet back.
        if (interrupted_by_deadline_) {
            fiber->clear_interrupt();
            return false;
        }
        return true;
    }

private:
    friend class DeadlineTimers;
    static void interrupt_fiber(void* fiber) noexcept;
    void pass(bool& flag);

    DeadlineTimers& timers_;
    TimePoint at_;
    DeadlineTimers::Slot& slot_;
    TimingWheel::Timer phase_timer_;
    CancelHook hook_;
    bool passed_ = false;
    bool phase_passed_ = false;
    bool interrupted_by_deadline_ = false;
};

struct IoResult {
    enum class Kind : std::uint8_t { done, end_of_input, deadline, failed, would_block };
    Kind kind = Kind::done;
    std::size_t bytes = 0;
    int system_error = 0;
    /// Of bytes that were waited for: when they were there.
    TimePoint time{};
};

/// Room for Asio's bookkeeping of one operation, so that starting one allocates nothing.
class OperationMemory {
public:
    void* allocate(std::size_t size);
    void deallocate(void* pointer) noexcept;

private:
    alignas(std::max_align_t) std::byte storage_[192];
    bool used_ = false;
};

class TcpStream {
public:
    explicit TcpStream(Worker& worker);
    ~TcpStream();
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    /// 0, an errno, or ECANCELED when the deadline passed.
    int connect(const Endpoint& remote, Deadline& deadline);
    IoResult read(char* buffer, std::size_t size, Deadline& deadline);
    /// What has arrived already.
    IoResult read_now(char* buffer, std::size_t size);
    /// What fits into the socket now.
    IoResult write_now(const iovec* parts, int count);

    struct Readiness {
        bool readable = false;
        bool writable = false;
        bool deadline = false;
    };
    Readiness wait_for_either(Deadline& deadline);

    /// An idle connection of which the peer has neither sent something nor closed its side. With `may_have_input` only
    /// the latter counts.
    bool idle_and_open(bool may_have_input);

    /// Our own end, "127.0.0.1:40000", for messages; empty if there is none.
    std::string local_endpoint() const;

private:
    using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
    struct Pending;
    template <class Completion>
    struct Handler;

    static void cancel(void* stream) noexcept;

    Worker& worker_;
    Socket socket_;
    OperationMemory memory_;
};

}  // namespace k6::http
