// Random mutations of valid programs: whatever the bytes, parse() gives a tree or an error that names a place in the
// source, and a tree can be walked. The generator has a fixed seed, so a failure repeats.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/testing/mutations.h"
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

TEST(Mutations, AlwaysGiveATreeOrAPlacedError) {
    Mutator mutator(20220601, kPieces);
    int trees = 0;
    int errors = 0;
    for (int round = 0; round < 6000; ++round) {
        std::string source(kSeeds[static_cast<std::size_t>(round) % std::size(kSeeds)]);
        source = mutator.mutate(source);
        const ParseOptions options = {.type = static_cast<SourceType>(mutator.number() % 3),
                                      .typescript = mutator.number() % 2 == 0};
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
