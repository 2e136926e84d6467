// Something to do at the end of a worker's turn: when the fibers that are ready have run, before the loop looks at its
// descriptors again. So what several fibers leave is done for all of them at once.
//
//   Deferred flush{worker, [](void* self) noexcept { static_cast<Session*>(self)->flush(); }, this};
//   flush.request();                               // as often as one likes; it is done once
//
// Stays put; destroying it withdraws the request. Worker thread only.
#pragma once

namespace k6 {

class Worker;

class Deferred {
public:
    /// Called outside of fibers.
    using Run = void (*)(void* owner) noexcept;

    Deferred(Worker& worker, Run run, void* owner) noexcept : worker_(worker), run_(run), owner_(owner) {}
    ~Deferred() { withdraw(); }
    Deferred(const Deferred&) = delete;
    Deferred& operator=(const Deferred&) = delete;

    void request();
    void withdraw() noexcept;
    bool requested() const noexcept { return requested_; }

private:
    friend class Worker;
    Worker& worker_;
    Run run_;
    void* owner_;
    bool requested_ = false;
};

}  // namespace k6
