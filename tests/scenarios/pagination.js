// Follows pages until there is no next one.
import http from 'k6/http';
import { check } from 'k6';
import { Gauge, Trend } from 'k6/metrics';

const pages_read = new Trend('pages_read');
const last_page = new Gauge('last_page');

export const options = {
  scenarios: { readers: { executor: 'constant-vus', vus: 3, duration: '15s' } },
  thresholds: { pages_read: ['min>=4', 'avg==4'], last_page: ['value==4'] },
};

export default function () {
  let page = 1;
  while (page !== null) {
    const answer = http.get(`${__ENV.BASE_URL}/get?page=${page}&of=4`, { tags: { name: 'page' } });
    const { args } = answer.json();
    check(args, { 'the page asked for': (a) => Number(a.page) === page });
    last_page.add(page);
    page = page < Number(args.of) ? page + 1 : null;
    if (page === null) pages_read.add(Number(args.page));
  }
}
