// A21 an uncaught Error: message, frames, and the test goes on
// mode: file
// flags: -i 2
// console: info iteration 1
// record: error Error: boom\n\tat inner (file://@DIR@/main.js:2:
// record: error /^Error: boom\n\tat inner \(file:[^\n]*\/main.js:2:9(\(\d+\))?\)\n\tat default \(file:[^\n]*\/main.js:6:8(\(\d+\))?\)\n .*executor=shared-iterations/
// record: error source=stacktrace
// record: error hint=script exception
// record: error scenario=default
function inner() {
  throw new Error('boom');
}
export default function () {
  if (__ITER === 1) return console.log('iteration', 1);
  inner();
}
