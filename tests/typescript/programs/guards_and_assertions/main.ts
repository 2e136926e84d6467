// Narrowing: predicates, assertions, discriminated unions, non-null assertions.
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Result<T, E extends Error = Error> = { ok: true; value: T } | { ok: false; error: E };

const ok = <T,>(value: T): Result<T> => ({ ok: true, value });
const failed = <E extends Error>(error: E): Result<never, E> => ({ ok: false, error });

function is_record(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assert(condition: unknown, message?: string): asserts condition {
  if (!condition) throw new TypeError(message ?? 'assertion failed');
}

function assert_string(value: unknown): asserts value is string {
  assert(typeof value === 'string', `no string: ${value as any}`);
}

class Box<T> {
  value?: T;
  has(): this is Box<T> & { value: T } {
    return this.value !== undefined;
  }
  set(value: NonNullable<T>): this {
    this.value = value;
    return this;
  }
}

class HttpError extends Error {
  declare readonly name: 'HttpError';
  constructor(readonly status: number, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions);
    Object.setPrototypeOf(this, new.target.prototype);
  }
}
interface ErrorOptions {
  cause?: unknown;
}

function parse(text: string): Result<{ id: number; tags?: string[] | undefined }, HttpError | SyntaxError> {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error: unknown) {
    if (!(error instanceof SyntaxError)) throw error;
    return failed(new HttpError(400, 'bad', { cause: error.name }));
  }
  if (!is_record(json)) return failed(new HttpError(422, 'no record'));
  const { id, tags } = json as { id?: number; tags?: string[] };
  return id == null ? failed(new HttpError(422, 'no id')) : ok({ id: id!, tags });
}

const describe = (result: ReturnType<typeof parse>): string => {
  if (result.ok) return `${result.value.id}:${result.value.tags?.map((tag) => tag!.trim()).join('+') ?? '-'}`;
  const { error } = result;
  return error instanceof HttpError ? `${error.status} ${error.message} ${(error as { cause?: unknown }).cause ?? ''}` : error.name;
};

export default function (print: (...values: unknown[]) => void): void {
  for (const text of ['{"id":1,"tags":[" a ","b"]}', '{"id":2}', '[]', '{', '{"id":null}']) print(describe(parse(text)));
  try {
    assert_string(<any>5);
  } catch (e) {
    print((e as Error).message, e instanceof TypeError);
  }
  const box = new Box<string>();
  print(box.has(), box.set('x').has(), box.value!.length, new Box<Map<string, Set<number>>>().has());
  const maybe: { deep?: { list?: (() => number)[] } } | undefined = { deep: { list: [() => 7] } };
  print(maybe?.deep!.list![0]!(), maybe!?.deep?.list?.[1]?.() ?? 'no', (maybe as any)!.deep!['list'].length);
  let later!: number;
  (() => { later = 3; })();
  print(later!, later! + 1, (later as number) < 4 ? 'less' : 'more', later as number > 2);
}
