// B12 a named import that a built-in or a CommonJS file does not have
import { nope } from 'k6/http';
import { gone } from './c.js';
equal(nope, undefined);
equal(gone, undefined);
//// c.js
exports.here = 1;
