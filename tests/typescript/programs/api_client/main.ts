// A typed client made from a table of routes: mapped, conditional and template literal types.
const routes = {
  'GET /users': { query: { page: 0 as number } },
  'GET /users/:id': { query: {} },
  'POST /users': { body: { name: '' as string, tags: [] as string[] } },
} as const;

type Routes = typeof routes;
type Method<R extends string> = R extends `${infer M} ${string}` ? M : never;
type Params<R extends string> = R extends `${string}:${infer P}/${infer Rest}` ? P | Params<`/${Rest}`> : R extends `${string}:${infer P}` ? P : never;
type Body<R extends keyof Routes> = Routes[R] extends { body: infer B } ? { -readonly [K in keyof B]: B[K] } : undefined;
type Arguments<R extends keyof Routes> = [
  ...params: Params<R> extends never ? [] : [params: { [K in Params<R>]: string | number }],
  ...body: Body<R> extends undefined ? [] : [body: Body<R>],
];
type Getters<T> = { [K in keyof T as `get${Capitalize<string & K>}`]-?: () => T[K] };
type DeepPartial<T> = T extends (infer U)[] ? DeepPartial<U>[] : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;
type ElementOf<T> = T extends ReadonlyArray<infer E extends string | number> ? E : never;

interface Call {
  method: string;
  path: string;
  body?: unknown;
}

function call<R extends keyof Routes & string>(route: R, ...args: Arguments<R>): Call {
  const [method, template] = route.split(' ') as [Method<R>, string];
  const rest: unknown[] = [...args];
  const params = template.includes(':') ? (rest.shift() as Record<string, string>) : undefined;
  const path = template.replace(/:(\w+)/g, (_: string, name: string): string => encodeURIComponent(params![name]!));
  return rest.length > 0 ? { method, path, body: rest[0] } : { method, path };
}

function getters<T extends object>(value: T): Getters<T> {
  const result = {} as { [key: string]: () => unknown };
  for (const key of Object.keys(value) as Array<keyof T & string>) {
    result[`get${key[0]!.toUpperCase()}${key.slice(1)}`] = () => value[key];
  }
  return result as Getters<T>;
}

function merge<T>(base: T, change: DeepPartial<T>): T {
  const out: any = Array.isArray(base) ? [...(base as unknown[])] : { ...base };
  for (const [key, value] of Object.entries(change as object) as [string, any][]) {
    out[key] = value && typeof value === 'object' ? merge(out[key] ?? {}, value) : value;
  }
  return out as T;
}

const pipe =
  <A, B, C>(f: (a: A) => B, g: (b: B) => C): ((a: A) => C) =>
  (a) =>
    g(f(a));

export default function (print: (...values: unknown[]) => void): void {
  print(JSON.stringify(call('GET /users')), JSON.stringify(call('GET /users/:id', { id: 'a b' })));
  print(JSON.stringify(call('POST /users', { name: 'Ann', tags: ['x'] })));
  const got = getters({ name: 'Bo', age: 3 });
  print(got.getName(), got.getAge(), Object.keys(got).join());
  print(JSON.stringify(merge({ a: { b: 1, c: [1, 2] }, d: 'e' }, { a: { c: [9] } })));
  const list = ['x', 'y'] as const;
  const element: ElementOf<typeof list> = list[1];
  print(element, pipe((x: number) => x + 1, String)(4), pipe<string, number, boolean>((s) => s.length, (n) => n > 2)('abc'));
  const table: { [route in keyof Routes]?: number } & { [other: string]: number | undefined } = {};
  table['GET /users'] = 1;
  print(Object.entries(table).length, (table satisfies object)['nothing']?.toFixed() ?? 'none');
}
