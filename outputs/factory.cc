#include "outputs/factory.h"

#include <algorithm>
#include <array>
#include <string>

#include "outputs/json.h"

namespace k6::outputs {
namespace {

using MadeOutput = Result<std::unique_ptr<metrics::Output>>;

struct OutputKind {
    std::string_view type;
    MadeOutput (*make)(std::string_view argument, const OutputContext& context);
};

/// Sorted by type, as the error message lists them.
constexpr std::array kinds = {
    OutputKind{"json",
               [](std::string_view argument, const OutputContext& context) -> MadeOutput {
                   return std::make_unique<JsonOutput>(std::string(argument), context);
               }},
};

std::string available_types() {
    std::string text;
    for (const OutputKind& kind : kinds) {
        if (!text.empty()) text += ", ";
        text += kind.type;
    }
    return text;
}

}  // namespace

MadeOutput make_output(std::string_view specification, const OutputContext& context) {
    const auto equals = specification.find('=');
    const std::string_view type = specification.substr(0, equals);
    const std::string_view argument =
        equals == std::string_view::npos ? std::string_view() : specification.substr(equals + 1);
    const auto kind = std::ranges::find(kinds, type, &OutputKind::type);
    if (kind == kinds.end()) {
        return Error{ErrorClass::generic,
                     "invalid output type '" + std::string(type) + "', available types are: " + available_types()};
    }
    MadeOutput made = kind->make(argument, context);
    if (!made) return with_context(std::move(made).error(), "could not create the '" + std::string(type) + "' output");
    return made;
}

}  // namespace k6::outputs
