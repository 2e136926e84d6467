#include "engine/runtime/deferred.h"

#include "engine/runtime/worker.h"

namespace k6 {

void Deferred::request() {
    if (requested_) return;
    worker_.defer(*this);
    requested_ = true;
}

void Deferred::withdraw() noexcept {
    if (!requested_) return;
    requested_ = false;
    worker_.forget(*this);
}

}  // namespace k6
