// What the engine comparison measures: the same ES5 programs in our engine and in stock MuJS.
//
// engine_speed.cc is the program around it; engine_ours.cc and engine_stock.cc are the two engines, one to a binary,
// because they define the same symbols. `bazel run //tests/bench -- engine` runs both in alternation.
//
//   std::unique_ptr<Engine> engine = make_engine();
//   engine->load("(function() { for (var i = 0; i < 1000; i++) {} })");
//   engine->run();
//
// One thread.
#pragma once

#include <memory>
#include <string>

namespace k6::bench {

class Engine {
public:
    virtual ~Engine() = default;
    /// Evaluates an expression whose value is a function. Globals: nothing(), a native function; options(o), a native
    /// function that adds up o.a to o.e; sample, a JSON text of about 1.7 KB.
    virtual void load(const std::string& source) = 0;
    /// Whether `new Function` takes more than ES5.
    virtual bool modern() const = 0;
    /// Calls it once, without arguments.
    virtual void run() = 0;
};

std::unique_ptr<Engine> make_engine();

/// The text of the global `sample`.
std::string sample_json();

}  // namespace k6::bench
