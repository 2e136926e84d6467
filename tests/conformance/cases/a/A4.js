// A4 the top level runs once for the options and once for each VU
// mode: file
// console: info i 0
// console: info i 1
console.log('i', __VU);
export default function () {}
