// Overloads, abstract classes and constructors, mixins, accessors, index signatures.
type Constructor<T = {}> = new (...args: any[]) => T;
type AbstractConstructor<T> = abstract new (...args: any[]) => T;

abstract class Step<In, Out = In> {
  static #count = 0;
  static get count(): number { return Step.#count; }
  abstract readonly name: string;
  protected abstract run(input: In): Out;
  [extra: string]: unknown;
  constructor() { Step.#count++; }
  apply(input: In): Out;
  apply(input: In, times: number): Out[];
  apply(input: In, times?: number): Out | Out[] {
    return times === undefined ? this.run(input) : Array.from({ length: times }, () => this.run(input));
  }
  then?: never;
}

class Double extends Step<number> {
  readonly name = 'double';
  protected override run(input: number): number { return input * 2; }
}

class Text extends Step<number, string> {
  constructor(public readonly name: string, protected prefix: string = name + ':') { super(); }
  protected run(input: number): string { return this.prefix + input; }
}

function Timed<TBase extends Constructor<Step<any, any>>>(Base: TBase) {
  return class extends Base {
    #calls: number[] = [];
    override apply(...args: any[]): any {
      this.#calls.push(args.length);
      return (super.apply as (...a: any[]) => any)(...args);
    }
    get calls(): readonly number[] { return this.#calls; }
    set calls(value) { this.#calls = [...value]; }
  };
}

class TimedText extends Timed(Text as unknown as Constructor<Step<number, string>>) implements Iterable<number> {
  override readonly name!: string;
  protected run(input: number): string { return `timed ${input}`; }
  *[Symbol.iterator](): Generator<number, void, undefined> { yield* this.calls; }
  async *later(): AsyncGenerator<number> { for (const call of this) yield await Promise.resolve(call); }
  declare extra: 'only a type';
}

function make<T>(type: Constructor<T>, ...args: ConstructorParameters<typeof type>): T { return new type(...args); }
function kind(type: AbstractConstructor<unknown>): string { return (type as Function).name; }

function read(key: string): string;
function read(key: number, fallback?: string): string;
function read<K extends string | number>(key: K, fallback = 'none'): string { return typeof key === 'string' ? key : fallback; }

class Config {
  private static instance?: Config;
  private readonly values: Map<string, unknown> = new Map<string, unknown>();
  private constructor() {}
  static get(): Config { return (Config.instance ??= new Config()); }
  set<T>(key: string, value: T): asserts this is this & Record<typeof key, T>;
  set(key: string, value: unknown) { this.values.set(key, value); }
  get<T = string>(key: string, or?: T): T { return (this.values.get(key) ?? or) as T; }
  static { this.get()['set']('made', 'static'); }
}

export default async function (print: (...values: unknown[]) => void): Promise<void> {
  const steps: Step<number, unknown>[] = [new Double(), new Text('t'), make(TimedText)];
  print(steps.map((step) => `${step.name} ${step.apply(2)} ${(step.apply(3, 2) as unknown[]).join('/')}`).join('; '));
  const timed = steps[2] as TimedText;
  print([...timed].join(), Step.count, kind(Step), kind(TimedText));
  timed.calls = [7];
  const seen: number[] = [];
  for await (const call of timed.later()) seen.push(call);
  print(seen.join(), 'extra' in timed, Object.keys(steps[1]!).join(), read('k'), read(1), read(2, 'two'));
  const config: Config = Config.get();
  print(config.get<string>('made'), config.get('x', 5), config === Config.get());
}
