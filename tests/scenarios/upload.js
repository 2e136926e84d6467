// Uploads a file with a form around it.
import http from 'k6/http';
import { check } from 'k6';

const picture = open('data/picture.png', 'b');

export const options = { vus: 2, iterations: 4, thresholds: { data_sent: ['count>1000'] } };

export default function () {
  const answer = http.post(`${__ENV.BASE_URL}/upload`, {
    title: 'A picture',
    picture: http.file(picture, 'picture.png', 'image/png'),
  }, { tags: { name: 'upload' } });
  check(answer, {
    'one file': (r) => r.json('count') === 1,
    'all of it': (r) => r.json('bytes') === picture.byteLength,
    'its name': (r) => r.json('files.0.filename') === 'picture.png',
  });
  const again = http.put(`${__ENV.BASE_URL}/put`, picture, { headers: { 'Content-Type': 'image/png' }, tags: { name: 'replace' } });
  check(again, { replaced: (r) => r.status === 200 });
}
