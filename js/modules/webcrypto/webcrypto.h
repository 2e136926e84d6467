// The global `crypto`: random values, digests, and keys that sign, encrypt and derive (W3C Web Cryptography API).
//
//   install_webcrypto(state);       // lazily: nothing is made until a script asks for it
//
// The State's thread only.
#pragma once

#include "js/mujs/state.h"

namespace k6::js {

void install_webcrypto(State& state);

}  // namespace k6::js
