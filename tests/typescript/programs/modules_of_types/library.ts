export interface Options {
  depth: number;
}
export const VERSION = '1.0' as const;
export function load(name: string): string;
export function load(name: string, times = 2): string {
  return name.repeat(times);
}
export default class Library<T extends Options = Options> {
  constructor(private readonly options: Readonly<T>) {}
  describe = (): string => `depth ${this.options.depth}`;
}
interface Hidden {}
export type { Hidden };
