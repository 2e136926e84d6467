// B33 `return` at the top of an ES module
// mode: file
// exit: 107
// output: Line 1:
if (false) { return } export default () => {};
