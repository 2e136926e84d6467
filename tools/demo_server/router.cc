#include "tools/demo_server/router.h"

#include <algorithm>
#include <string>

namespace k6::demo {
namespace {

struct MethodName {
    std::string_view name;
    Methods mask;
};

constexpr MethodName kMethods[] = {
    {"GET", kGet}, {"HEAD", kGet}, {"POST", kPost}, {"PUT", kPut}, {"PATCH", kPatch}, {"DELETE", kDelete},
};

/// The bit of a method; a method outside the table is answered by routes for any method only.
Methods mask_of(std::string_view method) {
    for (const MethodName& row : kMethods) {
        if (row.name == method) return row.mask;
    }
    return 1U << 31;
}

std::string allowed_methods(Methods methods) {
    std::string list;
    for (const MethodName& row : kMethods) {
        if ((row.mask & methods) != 0) list.append(row.name).append(", ");
    }
    return list + "OPTIONS";
}

std::string_view first_segment(std::string_view path) {
    return path.empty() ? path : path.substr(0, path.find('/', 1));
}

/// What follows a route's path in `path`, if the route may answer it at all.
std::optional<std::string_view> match(const Route& route, std::string_view path) {
    if (!path.starts_with(route.path)) return std::nullopt;
    std::string_view rest = path.substr(route.path.size());
    if (!rest.empty() && rest.front() != '/') return std::nullopt;
    auto segments = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '/'));
    if (segments < route.least_segments || segments > route.most_segments) return std::nullopt;
    return rest;
}

}  // namespace

Router::Router(Site& site) : site_(site) {
    for (auto part : {page_routes(), echo_routes(), status_routes(), cookie_routes(), auth_routes(), body_routes(),
                      fault_routes(), websocket_routes()}) {
        routes_.insert(routes_.end(), part.begin(), part.end());
    }
    for (const Route& route : routes_) by_first_segment_[first_segment(route.path)].push_back(&route);
    for (auto& [segment, routes] : by_first_segment_) {
        std::stable_sort(routes.begin(), routes.end(),
                         [](const Route* a, const Route* b) { return a->path.size() > b->path.size(); });
    }
}

Response Router::respond(const Request& request) const {
    std::string_view path = request.path();
    Methods mask = mask_of(request.method);
    bool is_options = request.method == "OPTIONS";
    Methods allowed = is_options && path == "*" ? kAnyMethod : 0;
    auto found = by_first_segment_.find(first_segment(path));
    if (found != by_first_segment_.end()) {
        for (const Route* route : found->second) {
            auto rest = match(*route, path);
            if (!rest) continue;
            if ((route->methods & mask) != 0) return route->handle(Call(request, *rest, site_, routes_));
            allowed |= route->methods;
        }
    }
    if (allowed == 0) return Response::error(404, "no such page: " + std::string(path));
    Response response;
    response.status = 204;
    if (!is_options) {
        response = Response::error(405, request.method + " is not allowed here; " + allowed_methods(allowed) + " are");
    }
    response.fields.add("Allow", allowed_methods(allowed));
    return response;
}

}  // namespace k6::demo
