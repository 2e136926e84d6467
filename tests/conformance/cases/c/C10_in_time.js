// C10 a handler that comes in time
// console: info caught soon
const p = Promise.reject('soon');
await null;
p.catch((e) => console.log('caught', e));
