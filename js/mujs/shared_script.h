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
#include <optional>
#include <string>
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

/// A function of compiled text that a script wrote otherwise.
struct FunctionSource {
    enum class Kind : std::uint8_t {
        plain,
        method,  ///< neither `new` nor `prototype`, as arrows and accessors
        async_function,
        generator,  ///< no `new`; `prototype` without a constructor
        async_generator,
        class_constructor,  ///< `prototype` is read-only
    };
    std::uint32_t offset = 0;  ///< of its word `function`, `get` or `set` in the compiled text, in bytes
    std::uint32_t begin = 0;   ///< what Function.prototype.toString shows of the original text, in bytes
    std::uint32_t end = 0;
    Kind kind = Kind::plain;
    std::optional<int> length;        ///< in place of the number of parameters
    std::optional<std::string> name;  ///< in place of the compiled one
};

/// What compiled text was made from.
struct OriginalSource {
    std::string text;
    std::vector<SourcePosition> positions;  ///< sorted by offset: each counts up to the next
    std::vector<FunctionSource> functions;  ///< sorted by offset
};

/// The same for the text of an eval.
struct LoweredSource {
    std::string code;
    std::vector<FunctionSource> functions;  ///< sorted by offset
};

class SharedScript : public std::enable_shared_from_this<SharedScript> {
public:
    /// Compiles ES5. The error of a syntax error names file and line; class script_exception.
    /// Without an original, stacks show places in `source`.
    static Result<std::shared_ptr<const SharedScript>> compile(std::string_view file, std::string_view source,
                                                               OriginalSource original = {});
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
