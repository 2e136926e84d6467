// Asynchronous flows: async functions, requests in parallel, timers, generators, retries, cancellation by a race.
import { check, group } from 'k6';
import http from 'k6/http';
import { Counter, Trend, Rate, Gauge } from 'k6/metrics';
import { setTimeout as later } from 'k6/timers';

const flow = new Trend('flow_duration', true);
const succeeded = new Rate('flow_succeeded');
const count = new Counter('flow_count');
const last = new Gauge('last_iteration');

export const options = {
  vus: 2,
  iterations: 4,
  thresholds: { checks: ['rate==1'], flow_succeeded: ['rate==1'], flow_duration: ['max<60000'], flow_count: ['count==4'], last_iteration: ['value>=1'] },
};

const wait = (ms, value) => new Promise((resolve) => later(() => resolve(value), ms));

class Retry {
  #left;
  constructor(times) {
    this.#left = times;
  }
  async run(job) {
    for (;;) {
      try {
        return await job(this.#left);
      } catch (e) {
        if (--this.#left <= 0) throw new Error('gave up', { cause: e });
        await wait(1);
      }
    }
  }
}

async function* pages(count) {
  for (let page = 1; page <= count; page++) {
    const response = await http.asyncRequest('GET', `${__ENV.BASE_URL}/get?page=${page}`);
    yield response.json('args.page');
  }
}

export default async function () {
  const begin = Date.now();
  const order = [];
  const [a, b, c] = await Promise.all([
    http.asyncRequest('GET', `${__ENV.BASE_URL}/get?n=1`),
    http.asyncRequest('POST', `${__ENV.BASE_URL}/post`, { n: 2 }),
    wait(5, 'waited'),
  ]);
  const settled = await Promise.allSettled([wait(1), Promise.reject(new TypeError('no')), 3]);
  const raced = await Promise.race([wait(30, 'slow'), wait(1, 'fast')]);
  const retried = await new Retry(3).run(async (left) => {
    if (left > 1) throw new Error(`not yet: ${left}`);
    return 'at last';
  });
  const gaveUp = await new Retry(2).run(() => Promise.reject('never')).catch((e) => e);
  const seen = [];
  for await (const page of pages(3)) seen.push(String(page));
  queue(order);
  await wait(5);
  const batch = http.batch([`${__ENV.BASE_URL}/get?b=1`, ['GET', `${__ENV.BASE_URL}/get?b=2`]]);
  const inGroup = group('sync part', () => check(batch, { 'batch': (r) => r.every((x) => x.status === 200) }));
  succeeded.add(
    check(null, {
      'requests in parallel': () => a.status === 200 && b.json('form.n') !== undefined && c === 'waited',
      'allSettled': () => settled.map((s) => s.status).join() === 'fulfilled,rejected,fulfilled',
      'race': () => raced === 'fast',
      'retry': () => retried === 'at last',
      'cause': () => gaveUp.message === 'gave up' && gaveUp.cause === 'never',
      'async generator': () => seen.join() === '1,2,3',
      'order': () => order.join() === 'sync,micro,timer 0,timer 2',
      'group in an async function': () => inGroup === true,
    }),
  );
  flow.add(Date.now() - begin, { part: 'all' });
  last.add(__ITER + 1);
  count.add(1);
}

function queue(order) {
  setTimeout(() => order.push('timer 2'), 2);
  setTimeout(() => order.push('timer 0'), 0);
  Promise.resolve().then(() => order.push('micro'));
  order.push('sync');
}
