// Two scenarios that share what setup() returned.
import http from 'k6/http';
import { check } from 'k6';
import { Counter } from 'k6/metrics';

const orders = new Counter('orders');

export const options = {
  scenarios: {
    browse: { executor: 'constant-vus', vus: 2, duration: '1s', exec: 'browse' },
    buy: { executor: 'per-vu-iterations', vus: 1, iterations: 3, exec: 'buy', startTime: '200ms', tags: { kind: 'buy' } },
  },
  thresholds: { orders: ['count==3'], 'http_reqs{kind:buy}': ['count==3'] },
};

export function setup() {
  return { token: 'secret', made: [1, 2, 3] };
}

export function browse(data) {
  check(data, { 'browse has the token': (d) => d.token === 'secret' });
  http.get(`${__ENV.BASE_URL}/get`);
}

export function buy({ token, made: [first, ...rest] }) {
  const answer = http.post(`${__ENV.BASE_URL}/post`, { token, first, rest: rest.join('-') });
  check(answer, { 'order arrived': (r) => r.json().form.rest === '2-3' });
  orders.add(1);
}

export function teardown(data) {
  console.log(`made ${data.made.length}`);
}
