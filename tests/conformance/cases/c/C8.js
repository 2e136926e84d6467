// C8 an iteration waits for its timers
// flags: -i 2
// console: info start 0
// console: info late 0
// console: info start 1
// console: info late 1
const mine = __ITER;
console.log('start', mine);
setTimeout(() => console.log('late', mine), 100);
