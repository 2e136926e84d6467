// TypeScript: what is erased, and what is kept.
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "js/syntax/dump.h"
#include "js/syntax/parser.h"

namespace k6::js::syntax {
namespace {

std::string parsed(std::string_view source) {
    const ParseResult result = parse(source, {.type = SourceType::module, .typescript = true});
    if (!result) return result.error().to_string();
    const std::string text = dump(result.program());
    return text == "(program)" ? "" : text.substr(9, text.size() - 10);
}

struct Case {
    const char* source;
    const char* tree;
};

class TypeScript : public testing::TestWithParam<Case> {};

TEST_P(TypeScript, IsErased) { EXPECT_EQ(parsed(GetParam().source), GetParam().tree) << GetParam().source; }

INSTANTIATE_TEST_SUITE_P(
    Declarations, TypeScript,
    testing::Values(
        Case{"interface A<T = any> extends B<T>, C { readonly a: T; b?(): void; [k: string]: unknown; new (): A; "
             "<T>(x: T): T; "
             "get c(): T; set c(v: T); [Symbol.iterator](): void }",
             ""},
        Case{"type A<T> = T | B; type C = { a: number, b: string }", ""},
        Case{"declare const A: B; declare let a: C, d: E; declare function f(): void; declare class D { m(): void; p: "
             "number }",
             ""},
        Case{"declare module 'm' { export default function f(): void; export = a; const b: C } declare module 'n';",
             ""},
        Case{"declare global { interface Window { a: B } var c: D }", ""},
        Case{"declare enum E { A } declare namespace N.M { let a: B }", ""},
        Case{"declare function eval(a: string): any", ""}, Case{"abstract class A {}", "(class-declaration A _)"},
        Case{"function f(a: A): B; function f(a: C): D; function f(a: any) { }", "(function-declaration f (a))"},
        Case{"export function f(a: A): B; export function f(a: any) {}", "(export (function-declaration f (a)))"},
        Case{"enum A { B, C = 2, 'd e' = B | C, F = 's' }", "(enum A (B _) (C 2) (d e (| B C)) (F \"s\"))"},
        Case{"const enum A { B }", "(enum const A (B _))"},
        Case{"enum A { B } enum A { C }", "(enum A (B _)) (enum A (C _))"},
        Case{"namespace A { export const b = 1; interface C {} const d = 2 }",
             "(namespace A (export (const (= b 1))) (const (= d 2)))"},
        Case{"namespace A.B { export let c }", "(namespace A (export (namespace B (export (let c)))))"},
        Case{"namespace A { interface B {} export type C = B }", ""},
        Case{"class A {} namespace A { export let b = 1 }",
             "(class-declaration A _) (namespace A (export (let (= b 1))))"},
        Case{"module A { let b = 1 }", "(namespace A (let (= b 1)))"}, Case{"if (a) type B = C", "(if a (empty))"}));

INSTANTIATE_TEST_SUITE_P(
    Classes, TypeScript,
    testing::Values(
        Case{"class A<T> extends B<T> implements C, D<T> {}", "(class-declaration A B)"},
        Case{"class A { private a = 1; public static readonly b?: C; declare c: D; e!: F; protected override readonly "
             "g = 1 }",
             "(class-declaration A _ (field a 1) (field static b _) (field e _) (field g 1))"},
        Case{"abstract class A { abstract a: B; abstract c(): D; abstract get e(): F; g() {} }",
             "(class-declaration A _ (method g (function ())))"},
        Case{"class A { constructor(a: B); constructor(private a, public readonly b = 1, c?: D, readonly e?: F) {} }",
             "(class-declaration A _ (constructor constructor (function ((parameter-property a) (parameter-property "
             "(default b 1)) c "
             "(parameter-property e)))))"},
        Case{"class A { m(a: B): C; m(a: D): E; m(a: any): any {} }",
             "(class-declaration A _ (method m (function (a))))"},
        Case{"class A { [key: string]: B; static [k: number]: C; [d]: E = 1 }",
             "(class-declaration A _ (field [d] 1))"},
        Case{"class A { get a(): B { } set a(v: C) { } async *m<T>(): D<T> {} m2?() {} #p?: E = 1 }",
             "(class-declaration A _ (get a (function ())) (set a (function (v))) (method m (function async generator "
             "())) (method "
             "m2 (function ())) (field #p 1))"},
        Case{"class A { readonly; static; declare = 1; abstract() {} private?: B; public = <T>(a: T) => a }",
             "(class-declaration A _ (field readonly _) (field static _) (field declare 1) (method abstract (function "
             "())) (field "
             "private _) (field public (=> (a) a)))"},
        Case{"class A { m(this: A, a: B) {} }", "(class-declaration A _ (method m (function (a))))"},
        Case{"x = class<T> { a: T }", "(expr (= x (class _ _ (field a _))))"},
        Case{"class A { constructor(private {a}: B) {} }",
             "Line 1:23 A parameter property may not be declared using a binding pattern"}));

INSTANTIATE_TEST_SUITE_P(
    Expressions, TypeScript,
    testing::Values(
        Case{"a as B; a as const; a as any as C[]; a satisfies D", "(expr a) (expr a) (expr a) (expr a)"},
        Case{"a as B + c", "(expr (+ a c))"}, Case{"a + b as C == d", "(expr (== (+ a b) d))"},
        Case{"<A>b; <any>b.c; <const>d", "(expr b) (expr (. b c)) (expr d)"},
        Case{"(a as any) = 1; (<B>c).d = 2; e! = 3", "(expr (= a 1)) (expr (= (. c d) 2)) (expr (= e 3))"},
        Case{"a!.b![0]!()!", "(expr (call ([] (. a b) 0)))"}, Case{"a?.b!.c", "(expr (chain (. (?. a b) c)))"},
        Case{"f<A>(b); new C<D, E<F>>(); g<H>`i`; a?.<B>(c)",
             "(expr (call f b)) (expr (new C)) (expr (tagged g (template \"i\"))) (expr (chain (call?. a c)))"},
        Case{"a < b; c > (d); a < b || c > d; a < b > c",
             "(expr (< a b)) (expr (> c d)) (expr (|| (< a b) (> c d))) (expr (> (< a "
             "b) c))"},
        Case{"const a = f<B>; f(a<b, c>d)", "(const (= a f)) (expr (call f (< a b) (> c d)))"},
        Case{"f<<T>(a: T) => void>(b)", "(expr (call f b))"}, Case{"let a: Map<B, Set<C>>= d", "(let (= a d))"},
        Case{"(a: B, c?: D, {e}: F = {}, ...g: H[]): I => 1",
             "(expr (=> (a c (default (object-pattern (init shorthand e e)) (object)) (rest g)) 1))"},
        Case{"async (a: B): Promise<C> => a; async <T>(a: T) => a; async(a, b)",
             "(expr (=> async (a) a)) (expr (=> async (a) a)) (expr (call async a b))"},
        Case{"<T,>(a: T) => a; <T extends U>(a) => b; <const T>(a: T): T => a",
             "(expr (=> (a) a)) (expr (=> (a) b)) (expr (=> (a) a))"},
        Case{"a ? (b) : c; a ? (b): d => e : f; a ? (b) : c => d; a ? (b, c?: D) => e : f",
             "(expr (?: a b c)) (expr (?: a (=> (b) e) f)) (expr (?: a b (=> (c) d))) (expr (?: a (=> (b c) e) f))"},
        Case{"a ? b ? (c) : (d) : (e)", "(expr (?: a (?: b c d) e))"},
        Case{"a ? (b, c) : d; a ? async (b): c => d : e", "(expr (?: a (seq b c) d)) (expr (?: a (=> async (b) d) e))"},
        Case{"function f(this: A, a?: B, ...c: D[]): a is B { }", "(function-declaration f (a (rest c)))"},
        Case{"function f(a): asserts a {} function g(b): asserts b is C {} function h(): this is D {}",
             "(function-declaration f (a)) (function-declaration g (b)) (function-declaration h ())"},
        Case{"x = { m<T>(a: T): T {}, get a(): B {}, async *c(): D {} }",
             "(expr (= x (object (method m (function (a))) (get a (function ())) (method c (function async generator "
             "())))))"},
        Case{"let a!: B, c: D = 1; for (const e of f as G[]) ; try {} catch (h: unknown) {}",
             "(let a (= c 1)) (for-of (const e) f (empty)) (try (block) (catch h (block)) _)"},
        Case{"type; type = 1; declare; namespace\na; abstract; as; let is = of",
             "(expr type) (expr (= type 1)) (expr declare) (expr namespace) (expr a) (expr abstract) (expr as) (let (= "
             "is of))"}));

INSTANTIATE_TEST_SUITE_P(
    Types, TypeScript,
    testing::Values(
        Case{"let a: string | number & (B | undefined)[] | null", "(let a)"}, Case{"let a: | B | C", "(let a)"},
        Case{"let a: [b: C, d?: E, ...f: G[]], h: readonly [I?, ...J]", "(let a h)"},
        Case{"let a: (b: C, ...d: E[]) => void, f: new () => G, h: abstract new <T>(i: T) => J", "(let a f h)"},
        Case{"let a: (b) => c, d: ({e}: F, [g]: H) => I, j: () => () => K, l: (this: M) => this", "(let a d j l)"},
        Case{"let a: { b: C; d?: E, f(): G\n readonly [h: string]: I; -1: J }", "Line 2:27 Unexpected token -"},
        Case{"let a: { b: C; d?: E, f(): G\n readonly [h: string]: I }", "(let a)"},
        Case{"type A<T> = { readonly [K in keyof T]?: T[K] }; type B<T> = { -readonly [K in T as `get${K}`]-?: T[K] }",
             ""},
        Case{"type A<T> = T extends (infer U extends string)[] ? U : T extends B ? C : never", ""},
        Case{"type A<X, Y> = (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? true : false", ""},
        Case{"type A = `a${B}c${D | 'e'}`; type F = -1 | 1n | true | 'x' | void | unique symbol", ""},
        Case{"let a: typeof b.c, d: typeof import('e'), f: import('g').H<I>, j: typeof k<L>", "(let a d f j)"},
        Case{"let a: A.B.C<D>[][], e: keyof typeof f, g: A['b'][number]", "(let a e g)"},
        Case{"let a: Array<Array<Array<B>>> = c >> d", "(let (= a (>> c d)))"},
        Case{"let a: B\n[c]", "(let a) (expr (array c))"},
        Case{"type A = <T extends B = C>(a: T) => T; type D<in out T, const U> = T", ""},
        Case{"let a: (", "Line 1:9 Unexpected end of input"}, Case{"let a: ;", "Line 1:8 Unexpected token ;"},
        Case{"let a: B<C = 1", "Line 1:12 Unexpected token ="},
        Case{"type A = {", "Line 1:11 Unexpected end of input"}));

INSTANTIATE_TEST_SUITE_P(
    Modules, TypeScript,
    testing::Values(
        Case{"import type A from 'a'; import type {B} from 'b'; import type * as C from 'c'; import {type D} from 'd'",
             ""},
        Case{"import {type A, b} from 'c'; b", "(import \"c\" (b b)) (expr b)"},
        Case{"import type from 'a'; type", "(import \"a\" (default type)) (expr type)"},
        Case{"import type, {type as as} from 'a'; type(as)",
             "(import \"a\" (default type) (type as)) (expr (call type as))"},
        Case{"import {type as} from 'a'", ""}, Case{"import 'a'; import {} from 'b'", "(import \"a\") (import \"b\")"},
        Case{"export type {A} from 'a'; export type * from 'b'; export {type C} from 'c'", ""},
        Case{"interface A {} class B {} export {A, B}; export {type A as C}", "(class-declaration B _) (export (B B))"},
        Case{"declare const A: B; export {A}", "(export)"},
        Case{"export interface A {} export type B = A; export declare const c: D; export default interface E {}", ""},
        Case{"export enum A { B } export abstract class C {} export namespace D { export let e } export const enum F { "
             "G }",
             "(export (enum A (B _))) (export (class-declaration C _)) (export (namespace D (export (let e)))) (export "
             "(enum "
             "const F (G _)))"},
        Case{"import a = require('b'); a", "(import-require a \"b\") (expr a)"},
        Case{"import a = b.c; export import d = a.e", "(import-alias a (. b c)) (import-alias export d (. a e))"},
        Case{"import type a = require('b')", ""}, Case{"export = a", "(export= a)"}, Case{"export as namespace A", ""},
        Case{"export {A}", "Line 1:9 Export 'A' is not defined in module"}));

INSTANTIATE_TEST_SUITE_P(
    UnusedImports, TypeScript,
    testing::Values(
        Case{"import {a, b, c, d} from 'm'; let x: a; b; export {c}; d.e",
             "(import \"m\" (a a unused) (b b) (c c) (d d)) (let x) (expr b) (export (c c)) (expr (. d e))"},
        Case{"import {a} from 'm'; (a) => a; function f(a) { a } { let a; a }",
             "(import \"m\" (a a unused)) (expr (=> (a) a)) (function-declaration f (a) (expr a)) (block (let a) (expr "
             "a))"},
        Case{"import {a} from 'm'; function f() { { a } var b }",
             "(import \"m\" (a a)) (function-declaration f () (block (expr a)) (var b))"},
        Case{"import {a} from 'm'; x.a; ({a: 1}); ({a})",
             "(import \"m\" (a a)) (expr (. x a)) (expr (object (init a 1))) (expr (object (init shorthand a a)))"},
        Case{"import {a} from 'm'; x.a; ({a: 1}); class B { a() {} }",
             "(import \"m\" (a a unused)) (expr (. x a)) (expr (object (init a 1))) (class-declaration B _ (method a "
             "(function ())))"},
        Case{"import {a, b} from 'm'; c ? (a) : b => d",
             "(import \"m\" (a a) (b b unused)) (expr (?: c a (=> (b) d)))"},
        Case{"import {a} from 'm'; c ? (a): d => a : e", "(import \"m\" (a a unused)) (expr (?: c (=> (a) a) e))"},
        Case{"import {A} from 'm'; class B extends C<A> implements A { d: A }",
             "(import \"m\" (A A unused)) (class-declaration B C (field d _))"},
        Case{"import {A} from 'm'; declare class B extends A {} let c: typeof A",
             "(import \"m\" (A A unused)) (let c)"},
        Case{"import a = require('m'); import b = n.c",
             "(import-require unused a \"m\") (import-alias unused b (. n c))"}));

TEST(TypeScriptSyntax, IsAnErrorInJavaScript) {
    for (const char* source :
         {"let a: B", "interface A {}", "a as B", "a!", "enum A {}", "f<A>()", "(a: B) => c", "class A { private b }",
          "abstract class A {}", "import type {A} from 'b'", "function f(a?) {}", "declare const a: B"}) {
        EXPECT_FALSE(parse(source, {.type = SourceType::module})) << source;
        EXPECT_TRUE(parse(source, {.type = SourceType::module, .typescript = true}) ||
                    std::string_view(source) == "f<A>()")
            << source;
    }
}

TEST(TypeScriptSyntax, MethodsOfObjectsNeedABody) {
    EXPECT_EQ(parsed("({a()})"), "Line 1:6 Unexpected token }");
    EXPECT_EQ(parsed("({get a(): B, c})"), "Line 1:13 Unexpected token ,");
}

TEST(TypeScriptSyntax, KeepsPlacesOfTheSource) {
    const ParseResult result = parse("type A = {\n  a: B\n}\nlet a: A = <A>b, c = ;", {.typescript = true});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().to_string(), "Line 4:22 Unexpected token ;");
}

}  // namespace
}  // namespace k6::js::syntax
