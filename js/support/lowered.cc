#include "js/support/lowered.h"

#include <string>
#include <utility>
#include <vector>

namespace k6::js {
namespace {

std::vector<FunctionSource> function_sources(const lower::LoweredModule& module) {
    using From = lower::LoweredFunction::Kind;
    using To = FunctionSource::Kind;
    const auto kind = [](From from) {
        switch (from) {
            case From::plain:
                return To::plain;
            case From::method:
                return To::method;
            case From::async_function:
                return To::async_function;
            case From::generator:
                return To::generator;
            case From::async_generator:
                return To::async_generator;
            case From::class_constructor:
                return To::class_constructor;
        }
        return To::plain;
    };
    std::vector<FunctionSource> functions;
    functions.reserve(module.functions.size());
    for (const lower::LoweredFunction& one : module.functions) {
        functions.push_back({.offset = one.offset,
                             .begin = one.begin,
                             .end = one.end,
                             .kind = kind(one.kind),
                             .length = one.length,
                             .name = one.name});
    }
    return functions;
}

}  // namespace

OriginalSource original_source(const lower::LoweredModule& module, std::string_view source) {
    OriginalSource original{.text = std::string(source), .functions = function_sources(module)};
    original.positions.reserve(module.positions.size());
    for (const lower::SourcePosition& place : module.positions) {
        original.positions.push_back({place.offset, place.line, place.column});
    }
    return original;
}

Result<LoweredSource> lower_source(std::string_view source) {
    auto lowered = lower::lower_script(source);
    if (!lowered) return lowered.error();
    return LoweredSource{.code = std::move(lowered->code), .functions = function_sources(*lowered)};
}

}  // namespace k6::js
