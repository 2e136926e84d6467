// C17 setup throws
// mode: file
// exit: 107
// output: Error: no setup
// no-output: ran
export function setup() { throw new Error('no setup'); }
export default function () { console.log('default ran'); }
export function teardown() { console.log('teardown ran'); }
