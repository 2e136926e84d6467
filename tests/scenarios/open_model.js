// Iterations start at a rate, whoever is free to run them: visitors do not wait for each other.
import http from 'k6/http';
import { check } from 'k6';

export const options = {
  scenarios: {
    visitors: {
      executor: 'ramping-arrival-rate',
      startRate: 5,
      timeUnit: '1s',
      preAllocatedVUs: 10,
      maxVUs: 50,
      stages: [
        { duration: '30s', target: 20 },
        { duration: '1m', target: 20 },
        { duration: '10s', target: 0 },
      ],
    },
  },
  thresholds: { dropped_iterations: ['count==0'], iteration_response_time: ['p(99)<1000'] },
};

export default function () {
  const page = http.get(`${__ENV.BASE_URL}/html`, { tags: { name: 'front page' }, timeout: '5s' });
  check(page, { 'has a heading': (r) => r.body.includes('<h1>') });
}
