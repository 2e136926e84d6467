// B36 the second request leaves out _k6=1
// requests: /m.js?gone=1&_k6=1
// requests: /m.js?gone=1
import { m } from '@HTTPS@/m.js?gone=1';
equal(m, 1);
//// https/m.js
export const m = 1;
