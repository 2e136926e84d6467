import { even } from './even.js';

let calls = 0;
export const enter = () => { calls += 1; };
export const depth = () => calls;
export function odd(n) {
  return n !== 0 && even(n - 1);
}
