// D26 a SharedArray is built once
// mode: file
// flags: -u 3 -i 3
// console: info built by 0
import { SharedArray } from 'k6/data';
const sa = new SharedArray('once', () => {
  console.log('built by', __VU);
  return [1, 2, 3];
});
export default function () {
  if (sa.length !== 3 || sa[2] !== 3) throw new Error('contents');
}
