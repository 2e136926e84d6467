// C2 timers of the same deadline keep their order; microtasks run between them
// console: info a
// console: info micro
// console: info b
setTimeout(() => {
  console.log('a');
  Promise.resolve().then(() => console.log('micro'));
}, 10);
setTimeout(() => console.log('b'), 10);
