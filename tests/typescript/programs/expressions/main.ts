// Where a type and an expression look alike.
declare function untyped<T>(x: T): any;
const a = 1 as number, b = 5, c = 3, flag = true as boolean;
const id = <T,>(x: T): T => x;
const pair = <A extends string, B = A[]>(x: A, y?: B) => [x, y] as const;
const later = async <T>(x: Promise<T> | T): Promise<Awaited<T>> => await x;
class K<T> { constructor(public v?: T) {} static s<U>(u: U) { return u; } m<U>(u: U): U { return u; } }
const object = { f<T>(x: T): T { return x; }, get g(): number { return 1; }, set g(v: number) {}, async *h<T>(x: T): AsyncGenerator<T> { yield x; }, [`k${1}`]: <const T>(x: T) => x };

export default async function (print: (...values: unknown[]) => void): Promise<void> {
  print((a < b), b > (c), a < b && b > c, id<number>(2), (id)<string>('s'), id<Array<number>>([1])[0], (a < b) === (c > a));
  print((flag ? (x: number): number => x + 1 : (x: number) => x)(1), flag ? (a) : b, flag ? (a, b) : c, !flag ? 1 : (2));
  print([1, 2, 3].map((x): string => `<${x}>`).join(), [[1, 2]].map(([x, y]: number[]): number => x! + y!)[0]);
  print(new K<string>().v, new K<K<K<number>>>(undefined).v, new K<number>, K.s<string>('u'), new K().m<1>(1), K<string>.name);
  print((<any>{ x: 1 }).x, (object satisfies object).f<string>('f'), object?.f<number>(3), (object.f as any)!('g'), object['k1']!('k'));
  let x: any = 1, y: { z?: number | null } = {};
  (x as number)++; (x as any) += 2; x! -= 1; y.z ??= 4; (<number>x) *= 2; [x as any, y.z!] = [x, 6]; ({ p: (x as number) } = { p: x + 1 });
  print(x, y.z, (x as number) > 2 && (y!.z as number) < 9, typeof x as string, -(x as number), !(x as boolean), void (0 as any));
  for (const k in object as any) if (k as string === 'g') print(k);
  for (let i = 0 as number, n = <number>2; i < n!; i++) print(i as number);
  const { f: renamed = id as <T>(x: T) => T, ...rest }: Partial<typeof object> & { q?: number } = object;
  print(renamed!<number>(8), Object.keys(rest as {}).join(), await later<string>(Promise.resolve('later')), pair('p').length, pair<'q', 1>('q', 1)[1]);
  const t = `${a as number}${<string>'z'}${((v: number): number => v)(3)}`;
  print(t, a as unknown as string === '1', 'x' in (y as any), (y as object) instanceof (Object as any), [...(<number[]>[1, 2])].length);
  const nested = (p: number) => (q: number): ((r: number) => number) => (r) => p + q + r;
  print(nested(1)(2)(3), ((n: number) => n * 2)(4), (function <T>(this: any, v: T): T { return v; })<number>(5), (async (): Promise<void> => {})() instanceof Promise);
  switch (<number>a) { case 1 as number: print('one'); break; default: print('other'); }
  const type = 1, as = 2, is = 3, of = 4, satisfies = 5, readonly = 6, declare = 7, namespace = 8, infer = 9, keyof = 10, unique = 11, asserts = 12, abstract = 13, module = 14, override = 15, out = 16;
  print(type + as + is + of + satisfies + readonly + declare + namespace + infer + keyof + unique + asserts + abstract + module + override + out);
  print(type as any, [as as number, is satisfies number].join(), ((as) => as)(as));
  const generic = id<<T>(v: T) => T>((v) => v), big = 10n as bigint ** 2n, opt = (object as { nope?: { deep<T>(): T } }).nope?.deep<number>();
  print(generic(1), String(big), opt, ((...list: (number | string)[]) => list.length)(1, 'b'), (x! as any)!['toFixed']!(1)!);
  try { throw <Error>new RangeError('r'); } catch ({ message, name }: any) { print(message as string, name!); }
  const regexp = a < b / c && /x>/g.test('x>'), division = (b as number) / 2 / 1, cast = +<any>'4';
  print(regexp, division, cast, typeof untyped === 'undefined' ? 'undefined' : 'defined');
  if (a < b) { if (b > c) print('if'); } else { }
  while (false as boolean) { } do { } while (<any>0);
}
