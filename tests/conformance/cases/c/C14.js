// C14 setup data with a function
// mode: file
// exit: 255
// output: error marshaling setup() data to JSON
export function setup() { return { f() {} }; }
export default function () {}
