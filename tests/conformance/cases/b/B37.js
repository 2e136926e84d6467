// B37 a remote module may not load a local file
// mode: file
// exit: 107
// output: /origin \(?https:.*not allowed to load local file/
import '@HTTPS@/m.js';
export default function () {}
//// https/m.js
import 'file://@DIR@/local.js';
//// local.js
export const a = 1;
