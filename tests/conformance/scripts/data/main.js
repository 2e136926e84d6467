// A data-driven test: rows of a CSV file in a SharedArray, one user for each iteration of the test, JSON and bytes beside it.
import { check, sleep } from 'k6';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import Papa from './papaparse.js';

const users = new SharedArray('users', () => Papa.parse(open('./users.csv'), { header: true, dynamicTyping: true, skipEmptyLines: true }).data);
const done = new Counter('done');
const config = JSON.parse(open('./config.json'));
const picture = open('./users.csv', 'b');

export const options = {
  scenarios: {
    each: { executor: 'shared-iterations', vus: 3, iterations: config.users, maxDuration: '1m' },
  },
  thresholds: { checks: ['rate==1'], done: [`count==${config.users}`], 'http_reqs{scenario:each}': [`count==${config.users}`] },
};

export default function () {
  const user = users[exec.scenario.iterationInTest];
  const response = http.post(`${__ENV.BASE_URL}/post`, JSON.stringify(user), { headers: { 'Content-Type': 'application/json' }, tags: { name: 'post user' } });
  check(response, {
    'status is 200': (r) => r.status === 200,
    'echoes the user': (r) => JSON.stringify(r.json('json')) === JSON.stringify(user),
    'row has types': () => typeof user.id === 'number' && typeof user.name === 'string' && user.id === exec.scenario.iterationInTest + 1,
    'rows are frozen': () => Object.isFrozen(user),
    'bytes': () => picture.byteLength > 100,
    'all rows': () => users.length === config.users && users.map((u) => u.id).join() === '1,2,3,4,5,6',
  });
  sleep(0.01);
  done.add(1);
}
