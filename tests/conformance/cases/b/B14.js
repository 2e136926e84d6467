// B14 a default member of CommonJS
import d, { n } from './c.js';
import * as ns from './c.js';
equal(d, 7);
equal(n, 8);
same(Object.keys(ns).sort(), ['__esModule', 'default', 'n']);
//// c.js
exports.__esModule = true;
exports.default = 7;
exports.n = 8;
