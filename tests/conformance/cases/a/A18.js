// A18 holes, String objects, symbols
// console: info [ 1, null, 3 ] { 0: "a", 1: "b" } q
console.log([1, , 3], new String('ab'), Symbol('q'));
