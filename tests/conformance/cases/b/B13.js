// B13 importing from CommonJS
import d, { x, f } from './c.js';
import * as ns from './c.js';
equal(d.x, 1);
equal(x, 1);
equal(f(), 2);
equal(d.f, f);
same(Object.keys(ns).sort(), ['f', 'x']);
equal(require_of_c(), d);
export { default as require_again } from './c.js';
import { of as require_of_c } from './r.js';
//// c.js
exports.x = 1;
exports.f = () => 2;
//// r.js
const c = require('./c.js');
export const of = () => c;
