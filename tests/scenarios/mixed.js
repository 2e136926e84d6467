// Several kinds of users at the same time, each with its own load, tags and variables.
import http from 'k6/http';
import { check, group, sleep } from 'k6';

export const options = {
  scenarios: {
    browse: {
      executor: 'ramping-vus',
      startVUs: 1,
      stages: [{ duration: '10s', target: 5 }, { duration: '20s', target: 0 }],
      gracefulRampDown: '5s',
      exec: 'browse',
      tags: { kind: 'read' },
    },
    search: {
      executor: 'per-vu-iterations',
      vus: 2,
      iterations: 10,
      exec: 'search',
      env: { QUERY: 'tea & more' },
      startTime: '2s',
      tags: { kind: 'read' },
    },
    checkout: {
      executor: 'constant-arrival-rate',
      rate: 30,
      timeUnit: '1m',
      duration: '30s',
      preAllocatedVUs: 2,
      exec: 'checkout',
      gracefulStop: '10s',
      tags: { kind: 'write' },
    },
  },
  thresholds: {
    'http_req_duration{kind:read}': ['p(95)<500', 'max<2000'],
    'http_req_failed{scenario:checkout}': [{ threshold: 'rate<0.01', abortOnFail: true, delayAbortEval: '5s' }],
  },
  tags: { team: 'shop' },
};

const base = __ENV.BASE_URL;

export function browse() {
  group('catalogue', () => {
    http.get(`${base}/html`, { tags: { name: 'page' } });
    group('item', () => {
      check(http.get(`${base}/get?item=7`, { tags: { name: 'item' } }), { 'is item 7': (r) => r.json('args.item') === '7' });
    });
  });
  sleep(0.2);
}

export function search() {
  const found = http.get(`${base}/get?q=${encodeURIComponent(__ENV.QUERY)}`, { tags: { name: 'search' } });
  check(found, { 'the query arrived': (r) => r.json('args.q') === 'tea & more' });
}

export function checkout() {
  const paid = http.post(`${base}/post`, JSON.stringify({ total: 12.5 }), {
    headers: { 'Content-Type': 'application/json' },
    tags: { name: 'pay' },
  });
  check(paid, { paid: (r) => r.status === 200 });
}
