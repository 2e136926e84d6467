// A6 all code is strict: ES modules and CommonJS
import lib from './lib.js';
equal((function () { return this === undefined; })(), true);
equal(lib.strict, true);
equal(lib.topLevel, true);
//// lib.js
const top = this;
exports.strict = (function () { return this === undefined; })();
exports.topLevel = top === exports;
