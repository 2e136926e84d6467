// B29 a cycle reads a constant too early
import { a } from './a.js';
import { seen } from './b.js';
matches(seen, 'ReferenceError: Cannot access a variable before initialization');
equal(a, 1);
//// a.js
import './b.js';
export const a = 1;
//// b.js
import { a } from './a.js';
export let seen = 'nothing';
try {
  seen = String(a);
} catch (e) {
  seen = String(e);
}
