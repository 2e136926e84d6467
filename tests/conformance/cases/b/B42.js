// B42 the modern language
class P {
  pub = 1;
  #p = 2;
  static made = 0;
  static { P.made = 7; }
  has(o) { return #p in o; }
  get p() { return this.#p; }
  set p(v) { this.#p = v; }
  #m() { return this.#p + 1; }
  m() { return this.#m(); }
}
const p = new P();
equal(p.pub + p.p, 3);
p.p = 5;
equal(p.m(), 6);
equal(P.made, 7);
equal(p.has(p), true);
equal(p.has({}), false);
let n = null;
n ??= 4;
n &&= n + 1;
n ||= 9;
equal(n, 5);
equal(1_000, 1000);
equal(String(10n ** 20n), '100000000000000000000');
equal(p?.nope?.deep, undefined);
equal(p.nope?.(), undefined);
same('2020-02-03'.match(/(?<y>\d+)-(?<m>\d+)/).groups, { y: '2020', m: '02' });
equal('$42'.match(/(?<=\$)\d+/)[0], '42');
equal(/a.b/s.test('a\nb'), true);
equal([1, 2, 3].at(-1), 3);
same([3, 1, 2].toSorted(), [1, 2, 3]);
same([1, 2].with(0, 9), [9, 2]);
equal('aXbX'.replaceAll('X', '-'), 'a-b-');
equal(Object.hasOwn({ a: 1 }, 'a'), true);
equal(new Error('x', { cause: 3 }).cause, 3);
equal(await Promise.any([Promise.reject(1), Promise.resolve(2)]), 2);
