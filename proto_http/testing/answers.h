// Answers that many scripts of peers give.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "proto_http/testing/scripted_peer.h"

namespace k6::http::testing {

inline const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers each request on one connection with the next of `answers`, then waits for the client to close.
inline ScriptedPeer::Script answering(std::vector<std::string> answers) {
    return [answers = std::move(answers)](PeerSocket& socket) {
        for (const std::string& answer : answers) {
            socket.read_head();
            socket.write(answer);
        }
        socket.wait_for_close();
    };
}

}  // namespace k6::http::testing
