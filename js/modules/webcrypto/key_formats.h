// Keys to and from what scripts hold: generateKey, importKey, exportKey of crypto.subtle.
//
// The State's thread only. What goes wrong is a Failure (key.h).
#pragma once

#include <string>

#include "js/modules/webcrypto/key.h"
#include "js/mujs/state.h"

namespace k6::js::webcrypto {

/// A CryptoKey, or { privateKey, publicKey }.
Value generate_key(State& state, const Value& algorithm, bool extractable, Usages usages);
Value import_key(State& state, const std::string& format, const Value& data, const Value& algorithm, bool extractable,
                 Usages usages);
Value export_key(State& state, const std::string& format, const Key& key);

/// The bits of an AES key that an algorithm object asks for: 128, 192 or 256; Failure OperationError for others.
std::size_t aes_bits(State& state, const Value& algorithm);

}  // namespace k6::js::webcrypto
