// A short fixed run of the fuzz target on its seed corpus and mutations of it. K6_FUZZ_ROUNDS makes it longer.
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

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

void run(const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

TEST(JsonFuzz, SeedsRun) {
    for (const std::string_view seed : seeds) run(std::string(seed));
}

TEST(JsonFuzz, MutationsRun) {
    const char* given = std::getenv("K6_FUZZ_ROUNDS");
    const int rounds = given == nullptr ? 3000 : std::atoi(given);
    static constexpr std::string_view pieces[] = {"{", "}", "[", "]", ",",    ":", "\"",       "\\", "\\u",
                                                  "0", "-", ".", "e", "null", " ", "\xC3\xA9", "1"};
    std::mt19937 random(7);
    for (int i = 0; i < rounds; ++i) {
        std::string input(seeds[random() % std::size(seeds)]);
        for (unsigned n = 1 + random() % 4; n > 0 && !input.empty(); --n) {
            const std::size_t at = random() % input.size();
            switch (random() % 4) {
                case 0:
                    input[at] = static_cast<char>(random());
                    break;
                case 1:
                    input.erase(at, 1 + random() % 3);
                    break;
                case 2:
                    input.insert(at, pieces[random() % std::size(pieces)]);
                    break;
                default:
                    input.insert(at, input.substr(random() % input.size(), random() % 12));
                    break;
            }
        }
        run(input);
    }
}

}  // namespace
}  // namespace k6::js
