// C15 setup returns null
// mode: file
// console: info 1 null
export function setup() { return null; }
export default function (data) { console.log(arguments.length, data); }
