// C19 __VU outside of iterations
// mode: file
// console: info setup 0 undefined
// console: info teardown 0
// console: info summary 0
export function setup() { console.log('setup', __VU, typeof __ITER); }
export default function () {}
export function teardown() { console.log('teardown', __VU); }
export function handleSummary() {
  console.log('summary', __VU);
  return {};
}
