#include "tools/k6/inspect.h"

#include <cstdio>
#include <string>
#include <utility>

#include "base/duration.h"
#include "engine/plan/plan.h"
#include "engine/plan/schedule.h"
#include "tools/k6/script.h"
#include "tools/run/layers.h"
#include "tools/run/run_test.h"

namespace k6 {
namespace {

/// As those who put JSON into a page like it.
std::string without_markup(const std::string& json) {
    std::string out;
    for (const char c : json) {
        switch (c) {
            case '<':
                out += "\\u003c";
                break;
            case '>':
                out += "\\u003e";
                break;
            case '&':
                out += "\\u0026";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Result<std::string> inspected(const ScriptCommand& command) {
    auto script = load(command);
    if (!script) return script.error();
    if (!command.line.execution_requirements) return options_to_json(script->options, JsonStyle::indented);
    auto options = run::consolidated_options(command.line, script->options, command.features, command.logger);
    if (!options) return options.error();
    auto planned = plan_run(*options, [&](std::string_view name) { return script->runner->has_function(name); });
    if (!planned) return planned.error();
    for (const std::string& warning : planned->warnings) command.logger.warn(warning);
    std::string json = options_to_json(planned->plan.options, JsonStyle::indented);
    // Two more keys at the end of the object.
    json.erase(json.find_last_not_of("\n}") + 1);
    return json + ",\n  \"totalDuration\": \"" + format_go_duration(max_duration(planned->plan)) +
           "\",\n  \"maxVUs\": " + std::to_string(max_possible_vus(planned->plan)) + "\n}";
}

}  // namespace

int inspect_script(const run::CommandLine& line) {
    return run_script_command(line, [](const ScriptCommand& command) -> Result<void> {
        auto json = inspected(command);
        if (!json) return json.error();
        std::fputs((without_markup(*json) + "\n").c_str(), stdout);
        return {};
    });
}

}  // namespace k6
