// B36 modules over https: relative imports, _k6=1, fetched once
// requests: /m.js?_k6=1
// requests: /sub/z.js?_k6=1
import { z, again } from '@HTTPS@/m.js';
import { z as direct } from '@HTTPS@/sub/z.js';
equal(z.name, 'z');
equal(z, again);
equal(z, direct);
//// https/m.js
export { z } from './sub/z.js';
export { z as again } from '/B36/sub/z.js';
//// https/sub/z.js
export const z = { name: 'z' };
