// Imports of values and types among files, in a cycle, renamed, re-exported.
import Default, { type Options, load as loaded, VERSION } from './library.ts';
import * as library from './library.ts';
import type DefaultType from './library.ts';
import type * as Types from './library.ts';
import { Left } from './left.ts';
import { type Only } from './left.ts';
export { load as again, type Options as Again } from './library.ts';
export * as everything from './left.ts';

const everything_of = <T extends object>(value: T): T[keyof T] => Object.values(value)[0] as T[keyof T];
let instance: DefaultType | undefined;
const options: Options & Partial<Types.Options> = { depth: 2 };

interface Default extends Record<string, unknown> {}

export default function (print: (...values: unknown[]) => void): void {
  instance = new Default(options);
  print(instance.describe(), loaded('x'), VERSION, Object.keys(library).join(), library.default === Default);
  print(new Left(3).right().left().depth, typeof library.load, (library as any).Options);
  const copy = { ...library }, only: Only = 'only';
  print(Object.keys(copy).length, only, typeof everything_of(copy));
}
