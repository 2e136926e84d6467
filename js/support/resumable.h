// What runs resumable functions: generator objects, the driver of async functions. Part of the support library.
#pragma once

struct js_State;

namespace k6::js {

void install_resumable(js_State* J);

}  // namespace k6::js
