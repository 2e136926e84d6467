// 128-bit integers for schedule arithmetic whose products do not fit 64 bits (nanoseconds times VUs).
#pragma once

namespace k6 {

// __extension__: GCC and Clang have the type, ISO C++ does not.
__extension__ using Int128 = __int128;

}  // namespace k6
