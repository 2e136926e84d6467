// A client of one's own, timed and counted as requests are.
import { check } from 'k6';
import { Counter, Rate, Trend } from 'k6/metrics';

const reqs = new Counter('pricing_reqs');
const duration = new Trend('pricing_req_duration', true);
const failed = new Rate('pricing_req_failed');

export const options = {
  scenarios: { quotes: { executor: 'per-vu-iterations', vus: 2, iterations: 3 } },
  thresholds: { pricing_req_duration: ['p(99)<1000'], pricing_req_failed: ['rate<=0.5'] },
};

/// What a library of the team does: no protocol that k6 knows.
function quote(item) {
  if (item === 'unicorn') throw new Error('no such item');
  return item.length * 100;
}

function call(name, tags, f) {
  const begin = Date.now();
  try {
    const value = f();
    failed.add(false, { name, ...tags });
    duration.add(Date.now() - begin, { name, ...tags });
    reqs.add(1, { name, ...tags });
    return value;
  } catch (error) {
    const all = { name, ...tags, error: error.message };
    failed.add(true, all);
    duration.add(Date.now() - begin, all);
    reqs.add(1, all);
    throw error;
  }
}

export default function () {
  check(call('quote', { item: 'tea' }, () => quote('tea')), { 'tea has its price': (cents) => cents === 300 });
  let refused = false;
  try {
    call('quote', { item: 'unicorn' }, () => quote('unicorn'));
  } catch (error) {
    refused = true;
  }
  check(refused, { 'there are no unicorns': (r) => r });
}
