// A15 cycles
// console: info { self: [Circular], l: [ [Circular] ] }
const a = {};
a.self = a;
a.l = [a];
console.log(a);
