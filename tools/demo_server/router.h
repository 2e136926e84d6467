// Finds the route of a request and lets it answer.
//
// Made before the threads start, read-only afterwards; respond() may be called by all shards at once.
//
//   Router router(site);
//   Response response = router.respond(request);   // 404 and 405 included
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/demo_server/message.h"
#include "tools/demo_server/route.h"
#include "tools/demo_server/site.h"

namespace k6::demo {

class Router {
public:
    explicit Router(Site& site);

    Response respond(const Request& request) const;
    const std::vector<Route>& routes() const { return routes_; }

private:
    Site& site_;
    std::vector<Route> routes_;
    /// By the first segment of the path; longer paths first.
    std::unordered_map<std::string_view, std::vector<const Route*>> by_first_segment_;
};

}  // namespace k6::demo
