// A script with everything it imports, compiled: what all VUs share.
//
// Modules are found, parsed, lowered and compiled once, and kept by URL. During the first init pass `require` may add
// modules; after freeze() it may not.
//
//   Program program(files);
//   auto main = program.load_entry({.text = source, .url = "file:///tests/a.js"});
//   program.module((*main)->requests[0]) …
//
// Any thread.
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

namespace k6::js {

/// One compiled source file.
struct SourceModule {
    std::string url;
    /// What relative specifiers and paths in it refer to.
    std::string directory;
    /// ECMAScript or CommonJS, requests and exports; `code` is emptied once it is compiled.
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
    /// "file:///path/a.js", "file:///-" for standard input.
    std::string url;
    /// Absolute.
    std::string directory;
};

class Program {
public:
    explicit Program(Files& files) : files_(files) {}

    /// Compiles the main script and all that it imports. Errors are ErrorClass::script_exception, or invalid_config.
    Result<const SourceModule*> load_entry(ScriptSource source);
    /// The module that a specifier names in a file of `directory`.
    Result<SourceModule::Request> resolve(std::string_view specifier, const std::string& directory);
    void freeze();

private:
    Result<const SourceModule*> load(ScriptSource source);
    Result<std::unique_ptr<SourceModule>> compile(const ScriptSource& source);
    Result<SourceModule::Request> resolve_locked(std::string_view specifier, const std::string& directory);

    Files& files_;
    std::recursive_mutex mutex_;
    bool frozen_ = false;
    std::map<std::string, std::unique_ptr<SourceModule>> modules_;
};

}  // namespace k6::js
