// B32 a main script that re-exports everything
// mode: file
// console: info set up
// console: info it 0 5
// console: info it 1 5
// console: info it 2 5
export { default, options, setup } from './b3.js';
//// b3.js
export const options = { iterations: 3, vus: 1 };
export function setup() {
  console.log('set up');
  return 5;
}
export default function (data) {
  console.log('it', __ITER, data);
}
