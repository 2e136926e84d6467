// Namespaces, merged with functions, classes and enums; import aliases.
namespace Http {
  export const base = 'http://example.test';
  let requests = 0;
  export function url(strings: TemplateStringsArray, ...values: unknown[]): string {
    requests += 1;
    return base + strings.reduce((text, part, i) => text + part + (i < values.length ? String(values[i]) : ''), '');
  }
  export namespace Status {
    export const ok = 200, created = 201;
    export const is_fine = (status: number): boolean => status === ok || status === created;
    export class Report { constructor(public readonly fine = is_fine(ok)) {} }
    export enum Group { Fine = ok, Bad = 400 }
  }
  export interface Options { timeout?: number }
  export type Handler = (options: Options) => void;
  export function count(): number { return requests; }
  export abstract class Client<T> { abstract get(): T; static of<U>(value: U) { return new (class extends Client<U> { get(): U { return value; } })(); } }
}

namespace Http {
  export const { length: size, [0]: first = '-' } = base;
  export let mutable = 1;
  mutable += size;
}

import Status = Http.Status;
import Report = Status.Report;
import type OnlyType = Http.Options;

namespace A.B.C { export const deep = 'deep'; export import again = Http.Status.ok; }
namespace Empty { export interface Nothing {} }
namespace Later { export declare const hidden: number; export function shown() { return typeof hidden; } }

function counter(): number { return ++counter.calls; }
namespace counter { export let calls = 0; }

class Model { static make(): Model { return new Model(); } id = Model.next(); }
namespace Model { let last = 10; export function next(): number { return last++; } export type Id = number; }

enum Color { Red = 1, Green }
namespace Color { export function parse(text: string): Color { return Color[text as keyof typeof Color]; } }
enum Color { Blue = 4 }

const options: OnlyType = { timeout: 1 };

export default function (print: (...values: unknown[]) => void): void {
  print(Http.url`/a/${1}/b/${'c'}`, Http.count(), Http.size, Http.first, Http.mutable++, Http.mutable);
  print(Status.is_fine(201), new Report().fine, Status.Group[Status.ok], A.B.C.deep, A.B.C.again, options.timeout);
  print(counter() + counter(), counter.calls, Model.make().id, Model.make().id, Model.next());
  print(Color.parse('Blue'), Color[2], Object.keys(Color).length, typeof Empty_(), Later.shown(), Http.Client.of('x').get());
}
function Empty_(): Empty.Nothing | undefined { return undefined; }
