// B36 a remote module that is not there
// mode: file
// exit: 107
// output: not found: @HTTPS@/none.js
// requests: /none.js?_k6=1
// requests: /none.js
import '@HTTPS@/none.js';
export default function () {}
