// C15 setup returns nothing
// mode: file
// console: info 1 undefined
export function setup() {}
export default function (data) { console.log(arguments.length, data); }
