// B16 module.exports is null
// mode: file
// exit: 255
// output: exports must not be null
import d from './c.js';
export default function () {}
//// c.js
module.exports = null;
