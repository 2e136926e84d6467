// Modules that are loaded over https: each once for a run, and after the first init pass no new ones.
//
//   RemoteModules remote(fetch_by_https(logger));
//   auto text = remote.read("https://example.com/lib/utils.js");
//
// `read` on a fiber (it waits for the network), one at a time; `freeze`, `provide` and `contents` any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/log.h"

namespace k6::js {

/// What a server answered.
struct FetchedModule {
    int status = 0;
    std::string body;
};
/// Gets a URL, following redirects. The error says why nothing came.
using FetchModule = std::function<Result<FetchedModule>(const std::string& url)>;

/// Over TLS, verified with the system's trust store; at most 60 seconds for each. Works on a worker that has a
/// resolver.
FetchModule fetch_by_https(Logger& logger);

class RemoteModules {
public:
    using Contents = std::map<std::string, std::shared_ptr<const std::string>>;

    explicit RemoteModules(FetchModule fetch) : fetch_(std::move(fetch)) {}

    /// The text of a module. It is asked for with `_k6=1` in its query, by which servers may tell such requests, then
    /// without. Errors are ErrorClass::script_exception; the message is the cause alone.
    Result<std::shared_ptr<const std::string>> read(const std::string& url);
    void freeze() { frozen_ = true; }

    /// The modules of an archive, by URL: from now on there are no others.
    void provide(Contents archived);
    const Contents& contents() const noexcept { return contents_; }

private:
    FetchModule fetch_;
    bool frozen_ = false;
    Contents contents_;
};

}  // namespace k6::js
