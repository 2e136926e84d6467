#include "tools/k6/control_commands.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cxxopts.hpp>

#include "base/error.h"
#include "tools/control/client.h"

namespace k6 {
namespace {

using control::Question;

struct Command {
    std::string_view name;
    Question question;
    const char* help;
};

constexpr std::string_view scale_name = "scale";

constexpr std::array commands{
    Command{"status", Question::status, "show where a running test stands"},
    Command{"stats", Question::stats, "show the metrics of a running test"},
    Command{"pause", Question::pause, "pause a running test"},
    Command{"resume", Question::resume, "let a paused test go on"},
};

int fail(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return static_cast<int>(ErrorClass::generic);
}

Result<std::string> answer(const std::string& command, const cxxopts::ParseResult& parsed) {
    const char* const from_environment = std::getenv("K6_ADDRESS");  // NOLINT: no thread changes it
    const std::string address = parsed.count("address") > 0   ? parsed["address"].as<std::string>()
                                : from_environment != nullptr ? from_environment
                                                              : "localhost:6565";
    if (command == scale_name) {
        ExternalUpdate update;
        if (parsed.count("vus") > 0) update.vus = parsed["vus"].as<std::int64_t>();
        if (parsed.count("max") > 0) update.max_vus = parsed["max"].as<std::int64_t>();
        if (!update.vus && !update.max_vus) {
            return Error{ErrorClass::generic, "Specify either -u/--vus or -m/--max"};
        }
        return control::scale(address, update);
    }
    const auto known =
        std::find_if(commands.begin(), commands.end(), [&](const Command& one) { return one.name == command; });
    return control::ask(address, known->question);
}

}  // namespace

int run_control_command(const std::string& command, const std::vector<std::string>& arguments) {
    std::string help = "change the VUs of a running externally-controlled test";
    for (const Command& one : commands) {
        if (one.name == command) help = one.help;
    }
    cxxopts::Options options("k6 " + command, help);
    options.add_options()("a,address", "where the test's REST API listens (default localhost:6565)",
                          cxxopts::value<std::string>(), "HOST:PORT")("h,help", "print this text");
    // Flags of all commands that change nothing here.
    options.add_options("every command")("q,quiet", "")("v,verbose", "")("no-color", "")(
        "c,config", "", cxxopts::value<std::string>(), "FILE")(
        "log-format", "", cxxopts::value<std::string>(), "FORMAT")("log-output", "", cxxopts::value<std::string>(),
                                                                   "OUTPUT");
    if (command == scale_name) {
        options.add_options()("u,vus", "VUs that work", cxxopts::value<std::int64_t>(), "N")(
            "m,max", "VUs that there may be", cxxopts::value<std::int64_t>(), "N");
    }
    std::vector<const char*> argv{"k6"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    try {
        const cxxopts::ParseResult parsed = options.parse(static_cast<int>(argv.size()), argv.data());
        if (parsed.count("help") > 0) {
            std::fputs((options.help({""}) + "\n").c_str(), stdout);
            return 0;
        }
        if (!parsed.unmatched().empty()) return fail("unknown argument \"" + parsed.unmatched().front() + "\"");
        const auto text = answer(command, parsed);
        if (!text) return fail(text.error().message);
        std::fputs(text->c_str(), stdout);
        return 0;
    } catch (const cxxopts::exceptions::exception& wrong) {
        return fail(wrong.what());
    }
}

}  // namespace k6
