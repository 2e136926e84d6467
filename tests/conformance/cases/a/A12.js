// A12 empty and nested containers
// console: info { s: "a" } [] {} [ [], {} ]
console.log({ s: 'a' }, [], {}, [[], {}]);
