// B41 the RegExp flag v
// mode: file
// exit: 107
// output: /main.js:? ?Line 1:|Invalid.*flags/
export const r = /a/v;
export default function () {}
