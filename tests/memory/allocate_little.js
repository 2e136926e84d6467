// A light iteration, so that a million of them take a minute: strings, objects, closures, arrays, a promise, a regular
// expression, an exception.
import { check } from 'k6';

class Point {
  #tag = 'p';
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
  get text() {
    return `${this.#tag}(${this.x}, ${this.y})`;
  }
}

export default async function () {
  const n = __ITER;
  const point = new Point(n, { deep: [n, `${n}`] });
  point.y.back = point;
  const words = `iteration ${n} of many`.split(' ').map((word) => word + n);
  const later = await Promise.resolve(() => words.length + n);
  let caught = 0;
  try {
    throw new RangeError(`number ${n}`);
  } catch (e) {
    caught = e.message.match(/(\d+)/)[1].length;
  }
  const { x, ...rest } = JSON.parse(JSON.stringify({ x: n, list: [1, 2, 3], text: point.text }));
  check(rest, { 'all is well': (r) => r.list.length === 3 && x === n && caught === String(n).length && later() === 4 + n });
}
