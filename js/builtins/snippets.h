// For tests of the library: scripts and the texts that they must give.
//
//   check({{"[3, 1, 2].sort().join()", "1,2,3"}, {"null.x", "error: TypeError: …"}});
//
// Scripts are ES5, as the engine takes them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "js/builtins/builtins.h"
#include "js/mujs/state.h"

namespace k6::js {

struct Snippet {
    const char* source;
    std::string_view expected;
};

inline std::string run_snippet(State& state, std::string_view source) {
    const Completion result = state.evaluate("test.js", source);
    if (!result) return "error: " + result.error().text;
    try {
        return result.value().to_string(state);
    } catch (const ScriptException&) {
        return "error in toString";
    }
}

/// Each in a State of its own.
inline void check_snippets(const std::vector<Snippet>& snippets) {
    for (const Snippet& snippet : snippets) {
        State state;
        install_builtins(state);
        EXPECT_EQ(run_snippet(state, snippet.source), snippet.expected) << snippet.source;
    }
}

}  // namespace k6::js
