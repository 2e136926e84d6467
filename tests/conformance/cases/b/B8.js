// B8 http is no scheme for modules
// mode: file
// exit: 107
// output: /(file.*https|https.*file)/
// output: http://127.0.0.1/x.js
import x from 'http://127.0.0.1/x.js';
export default function () {}
