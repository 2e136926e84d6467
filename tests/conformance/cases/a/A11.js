// A11 an array of everything
// console: info [ null, null, [object Function], 1, 0, "q"q" ]
console.log([null, undefined, () => 1, 1n, -0, 'q"q']);
