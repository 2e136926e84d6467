#include "proto_ws/client_shared.h"

#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

#include "engine/runtime/worker.h"

namespace k6::ws {

void fill_with_random(unsigned char* bytes, std::size_t size) {
    if (RAND_bytes(bytes, static_cast<int>(size)) != 1) throw std::runtime_error("there are no random numbers");
}

MaskKey ClientShared::mask_key() {
    MaskKey key;
    if (random_used_ + key.size() > random_.size()) {
        fill_with_random(reinterpret_cast<unsigned char*>(random_.data()), random_.size());
        random_used_ = 0;
    }
    std::memcpy(key.data(), random_.data() + random_used_, key.size());
    random_used_ += key.size();
    return key;
}

ClientShared& SharedClients::of(const Worker& worker) {
    std::unique_ptr<ClientShared>& shared = workers_.at(worker.index());
    if (!shared) shared = std::make_unique<ClientShared>();
    return *shared;
}

}  // namespace k6::ws
