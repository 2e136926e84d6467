// One iteration makes some of everything that a script can allocate, and keeps nothing.
import { check, group } from 'k6';
import { Counter, Trend } from 'k6/metrics';

const made = new Counter('made');
const sizes = new Trend('sizes');

class Node {
  #next = null;
  static count = 0;
  constructor(name, next) {
    this.name = name;
    this.#next = next;
    Node.count++;
  }
  get next() {
    return this.#next;
  }
  link(other) {
    this.#next = other;
    return this;
  }
}

function* numbers(n) {
  for (let i = 0; i < n; i++) yield { i };
}

async function later(x) {
  await null;
  try {
    await Promise.reject(new RangeError(`no ${x}`));
  } catch (e) {
    return e.message.length + x;
  } finally {
    await Promise.all([1, Promise.resolve(2)]);
  }
}

export default async function () {
  const n = __ITER % 1000;
  let text = '';
  for (let i = 0; i < 40; i++) text += `part ${i} of ${n} é😀; `;
  const words = text.split('; ').map((word) => word.toUpperCase()).filter((word) => word.length > 3);
  const found = [...text.matchAll(/(?<name>\w+) (?<number>\d+)/g)].map((match) => match.groups.number);
  const replaced = text.replace(/(\d)(\d)/g, (all, a, b) => b + a).replace(new RegExp(`of ${n}`, 'g'), 'of n');
  const objects = Array.from({ length: 30 }, (_, i) => ({ id: i, name: `object ${i}`, list: [i, [i]], f: () => i + n }));
  const copy = JSON.parse(JSON.stringify(objects));
  // A cycle, which no count of references would free.
  const first = new Node('first', null);
  first.link(new Node('second', new Node('third', first)));
  const map = new Map(objects.map((object) => [object.id, object]));
  const weak = new WeakMap([[first, map]]);
  const set = new Set(words);
  const bytes = new Uint8Array(256).map((_, i) => i);
  const view = new DataView(bytes.buffer);
  const { list: [head, ...tail], ...rest } = objects[3];
  let sum = head + tail.length + Object.keys(rest).length + view.getUint32(0) + found.length + replaced.length;
  for (const { i } of numbers(20)) sum += i;
  const closures = objects.map((object) => () => object.f() + sum);
  for (const closure of closures) sum += closure() % 7;
  for (let i = 0; i < 3; i++) {
    try {
      null.member;
    } catch (e) {
      sum += e.stack.length % 3;
    }
  }
  sum += await later(n);
  sum += (await Promise.all(objects.slice(0, 5).map(async (object) => object.id))).length;
  const sorted = copy.sort((a, b) => b.id - a.id).concat(objects).flatMap((object) => object.list);
  const tagged = ((strings, ...values) => strings.raw.join(values.join()))`a${sum}b${n}`;
  const date = new Date(n * 1e9).toISOString();
  const symbols = { [Symbol('local')]: 1, [Symbol.iterator]: numbers };
  made.add(1, { kind: `kind ${n % 3}` });
  sizes.add(text.length);
  group('checks', () =>
    check(copy, {
      'all are there': (c) => c.length === 30 && map.size === 30 && weak.get(first) === map && set.size > 0,
      'sorted': () => sorted.length === 120 && tagged.length > 0 && date.length === 24 && Object.keys(symbols).length === 0,
    }),
  );
}
