// The HTTP/2 connections of one client: one per host, shared by all of the client's fibers.
//
//   if (connections.is_dialling(route)) connections.await_dial(route, deadline);
//   auto connection = connections.find(route);
//   if (!connection) {
//       Http2Connections::Dialling dialling(connections, route);
//       …
//       connection = connections.add(std::move(dialled));
//   }
//
// Part of a Client; its worker's thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto_http/connection.h"
#include "proto_http/failure.h"
#include "proto_http/h2_connection.h"
#include "proto_http/shared_state.h"

namespace k6::http {

struct DialWaiter;

class Http2Connections {
public:
    Http2Connections(ClientShared::Impl& shared, Vu& vu) : shared_(shared), vu_(vu) {}
    ~Http2Connections();
    Http2Connections(const Http2Connections&) = delete;
    Http2Connections& operator=(const Http2Connections&) = delete;

    /// Tells other fibers, for as long as it lives, that this one makes a connection.
    class Dialling {
    public:
        Dialling(Http2Connections& connections, const Route& route);
        ~Dialling();
        Dialling(const Dialling&) = delete;
        Dialling& operator=(const Dialling&) = delete;
        /// Those who wait would fail in the same way.
        void failed(const Failure& failure);

    private:
        friend class Http2Connections;
        Http2Connections& connections_;
        std::string_view authority_;
        std::vector<DialWaiter*> waiters_;
    };

    /// The host is known to speak HTTP/2, and another fiber makes a connection to it.
    bool is_dialling(const Route& route) const;
    /// Waits for that. Its failure, or null: then look again.
    MaybeFailure await_dial(const Route& route, Deadline& deadline);

    /// One that takes requests, or null.
    std::shared_ptr<Http2Connection> find(const Route& route);
    /// Takes over a connection on which HTTP/2 was agreed upon; a `shared` one is found by others. If there is one to
    /// that host meanwhile, that one serves.
    std::shared_ptr<Http2Connection> add(std::unique_ptr<Connection> dialled, const Route& route, bool shared);

    /// The host has chosen something else: nobody waits for its dials any more.
    void forget_origin(const Route& route);

    void close_idle();
    std::size_t idle() const noexcept;

private:
    struct Entry {
        std::shared_ptr<Http2Connection> connection;
        bool shared;
    };

    Dialling* find_dial(const Route& route) const;
    void forget_closed();

    ClientShared::Impl& shared_;
    Vu& vu_;
    /// All that are not closed: none may outlive this.
    std::vector<Entry> connections_;
    std::vector<Dialling*> dials_;
};

}  // namespace k6::http
