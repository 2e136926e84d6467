// B25 import() rejects
const e = await rejects(import('./c1.js'));
equal(e, 'dynamic modules not enabled in the host program');
//// c1.js
export default 1;
