// B30 live bindings
import { lv, inc } from './l.js';
equal(lv, 1);
inc();
equal(lv, 2);
const e = throws(() => { lv = 9; }, 'TypeError: Assignment to constant variable.');
equal(e instanceof TypeError, true);
equal(lv, 2);
//// l.js
export let lv = 1;
export function inc() { lv++; }
