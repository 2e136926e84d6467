// C1 microtasks before timers
// console: info 1
// console: info micro
// console: info 2
// console: info t0
console.log(1);
setTimeout(() => console.log('t0'), 0);
Promise.resolve().then(() => console.log('micro'));
await null;
console.log(2);
