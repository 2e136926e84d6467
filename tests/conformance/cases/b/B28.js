// B28 a top-level await that never settles
// mode: file
// exit: 255
// output: /initiali[sz]ation.*hasn't finished|hasn't finished.*initiali[sz]/
await new Promise(() => {});
export default function () {}
