// C21 test.fail marks the test and lets it go on
// mode: file
// exit: 110
// flags: -i 2
// record: error test marked as failed: m
// console: info after 0
// console: info after 1
import exec from 'k6/execution';
export default function () {
  if (__ITER === 0) exec.test.fail('m');
  console.log('after', __ITER);
}
