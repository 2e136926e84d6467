// B11 a named import that an ES module does not have
// mode: file
// exit: 107
// output: /SyntaxError: .*does not provide an export named/
// output: nope
import { nope } from './m.js';
export default function () {}
//// m.js
export const a = 1;
