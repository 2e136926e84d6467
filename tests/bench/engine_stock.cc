#include <cstdio>
#include <cstdlib>

#include "mujs.h"
#include "tests/bench/engine_speed.h"

namespace k6::bench {
namespace {

class Stock final : public Engine {
public:
    Stock() : state_(js_newstate(nullptr, nullptr, 0)) {
        js_newcfunction(
            state_, [](js_State* J) { js_pushundefined(J); }, "nothing", 0);
        js_setglobal(state_, "nothing");
        const js_CFunction options = [](js_State* J) {
            double sum = 0;
            for (const char* name : {"a", "b", "c", "d", "e"}) {
                js_getproperty(J, 1, name);
                sum += js_tonumber(J, -1);
                js_pop(J, 1);
            }
            js_pushnumber(J, sum);
        };
        js_newcfunction(state_, options, "options", 1);
        js_setglobal(state_, "options");
        js_pushstring(state_, sample_json().c_str());
        js_setglobal(state_, "sample");
    }
    ~Stock() override { js_freestate(state_); }

    void load(const std::string& source) override {
        if (js_ploadstring(state_, "speed.js", source.c_str())) fail();
        js_pushundefined(state_);
        if (js_pcall(state_, 0)) fail();
    }

    bool modern() const override { return false; }

    void run() override {
        js_copy(state_, -1);
        js_pushundefined(state_);
        if (js_pcall(state_, 0)) fail();
        js_pop(state_, 1);
    }

private:
    void fail() {
        std::fprintf(stderr, "%s\n", js_tostring(state_, -1));
        std::exit(1);
    }

    js_State* state_;
};

}  // namespace

std::unique_ptr<Engine> make_engine() { return std::make_unique<Stock>(); }

}  // namespace k6::bench
