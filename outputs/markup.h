// Text for XML and HTML: escaped, and without what neither may hold.
//
//   markup_text("a < b") == "a &lt; b";
//
// A pure function; any thread.
#pragma once

#include <string>
#include <string_view>

namespace k6::outputs {

/// Safe in element content and in quoted attributes. Control characters and what is not UTF-8 become U+FFFD.
std::string markup_text(std::string_view text);

}  // namespace k6::outputs
