// C16 what an iteration does to the data
// mode: file
// flags: -i 2
// console: info 1
// console: info 2
// console: info torn down 1
export function setup() { return { n: 1 }; }
export default function (data) { console.log(data.n++); }
export function teardown(data) { console.log('torn down', data.n); }
