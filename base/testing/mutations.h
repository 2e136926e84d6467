// Fuzz entries without a fuzzer: each runs on its seeds and on mutations of them in every test run, the same ones in
// every run. `bazel test --test_env=K6_FUZZ_ROUNDS=1000000 TARGET` makes it a long one.
//
//   constexpr std::string_view seeds[] = {"a=b; Path=/"};
//   constexpr std::string_view pieces[] = {"=", ";", "Max-Age", "\xff"};  // what the format's texts are made of
//   TEST(CookieFuzz, SeedsAndMutations) { fuzz_mutations(seeds, pieces, {.rounds = 3000}); }
//
// For tests; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace k6 {

/// How often each seed is changed.
inline int fuzz_rounds(int usual) {
    const char* wanted = std::getenv("K6_FUZZ_ROUNDS");
    const int rounds = wanted != nullptr ? std::atoi(wanted) : 0;
    return rounds > 0 ? rounds : usual;
}

inline void run_fuzz_entry(std::string_view text) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

/// Changes, removes, repeats, cuts off and inserts; the same for the same seed of its random numbers.
class Mutator {
public:
    Mutator(std::uint32_t seed, std::span<const std::string_view> pieces) : random_(seed), pieces_(pieces) {}

    std::string mutate(std::string_view text) {
        std::string out(text);
        for (std::uint32_t changes = 1 + number() % 5; changes > 0; --changes) {
            const std::size_t place = out.empty() ? 0 : number() % out.size();
            switch (number() % 11) {
                case 0:
                case 1:
                    if (!out.empty()) out[place] = static_cast<char>(number());
                    break;
                case 2:
                case 3:
                    out.erase(place, 1 + number() % 8);
                    break;
                case 4:
                case 5:
                    out.insert(place, out.substr(number() % (out.size() + 1), number() % 32));
                    break;
                case 6:
                case 7:
                    out.replace(place, 1, piece());
                    break;
                case 8:
                    out.resize(place);
                    break;
                default:
                    out.insert(place, piece());
                    break;
            }
        }
        return out;
    }
    std::uint32_t number() { return random_(); }

private:
    std::string_view piece() { return pieces_[number() % pieces_.size()]; }

    std::mt19937 random_;
    std::span<const std::string_view> pieces_;
};

struct FuzzPlan {
    /// Mutations of each seed, where the environment does not say otherwise.
    int rounds = 3000;
    /// After how many changes on top of each other it begins again from the seed.
    int depth = 8;
    std::size_t longest = 4096;
    /// A first byte, of any value, before each text: options of the fuzz entry.
    bool option_byte = false;
};

/// Runs the fuzz entry that the test is linked with. `seeds`: texts.
template <class Seeds>
void fuzz_mutations(const Seeds& seeds, std::span<const std::string_view> pieces, const FuzzPlan& plan) {
    std::uint32_t number = 0;
    for (const std::string_view seed : seeds) {
        Mutator mutator(++number, pieces);
        std::string text(seed);
        for (int i = 0, rounds = fuzz_rounds(plan.rounds); i < rounds; ++i) {
            run_fuzz_entry(plan.option_byte ? static_cast<char>(mutator.number()) + text : text);
            text = mutator.mutate(i % plan.depth == 0 ? seed : std::string_view(text));
            if (text.size() > plan.longest) text.resize(plan.longest);
        }
    }
}

}  // namespace k6
