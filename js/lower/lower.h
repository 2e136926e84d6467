// Lowering: a syntax tree of ES2022 (TypeScript's types erased) to ES5 source text that the engine compiles.
//
// Every token stays on its source line, so the engine's line numbers are the script's. The result is a value; lower()
// holds no state, is deterministic, and may run on any thread. It needs stack in proportion to the nesting of the
// source (see syntax::kMaxNesting).
//
//   auto parsed = syntax::parse(text, {.type = syntax::SourceType::module, .file_name = "file:///a.js"});
//   auto lowered = lower(parsed.program(), {});
//   if (!lowered) return lowered.error();           // file:///a.js: Line 3:5 … is not supported yet
//   compile(lowered->code);                         // its value is one function, see LoweredModule::code
//
// The code calls the native functions of support.h, which each State installs once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "js/syntax/ast.h"

namespace k6::js::lower {

struct LowerOptions {
    /// Loops that may be endless check every 10,000 rounds, by calling $k_tick, whether the script has to stop.
    bool guard_loops = false;
    /// Fill LoweredModule::columns.
    bool column_map = false;
};

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
    /// in an import cycle, is a ReferenceError (see support.h, define_uninitialised_export).
    bool hoisted = false;
};

/// Where a piece of output comes from; sorted by output position.
struct ColumnMapping {
    std::uint32_t line = 1;              ///< of the output, and as a rule of the source
    std::uint32_t generated_column = 1;  ///< bytes
    std::uint32_t source_line = 1;
    std::uint32_t source_column = 1;  ///< UTF-16 code units
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
    /// Names of the functions of support.h that the code calls, sorted.
    std::vector<std::string_view> support;
    std::vector<ColumnMapping> columns;
};

/// The error's class is script_exception; its message names file, line and column.
Result<LoweredModule> lower(const syntax::Program& program, const LowerOptions& options);

}  // namespace k6::js::lower
