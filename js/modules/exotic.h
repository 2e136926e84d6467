// Objects whose properties live in C++: what scripts do to them arrives in traps (through Proxy).
//
//   constexpr FunctionDefinition traps[] = {{"get", 3, get}, {"set", 4, set}, {"ownKeys", 1, own_keys}, …};
//   Value object = exotic_object(state, "vu.tags", traps, state.object());
//
// In a trap, call[0] is the target, call[1] the key. The State's thread only.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "js/mujs/binding.h"
#include "js/mujs/state.h"

namespace k6::js {

/// A proxy of `target`. The handler object is made once per State and kept under `name`; the table must be static.
Value exotic_object(State& state, const char* name, std::span<const FunctionDefinition> traps, const Value& target);

/// The key of a trap as text; nothing for symbols.
std::optional<std::string> trap_key(Call& call, std::size_t index = 1);
/// What getOwnPropertyDescriptor returns for an enumerable property.
Value descriptor_of(State& state, const Value& value, bool writable);

}  // namespace k6::js
