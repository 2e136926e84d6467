// A page as a browser loads it: the document, then what is on it, all at once, with a cookie.
import http from 'k6/http';
import { check, group, sleep } from 'k6';

export const options = {
  stages: [{ duration: '5s', target: 10 }, { duration: '10s', target: 10 }, { duration: '5s', target: 0 }],
  batch: 6,
  batchPerHost: 4,
  noConnectionReuse: false,
  discardResponseBodies: false,
  thresholds: { 'group_duration{group:::page}': ['med<500'], http_reqs: ['rate>1'] },
};

export default function () {
  const base = __ENV.BASE_URL;
  http.cookieJar().set(base, 'theme', 'dark');
  group('page', () => {
    http.get(`${base}/html`);
    const answers = http.batch([
      ['GET', `${base}/bytes/100?seed=1`, null, { tags: { name: 'script' }, responseType: 'text' }],
      ['GET', `${base}/bytes/200?seed=2`, null, { tags: { name: 'style' } }],
      { method: 'GET', url: `${base}/image/png`, params: { tags: { name: 'picture' } } },
      ['POST', `${base}/post`, { event: 'seen' }, { tags: { name: 'beacon' } }],
      ['GET', `${base}/cookies`, null, { tags: { name: 'cookies' } }],
      ['GET', `${base}/status/404`, null, { tags: { name: 'favicon' }, responseCallback: http.expectedStatuses(404) }],
    ]);
    check(answers, {
      'all but one are there': (all) => all.filter((r) => r.status === 200).length === 5,
      'the event arrived': (all) => all[3].json('form.event') === 'seen',
      'the cookie went along': (all) => all[4].body.includes('dark'),
    });
  });
  sleep(0.1);
}
