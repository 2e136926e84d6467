// C18 teardown takes too long
// mode: file
// exit: 101
// output: /teardown\(\) execution timed out after \d+ seconds/
import { sleep } from 'k6';
export const options = { teardownTimeout: '100ms' };
export function teardown() { sleep(20); }
export default function () {}
