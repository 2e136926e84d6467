// C18 setup takes too long
// mode: file
// exit: 100
// output: /setup\(\) execution timed out after \d+ seconds/
import { sleep } from 'k6';
export const options = { setupTimeout: '100ms' };
export function setup() { sleep(20); }
export default function () {}
