// A13 dates are shown, other built-in objects are {}
// console: info "1970-01-01T00:00:00.000Z" {} {} {}
console.log(new Date(0), /a/, new Map([[1, 2]]), new Set([1]));
