// The Date field's value (RFC 9110 section 5.6.7), formatted at most once a second.
//
// Owned by a shard and used on its thread.
//
//   HttpDate date;
//   out += date.now();   // "Tue, 15 Nov 1994 08:12:31 GMT"
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace k6::demo {

/// Characters of an IMF-fixdate.
inline constexpr std::size_t kHttpDateSize = 29;

class HttpDate {
public:
    std::string_view now() { return at(std::time(nullptr)); }
    std::string_view at(std::time_t time);

private:
    std::time_t time_ = -1;
    std::array<char, kHttpDateSize + 1> text_ = {};
};

}  // namespace k6::demo
