// B2 a default export that is null
// mode: file
// exit: 255
// output: no exported functions in script
export default null;
