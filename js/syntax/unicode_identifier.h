// Which characters may begin and continue an ECMAScript identifier beyond ASCII (Unicode 14.0.0, ID_Start and
// ID_Continue).
//
//   is_id_start(U'\u00e9')  // true
//
// Pure functions; any thread.
#pragma once

#include <cstdint>

namespace k6::js::syntax {

/// ID_Start for code points of 0x80 and above.
bool is_id_start(std::uint32_t code_point);
/// ID_Continue, ZERO WIDTH NON-JOINER or ZERO WIDTH JOINER for code points of 0x80 and above.
bool is_id_continue(std::uint32_t code_point);

}  // namespace k6::js::syntax
