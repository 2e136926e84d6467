#include "js/runner/program.h"

#include <algorithm>

#include "js/modules/modules.h"
#include "js/support/lowered.h"
#include "js/syntax/parser.h"
#include "proto_http/url.h"

namespace k6::js {
namespace {

Error failure(std::string message) {
    return Error{ErrorClass::script_exception, std::move(message), "script exception"};
}

bool is_builtin_specifier(std::string_view specifier) { return specifier == "k6" || specifier.starts_with("k6/"); }

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

/// The path of a directory's URL, without the slash at its end: for open(), also in remote modules.
std::string directory_path(std::string_view base) {
    if (base.starts_with("https://")) {
        base.remove_prefix(8);
        base.remove_prefix(std::min(base.size(), base.find('/')));
    }
    std::string path = resolve_path("/", path_of_file_url(base));
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

Error not_on_disk(std::string_view specifier) {
    return failure("The moduleSpecifier \"" + std::string(specifier) +
                   "\" couldn't be found on local disk. Make sure that you've specified the right path to the file; "
                   "paths are relative to the file that imports, and names are not completed with extensions");
}

}  // namespace

std::string directory_url_of(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const std::size_t slash = url.rfind('/');
    return std::string(url.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
}

Result<const SourceModule*> Program::load_entry(ScriptSource source) {
    const std::lock_guard lock(mutex_);
    loading_entry_ = true;
    auto loaded = load(std::move(source));
    loading_entry_ = false;
    if (!loaded || unknown_.empty()) return loaded;
    std::string names;
    for (const std::string& name : unknown_) names += (names.empty() ? "\"" : ", \"") + name + "\"";
    return failure("unknown modules [" + names + "] were tried to be loaded, but couldn't be");
}

void Program::freeze() {
    const std::lock_guard lock(mutex_);
    frozen_ = true;
    remote_.freeze();
}

const SourceModule* Program::find(const std::string& url) const {
    const std::lock_guard lock(mutex_);
    const auto found = modules_.find(url);
    return found == modules_.end() ? nullptr : found->second.get();
}

Result<SourceModule::Request> Program::resolve(std::string_view specifier, const std::string& base) {
    const std::lock_guard lock(mutex_);
    return resolve_locked(specifier, base);
}

Result<std::string> Program::resolve_url(std::string_view specifier, const std::string& base) const {
    const std::string shown(specifier);
    const bool from_file = base.starts_with("file://");
    if (specifier.starts_with('.') || specifier.starts_with('/')) {
        if (from_file) {
            const std::string path(specifier.substr(0, specifier.find('?')));
            return file_url(resolve_path(path_of_file_url(base), path_of_file_url(path)));
        }
        const auto parsed = http::Url::parse(base);
        if (!parsed) return failure(parsed.error().message);
        const auto resolved = parsed->resolve(specifier);
        if (!resolved) return failure(resolved.error().message);
        return resolved->text();
    }
    if (const std::size_t scheme = specifier.find("://"); scheme != std::string_view::npos) {
        if (specifier.starts_with("https://")) return shown;
        if (!specifier.starts_with("file://")) {
            return failure("only supported schemes for imports are file and https, \"" + shown + "\" has \"" +
                           std::string(specifier.substr(0, scheme)) + "\"");
        }
        if (!from_file) return failure("origin (" + base + ") not allowed to load local file: " + shown);
        return file_url(resolve_path("/", path_of_file_url(specifier)));
    }
    for (const std::string_view host : {"cdnjs.com", "github.com"}) {
        if (specifier.starts_with(host)) {
            return failure("The moduleSpecifier \"" + shown + "\" is one of the special URLs of " + std::string(host) +
                           ", which are no longer supported: use the https URL of the file itself");
        }
    }
    return failure("The moduleSpecifier \"" + shown +
                   "\" couldn't be recognised as something k6 supports: it is no built-in module, no path that begins "
                   "with \".\" or \"/\", and no URL");
}

Result<std::shared_ptr<const std::string>> Program::read(std::string_view specifier, const std::string& url) {
    if (url.starts_with("https://")) {
        auto content = remote_.read(url);
        if (content) return content;
        return failure("The moduleSpecifier \"" + std::string(specifier) +
                       "\" couldn't be retrieved from the resolved url \"" + url +
                       "\". Error: " + content.error().message);
    }
    auto content = files_.read(path_of_file_url(url));
    if (!content) return not_on_disk(specifier);
    return content;
}

Result<SourceModule::Request> Program::resolve_locked(std::string_view specifier, const std::string& base) {
    const std::string shown(specifier);
    if (specifier.empty()) return failure("require() can't be used with an empty specifier");
    if (is_builtin_specifier(specifier)) {
        if (!is_builtin_module(specifier)) {
            if (!loading_entry_)
                return failure("unknown modules [\"" + shown + "\"] were tried to be loaded, but couldn't be");
            if (std::find(unknown_.begin(), unknown_.end(), shown) == unknown_.end()) unknown_.push_back(shown);
        }
        return SourceModule::Request{.source = nullptr, .builtin = shown};
    }
    auto url = resolve_url(specifier, base);
    if (!url) return url.error();
    if (const auto found = modules_.find(*url); found != modules_.end())
        return SourceModule::Request{.source = found->second.get()};
    if (frozen_) {
        return failure("the module \"" + shown + "\" was not previously resolved during initialization (__VU==0)");
    }
    auto content = read(specifier, *url);
    if (!content) return content.error();
    auto loaded = load({.text = **content, .url = *url, .base = directory_url_of(*url)});
    if (!loaded) return loaded.error();
    return SourceModule::Request{.source = *loaded};
}

Result<ScriptSource> Program::read_entry(const std::string& name, const std::string& working_directory) {
    const std::lock_guard lock(mutex_);
    std::string url = name;
    if (!name.starts_with("https://")) {
        const std::size_t scheme = name.find("://");
        if (scheme != std::string::npos && !name.starts_with("file://")) {
            return failure("only supported schemes for imports are file and https, \"" + name + "\" has \"" +
                           name.substr(0, scheme) + "\"");
        }
        const std::string path =
            resolve_path(working_directory, scheme == std::string::npos ? name : path_of_file_url(name));
        // Told apart here, because a directory is not a file that is missing.
        auto content = files_.read(path);
        if (!content && content.error().message.find("no such file") == std::string::npos) return content.error();
        url = file_url(path);
    }
    auto content = read(name, url);
    // No script has thrown anything here: it is the command line that names a wrong file.
    if (!content) return Error{ErrorClass::generic, content.error().message};
    return ScriptSource{.text = **content, .url = url, .base = directory_url_of(url)};
}

Result<const SourceModule*> Program::load(ScriptSource source) {
    auto compiled = compile(source);
    if (!compiled) return compiled.error();
    // Known before its requests are followed, so that cycles end here.
    SourceModule* module = modules_.emplace(source.url, *std::move(compiled)).first->second.get();
    const std::size_t position = order_.size();
    order_.push_back(source.url);
    for (const lower::ModuleRequest& request : module->lowered.requests) {
        auto resolved = resolve_locked(request.specifier, module->base);
        if (!resolved) {
            // A later require must not find it, nor what came with it: parts of them are missing.
            for (std::size_t i = position; i < order_.size(); ++i) modules_.erase(order_[i]);
            order_.resize(position);
            return resolved.error();
        }
        module->requests.push_back(*std::move(resolved));
    }
    return module;
}

Result<std::unique_ptr<SourceModule>> Program::compile(const ScriptSource& source) {
    const auto parsed = parse_source(source);
    if (!parsed) return failure(parsed.error().to_string());
    auto lowered = lower::lower(parsed.program());
    if (!lowered) return lowered.error();
    auto script = SharedScript::compile(source.url, lowered->code, original_source(*lowered, parsed.program().source));
    if (!script) return script.error();
    auto module = std::make_unique<SourceModule>();
    module->url = source.url;
    module->base = source.base;
    module->directory = directory_path(source.base);
    module->lowered = *std::move(lowered);
    module->lowered.code = std::string();
    module->lowered.positions = {};
    module->lowered.functions = {};
    module->script = *std::move(script);
    return module;
}

}  // namespace k6::js
