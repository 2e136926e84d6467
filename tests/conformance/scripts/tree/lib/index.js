export { even } from './even.js';
export { odd, depth } from './odd.js';
export * as constants from './constants.js';
export * from './empty.js';
const self = { name: 'index' };
export { self as default };
