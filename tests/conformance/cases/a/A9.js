// A9 no printf in console
// console: info %s %d x 5
console.log('%s %d', 'x', 5);
