// A script compiled once for all VUs.
//
// The bytecode lives here and is read by every State that runs the script, on any number of threads; a State only gets
// a function object (some 100 bytes). States keep the SharedScript alive.
//
//   auto script = SharedScript::compile("file:///test.js", es5_source);
//   if (!script) return script.error();
//   Completion result = state.call((*script)->instantiate(state), {});     // runs the top level in the global scope
//
// compile: any thread; uses one of its own for its large stack. instantiate: the State's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "js/mujs/value.h"

namespace k6::js {

/// What stands at a byte offset of compiled text, in the source that it was made from; line and column from 1 on.
struct SourcePosition {
    std::uint32_t offset;
    std::uint32_t line;
    std::uint32_t column;
};

class SharedScript : public std::enable_shared_from_this<SharedScript> {
public:
    /// Compiles ES5. The error of a syntax error names file and line; class script_exception.
    /// `positions`, sorted by offset: each counts up to the next. Without any, stacks show places in `source`.
    static Result<std::shared_ptr<const SharedScript>> compile(std::string_view file, std::string_view source,
                                                               std::vector<SourcePosition> positions = {});
    ~SharedScript();
    SharedScript(const SharedScript&) = delete;
    SharedScript& operator=(const SharedScript&) = delete;

    /// The script as a function of `state` without arguments; its value is that of the last expression statement.
    Value instantiate(State& state) const;
    /// Bytes that the compiled code takes, once for all States.
    std::size_t bytes() const noexcept;

private:
    SharedScript();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::js
