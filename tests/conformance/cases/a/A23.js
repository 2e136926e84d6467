// A23 fail() uncaught: a host frame, then the script's
// mode: file
// record: error /^GoError: failed\n\tat [^\n]*\(native\)\n\tat default \(file:[^\n]*\/main.js:3:7(\(\d+\))?\)\n/
import { fail } from 'k6';
export default function () {
  fail('failed');
}
