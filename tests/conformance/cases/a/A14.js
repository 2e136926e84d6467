// A14 errors are shown without their stack
// console: info TypeError: te [ Error: in ]
console.log(new TypeError('te'), [new Error('in')]);
