// D24 there is no scenario in setup
// mode: file
// console: info /GoError: .*outside of the VU context.*/
import exec from 'k6/execution';
export function setup() {
  try {
    exec.scenario.name;
  } catch (e) {
    console.log(String(e));
  }
}
export default function () {}
