// F55 a batch with an item that cannot be read sends nothing
// mode: file
// record: warning A batch request failed
import http from 'k6/http';
import { equal, matches } from './expect.js';
const B = __ENV.BASE_URL;
export const options = { thresholds: { http_reqs: ['count==0'] } };
export default function () {
  const rs = http.batch([B + '/get', 'http://a b', B + '/get']);
  equal(rs.length, 3);
  equal(rs[0].status, 0);
  equal(rs[0].error, '');
  matches(rs[1].error, 'invalid URL');
  equal(rs[2], null);
}
