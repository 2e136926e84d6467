export interface Point {
  x: number;
  y: number;
}
export interface Shape {
  area: number;
  x: number;
  name: string;
}
export type Everything = { k: ('a' | 'b')[] };
export function make<T>(value: T): Readonly<T> {
  return Object.freeze(value) as Readonly<T>;
}
