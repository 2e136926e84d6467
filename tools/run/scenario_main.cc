// The main function of compiled scenarios: k6_cc_scenario_test links it.
#include <cstdio>
#include <string>
#include <vector>

#include "dsl/runner.h"
#include "dsl/test.h"
#include "tools/run/command_line.h"
#include "tools/run/config_file.h"
#include "tools/run/run_test.h"

namespace {

k6::Result<k6::run::FrontEnd> load(const k6::run::LoadContext& context) {
    auto runner = k6::dsl::Runner::make(k6::dsl::define_test(), context.variables, context.registry, context.workers);
    if (!runner) return runner.error();
    k6::dsl::Runner& scenario = **runner;
    return k6::run::FrontEnd{
        .runner = *std::move(runner),
        .options = scenario.options(),
        .has_function = [&scenario](std::string_view name) { return scenario.has_function(name); },
    };
}

}  // namespace

int main(int argc, char** argv) {
    const std::string program = argc > 0 ? argv[0] : "scenario";
    const auto line = k6::run::parse_run_arguments({argv + std::min(argc, 1), argv + argc}, k6::run::Front::scenario,
                                                   k6::run::process_environment);
    if (!line) {
        std::fprintf(stderr, "%s\n", line.error().message.c_str());
        return static_cast<int>(line.error().error_class);
    }
    if (line->help) {
        std::fputs(k6::run::run_help(k6::run::Front::scenario, program).c_str(), stdout);
        return 0;
    }
    return k6::run::run_test(*line, program.substr(program.rfind('/') + 1), load);
}
