// B6 a missing local file
// mode: file
// exit: 107
// output: The moduleSpecifier "./nope.js" couldn't be found on local disk
import './nope.js';
export default function () {}
