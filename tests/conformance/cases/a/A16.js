// A16 the same object twice is no cycle
// console: info [ { z: 1 }, { z: 1 } ]
const s = { z: 1 };
console.log([s, s]);
