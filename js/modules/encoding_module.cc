#include <string>
#include <string_view>

#include "js/modules/arguments.h"
#include "js/modules/base64.h"
#include "js/modules/bytes.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

/// Unknown names mean the standard form.
Base64 form_of(std::string_view name) {
    return {.url = name == "url" || name == "rawurl", .padded = name != "rawstd" && name != "rawurl"};
}

Value encode(Call& call) {
    const Bytes input(call[0]);
    if (!input) throw GoError("invalid type: a string, an ArrayBuffer or a Uint8Array is expected");
    return call.state().string(base64_encode(input.view(), form_of(call.has(1) ? call.text(1) : "")));
}

Value decode(Call& call) {
    const std::string_view text = call[0].is_nullish() ? std::string_view() : call.text(0);
    auto decoded = base64_decode(text, form_of(call.has(1) ? call.text(1) : ""));
    if (!decoded) throw GoError(decoded.error().message);
    if (call.has(2) && call.text(2) == "s") return call.state().string(*decoded);
    return array_buffer(call.state(), *std::move(decoded));
}

constexpr FunctionDefinition functions[] = {{"b64encode", 2, encode}, {"b64decode", 3, decode}};

}  // namespace

Value make_encoding_module(ScriptContext& context) {
    Value members = context.state.object();
    context.state.define_functions(members, functions, Attributes::none);
    return namespace_of(context.state, members);
}

}  // namespace k6::js
