// Reading what scripts pass to crypto.subtle, and making what they get.
//
// The State's thread only. What goes wrong is a Failure (key.h).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "js/modules/webcrypto/key.h"
#include "js/mujs/binding.h"
#include "js/mujs/state.h"

namespace k6::js::webcrypto {

/// The name in an algorithm given as a string or as { name }.
std::string algorithm_name(State& state, const Value& algorithm);
/// A required member; Failure SyntaxError if it is not there.
Value member(const Value& object, const char* name);
/// The hash of { hash: "SHA-256" } or { hash: { name: "SHA-256" } }.
std::string_view hash_member(State& state, const Value& algorithm);
/// Bytes of an ArrayBuffer or view: copied, so that nothing that a script does changes them meanwhile.
std::string buffer(const Value& value);
std::string buffer_member(const Value& object, const char* name);
/// An integer within bounds; Failure `error` otherwise.
std::uint32_t number_member(State& state, const Value& object, const char* name, std::uint32_t smallest,
                            std::uint32_t largest, std::string_view error);

Usages read_usages(State& state, const Value& list);
Value usages_array(State& state, Usages usages);

/// The key behind a CryptoKey; Failure InvalidAccessError if the value is none.
const Key& key_of(const Value& value);
Value make_key(State& state, Key key);

/// A promise of what `work` returns; of a rejection with name and message where it throws.
Value promise_of(State& state, const std::function<Value()>& work);

}  // namespace k6::js::webcrypto
