// Runs programs as k6 runs the files of a test, each in a State of its own, and prints what they print.
//
//   run_programs FILE…           every file's output behind a line "==== FILE"
//
// A program is the body of a function; `print` writes a line. run_programs.js does the same in Node.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "js/builtins/builtins.h"
#include "js/lower/lower.h"
#include "js/mujs/binding.h"
#include "js/mujs/shared_script.h"
#include "js/mujs/state.h"
#include "js/support/lowered.h"
#include "js/support/support.h"
#include "js/syntax/parser.h"

namespace k6::js {
namespace {

Value print(Call& call) {
    std::string& output = call.context<std::string>();
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (i != 0) output += ' ';
        output += call.text(i);
    }
    output += '\n';
    return {};
}

std::string run(std::string_view source, bool typescript, bool show_lowered) {
    std::string output;
    const auto parsed = syntax::parse(
        source,
        {.type = syntax::SourceType::commonjs_function_body, .typescript = typescript, .file_name = "program.js"});
    if (!parsed) return "does not parse: " + parsed.error().to_string() + '\n';
    const auto lowered = lower::lower(parsed.program());
    if (!lowered) return "is not lowered: " + lowered.error().message + '\n';
    if (show_lowered) output += lowered->code + '\n';
    State state;
    install_builtins(state);
    install_support(state.raw());
    state.set_source_lowering(lower_source);
    state.set_context(&output);
    state.global().define("print", state.function("print", 0, print));
    const auto script =
        SharedScript::compile("program.js", lowered->code, original_source(*lowered, parsed.program().source));
    if (!script) return output + "is not compiled: " + script.error().message + '\n';
    const Completion function = state.call((*script)->instantiate(state), {});
    const Value exports = state.object();
    const Value module = state.object();
    module.set("exports", exports);
    const Completion result = state.call(*function, exports, {module, exports, Value(), state.array()});
    state.run_microtasks();
    // The texts of errors differ among engines.
    if (!result) output += "threw\n";
    if (state.take_unhandled_rejection()) output += "unhandled\n";
    if (!result && show_lowered) output += result.error().text + '\n';
    return output;
}

}  // namespace
}  // namespace k6::js

int main(int count, char** arguments) {
    bool show_lowered = false;
    for (int i = 1; i < count; ++i) {
        const std::string name = arguments[i];
        if (name == "--lowered") {
            show_lowered = true;
            continue;
        }
        std::ifstream file(name, std::ios::binary);
        if (!file) {
            std::cerr << "cannot read " << name << '\n';
            return 1;
        }
        const std::string source{std::istreambuf_iterator<char>(file), {}};
        std::cout << "==== " << name << '\n' << k6::js::run(source, name.ends_with(".ts"), show_lowered) << std::flush;
    }
}
