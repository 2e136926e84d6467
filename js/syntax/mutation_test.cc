// Random mutations of valid programs: whatever the bytes, parse() gives a tree or an error that names a place in the
// source, and a tree can be walked. The generator has a fixed seed, so a failure repeats.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "js/syntax/dump.h"
#include "js/syntax/parser.h"

namespace k6::js::syntax {
namespace {

constexpr std::string_view kSeeds[] = {
    "import http, * as n from 'k6/http'; export const options = {vus: 10, stages: [{duration: '1s', target: 1}]};\n"
    "export default async function () { const r = await http.get(`http://a/${__VU}?${[...a].map((x, i) => x ** i)}`);"
    " check(r, {'ok': (r) => r.status === 200 && r?.body?.[0] ?? /a[/]b(?<n>c)\\k<n>/u.test('\\u{1F600}')}); }",
    "class A extends (B, C) { static #p = 1n; get x() { return this.#p } static { this.y = new.target } async *[a]({b, "
    "c: [d = 1,,"
    " ...e]} = {}, ...f) { for await (const x of y) yield* super.z } 'q' = () => arguments; constructor() { "
    "super(...f) } }",
    "a: for (var i = 0, {j} = k; i < 10; i++) { if (b) continue a; else if (c) break a; switch (d) { case 1: default: "
    "throw e } try { f() } catch ({message}) { } finally { delete g[h], void 0, typeof `i${j}k` } } do x--; while (y) "
    "with (z) w",
    "({a = 1, b: {c}, ...d} = e) => f; [x, y.z, ...w] = v; async (p, q = 1) => await p; x ||= y &&= z ?"
    "?= 0b1 + 0o7 + .5e-3;"
    "var \\u0061b = '\\x41\\\n'; function* g() { yield\nyield* a } <!-- html\n--> c\nlet\nlet2",
    "interface A<T extends B = C> { readonly [k: string]: (x?: T) => x is T } enum E { A = 1, 'b' } namespace N.M { "
    "export "
    "let x: Map<A, Set<B>>= 1 } abstract class S<T> implements A { private constructor(public x?: T) { } declare y: T; "
    "m?<U>(): "
    "asserts this } const f = <T,>(x: T): T => x as any as T; g<A>(b)!.c satisfies D; type M = { -readonly [K in keyof "
    "T as "
    "`g${K}`]?: T[K] extends infer U ? U : never }; import q = require('r'); a ? (b): c => d : e < f > (g)",
};

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t limit) {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return (z ^ (z >> 31)) % limit;
    }

private:
    std::uint64_t state_;
};

std::string mutate(std::string text, Random& random) {
    constexpr std::string_view kPieces[] = {"(",
                                            ")",
                                            "{",
                                            "}",
                                            "[",
                                            "]",
                                            "`",
                                            "${",
                                            "/",
                                            "'",
                                            "=>",
                                            "...",
                                            "?.",
                                            "<",
                                            ">",
                                            ":",
                                            "?",
                                            "=",
                                            ";",
                                            ",",
                                            "\n",
                                            "#a",
                                            "@",
                                            "\\",
                                            "*",
                                            "as",
                                            "new",
                                            "in",
                                            "await ",
                                            "yield ",
                                            "async ",
                                            "let ",
                                            "static ",
                                            "get ",
                                            "class ",
                                            "function ",
                                            "\xF0\x9F\x98\x80",
                                            "\xE2\x80\xA8",
                                            "\xFF",
                                            "type ",
                                            "import ",
                                            "export "};
    for (std::size_t count = 1 + random.below(4); count > 0; --count) {
        const std::size_t at = random.below(text.size() + 1);
        switch (random.below(5)) {
            case 0:
                text.erase(at, 1 + random.below(8));
                break;
            case 1:
                text.insert(at, kPieces[random.below(std::size(kPieces))]);
                break;
            case 2:
                text.insert(at, text.substr(random.below(text.size() + 1), random.below(40)));
                break;
            case 3:
                text.resize(at);
                break;
            default:
                if (at < text.size()) text[at] = static_cast<char>(random.below(256));
        }
    }
    return text;
}

TEST(Mutations, AlwaysGiveATreeOrAPlacedError) {
    Random random(20220601);
    int trees = 0;
    int errors = 0;
    for (int round = 0; round < 6000; ++round) {
        std::string source(kSeeds[static_cast<std::size_t>(round) % std::size(kSeeds)]);
        source = mutate(std::move(source), random);
        const ParseOptions options = {.type = static_cast<SourceType>(random.below(3)),
                                      .typescript = random.below(2) == 0};
        const ParseResult result = parse(source, options);
        if (result) {
            ++trees;
            EXPECT_FALSE(dump(result.program()).empty());
        } else {
            ++errors;
            EXPECT_FALSE(result.error().message.empty()) << source;
            EXPECT_GE(result.error().line, 1U);
            EXPECT_GE(result.error().column, 1U);
            EXPECT_LE(result.error().column, source.size() + 1) << source;
        }
    }
    EXPECT_GT(trees, 100);
    EXPECT_GT(errors, 1000);
}

TEST(Mutations, EveryPrefixIsHandled) {
    for (const std::string_view seed : kSeeds) {
        for (std::size_t length = 0; length <= seed.size(); ++length) {
            for (const bool typescript : {false, true}) {
                const ParseResult result =
                    parse(seed.substr(0, length), {.type = SourceType::module, .typescript = typescript});
                EXPECT_TRUE(result || !result.error().message.empty());
            }
        }
    }
}

}  // namespace
}  // namespace k6::js::syntax
