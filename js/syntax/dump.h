// A compact S-expression of a syntax tree, for tests and debugging.
//
//   dump(parse("a + b * 2", {}).program())  // (program (expr (+ a (* b 2))))
//
// Reads the tree only; any thread.
#pragma once

#include <string>

#include "js/syntax/ast.h"

namespace k6::js::syntax {

/// Strings are quoted and escaped, null children are `_`, flags are words. The exact format is ours and may change.
std::string dump(const Node& node);

}  // namespace k6::js::syntax
