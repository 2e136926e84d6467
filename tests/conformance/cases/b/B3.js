// B3 functions, but no default
// mode: file
// exit: 104
// output: function 'default' not found in exports
export function foo() {}
