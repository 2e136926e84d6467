// The smallest test: one VU asks once and checks the answer.
import http from 'k6/http';
import { check } from 'k6';

export default function () {
  const response = http.get(__ENV.BASE_URL);
  check(response, { 'status is 200': (r) => r.status === 200 });
}
