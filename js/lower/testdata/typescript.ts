//// enums
enum Color { Red, Green = 5, Blue } enum S { A = 'a', B = 'b' } enum M { X = 1 << 2, Y = X | 1, Z = 'str'.length } const enum K { One = 1 }
print(Color.Red, Color[5], Color.Blue, Color[6], S.A, Object.keys(S).join(), M.X, M.Y, M.Z, M[4], K.One); enum Color { Extra = 9 } print(Color.Extra, Color.Red)
//> 0 Green 6 Blue a A,B 4 5 3 X 1
//> 9 0
//// enums in functions and loops
function f() { enum E { A, B } return E.B + E[0] } print(f()); for (const i of [1, 2]) { enum L { V } print(L.V + i) }
//> 1A
//> 1
//> 2
//// parameter properties
class P { constructor(public x: number, private readonly y = 2, z?: string) { this.sum = this.x + this.y } sum: number; get(): number { return this.y } } const p = new P(1); print(p.x, p.sum, p.get()); class Q extends P { constructor(protected q: string) { super(5); this.t = this.q } t: string } print(new Q('qq').t, new Q('r').x)
//> 1 3 2
//> qq 5
//// namespaces
namespace N { export const a = 1; export let b = 2; export function f() { return a + b + hidden } const hidden = 10; export class C { v = a } export namespace Inner { export const deep = 'd' } b = 3; export enum E { V = 7 } } namespace N { export const more = 'm' } print(N.a, N.b, N.f(), new N.C().v, N.Inner.deep, N.E.V, N.more, (N as any).hidden)
//> 1 3 14 1 d 7 m undefined
//// types are gone
interface I { a: string } type T = I | null; const x: T = { a: 'v' } as I; function g<A>(v: A): A { return v! } abstract class Ab { abstract m(): void; n?: string; declare d: number } class Im extends Ab implements I { a = 'im'; m() { } } print(x!.a, g<number>(3), new Im().a, 'd' in new Im(), Object.keys(new Im()).join())
//> v 3 im false n,a
//// enums in full
enum A { X, Y = 5, Z, S = 'str', C = Y * 2 + 1, D = 1 << 3, E = 'abc'.length, F = ~1, 'quoted-name' = 3 } print(A.X, A.Z, A[5], A[6], A.S, A['str' as any], A.C, A.D, A.E, A.F, A['quoted-name'], A[3]); const enum CE { P = 1, Q = P + 1, R = `r` as any } print(CE.P, CE.Q); enum A { More = 100 } print(A.More, A[100], Object.keys(A).join()); declare enum DE { N } namespace N1 { export enum In { V = 7 } } print(N1.In.V); enum Self { a = 1, b = Self.a + 1, c = a | b } print(Self.b, Self.c); enum Str { a = 'x', b = `y` } print(Object.keys(Str).join()); enum Neg { m = -1, n } print(Neg[-1], Neg.n);
//> 0 6 Y Z str undefined 11 8 3 -2 3 quoted-name
//> 1 2
//> 100 More 0,3,5,6,8,11,100,X,Y,Z,S,C,D,E,F,-2,quoted-name,More
//> 7
//> 2 3
//> a,b
//> m 0
//// parameter properties in full
class P { z = this.a; constructor(public a: number, private readonly b = 2, protected c?: string, d?: any) { print(this.a, this.b, this.c, 'd' in this) } } new P(1); new P(3, 4, 'q'); class Q extends P { own = 9; constructor(public e: number) { super(e); print(this.e, this.own) } } new Q(7);
//> 1 2 undefined false
//> 3 4 q false
//> 7 2 undefined false
//> 7 9
//// namespaces in full
namespace N { export const a = 1; export let b = 2; export function inc() { b++; return b } const hidden = 5; export namespace Inner { export const deep = a + hidden } export class K { static v = b } } namespace N { export const c = a + 1; export function useB() { return b } } print(N.a, N.b, N.inc(), N.b, N.Inner.deep, N.c, N.useB(), N.K.v, (N as any).hidden); namespace O.P.Q { export const x = 'opq' } print(O.P.Q.x); function F() { return 'f' } namespace F { export const prop = 1 } print(F(), F.prop); class CC { } namespace CC { export const extra = 2 } print(new CC() instanceof CC, CC.extra); namespace OnlyTypes { export interface I { } export type T = string } print(typeof OnlyTypes === 'undefined' ? 'erased' : 'kept'); declare namespace Decl { const q: number } namespace Alias { export import Z = N.Inner } print(Alias.Z.deep); import Sh = N.Inner; print(Sh.deep);
//> 1 2 3 3 6 2 3 2 undefined
//> opq
//> f 1
//> true 2
//> erased
//> 6
//> 6
//// every kind of type is erased
type T<K extends string = 'a'> = { [P in K]?: number } & Partial<Record<K, string>>; interface I<T> extends Array<T> { (x: number): string; new(x: T): I<T>; readonly [k: string]: any; m?<U>(u: U): asserts u is NonNullable<U> } abstract class Ab<T> { abstract m(x: T): void; protected abstract readonly p: string; concrete(): this { return this } declare q: number; r!: string; static readonly s: unique symbol = Symbol('s') as any; private static count?: number; override toString(): string { return 'Ab' } } class Im extends Ab<number> implements I<any>, Object { m(x: number) { print('m', x) } get p(): any { return 1 } [k: string]: any } const im = new Im; im.m(5 as number); print('q' in im, 'r' in im, String(im)); function over(a: string): string; function over(a: number): number; function over(a: any) { return a } print(over(3), over<any>('x' as any)); let x = <any>'cast'; let y = x!.length!; let z = x as unknown as number satisfies number; print(x, y, z); const f = <T,>(a: T): T => a; const g = async <T extends object>(a: T) => a; print(f(1), f<string>('s'), typeof g); let opt = { a: { b: 1 } } as { a?: { b?: number } }; print(opt?.a!.b, opt.a?.b!); const arr: Array<Map<string, Set<number>>> = []; print(arr.length >> 1, arr.length < 1, 5 < (3 as number), f < g); function isS(this: Window | void, a: unknown): a is string { return typeof a === 'string' } print(isS('a'), isS.length); declare const dd: number; declare function df(): void; declare module 'm' { } let tup: [a: string, b?: number, ...rest: boolean[]] = ['t']; print(tup.length); const o = { m<T>(this: any, a: T) { return a }, async *g<T>() { } }; print(o.m(1)); for (const k of [1, 2] as const) print(k); let v: typeof im extends infer R ? R : never; label: for (; ;) break label; if (x < y || z > 1) print('cmp'); let fn: new (...args: any[]) => object = Object; print(typeof fn); let cond = x ? (y) : (z); let arrow = x ? (y: any) => y : (z: any): any => z; print(typeof arrow); try { throw 1 } catch (e: unknown) { print(e) } type G = typeof import('x'); enum E2 { A } let e2: E2.A = E2.A; print(e2); abstract class X2 { private constructor() { } static make() { return 1 } } print(X2.make()); let as = 5, type = 6, of = 7, declare = 8, namespace = 9, abstract = 10, readonly = 11, satisfies = 12; type = type + 1; declare = 3; print(as, type, of, declare, namespace, abstract, readonly, satisfies); let n1: number | undefined, n2 = n1!; const big = f<Array<Array<number>>>([[1]]); print(big.length); class Gen<in out T> { x?: T; constructor(x?: T) { this.x = x } } print(new Gen<number>(5).x, new Gen<Array<number>>([1]).x!.length); function assertIsString(val: any): asserts val is string { } assertIsString(1); let u: `a${string}b` = 'aXb'; print(u); accessor: { break accessor } class Idx { [key: string]: any; static [k: number]: string; foo() { return 1 } } print(new Idx().foo()); let keyofx: keyof typeof opt = 'a'; print(keyofx); var a1 = b1 as any, b1; print(a1);
//> m 5
//> false true Ab
//> 3 x
//> cast 4 cast
//> 1 s function
//> 1 1
//> 0 true false true
//> true 1
//> 1
//> 1
//> 1
//> 2
//> function
//> function
//> 1
//> 0
//> 1
//> 5 7 7 3 9 10 11 12
//> 1
//> 5 1
//> aXb
//> 1
//> a
//> undefined
//// class fields ts
class A { declare x: number; y?: string; z: number = 1; readonly w; static #p: number = 3; static get p(): number { return A.#p } constructor(readonly k: string = 'k') { } m?(): void; } print(Object.keys(new A()).join(), A.p);
//> y,z,w,k 3
//// arrow generics
const id = <T>(x: T) => x; const c = (a: number, b?: string, ...r: any[]): [number] => [a]; const d = async (x: number): Promise<void> => { }; print(id(1), c(2)[0], typeof d); const h = (x: number) => (y: string): string => x + y; print(h(1)('a')); const k = ({ a, b }: { a: number, b: string }, [q]: number[] = [1]) => a + b + q; print(k({ a: 1, b: 'b' })); let t = true ? (x: number): number => x : 1; print(typeof t);
//> 1 2 function
//> 1a
//> 1b1
//> function
