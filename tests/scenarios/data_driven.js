// A row of test data for each iteration.
import http from 'k6/http';
import exec from 'k6/execution';
import { check } from 'k6';
import { SharedArray } from 'k6/data';
import { Counter } from 'k6/metrics';

const ordered = new Counter('ordered');

// Reads the quotes of CSV, too.
const users = new SharedArray('users', () => {
  const [head, ...lines] = open('data/users.csv').trim().split('\n').map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
      .map((m) => m[1]).slice(0, 3)
      .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replace(/""/g, '"') : cell)));
  return lines.map((cells) => Object.fromEntries(cells.map((cell, i) => [head[i], cell])));
});

export const options = {
  scenarios: { users: { executor: 'shared-iterations', vus: 3, iterations: 6, maxDuration: '1m' } },
  thresholds: { ordered: ['count==12'], checks: ['rate==1'] },
};

export default function () {
  const user = users[exec.scenario.iterationInTest % users.length];
  const answer = http.post(`${__ENV.BASE_URL}/post`, { name: user.name, password: user.password }, { tags: { user: user.name } });
  check(answer, { 'password arrived': (r) => r.json('form.password') === user.password });
  ordered.add(Number(user.orders), { user: user.name });
}
