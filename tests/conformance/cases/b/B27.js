// B27 a top-level await that rejects
// mode: file
// exit: 107
// output: /Error: tla\n\tat /
await Promise.reject(new Error('tla'));
export default function () {}
