// Lowering: a syntax tree of ES2022 (TypeScript's types erased) to ES5 source text that the engine compiles.
//
// Every token stays on its source line, so the engine's line numbers are the script's. The result is a value; lower()
// holds no state, is deterministic, and may run on any thread. It needs stack in proportion to the nesting of the
// source (see syntax::kMaxNesting).
//
//   auto parsed = syntax::parse(text, {.type = syntax::SourceType::module, .file_name = "file:///a.js"});
//   auto lowered = lower(parsed.program());
//   if (!lowered) return lowered.error();           // file:///a.js: Line 3:5 … is not supported yet
//   compile(lowered->code);                         // its value is one function, see LoweredModule::code
//
// The code calls the native functions of js/support, which each State installs once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "js/syntax/ast.h"

namespace k6::js::lower {

/// One module that the source imports from; each specifier once, in the order of first mention.
struct ModuleRequest {
    std::string specifier;
    std::uint32_t line = 1;  ///< of the first mention; 1-based, columns in UTF-16 code units
    std::uint32_t column = 1;
};

/// One name that is imported from a module: for the check that the module has it.
struct ImportedName {
    std::uint32_t request = 0;
    std::string name;
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

struct ExportBinding {
    enum class Kind : std::uint8_t {
        local,                ///< the code writes $x[name], now and at each later assignment
        re_export,            ///< export {imported as name} from request
        star,                 ///< export * from request; without name
        namespace_re_export,  ///< export * as name from request
    };
    Kind kind = Kind::local;
    std::string name;
    std::uint32_t request = 0;
    std::string imported = {};
    /// local: the value is there as soon as the module's function starts to run (a function declaration), or is
    /// undefined until then (var). All others are uninitialised until their declaration has run: reading them earlier,
    /// in an import cycle, is a ReferenceError (see js/support/support.h, define_uninitialised_export).
    bool hoisted = false;
};

/// Where a piece of output comes from. Call sites have one at their opening parenthesis, `new` at the keyword.
struct SourcePosition {
    std::uint32_t offset = 0;  ///< in the output, in bytes: up to the next entry's, what is there comes from here
    std::uint32_t line = 1;    ///< of the source
    std::uint32_t column = 1;  ///< 1-based, UTF-16 code units
};

/// A function of the output that stands for one of the source.
struct LoweredFunction {
    enum class Kind : std::uint8_t { plain, method, async_function, generator, async_generator, class_constructor };
    std::uint32_t offset = 0;  ///< in the output, of its word `function`, `get` or `set`
    std::uint32_t begin = 0;   ///< its text in the source, in bytes
    std::uint32_t end = 0;
    Kind kind = Kind::plain;          ///< method: also arrows and accessors
    std::optional<int> length;        ///< its `length`, if that is not the number of parameters in the output
    std::optional<std::string> name;  ///< its `name`, if the output shows another one
};

struct LoweredModule {
    enum class Kind : std::uint8_t { es_module, commonjs };
    Kind kind = Kind::es_module;

    /// A script whose completion value is one function; the same text and bytecode serve every State.
    ///
    /// es_module: (function($x, $m, $r) {…}). Call it once per State, with `this` undefined.
    ///   $x  this module's namespace: a plain object without prototype, onto which the code writes its exports as data
    ///       properties. Function declarations are written first thing.
    ///   $m  an array with the namespaces of `requests`, in order; in a cycle they may be incomplete, their identity
    ///   may
    ///       not change. Two more properties are read if the source mentions them: $m.meta is the value of import.meta,
    ///       $m.load(specifier) that of import(specifier).
    ///   $r  called before the first statement, when the function declarations have been exported: runs the requested
    ///       modules. (In a cycle they may call those functions.) May be left out if they have run already.
    ///   With has_top_level_await the function returns a promise that settles when the module has run.
    ///
    /// commonjs: (function(module, exports, require, $m) {…}); call it with `this` = exports.
    std::string code;

    std::vector<ModuleRequest> requests;
    std::vector<ImportedName> imports;
    std::vector<ExportBinding> exports;
    bool has_top_level_await = false;
    bool uses_import_meta = false;  ///< the code reads $m.meta
    bool uses_import_call = false;  ///< the code calls $m.load
    /// Names of the functions of js/support that the code calls, sorted.
    std::vector<std::string_view> support;
    std::vector<SourcePosition> positions;   ///< by offset
    std::vector<LoweredFunction> functions;  ///< by offset
};

/// The error's class is script_exception; its message names file, line and column.
Result<LoweredModule> lower(const syntax::Program& program);

/// For `eval` and `Function`: the ES5 text of a script in the global scope, sloppy if it does not say otherwise. The
/// completion value of the text is a function without arguments, which runs the script and returns the value of its
/// last statement if that is an expression.
Result<LoweredModule> lower_script(std::string_view source);

}  // namespace k6::js::lower
