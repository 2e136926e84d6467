// Logs in once, hands the token to every VU.
import http from 'k6/http';
import { check, sleep } from 'k6';

const base = __ENV.BASE_URL;

export const options = {
  vus: 5,
  duration: '30s',
  thresholds: { 'http_req_duration{name:account}': ['p(95)<300'], checks: ['rate>0.99'] },
};

export function setup() {
  const answer = http.post(`${base}/post`, JSON.stringify({ user: 'ann', password: 's&cret' }), {
    headers: { 'Content-Type': 'application/json' },
    tags: { name: 'login' },
  });
  return { token: `token-of-${answer.json('json.user')}` };
}

export default function (session) {
  const account = http.get(`${base}/bearer`, {
    headers: { Authorization: `Bearer ${session.token}` },
    tags: { name: 'account' },
  });
  check(account, {
    'is logged in': (r) => r.status === 200,
    'has our token': (r) => r.json('token') === session.token,
  });
  sleep(1);
}

export function teardown(session) {
  http.post(`${base}/post`, JSON.stringify({ logout: session.token }), {
    headers: { 'Content-Type': 'application/json' },
    tags: { name: 'logout' },
  });
}
