// B5 a syntax error
// mode: file
// exit: 107
// output: file://@DIR@/main.js: Line 1:36
export default function(){ let a = ; }
