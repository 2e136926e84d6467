// What the WebSocket sessions of one worker lend each other: room to build frames in, compression, masking keys.
//
//   SharedClients shared(workers);                 // one per run
//   Client client(vu, http_client, http_shared, shared.of(vu.worker()));
//
// The scratch strings hold something only between two suspensions of a fiber. Its worker's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "proto_ws/deflate.h"
#include "proto_ws/frame.h"

namespace k6 {
class Worker;
}

namespace k6::ws {

class ClientShared {
public:
    ClientShared() = default;
    ClientShared(const ClientShared&) = delete;
    ClientShared& operator=(const ClientShared&) = delete;

    /// From a strong source of entropy, as RFC 6455 section 5.3 wants it; many at a time.
    MaskKey mask_key();

    // Scratch.
    std::string frame;
    std::string compressed;

    Deflate deflate;

private:
    std::array<char, 1024> random_{};
    std::size_t random_used_ = sizeof random_;
};

/// What a front end keeps for a run: the shared part of each of its workers, made when its first VU asks. Any worker's
/// thread may ask for its own.
class SharedClients {
public:
    explicit SharedClients(unsigned workers) : workers_(workers) {}
    ClientShared& of(const Worker& worker);

private:
    std::vector<std::unique_ptr<ClientShared>> workers_;
};

/// `size` bytes that nobody can guess.
void fill_with_random(unsigned char* bytes, std::size_t size);

}  // namespace k6::ws
