// A gate in CI: short, strict, and over as soon as it is lost.
import http from 'k6/http';
import { check } from 'k6';

export const options = {
  scenarios: { gate: { executor: 'shared-iterations', vus: 4, iterations: 40, maxDuration: '20s', gracefulStop: '2s' } },
  thresholds: {
    checks: [{ threshold: 'rate>0.99', abortOnFail: true }],
    http_req_failed: [{ threshold: 'rate<=0.01', abortOnFail: true, delayAbortEval: '1s' }],
    http_req_duration: ['avg<200', 'p(99.9)<2000'],
    http_req_receiving: ['max<1000'],
    data_received: ['count<10485760', 'rate<104857600'],
  },
  tags: { stage: 'ci' },
  systemTags: ['scenario', 'status', 'method', 'name', 'group', 'check', 'expected_response', 'proto', 'tls_version'],
  summaryTrendStats: ['avg', 'p(99.9)', 'max'],
  insecureSkipTLSVerify: true,
  tlsVersion: { min: 'tls1.2', max: 'tls1.3' },
  dns: { ttl: '1m', select: 'first', policy: 'preferIPv4' },
  hosts: { 'gate.test': '127.0.0.1' },
  maxRedirects: 2,
  userAgent: 'ci-gate/1',
  noVUConnectionReuse: true,
  setupTimeout: '10s',
  minIterationDuration: '0s',
};

export default function () {
  const answer = http.get(`${__ENV.BASE_URL_TLS}/user-agent`, { tags: { name: 'agent' } });
  check(answer, { 'it is us': (r) => r.body.includes('ci-gate/1'), 'over TLS': (r) => r.url.startsWith('https:') });
  const moved = http.get(`${__ENV.BASE_URL}/redirect/1`, { tags: { name: 'moved' } });
  check(moved, { 'found again': (r) => r.status === 200 });
}
