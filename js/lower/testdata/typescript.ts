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
