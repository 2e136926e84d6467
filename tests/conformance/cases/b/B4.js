// B4 the top level throws
// mode: file
// exit: 107
// output: /Error: x\n\tat [^\n]*main\.js:1:7/
throw new Error("x"); export default function(){}
