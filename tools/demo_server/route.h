// One row of the demo server's route table, and what a route's handler is given.
//
// The table is in parts, one per routes_*.cc; the router looks a request up in all of them.
//
//   Response greet(const Call& call) { return Response::text("text/plain", "hello " + call.segment(0)); }
//   constexpr Route kRoutes[] = {{"/greet", kGet, 1, 1, greet, "/greet/world", "greets"}};
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tools/demo_server/message.h"
#include "tools/demo_server/site.h"

namespace k6::demo {

struct Route;

/// A request on its way to a handler.
class Call {
public:
    Call(const Request& request, std::string_view rest, Site& site, std::span<const Route> routes)
        : request_(request), rest_(rest), site_(site), routes_(routes) {}

    const Request& request() const { return request_; }
    Site& site() const { return site_; }
    /// The whole table, for the page that lists it.
    std::span<const Route> routes() const { return routes_; }

    std::size_t segment_count() const;
    /// The decoded path segment number `index` after the route's own path; empty if there are not as many.
    std::string segment(std::size_t index) const;
    /// The decoded value of the first query argument of that name.
    std::optional<std::string> argument(std::string_view name) const;

    /// As numbers; the error names what is wrong and the range. `fallback` is for a missing argument.
    Result<std::uint64_t> segment_number(std::size_t index, std::uint64_t least, std::uint64_t most) const;
    Result<std::uint64_t> argument_number(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                                          std::uint64_t most) const;
    Result<double> segment_decimal(std::size_t index, double least, double most) const;
    Result<double> argument_decimal(std::string_view name, double fallback, double least, double most) const;

private:
    const Request& request_;
    std::string_view rest_;
    Site& site_;
    std::span<const Route> routes_;
};

/// Methods a route answers; a mask. HEAD comes with GET.
using Methods = unsigned;
inline constexpr Methods kGet = 1;
inline constexpr Methods kPost = 2;
inline constexpr Methods kPut = 4;
inline constexpr Methods kPatch = 8;
inline constexpr Methods kDelete = 16;
inline constexpr Methods kAnyMethod = ~0U;

struct Route {
    std::string_view path;
    Methods methods = kGet;
    /// How many path segments may follow `path`.
    std::size_t least_segments = 0;
    std::size_t most_segments = 0;
    Response (*handle)(const Call& call) = nullptr;
    /// A target that the route answers, for the list of routes.
    std::string_view example;
    std::string_view summary;
};

inline constexpr std::size_t kAnySegments = 1000;

std::span<const Route> auth_routes();
std::span<const Route> body_routes();
std::span<const Route> cookie_routes();
std::span<const Route> echo_routes();
std::span<const Route> fault_routes();
std::span<const Route> page_routes();
std::span<const Route> status_routes();
std::span<const Route> websocket_routes();

}  // namespace k6::demo
