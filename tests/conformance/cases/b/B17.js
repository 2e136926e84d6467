// B17 require of an ES module gives its namespace
// mode: init
const m = require('./esm.js');
same(Object.keys(m).sort(), ['a', 'default']);
equal(m.a, 1);
equal(m.default, 5);
//// esm.js
export const a = 1;
export default 5;
