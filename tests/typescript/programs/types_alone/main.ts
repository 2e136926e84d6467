// Types in every form: nothing of them is left.
import type { Everything } from './everything.ts';
import { type Point, type Shape as Form, make } from './everything.ts';
export type { Point };
export type * from './everything.ts';

declare const __BUILD__: string;
declare let untouched: number;
declare function native(name: string): void;
declare class Ghost<in out T> {
  private constructor();
  static of<T>(value: T): Ghost<T>;
  readonly [key: string]: unknown;
  get value(): T;
  set value(next: T | string);
}
declare global {
  interface Window {
    extra: string;
  }
  var tool: { (text: string): void; version: `${number}.${number}` };
}
declare module 'somewhere' {
  export default class Thing {}
  export const answer: 42n;
}
declare namespace NodeJS {
  interface ProcessEnv {
    [name: string]: string | undefined;
  }
}
declare enum Outside {
  A = 1,
}

type Fn = (this: void, a?: number, ...rest: string[]) => asserts a is number;
type Ctor = abstract new <T extends object = {}>(arg: T) => { new (x: T): T; readonly prop?: -1; method?<U>(u: U): U; get g(): 1; set g(v) };
type Tuple = readonly [head: string, second?: number, ...tail: [boolean, ...bigint[]][]];
type Keyed = { +readonly [K in 'a' | 'b' as Exclude<K, 'b'>]+?: K extends 'a' ? 1 : never };
type Rec<T> = T extends [infer H extends string, ...infer R] ? [Uppercase<H>, ...Rec<R>] : T extends [] ? [] : never;
type Parts = typeof import('./everything.ts');
type Made = ReturnType<Parts['make']>;
type Query = import('./everything.ts').Everything['k'][number];
type Un = | 'a' | 'b' & {};
type Sym = { [Symbol.iterator](): Iterator<number>; readonly [Symbol.toStringTag]: 'x' };
type Long = keyof (typeof globalThis)[];
type Inferred = Rec<['a', 'b']> extends readonly (infer U extends 'A' | 'B')[] ? U : never;
type Getter<out T> = () => T;
type Setter<in T> = (value: T) => void;
type Paren = ((a: (b: number) => string) => (c: string) => void)[] | (new () => Date);
type Guard = (value: unknown) => value is `${string}-${number}`;
interface Call<T, U = T[]> extends Getter<T>, Omit<Form, 'area' | keyof Point> {
  <V>(value: V): asserts value is NonNullable<V>;
  new (...args: ConstructorParameters<typeof Date>): Call<T>;
  method?(this: this, key: keyof this): this[typeof key];
  'quoted-name': U;
  123: T;
  [index: number]: T;
}

const value = make<Point>({ x: 1, y: 2 });
const typed: Everything = { k: ['a', 'b'] };
let unused: Fn | Ctor | Tuple | Keyed | Made | Query | Un | Sym | Long | Inferred | Paren | Guard | Call<string> | Setter<1> | undefined;
var list: Array<Array<Array<number>>>= [[[1]]], shifted: number = 8 >> 1 >>> 1;
const f = async <T,>(x: T): Promise<T> => x, g = function <T>(this: { k: T }): T { return this.k; };

export default async function (print: (...values: unknown[]) => void) {
  print(value.x, typed.k.join(), unused, list.flat(2)[0], shifted, await f<string>('f'), g.call<{ k: number }, [], number>({ k: 4 }));
  print(typeof (globalThis as any).untouched, typeof Object(f<number>), [make<Point>].length);
  type Local = { a: 1 };
  interface Inner { b: Local }
  const inner = <Inner>{ b: { a: 1 } };
  if (inner) { type Block = string; const text: Block = 'block'; print(text); }
  label: for (const [k, v] of Object.entries<number>({ a: 1 }) as [string, number][]) { print(k, v); continue label; }
}
