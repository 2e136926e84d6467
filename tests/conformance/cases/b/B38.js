// B38 frames of a remote module
// record: error /\tat f \(@HTTPS@\/err\.js:1:28(\(\d+\))?\)\n\tat default \(file:/
import { f } from '@HTTPS@/err.js';
f();
//// https/err.js
export function f(){ throw new Error('far'); }
