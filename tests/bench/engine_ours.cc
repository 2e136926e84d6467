#include <cstdio>
#include <cstdlib>
#include <optional>

#include "js/builtins/builtins.h"
#include "js/mujs/binding.h"
#include "js/mujs/state.h"
#include "js/support/lowered.h"
#include "js/support/support.h"
#include "tests/bench/engine_speed.h"

namespace k6::bench {
namespace {

class Ours final : public Engine {
public:
    Ours() {
        js::install_builtins(state_);
        js::install_support(state_.raw());
        state_.set_source_lowering(js::lower_source);
        state_.global().define("nothing", state_.function("nothing", 0, [](js::Call&) -> js::Value { return {}; }));
        state_.global().define("options", state_.function("options", 1, [](js::Call& call) -> js::Value {
            const js::Value options = call[0];
            double sum = 0;
            for (const char* name : {"a", "b", "c", "d", "e"}) sum += options.get(name).as_number();
            return sum;
        }));
        state_.global().define("sample", state_.string(sample_json()));
    }

    void load(const std::string& source) override { function_ = value_of(state_.evaluate("speed.js", source)); }
    bool modern() const override { return true; }
    void run() override { value_of(state_.call(*function_, {})); }

private:
    static js::Value value_of(const js::Completion& completion) {
        if (!completion) {
            std::fprintf(stderr, "%s\n", completion.error().text.c_str());
            std::exit(1);
        }
        return completion.value();
    }

    js::State state_;
    std::optional<js::Value> function_;
};

}  // namespace

std::unique_ptr<Engine> make_engine() { return std::make_unique<Ours>(); }

}  // namespace k6::bench
