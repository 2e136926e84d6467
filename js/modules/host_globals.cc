#include "js/modules/host_globals.h"

#include "js/modules/console.h"
#include "js/modules/text_encoding.h"
#include "js/modules/timers.h"
#include "js/modules/webcrypto/webcrypto.h"
#include "js/mujs/binding.h"

namespace k6::js {

void install_host_globals(ScriptContext& context) {
    install_console(context);
    install_timers(context);
    State& state = context.state;
    install_text_encoding(state);
    install_webcrypto(state);
    state.global().define_accessor(
        "global", state.function("global", 0, [](Call& call) { return call.state().global(); }), {}, Attributes::none);
}

}  // namespace k6::js
