// B2 a default export that is a number
// mode: file
// exit: 255
// output: no exported functions in script
export default 123;
