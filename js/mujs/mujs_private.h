// MuJS's private header, made readable for C++. Only js/mujs and js/builtins include this.
#pragma once

#include <cfloat>
#include <climits>
#include <cmath>
#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// The header uses the keyword as a member name and sets an optimisation pragma meant for its own units.
#pragma GCC push_options
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#define delete delete_
extern "C" {
#include "jsi.h"
}
#undef delete
#pragma GCC diagnostic pop
#pragma GCC pop_options
#undef nelem
#undef js_try
