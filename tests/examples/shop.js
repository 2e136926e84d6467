// A shop under load: 50 VUs ramped by stages over TLS, with a custom metric, thresholds, checks, a group and a batch.
//
//   bazel run //tools/demo_server -- --cert-out /tmp/ca.pem          # prints https://127.0.0.1:PORT
//   SSL_CERT_FILE=/tmp/ca.pem k6 run -e BASE_URL_TLS=https://127.0.0.1:PORT tests/examples/shop.js
import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Rate } from 'k6/metrics';

const base = __ENV.BASE_URL_TLS || 'https://127.0.0.1:8443';
const cartOk = new Rate('cart_ok');

export const options = {
  stages: [
    { duration: '2s', target: 50 },
    { duration: '4s', target: 50 },
    { duration: '1s', target: 0 },
  ],
  thresholds: {
    cart_ok: ['rate>0.95'],
    'http_req_duration{kind:page}': ['p(95)<1000'],
    http_req_failed: [{ threshold: 'rate<0.05', abortOnFail: true, delayAbortEval: '1s' }],
  },
};

export default function () {
  const page = http.get(`${base}/html`, { tags: { kind: 'page' } });
  check(page, {
    'page is 200': (r) => r.status === 200,
    'page has a heading': (r) => r.body.includes('<h1>'),
  });

  group('cart', () => {
    const [add, list, status] = http.batch([
      ['POST', `${base}/post`, JSON.stringify({ item: 7 }), { headers: { 'Content-Type': 'application/json' } }],
      ['GET', `${base}/get?cart=1`],
      `${base}/status/200`,
    ]);
    const ok = check(add, { 'item is in the cart': (r) => r.json().json.item === 7 }) && list.status === 200 && status.status === 200;
    cartOk.add(ok);
  });

  sleep(0.1 + Math.random() * 0.2);
}
