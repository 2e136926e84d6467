// A script with everything it imports, compiled: what all VUs share.
//
// Modules are found, parsed, lowered and compiled once, and kept by URL. During the first init pass `require` may add
// modules; after freeze() it may not.
//
//   Program program(files, remote);
//   auto main = program.load_entry({.text = source, .url = "file:///tests/a.js", .base = "file:///tests/"});
//   program.resolve("./b.js", (*main)->base) …
//
// Any thread; what may load a remote module runs on a fiber.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "js/lower/lower.h"
#include "js/mujs/shared_script.h"
#include "js/runner/files.h"
#include "js/runner/remote_modules.h"

namespace k6::js {

/// One compiled source file.
struct SourceModule {
    std::string url;
    /// The URL of its directory, with a slash at the end: what relative specifiers in it refer to.
    std::string base;
    /// The path of that directory: what relative paths in it refer to.
    std::string directory;
    /// ECMAScript or CommonJS, requests and exports; `code` and `positions` are emptied once it is compiled.
    lower::LoweredModule lowered;
    std::shared_ptr<const SharedScript> script;
    /// What each of the lowered module's requests names: a source module, or a built-in one by name.
    struct Request {
        const SourceModule* source = nullptr;
        std::string builtin;
    };
    std::vector<Request> requests;
};

struct ScriptSource {
    std::string text;
    /// "file:///path/a.js", "file:///-" for standard input, "https://host/a.js".
    std::string url;
    /// Of its directory.
    std::string base;
};

class Program {
public:
    Program(Files& files, RemoteModules& remote) : files_(files), remote_(remote) {}

    /// Compiles the main script and all that it imports. Errors are ErrorClass::script_exception, or invalid_config.
    Result<const SourceModule*> load_entry(ScriptSource source);
    /// The module that a specifier names in a file of the directory `base`.
    Result<SourceModule::Request> resolve(std::string_view specifier, const std::string& base);
    /// The URL that a specifier names there, without loading it; not for built-in modules.
    Result<std::string> resolve_url(std::string_view specifier, const std::string& base) const;
    /// A module that is loaded, by URL; null if there is none.
    const SourceModule* find(const std::string& url) const;
    void freeze();

    /// What a command line names as the main script: a path, a file or https URL. The error's message is what to print.
    Result<ScriptSource> read_entry(const std::string& name, const std::string& working_directory);

private:
    Result<const SourceModule*> load(ScriptSource source);
    Result<std::unique_ptr<SourceModule>> compile(const ScriptSource& source);
    Result<SourceModule::Request> resolve_locked(std::string_view specifier, const std::string& base);
    Result<std::shared_ptr<const std::string>> read(std::string_view specifier, const std::string& url);

    Files& files_;
    RemoteModules& remote_;
    mutable std::recursive_mutex mutex_;
    bool frozen_ = false;
    std::map<std::string, std::unique_ptr<SourceModule>> modules_;
    /// URLs in the order of loading: what a module brought with it comes after it.
    std::vector<std::string> order_;
    /// Names after "k6/" that no module has: told of together.
    std::vector<std::string> unknown_;
    bool loading_entry_ = false;
};

/// "file:///a/" of "file:///a/b.js".
std::string directory_url_of(std::string_view url);

}  // namespace k6::js
