// A10 console.log without arguments prints an empty message
// console: info
// console: info
console.log();
console.log('');
