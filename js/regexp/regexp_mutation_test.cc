// A short fixed run of the fuzz target: its seed corpus, mutations of it, and generated patterns. K6_FUZZ_ROUNDS makes
// it longer.
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/testing/mutations.h"
#include "gtest/gtest.h"

namespace k6::js::regexp {
namespace {

const std::vector<std::string>& corpus() {
    static const std::vector<std::string> seeds = {
        std::string("\0(a|ab)(c|bcd)(d*)\nabcd", 21),
        "\1([A-Z]\\w+)\\s*=\\s*(?<v>['\"]?)(.*?)\\k<v>\nKey = 'value'",
        "\2^(?:\\d{1,3}\\.){3}\\d{1,3}$\n10.0.0.1\nx",
        "\4(z)((a+)?(b+)?(c))*\nzaacbbbcac",
        "\x08\\u{1F600}[\\p{L}\\P{Nd}]\\ud83d\n\xF0\xF1x\xF2",
        "\x09[^\\W\\d]\\bk[a-z\\xe9]\n\x81k\x82s",
        "\3(?<=\\$\\d+)\\.(?<!x)(?=y|(?!z))\n$10.y",
        "\x10(?:a*?)+?(b{2,3}|c?\?)\\1\\2{0,1}\nabbbc",
        "\2(\\w+)\\1$|[\\cA\\0-\\x1f\\b-]\nabab\n",
        "\5(?:(x)|y)+\\1.{2,}\xC0?\nXYxyx\x80",
    };
    return seeds;
}

/// A random pattern over few characters, so that it often matches.
class Generator {
public:
    explicit Generator(std::mt19937& random) : random_(random) {}

    std::string pattern() {
        groups_ = 0;
        return disjunction(0);
    }

private:
    unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

    std::string disjunction(int depth) {
        std::string text = sequence(depth);
        while (pick(4) == 0) text += '|' + sequence(depth);
        return text;
    }

    std::string sequence(int depth) {
        std::string text;
        for (unsigned n = pick(4) + (depth == 0 ? 1 : 0); n > 0; --n) text += term(depth);
        return text;
    }

    std::string term(int depth) {
        static constexpr const char* atoms[] = {"a",         "b",   "c",    "k",    "S", ".",    "\\w",
                                                "\\d",       "\\s", "[ab]", "[^a]", "A", "\xC3", "\xC5",
                                                "[a-z\xC0]", "\\W", "[]",   "[^]",  "1", " ",    "\\u017f"};
        static constexpr const char* assertions[] = {"^", "$", "\\b", "\\B"};
        std::string text;
        if (depth < 4 && pick(3) == 0) {
            static constexpr const char* opens[] = {"(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(", "(?:"};
            const unsigned kind = pick(8);
            if (kind == 0 || kind == 6) ++groups_;
            text = opens[kind] + disjunction(depth + 1) + ')';
            if (kind >= 2 && kind <= 5) return text;
        } else if (pick(8) == 0) {
            return assertions[pick(4)];
        } else if (groups_ > 0 && pick(8) == 0) {
            text = '\\' + std::to_string(pick(groups_) + 1);
        } else {
            text = atoms[pick(std::size(atoms))];
        }
        static constexpr const char* quantifiers[] = {"*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}"};
        if (pick(3) == 0) {
            text += quantifiers[pick(std::size(quantifiers))];
            if (pick(3) == 0) text += '?';
        }
        return text;
    }

    std::mt19937& random_;
    unsigned groups_ = 0;
};

TEST(RegExpFuzz, SeedsAndMutations) {
    static constexpr std::string_view pieces[] = {"(", ")",    "[",     "]",      "*", "?",   "\\", "{1,2}",
                                                  "|", "(?<=", "(?<n>", "\\k<n>", "a", "\\b", "^",  "\n"};
    fuzz_mutations(corpus(), pieces, {.rounds = 500});
}

TEST(RegExpFuzz, GeneratedPatternsMatchTheSameInBothMatchers) {
    std::mt19937 random(2);
    Generator generator(random);
    const int rounds = fuzz_rounds(3000);
    static constexpr char characters[] = {'a', 'b', 'c', 'k', 'S', 's', '1', ' ', '\xC3', '\xC5', 'A', '\r', '\xC4'};
    for (int i = 0; i < rounds; ++i) {
        std::string input(1, static_cast<char>(random() % 32));
        input += generator.pattern();
        input += '\n';
        for (unsigned n = random() % 16; n > 0; --n) input += characters[random() % std::size(characters)];
        run_fuzz_entry(input);
    }
}

}  // namespace
}  // namespace k6::js::regexp
