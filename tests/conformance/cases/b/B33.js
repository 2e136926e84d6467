// B33 `return` at the top of a CommonJS file
// mode: file
// console: info ran
if (false) { return }
exports.default = () => { console.log('ran'); };
