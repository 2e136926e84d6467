// Fields, parameter properties and accessors in the order in which they come to be.
const log: string[] = [];
const note = <T,>(name: string, value: T): T => (log.push(name), value);

class Base {
  protected a = note('a', 1);
  declare b: number;
  c!: string;
  d?: number;
  static readonly s: number = note('s', 1);
  public constructor(x = note('x', 'x'), public readonly p: string = x + note('p', 'p'), private q?: number) {
    log.push('body', String(this.a), this.p, String(q));
  }
  get both() { return this.q; }
  set both(value: number | undefined) { this.q = value; }
  protected static create<T extends Base>(this: new (...args: never[]) => T): T { return new this(); }
  static make() { return this.create(); }
}

class Derived extends Base {
  e = note('e', this.a + 1);
  #f = note('f', () => this.e);
  readonly [key: `data-${string}`]: string | undefined;
  override c = note('c', 'c');
  static override readonly s = note('s2', Base.s + 1);
  static { note('block', this.s); }
  private async *items<T>(this: Derived, ...list: T[]): AsyncGenerator<T, number, void> { yield* list; return list.length; }
  constructor(private g: number = 5, ...rest: string[]) {
    log.push('before');
    super(undefined, rest[0]);
    log.push('after', String(this.g));
  }
  f(): number { return this.#f(); }
  async all(): Promise<string> { let text = ''; for await (const item of this.items<number | string>(1, 'b')) text += item; return text; }
  static is(value: unknown): value is Derived { return typeof value === 'object' && value !== null && #f in value; }
  public static async = 1; static get = 2; set = 3; declare = 4; readonly = 5; abstract = 6; type = 7; of = 8; accessor = 9;
  static<T>(value: T): T { return value; }
  public get readonly_(): boolean { return true; }
  'quoted'?(): void;
  0 = 'zero';
  [Symbol.toStringTag] = 'Derived';
}

const Anonymous = class<T extends string> { constructor(readonly value: T) {} };

export default async function (print: (...values: unknown[]) => void): Promise<void> {
  log.length = 0;
  const derived = new Derived(undefined, 'rest');
  print(log.join(' '));
  print(Object.keys(derived).join(), derived.f(), await derived.all(), Derived.is(derived), Derived.is({}), String(derived));
  derived.both = 9;
  print(derived.both, 'b' in derived, 'd' in derived, Derived.s, Derived.async, Derived.get, derived.static<number>(4), derived[0]);
  print(new Anonymous('v').value, (Base as any).make().p, (derived as any)['g'], derived.accessor, derived.readonly_);
}
