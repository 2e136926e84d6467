#include "js/syntax/parser.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gtest/gtest.h"
#include "js/syntax/dump.h"

namespace k6::js::syntax {
namespace {

constexpr SourceType kScript = SourceType::script;
constexpr SourceType kModule = SourceType::module;
constexpr SourceType kCommonJs = SourceType::commonjs_function_body;

// The tree without its "(program " frame, or the error.
std::string parsed(std::string_view source, SourceType type = kScript) {
    const ParseResult result = parse(source, {.type = type});
    if (!result) return result.error().to_string();
    const std::string text = dump(result.program());
    return text == "(program)" ? "" : text.substr(9, text.size() - 10);
}

struct Case {
    const char* source;
    const char* tree;
    SourceType type = kScript;
};

class Tree : public testing::TestWithParam<Case> {};

TEST_P(Tree, IsAsExpected) {
    EXPECT_EQ(parsed(GetParam().source, GetParam().type), GetParam().tree) << GetParam().source;
}

INSTANTIATE_TEST_SUITE_P(
    Literals, Tree,
    testing::Values(
        Case{"1_0; 0x1F; .5", "(expr 10) (expr 31) (expr 0.5)"}, Case{"10n; 0xFFn", "(expr 10n) (expr 0xFFn)"},
        Case{"null; true; false; this", "(expr null) (expr true) (expr false) (expr this)"},
        Case{"x = /[/]a/g / 2", "(expr (= x (/ /[/]a/g 2)))"},
        Case{"`a${1 + `b${c}`}d`", R"((expr (template "a" (+ 1 (template "b" c "")) "d")))"},
        Case{"f`a${b}`", R"((expr (tagged f (template "a" b "")))"
                         ")"},
        Case{"f`\\u`", R"((expr (tagged f (template undefined=raw"\\u"))))"},
        Case{"[1,,...a,]", "(expr (array 1 _ (... a)))"}, Case{"('\\ud83d\\ude00')", "(expr \"\xF0\x9F\x98\x80\")"},
        Case{"({a, b: 1, 'c': 2, 3: 4, [d]: 5, ...e})",
             R"((expr (object (init shorthand a a) (init b 1) (init "c" 2) (init 3 4) (init [d] 5) (... e))))"},
        Case{"({get a() {}, set a(v) {}, get: 1, async b() {}, *c() {}, async *d() {}, async() {}, if() {}})",
             "(expr (object (get a (function ())) (set a (function (v))) (init get 1) (method b (function "
             "async ())) (method c (function generator ())) (method d (function async generator ())) (method "
             "async (function ())) (method if (function ()))))"}));

INSTANTIATE_TEST_SUITE_P(
    Operators, Tree,
    testing::Values(Case{"a + b * c - d", "(expr (- (+ a (* b c)) d))"}, Case{"a ** b ** c", "(expr (** a (** b c)))"},
                    Case{"(-a) ** b", "(expr (** (- a) b))"},
                    Case{"a || b && c | d ^ e & f", "(expr (|| a (&& b (| c (^ d (& e f))))))"},
                    Case{"a ?? b ?? c", "(expr (?? (?? a b) c))"}, Case{"(a || b) ?? c", "(expr (?? (|| a b) c))"},
                    Case{"a == b < c << d", "(expr (== a (< b (<< c d))))"},
                    Case{"a in b instanceof c", "(expr (instanceof (in a b) c))"},
                    Case{"!typeof -a++", "(expr (! (typeof (- (postfix ++ a)))))"},
                    Case{"++a.b", "(expr (prefix ++ (. a b)))"}, Case{"a\n++b", "(expr a) (expr (prefix ++ b))"},
                    Case{"a = b += c \?\?= d", "(expr (= a (+= b (\?\?= c d))))"},
                    Case{"a ? b : c ? d : e", "(expr (?: a b (?: c d e)))"},
                    Case{"a ? b = 1 : c = 2", "(expr (?: a (= b 1) (= c 2)))"},
                    Case{"a ? b : c => d", "(expr (?: a b (=> (c) d)))"}, Case{"a, b, c", "(expr (seq a b c))"},
                    Case{"new a.b(c).d", "(expr (. (new (. a b) c) d))"}, Case{"new (f())()", "(expr (new (call f)))"},
                    Case{"new new a(b)(c)", "(expr (new (new a b) c))"}, Case{"new a", "(expr (new a))"},
                    Case{"a?.b.c?.[d](e)?.(f)", "(expr (chain (call?. (call (?.[] (. (?. a b) c) d) e) f)))"},
                    Case{"(a?.b).c", "(expr (. (chain (?. a b)) c))"},
                    Case{"a[b, c](...d)", "(expr (call ([] a (seq b c)) (... d)))"},
                    Case{"import('x').then(f)", "(expr (call (. (import() \"x\") then) f))"},
                    Case{"import.meta.resolve('x')", "(expr (call (. import.meta resolve) \"x\"))", kModule},
                    Case{"function f() { new.target.x }", "(function-declaration f () (expr (. new.target x)))"}));

INSTANTIATE_TEST_SUITE_P(
    Patterns, Tree,
    testing::Values(
        Case{"let {a, b: c = 1, [d]: {e}, ...f} = g",
             "(let (= (object-pattern (init shorthand a a) (init b (default c 1)) (init [d] (object-pattern (init "
             "shorthand e "
             "e))) (rest f)) g))"},
        Case{"const [a = 1, , [b], ...[c]] = d",
             "(const (= (array-pattern (default a 1) _ (array-pattern b) (rest "
             "(array-pattern c))) d))"},
        Case{"[a.b, c[0] = 1, ...d.e] = f", "(expr (= (array-pattern (. a b) (default ([] c 0) 1) (rest (. d e))) f))"},
        Case{
            "({a = 1, b: [c], ...d.e} = f)",
            "(expr (= (object-pattern (init shorthand a (default a 1)) (init b (array-pattern c)) (rest (. d e))) f))"},
        Case{"[(a), (b.c)] = d", "(expr (= (array-pattern a (. b c)) d))"},
        Case{"[{a = 1}.b] = c", "Line 1:5 Invalid shorthand property initializer"},
        Case{"({a, b: {c}}, [d] = [], ...e) => 1",
             "(expr (=> ((object-pattern (init shorthand a a) (init b (object-pattern (init shorthand c c)))) (default "
             "(array-pattern d) (array)) (rest e)) 1))"},
        Case{"for ([a, b] of c) ;", "(for-of (array-pattern a b) c (empty))"},
        Case{"for ({a = 1} of c) ;", "(for-of (object-pattern (init shorthand a (default a 1))) c (empty))"},
        Case{"for (a.b in c) ;", "(for-in (. a b) c (empty))"},
        Case{"try {} catch ({a}) {}", "(try (block) (catch (object-pattern (init shorthand a a)) (block)) _)"}));

INSTANTIATE_TEST_SUITE_P(
    Functions, Tree,
    testing::Values(
        Case{"function f(a, b = 1, ...c) { return a }",
             "(function-declaration f (a (default b 1) (rest c)) (return a))"},
        Case{"x = function* g() { yield; yield* a; yield\n b }",
             "(expr (= x (function generator g () (expr (yield)) (expr (yield* a)) (expr (yield)) (expr b))))"},
        Case{"async function f() { await a; for await (x of y) ; }",
             "(function-declaration async f () (expr (await a)) (for-await x y (empty)))"},
        Case{
            "() => {}; a => a; (a) => ({}); async a => a; async (a, b) => {}; async () => 1",
            "(expr (=> ())) (expr (=> (a) a)) (expr (=> (a) (object))) (expr (=> async (a) a)) (expr (=> async (a b))) "
            "(expr (=> async () 1))"},
        Case{"async; async(1); async.x; async\n(2)",
             "(expr async) (expr (call async 1)) (expr (. async x)) (expr (call "
             "async 2))"},
        Case{"async\nfunction f() {}", "(expr async) (function-declaration f ())"},
        Case{"var yield = await + of + get + static", "(var (= yield (+ (+ (+ await of) get) static)))"},
        Case{"a => b => c", "(expr (=> (a) (=> (b) c)))"}, Case{"x = await 1", "(expr (= x (await 1)))", kModule},
        Case{"return 1", "(return 1)", kCommonJs},
        Case{"'use strict'; 'other'; ('no')", R"((directive "use strict") (directive "other") (expr "no"))"}));

INSTANTIATE_TEST_SUITE_P(
    Classes, Tree,
    testing::Values(
        Case{"class A extends B.c { constructor() { super(); super.x } }",
             "(class-declaration A (. B c) (constructor constructor (function () (expr (call super)) (expr (. super "
             "x)))))"},
        Case{"x = class { a; static b = 1; #c = this.#c; 'd' = 2; [e]; static; get; async\n f }",
             "(expr (= x (class _ _ (field a _) (field static b 1) (field #c (. this #c)) (field \"d\" 2) (field [e] "
             "_) (field "
             "static _) (field get _) (field async _) (field f _))))"},
        Case{"class A { static m() {} get a() {} set a(v) {} async *b() {} static async c() {} static {} #p() {} "
             "static has(o) { return #p in o } }",
             "(class-declaration A _ (method static m (function ())) (get a (function ())) (set a (function (v))) "
             "(method b "
             "(function async generator ())) (method static c (function async ())) (static-block) (method #p (function "
             "())) "
             "(method static has (function (o) (return (in #p o)))))"},
        Case{"(class A { static static static })", "Line 1:26 Unexpected strict mode reserved word 'static'"}));

INSTANTIATE_TEST_SUITE_P(
    Statements, Tree,
    testing::Values(Case{"if (a) b; else if (c) d; else e", "(if a (expr b) (if c (expr d) (expr e)))"},
                    Case{"for (let i = 0, n = 1; i < n; ++i) continue",
                         "(for (let (= i 0) (= n 1)) (< i n) (prefix ++ i) (continue))"},
                    Case{"for (;;) break", "(for _ _ _ (break))"},
                    Case{"for (var a = 1 in b) ;", "(for-in (var (= a 1)) b (empty))"},
                    Case{"for (let of of ofs) ;", "(for-of (let of) ofs (empty))"},
                    Case{"for (let in a) ;", "(for-in let a (empty))"},
                    Case{"for (async of => {};;) break", "(for (=> async (of)) _ _ (break))"},
                    Case{"for (x => x in a;;) break", "Line 1:6 Invalid left-hand side in for-loop"},
                    Case{"while (a) b", "(while a (expr b))"}, Case{"do a; while (b) c", "(do (expr a) b) (expr c)"},
                    Case{"a: b: for (;;) { continue a; break b }",
                         "(label a (label b (for _ _ _ (block (continue a) (break b)))))"},
                    Case{"a: { break a }", "(label a (block (break a)))"},
                    Case{"switch (a) { case 1: b; default: c }", "(switch a (case 1 (expr b)) (case _ (expr c)))"},
                    Case{"try { a } catch { b } finally { c }",
                         "(try (block (expr a)) (catch _ (block (expr b))) (block (expr c)))"},
                    Case{"throw a", "(throw a)"}, Case{"with (a) b", "(with a (expr b))"},
                    Case{"debugger", "(debugger)"}, Case{"let\nx", "(let x)"}, Case{"let = 1", "(expr (= let 1))"},
                    Case{"if (a) function f() {}", "(if a (function-declaration f ()))"},
                    Case{"a\nb", "(expr a) (expr b)"}, Case{"#!hashbang\na", "(expr a)"},
                    Case{"\xEF\xBB\xBF"
                         "a",
                         "(expr a)"},
                    Case{"", ""}));

INSTANTIATE_TEST_SUITE_P(
    Modules, Tree,
    testing::Values(
        Case{"import 'a'", "(import \"a\")", kModule},
        Case{"import a, {b, c as d, default as e, 'f g' as h} from 'i'",
             "(import \"i\" (default a) (b b) (c d) (default e) (f g h))", kModule},
        Case{"import a, * as b from 'c'", "(import \"c\" (default a) (* b))", kModule},
        Case{"export {a, b as c, a as 'd e'}; let a, b", "(export (a a) (b c) (a d e)) (let a b)", kModule},
        Case{"export {if as else} from 'x'", "(export \"x\" (if else))", kModule},
        Case{"export * from 'a'; export * as b from 'c'", "(export-all \"a\") (export-all \"c\" b)", kModule},
        Case{"export default function () {}", "(export-default (function-declaration _ ()))", kModule},
        Case{"export default class {}", "(export-default (class-declaration _ _))", kModule},
        Case{"export default async () => {}", "(export-default (=> async ()))", kModule},
        Case{"export default async function f() {}", "(export-default (function-declaration async f ()))", kModule},
        Case{"export default a = 1", "(export-default (= a 1))", kModule},
        Case{"export const {a, b: [c]} = d; export function f() {}",
             "(export (const (= (object-pattern (init shorthand a a) (init b (array-pattern c))) d))) (export "
             "(function-declaration f ()))",
             kModule}));

class Message : public testing::TestWithParam<Case> {};

TEST_P(Message, NamesPlaceAndCause) {
    EXPECT_EQ(parsed(GetParam().source, GetParam().type), GetParam().tree) << GetParam().source;
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, Message,
    testing::Values(
        Case{"export default function(){ let a = ; }", "Line 1:36 Unexpected token ;", kModule},
        Case{"{\"a\":1}", "Line 1:5 Unexpected token :"}, Case{"a b", "Line 1:3 Unexpected identifier 'b'"},
        Case{"f(", "Line 1:3 Unexpected end of input"}, Case{"\n\n  a 'b'", "Line 3:5 Unexpected string"},
        Case{"a 1", "Line 1:3 Unexpected number"}, Case{"a `b`c", "Line 1:6 Unexpected identifier 'c'"},
        Case{"if (a) else", "Line 1:8 Unexpected token else"},
        Case{"'\xF0\x9F\x98\x80' b", "Line 1:6 Unexpected identifier 'b'"},
        Case{"\xC3\xA9\xC3\xA9 b", "Line 1:4 Unexpected identifier 'b'"},
        Case{"a\r\nb\rc\xE2\x80\xA8 d d", "Line 4:4 Unexpected identifier 'd'"},
        Case{"a\xFF", "Line 1:2 Invalid UTF-8 character"},
        Case{"f(a b)", "Line 1:5 Unexpected identifier 'b', missing ) after argument list"},
        Case{"x = {a: 1 b: 2}", "Line 1:11 Unexpected identifier 'b'"},
        Case{"x = /(/", "Line 1:5 Invalid regular expression: /(/: Unterminated group"},
        Case{"() + 1", "Line 1:2 Unexpected token )"}, Case{"(a, b) + (c,)", "Line 1:13 Unexpected token )"},
        Case{"(...a)", "Line 1:2 Unexpected token ..."}, Case{"a\n=> 1", "Line 2:1 Unexpected token =>"},
        Case{"() => {} || 1", "Line 1:10 Unexpected token ||"},
        Case{"a?.`b`", "Line 1:4 Invalid tagged template on optional chain"},
        Case{"new a?.b", "Line 1:6 Invalid optional chain from new expression"},
        Case{"v\\u0061r x", "Line 1:1 Keyword 'var' must not contain escaped characters"},
        Case{"await x", "Line 1:1 await is only valid in async functions and the top level bodies of modules",
             kCommonJs},
        Case{"import a from 'b'", "Line 1:1 Cannot use import statement outside a module"},
        Case{"export {}", "Line 1:1 Cannot use export statement outside a module", kCommonJs},
        Case{"{ export {} }", "Line 1:3 Export declarations may only appear at top level of a module", kModule}));

INSTANTIATE_TEST_SUITE_P(
    EarlyErrors, Message,
    testing::Values(
        Case{"let a; let a", "Line 1:12 Identifier 'a' has already been declared"},
        Case{"let a; { var a }", "Line 1:14 Identifier 'a' has already been declared"},
        Case{"function f(a) { let a }", "Line 1:21 Identifier 'a' has already been declared"},
        Case{"import a from 'a'; const a = 1", "Line 1:26 Identifier 'a' has already been declared", kModule},
        Case{"try {} catch ([a]) { var a }", "Line 1:26 Identifier 'a' has already been declared"},
        Case{"try {} catch (a) { for (var a of b) ; }", "Line 1:29 Identifier 'a' has already been declared"},
        Case{"'use strict'; { function f() {} function f() {} }", "Line 1:42 Identifier 'f' has already been declared"},
        Case{"switch (1) { case 1: let a; case 2: let a }", "Line 1:41 Identifier 'a' has already been declared"},
        Case{"const a", "Line 1:8 Missing initializer in const declaration"},
        Case{"let {a}", "Line 1:8 Missing initializer in destructuring declaration"},
        Case{"let let = 1", "Line 1:5 let is disallowed as a lexically bound name"},
        Case{"1 = 2", "Line 1:1 Invalid left-hand side in assignment"},
        Case{"f() = 1", "Line 1:1 Invalid left-hand side in assignment"},
        Case{"a?.b = 1", "Line 1:1 Invalid left-hand side in assignment"},
        Case{"({a}) = 1", "Line 1:2 Invalid left-hand side in assignment"},
        Case{"[...a, b] = c", "Line 1:6 Rest element must be last element"},
        Case{"({a: 1} = b)", "Line 1:6 Invalid left-hand side in assignment"},
        Case{"((a)) => 1", "Line 1:3 Invalid destructuring assignment target"},
        Case{"++f()", "Line 1:3 Invalid left-hand side expression in prefix operation"},
        Case{"for (f() of a) ;", "Line 1:6 Invalid left-hand side in for-loop"},
        Case{"for (let a = 1 of b) ;", "Line 1:6 for-of loop variable declaration may not have an initializer."},
        Case{"({a = 1})", "Line 1:5 Invalid shorthand property initializer"},
        Case{"({__proto__: 1, '__proto__': 2})",
             "Line 1:17 Duplicate __proto__ fields are not allowed in object literals"},
        Case{"-a ** b",
             "Line 1:4 Unary operator used immediately before exponentiation expression: parentheses are needed"},
        Case{"a ?? b || c", "Line 1:1 Operator ?? needs parentheses beside || and &&"},
        Case{"break", "Line 1:1 Illegal break statement"},
        Case{"a: { continue a }", "Line 1:15 Illegal continue statement: 'a' does not denote an iteration statement"},
        Case{"while (1) { (function () { break })() }", "Line 1:28 Illegal break statement"},
        Case{"break a", "Line 1:7 Undefined label 'a'"},
        Case{"a: a: ;", "Line 1:4 Label 'a' has already been declared"},
        Case{"return", "Line 1:1 Illegal return statement"},
        Case{"new.target", "Line 1:1 new.target expression is not allowed here"},
        Case{"super.x", "Line 1:1 'super' keyword unexpected here"},
        Case{"class A { constructor() { super() } }", "Line 1:27 'super' keyword unexpected here"},
        Case{"class A extends B { m() { super() } }", "Line 1:27 'super' keyword unexpected here"},
        Case{"class A extends B { constructor() { new super() } }", "Line 1:41 'super' keyword unexpected here"},
        Case{"class A { constructor() {} constructor() {} }", "Line 1:28 A class may only have one constructor"},
        Case{"class A { get constructor() {} }", "Line 1:15 Class constructor may not be an accessor"},
        Case{"class A { static prototype() {} }", "Line 1:18 Classes may not have a static property named 'prototype'"},
        Case{"class A { #a; #a }", "Line 1:15 Identifier '#a' has already been declared"},
        Case{"class A { m() { this.#b } }", "Line 1:22 Private field '#b' must be declared in an enclosing class"},
        Case{"class A { #a; m() { delete this.#a } }", "Line 1:21 Private fields can not be deleted"},
        Case{"class A { a = arguments }",
             "Line 1:15 'arguments' is not allowed in class field initializer or static initialization block"},
        Case{"class A { static { await } }",
             "Line 1:20 await is only valid in async functions and the top level bodies of modules"},
        Case{"'use strict'; with (a) ;", "Line 1:15 Strict mode code may not include a with statement"},
        Case{"'use strict'; delete a", "Line 1:15 Delete of an unqualified identifier in strict mode"},
        Case{"'use strict'; 017",
             "Line 1:15 Octal literals and decimals with leading zeros are not allowed in strict mode"},
        Case{"'use strict'; '\\1'", "Line 1:16 Octal escape sequences are not allowed in strict mode"},
        Case{"function f() { '\\1'; 'use strict' }", "Line 1:17 Octal escape sequences are not allowed in strict mode"},
        Case{"'use strict'; eval = 1", "Line 1:15 Unexpected eval or arguments in strict mode"},
        Case{"function eval() { 'use strict' }", "Line 1:10 Unexpected eval or arguments in strict mode"},
        Case{"function f(interface) { 'use strict' }", "Line 1:12 Unexpected strict mode reserved word 'interface'"},
        Case{"function f(a = 1) { 'use strict' }",
             "Line 1:21 Illegal 'use strict' directive in function with non-simple parameter list"},
        Case{"'use strict'; if (a) function f() {}",
             "Line 1:22 In strict mode code, functions can only be declared at top level or inside a block"},
        Case{"(a, a) => 1", "Line 1:5 Duplicate parameter name not allowed in this context"},
        Case{"'use strict'; function f(a, a) {}", "Line 1:29 Duplicate parameter name not allowed in this context"},
        Case{"({get a(b) {}})", "Line 1:8 Getter must not have any formal parameters"},
        Case{"function* g(a = yield) {}", "Line 1:17 Yield expression not allowed in formal parameter"},
        Case{"async (a = await 1) => 1",
             "Line 1:12 await is only valid in async functions and the top level bodies of modules"},
        Case{"async (a = await) => 1", "Line 1:12 Illegal await-expression in formal parameters of async function"},
        Case{"throw\na", "Line 1:6 Illegal newline after throw"},
        Case{"try {}", "Line 1:7 Missing catch or finally after try"},
        Case{"`\\u`", "Line 1:2 Invalid escape sequence in template"},
        Case{"export {a}", "Line 1:9 Export 'a' is not defined in module", kModule},
        Case{"export default 1; export default 2", "Line 1:26 Duplicate export of 'default'", kModule},
        Case{"let a; export {a}; export {a}", "Line 1:28 Duplicate export of 'a'", kModule},
        Case{"import {a as '\\ud800'} from 'b'", "Line 1:14 Unexpected string", kModule},
        Case{"export {a as '\\ud800'}; let a", "Line 1:14 Invalid module export name: contains unpaired surrogate",
             kModule},
        Case{"import.meta", "Line 1:1 Cannot use 'import.meta' outside a module"},
        Case{"var await", "Line 1:5 Unexpected reserved word 'await'", kModule}));

TEST(ParseResult, KeepsItsTreeWhenMovedAndAfterTheSourceIsGone) {
    std::string source = "const name = 'text';";
    ParseResult first = parse(source, {.file_name = "file:///a.js"});
    source.assign(source.size(), 'x');
    const ParseResult second = std::move(first);
    EXPECT_EQ(dump(second.program()), R"((program (const (= name "text"))))");
    EXPECT_EQ(second.program().file_name, "file:///a.js");
    EXPECT_EQ(second.program().source, "const name = 'text';");
}

TEST(ParseResult, PrintsErrorsWithTheirFile) {
    const ParseResult result = parse("let a = ;", {.file_name = "file:///a.js"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().to_string(), "file:///a.js: Line 1:9 Unexpected token ;");
}

TEST(Program, KnowsItsKind) {
    const auto program_has = [](std::string_view source, SourceType type, auto member) {
        const ParseResult result = parse(source, {.type = type});
        EXPECT_TRUE(result) << source;
        return result && result.program().*member;
    };
    EXPECT_TRUE(program_has("import 'a'", kModule, &Program::has_module_syntax));
    EXPECT_TRUE(program_has("export default 1", kModule, &Program::has_module_syntax));
    EXPECT_TRUE(program_has("await 1", kModule, &Program::has_module_syntax));
    EXPECT_FALSE(program_has("exports.a = 1", kModule, &Program::has_module_syntax));
    EXPECT_TRUE(program_has("import('a')", kScript, &Program::has_dynamic_import));
    EXPECT_TRUE(program_has("async function f() { for await (a of b) ; }", kScript, &Program::has_for_await));
    EXPECT_TRUE(program_has("async function* f() {}", kScript, &Program::has_async_generator));
    EXPECT_FALSE(program_has("async function f() {}", kScript, &Program::has_async_generator));
    EXPECT_TRUE(program_has("'use strict'", kScript, &Program::strict));
    EXPECT_FALSE(program_has("1", kScript, &Program::strict));
    EXPECT_TRUE(program_has("1", kCommonJs, &Program::strict));
}

TEST(Positions, CountLinesAndUtf16Units) {
    const ParseResult result = parse("ab\r\n'\xF0\x9F\x98\x80' + c\rd\xE2\x80\xA9  e", {});
    ASSERT_TRUE(result);
    const Program& program = result.program();
    ASSERT_EQ(program.body.size(), 4U);
    EXPECT_EQ(program.position(program.body[0]->start), (Position{1, 1}));
    const auto* sum = program.body[1]->as<ExpressionStatement>()->expression->as<BinaryExpression>();
    EXPECT_EQ(program.position(sum->start), (Position{2, 1}));
    EXPECT_EQ(program.position(sum->right->start), (Position{2, 8}));
    EXPECT_EQ(program.text(*sum->right), "c");
    EXPECT_EQ(program.position(program.body[2]->start), (Position{3, 1}));
    EXPECT_EQ(program.lines.line_count(), 4U);
    EXPECT_EQ(program.lines.line(program.end), 4U);
}

TEST(Positions, RangesCoverTheText) {
    const ParseResult result = parse("x = (a + b) * f(c)[d]`e`; class A { static async m(p) { } }", {});
    ASSERT_TRUE(result);
    const Program& program = result.program();
    const auto* assignment = program.body[0]->as<ExpressionStatement>()->expression->as<AssignmentExpression>();
    EXPECT_EQ(program.text(*program.body[0]), "x = (a + b) * f(c)[d]`e`;");
    EXPECT_EQ(program.text(*assignment), "x = (a + b) * f(c)[d]`e`");
    const auto* product = assignment->value->as<BinaryExpression>();
    EXPECT_EQ(program.text(*product), "(a + b) * f(c)[d]`e`");
    EXPECT_EQ(program.text(*product->left), "a + b");
    EXPECT_TRUE(product->left->parenthesized);
    EXPECT_EQ(program.text(*product->right), "f(c)[d]`e`");
    const auto* klass = program.body[1]->as<Class>();
    EXPECT_EQ(program.text(*klass->members[0]), "static async m(p) { }");
    EXPECT_EQ(program.text(*klass->members[0]->as<MethodDefinition>()->value), "(p) { }");
}

TEST(Names, AreInterned) {
    const ParseResult result = parse("abc; function f() { abc.abc; \\u0061bc }", {});
    ASSERT_TRUE(result);
    const auto& body = result.program().body;
    const auto* first = body[0]->as<ExpressionStatement>()->expression->as<Identifier>();
    const auto& inner = body[1]->as<Function>()->body->as<BlockStatement>()->body;
    const auto* member = inner[0]->as<ExpressionStatement>()->expression->as<MemberExpression>();
    const auto* escaped = inner[1]->as<ExpressionStatement>()->expression->as<Identifier>();
    EXPECT_EQ(member->object->as<Identifier>()->name.data(), first->name.data());
    EXPECT_EQ(member->property->as<Identifier>()->name.data(), first->name.data());
    EXPECT_EQ(escaped->name.data(), first->name.data());
}

std::string facts_of(const FunctionFacts& facts) {
    std::string text;
    const auto add = [&text](bool set, const char* name) {
        if (set) text += text.empty() ? name : std::string(" ") + name;
    };
    add(facts.uses_this, "this");
    add(facts.uses_arguments, "arguments");
    add(facts.uses_super_call, "super()");
    add(facts.uses_super_property, "super.");
    add(facts.uses_new_target, "new.target");
    add(facts.contains_direct_eval, "eval");
    add(facts.contains_await, "await");
    add(facts.contains_yield, "yield");
    add(facts.contains_closure, "closure");
    return text;
}

TEST(Facts, OfFunctions) {
    const std::pair<const char*, const char*> cases[] = {
        {"function f() {}", ""},
        {"function f() { this.a; arguments[0]; new.target }", "this arguments new.target"},
        {"function f() { () => this }", "this closure"},
        {"function f() { (a = this) => arguments }", "this arguments closure"},
        {"function f() { async (a = new.target) => 1 }", "new.target closure"},
        {"function f() { function g() { this; arguments } }", "closure"},
        {"function f() { function g() { eval('') } }", "eval closure"},
        {"function f() { eval('') }", "eval"},
        {"function f() { x.eval('') }", ""},
        {"async function f() { await a; async () => await b }", "await closure"},
        {"async function f() { async () => await b }", "closure"},
        {"function* f() { yield }", "yield"},
        {"function f() { return {arguments} }", "arguments"},
        {"function f() { class A { a = this; static { this } } }", "closure"},
        {"function f() { class A { [this.x]() {} } }", "this closure"},
    };
    for (const auto& [source, facts] : cases) {
        const ParseResult result = parse(source, {});
        ASSERT_TRUE(result) << source;
        EXPECT_EQ(facts_of(result.program().body[0]->as<Function>()->facts), facts) << source;
    }
}

TEST(Facts, OfArrowFunctionsIncludeTheirParameters) {
    const ParseResult result = parse("(a = this) => 1; (this, b => 1)", {});
    ASSERT_TRUE(result);
    const auto* with_default = result.program().body[0]->as<ExpressionStatement>()->expression->as<Function>();
    EXPECT_EQ(facts_of(with_default->facts), "this");
    const auto* sequence = result.program().body[1]->as<ExpressionStatement>()->expression->as<SequenceExpression>();
    EXPECT_EQ(facts_of(sequence->expressions[1]->as<Function>()->facts), "");
}

TEST(Facts, OfClassMembers) {
    const ParseResult result = parse(
        "class A extends B { constructor() { super() } m() { super.x } f = () => this; static { eval('') } }", {});
    ASSERT_TRUE(result);
    const auto* klass = result.program().body[0]->as<Class>();
    EXPECT_EQ(facts_of(klass->constructor->value->facts), "this super()");
    EXPECT_EQ(facts_of(klass->members[1]->as<MethodDefinition>()->value->facts), "this super.");
    EXPECT_EQ(facts_of(klass->members[2]->as<PropertyDefinition>()->facts), "this closure");
    EXPECT_EQ(facts_of(klass->members[3]->as<StaticBlock>()->facts), "eval");
    EXPECT_EQ(facts_of(result.program().facts), "eval closure");
}

TEST(Functions, KnowStrictnessAndParameters) {
    const ParseResult result = parse("function f(a) { 'use strict' } function g(a = 1) { } (a) => a", {});
    ASSERT_TRUE(result);
    const auto& body = result.program().body;
    EXPECT_TRUE(body[0]->as<Function>()->strict);
    EXPECT_TRUE(body[0]->as<Function>()->has_simple_params);
    EXPECT_FALSE(body[1]->as<Function>()->strict);
    EXPECT_FALSE(body[1]->as<Function>()->has_simple_params);
    EXPECT_TRUE(body[2]->as<ExpressionStatement>()->expression->as<Function>()->has_expression_body);
}

std::string repeat(std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
}

// Prefix, middle and suffix of a construct that nests.
struct NestingCase {
    const char* open;
    const char* middle;
    const char* close;
    bool typescript = false;
};

class DeepNesting : public testing::TestWithParam<NestingCase> {};

TEST_P(DeepNesting, IsAnErrorNotAnOverflow) {
    const NestingCase& test = GetParam();
    const auto nested = [&test](int depth) {
        return repeat(test.open, depth) + test.middle + repeat(test.close, depth);
    };
    const ParseOptions options = {.typescript = test.typescript};
    const ParseResult shallow = parse(nested(100), options);
    EXPECT_TRUE(shallow) << shallow.error().to_string();
    const ParseResult deep = parse(nested(20000), options);
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().message, "Nesting too deep");
}

INSTANTIATE_TEST_SUITE_P(
    Constructs, DeepNesting,
    testing::Values(NestingCase{"(", "1", ")"}, NestingCase{"[", "", "]"}, NestingCase{"x={a:", "1", "}"},
                    NestingCase{"(function(){", "", "})"}, NestingCase{"a=>", "1", ""}, NestingCase{"!", "1", ""},
                    NestingCase{"{", "", "}"}, NestingCase{"a(", "", ")"}, NestingCase{"`${", "1", "}`"},
                    NestingCase{"a**", "1", ""}, NestingCase{"a=", "1", ""}, NestingCase{"new ", "a", ""},
                    NestingCase{"class A extends ", "B", "{}"}, NestingCase{"while(1)", ";", ""},
                    NestingCase{"({a=", "1", "}={})"}, NestingCase{"[a=", "1", "]=1"}, NestingCase{"async(", "", ")"},
                    NestingCase{"if(a)", ";", ""}, NestingCase{"<T>", "a", "", true},
                    NestingCase{"(a=", "1", ")=>1", true}, NestingCase{"a?(b):c=>", "d", "", true},
                    NestingCase{"<T>(a=", "1", ")=>1", true}, NestingCase{"f<T>(", "", ")", true}));

TEST(DeepNestingOfTypes, IsAnErrorNotAnOverflow) {
    for (const auto& [open, close] : {std::pair{"(", ")"}, {"A<", ">"}, {"(a:", ")=>b"}, {"{a:", "}"}, {"[", "]"}}) {
        const ParseResult result =
            parse("let x:" + repeat(open, 20000) + "a" + repeat(close, 20000), {.typescript = true});
        ASSERT_FALSE(result) << open;
        EXPECT_EQ(result.error().message, "Nesting too deep");
        EXPECT_TRUE(parse("let x:" + repeat(open, 100) + "a" + repeat(close, 100), {.typescript = true})) << open;
    }
}

TEST(Chains, OfAnyLengthAreFine) {
    constexpr int kLength = 100000;
    for (const std::string& source :
         {"a" + repeat("+a", kLength), "a" + repeat("&&a", kLength), "a" + repeat(".b()", kLength),
          repeat("a?b:", kLength) + "c", "if(a)b;" + repeat("else if(c)d;", kLength), repeat("a<", kLength) + "b",
          "a" + repeat(",b", kLength)}) {
        for (const bool typescript : {false, true}) {
            const ParseResult result = parse(source, {.typescript = typescript});
            ASSERT_TRUE(result) << source.substr(0, 20) << result.error().to_string();
            EXPECT_GT(result.program().node_count, static_cast<std::uint32_t>(kLength));
            EXPECT_GT(dump(result.program()).size(), static_cast<std::size_t>(kLength));
        }
    }
}

TEST(NodeKinds, HaveDistinctNames) {
    std::set<std::string_view> names;
    for (int kind = 0; kind <= static_cast<int>(NodeKind::TsExportAssignment); ++kind) {
        names.insert(name_of(static_cast<NodeKind>(kind)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(NodeKind::TsExportAssignment) + 1);
    EXPECT_EQ(name_of(NodeKind::Program), "Program");
    EXPECT_EQ(name_of(NodeKind::BlockStatement), "BlockStatement");
    EXPECT_EQ(name_of(NodeKind::TsExportAssignment), "TsExportAssignment");
}

}  // namespace
}  // namespace k6::js::syntax
