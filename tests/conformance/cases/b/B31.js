// B31 one file under three names is one module
// mode: file
// console: info s 0
// console: info s 1
import { n as one } from './s.js';
import { n as two } from '@DIR@/s.js';
import { n as three } from 'file://@DIR@/s.js';
export default function () {
  if (one !== two || two !== three) throw new Error('different modules');
}
//// s.js
console.log('s', __VU);
export const n = {};
