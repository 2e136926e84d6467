// C20 test.abort cannot be caught
// mode: file
// exit: 108
// flags: -i 5
// console: info before
// console: info torn down
// output: /test aborted: m at .*main\.js:6:/
import exec from 'k6/execution';
export default function () {
  console.log('before');
  try {
    try {
      exec.test.abort('m');
    } catch (e) {
      console.log('caught');
    } finally {
      console.log('finally');
    }
    console.log('after');
  } finally {
    console.log('outer finally');
  }
}
export function teardown() { console.log('torn down'); }
