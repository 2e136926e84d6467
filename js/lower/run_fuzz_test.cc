// Mutations of the test programs through the fuzz target: its entry aborts if a program that parses does not compile.
// The generator has a fixed seed, so a failure repeats; K6_FUZZ_ROUNDS=100000 makes it a longer run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/testing/mutations.h"

namespace {

/// The programs of js/lower/testdata ("//// name" begins one).
std::vector<std::string> seeds() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator("js/lower/testdata"))
        if (entry.path().extension() == ".js") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> result;
    for (const auto& path : files) {
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("//// "))
                result.emplace_back();
            else if (!line.starts_with("//>") && !result.empty())
                result.back() += line + '\n';
        }
    }
    std::erase_if(result, [](const std::string& seed) { return seed.size() > 4000; });
    return result;
}

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
public:
    std::size_t below(std::size_t limit) {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return (z ^ (z >> 31)) % limit;
    }

private:
    std::uint64_t state_ = 20220602;
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '#'; }

std::vector<std::string> tokens_of(const std::string& text) {
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        if (is_word(text[at]))
            while (end < text.size() && is_word(text[end])) ++end;
        tokens.push_back(text.substr(at, end - at));
        at = end;
    }
    return tokens;
}

/// Whole tokens are moved about, so that many mutants still parse.
std::string mutate(const std::string& seed, const std::string& other, Random& random) {
    static constexpr std::string_view pieces[] = {" await ",
                                                  " yield ",
                                                  "async ",
                                                  "*",
                                                  "static ",
                                                  "get ",
                                                  "...",
                                                  "?.",
                                                  "\?\?=",
                                                  "**",
                                                  "{",
                                                  "}",
                                                  "(",
                                                  ")",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ";",
                                                  "=>",
                                                  "let ",
                                                  "const ",
                                                  "class {}",
                                                  "function () {}",
                                                  "() => 1",
                                                  "super.x",
                                                  "new.target",
                                                  "this",
                                                  "arguments",
                                                  "eval",
                                                  "`${1}`",
                                                  "#p",
                                                  "x = 1",
                                                  "/a/g",
                                                  "10n",
                                                  "{ a, ...b }",
                                                  "[c, d = 1]",
                                                  "break;",
                                                  "continue;",
                                                  "return 1;",
                                                  "throw 1;",
                                                  "try {} finally {}",
                                                  "l: ",
                                                  "for (const q of [1]) "};
    std::vector<std::string> tokens = tokens_of(seed);
    const std::vector<std::string> more = tokens_of(other);
    for (std::size_t count = 1 + random.below(3); count > 0 && !tokens.empty(); --count) {
        const auto at = static_cast<std::ptrdiff_t>(random.below(tokens.size()));
        const auto position = tokens.begin() + at;
        switch (random.below(5)) {
            case 0:
                tokens.erase(position,
                             position + std::min<std::ptrdiff_t>(tokens.end() - position,
                                                                 static_cast<std::ptrdiff_t>(1 + random.below(4))));
                break;
            case 1:
                tokens.insert(position, std::string(pieces[random.below(std::size(pieces))]));
                break;
            case 2: {
                const auto from = static_cast<std::ptrdiff_t>(random.below(more.size()));
                const auto length = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(more.size()) - from,
                                                             static_cast<std::ptrdiff_t>(random.below(25)));
                tokens.insert(position, more.begin() + from, more.begin() + from + length);
                break;
            }
            case 3:
                *position = tokens[random.below(tokens.size())];
                break;
            default:
                *position = pieces[random.below(std::size(pieces))];
        }
    }
    std::string result;
    for (const std::string& token : tokens) result += token;
    return result;
}

TEST(RunFuzz, MutatedProgramsCompileAndEnd) {
    const std::vector<std::string> programs = seeds();
    ASSERT_GT(programs.size(), 100u);
    for (const std::string& program : programs) k6::run_fuzz_entry(program);
    Random random;
    const int rounds = k6::fuzz_rounds(3000);
    for (int round = 0; round < rounds; ++round)
        k6::run_fuzz_entry(
            mutate(programs[random.below(programs.size())], programs[random.below(programs.size())], random));
}

}  // namespace
