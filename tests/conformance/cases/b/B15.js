// B15 module.exports is a function with members
import d, { p } from './c.js';
equal(d(), 3);
equal(p, 4);
//// c.js
module.exports = function () { return 3; };
module.exports.p = 4;
