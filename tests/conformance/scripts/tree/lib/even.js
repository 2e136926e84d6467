import { odd, enter } from './odd.js';

export function even(n) {
  enter();
  return n === 0 || odd(n - 1);
}
