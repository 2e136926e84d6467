// A8 arguments are joined by a space, objects are shown
// console: info a b 1 { x: 1 }
console.log('a', 'b', 1, { x: 1 });
