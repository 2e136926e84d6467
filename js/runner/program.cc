#include "js/runner/program.h"

#include "js/modules/modules.h"
#include "js/syntax/parser.h"

namespace k6::js {
namespace {

Error failure(std::string message) {
    return Error{ErrorClass::script_exception, std::move(message), "script exception"};
}

/// The tree of a file: an ES module if it parses as one and says so, otherwise CommonJS. TypeScript is tried where the
/// file's name or origin allows it and plain JavaScript did not parse.
syntax::ParseResult parse_source(const ScriptSource& source) {
    const bool may_be_typescript = source.url.ends_with(".ts") || source.url == "file:///-";
    const auto attempt = [&](syntax::SourceType type, bool typescript) {
        return syntax::parse(source.text, {.type = type, .typescript = typescript, .file_name = source.url});
    };
    auto as_module = attempt(syntax::SourceType::module, false);
    if (!as_module && may_be_typescript) {
        auto typed = attempt(syntax::SourceType::module, true);
        if (typed || source.url.ends_with(".ts")) as_module = std::move(typed);
    }
    if (as_module && as_module.program().has_module_syntax) return as_module;
    auto as_commonjs = attempt(syntax::SourceType::commonjs_function_body, false);
    if (!as_commonjs && may_be_typescript) {
        if (auto typed = attempt(syntax::SourceType::commonjs_function_body, true)) as_commonjs = std::move(typed);
    }
    // When neither parses, the complaint about the module is the one that its author understands.
    return as_commonjs ? std::move(as_commonjs) : std::move(as_module);
}

}  // namespace

Result<const SourceModule*> Program::load_entry(ScriptSource source) {
    const std::lock_guard lock(mutex_);
    return load(std::move(source));
}

void Program::freeze() {
    const std::lock_guard lock(mutex_);
    frozen_ = true;
}

Result<SourceModule::Request> Program::resolve(std::string_view specifier, const std::string& directory) {
    const std::lock_guard lock(mutex_);
    return resolve_locked(specifier, directory);
}

Result<SourceModule::Request> Program::resolve_locked(std::string_view specifier, const std::string& directory) {
    const std::string shown(specifier);
    if (specifier.empty()) return failure("require() can't be used with an empty specifier");
    if (specifier == "k6" || specifier.starts_with("k6/")) {
        if (!is_builtin_module(specifier))
            return failure("unknown modules [\"" + shown + "\"] were tried to be loaded, but couldn't be");
        return SourceModule::Request{.source = nullptr, .builtin = shown};
    }
    std::string path;
    if (specifier.front() == '.' || specifier.front() == '/') {
        path = resolve_path(directory, specifier);
    } else if (specifier.starts_with("file://")) {
        path = path_of_file_url(specifier);
    } else if (const std::size_t scheme = specifier.find("://"); scheme != std::string_view::npos) {
        if (specifier.starts_with("https://"))
            return failure("importing \"" + shown + "\": https modules are not available in this version");
        return failure("only supported schemes for imports are file and https, \"" + shown + "\" has \"" +
                       std::string(specifier.substr(0, scheme)) + "\"");
    } else {
        return failure("The moduleSpecifier \"" + shown + "\" couldn't be recognised as something k6 supports");
    }
    const std::string url = file_url(path);
    if (const auto found = modules_.find(url); found != modules_.end())
        return SourceModule::Request{.source = found->second.get()};
    if (frozen_) {
        return failure("the module \"" + shown + "\" was not previously resolved during initialization (__VU==0)");
    }
    auto content = files_.read(path);
    if (!content) {
        return failure(
            "The moduleSpecifier \"" + shown +
            "\" couldn't be found on local disk. Make sure that you've specified the right path to the file (" + path +
            ")");
    }
    auto loaded = load({.text = **content, .url = url, .directory = directory_of(path)});
    if (!loaded) return loaded.error();
    return SourceModule::Request{.source = *loaded};
}

Result<const SourceModule*> Program::load(ScriptSource source) {
    auto compiled = compile(source);
    if (!compiled) return compiled.error();
    // Known before its requests are followed, so that cycles end here.
    SourceModule* module = modules_.emplace(source.url, *std::move(compiled)).first->second.get();
    for (const lower::ModuleRequest& request : module->lowered.requests) {
        auto resolved = resolve_locked(request.specifier, module->directory);
        if (!resolved) return resolved.error();
        module->requests.push_back(*std::move(resolved));
    }
    return module;
}

Result<std::unique_ptr<SourceModule>> Program::compile(const ScriptSource& source) {
    const auto parsed = parse_source(source);
    if (!parsed) return failure(parsed.error().to_string());
    auto lowered = lower::lower(parsed.program(), {});
    if (!lowered) return lowered.error();
    auto script = SharedScript::compile(source.url, lowered->code);
    if (!script) return script.error();
    auto module = std::make_unique<SourceModule>();
    module->url = source.url;
    module->directory = source.directory;
    module->lowered = *std::move(lowered);
    module->lowered.code = std::string();
    module->script = *std::move(script);
    return module;
}

}  // namespace k6::js
