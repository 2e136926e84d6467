// ArrayBuffer and Uint8Array: bytes that scripts and native code share.
//
//   Value buffer = array_buffer(state, file_bytes);
//   if (auto bytes = bytes_of(call[0])) send(*bytes);       // ArrayBuffer, typed array or DataView
//
// The State's thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "js/mujs/state.h"

namespace k6::js {

/// A new ArrayBuffer that owns `bytes`.
Value array_buffer(State& state, std::string bytes);
/// The bytes of an ArrayBuffer, or the part of it that a typed array shows; nothing for other values. Valid while the
/// value lives.
std::optional<std::span<std::byte>> bytes_of(const Value& value);
/// A new Uint8Array over a buffer of its own.
Value uint8_array(State& state, std::string bytes);
bool is_array_buffer(const Value& value);
bool is_uint8_array(const Value& value);

}  // namespace k6::js
