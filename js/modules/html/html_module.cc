#include "js/modules/html/html_module.h"

#include "js/modules/arguments.h"
#include "js/modules/html/html_objects.h"

namespace k6::js {
namespace {

Value parse_html(Call& call) { return make_page(call.state(), call.text(0), {}); }

constexpr FunctionDefinition functions[] = {{"parseHTML", 1, parse_html}};

}  // namespace

Value make_html_module(ScriptContext& context) {
    const Value members = context.state.object();
    context.state.define_functions(members, functions, Attributes::none);
    return namespace_of(context.state, members);
}

}  // namespace k6::js
