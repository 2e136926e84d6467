// A short fixed run of the fuzz target on its seed corpus and mutations of it. K6_FUZZ_ROUNDS makes it longer.
#include <string_view>

#include "base/testing/mutations.h"
#include "gtest/gtest.h"

namespace k6::js {
namespace {

constexpr std::string_view seeds[] = {
    R"({"a": [1, -2.5, 0.125, true, false, null], "b": {"": "text"}, "a": 2})",
    R"(["\u0000\ud83d\ude00\ud83d\udc", "\"\\\/\b\f\n\r\t", "é😀", "\ude00\ud83d"])",
    R"([[[[[[]]]]], {"__proto__": {"x": 1}, "10": 1, "9": 2, "constructor": null}])",
    R"( -0 )",
    R"([0.1, 123456789012345678901234567890, 5e-324, 1.7976931348623157e308, 1E400, 100.001])",
    R"("\uD800 \uDFFF \u2028")",
    R"({"toJSON": 1, "@@iterator": "no symbol", "length": 0})",
};

constexpr std::string_view pieces[] = {"{", "}", "[", "]", ",",    ":", "\"",       "\\", "\\u",
                                       "0", "-", ".", "e", "null", " ", "\xC3\xA9", "1"};

TEST(JsonFuzz, SeedsAndMutations) { fuzz_mutations(seeds, pieces, {.rounds = 2000}); }

}  // namespace
}  // namespace k6::js
