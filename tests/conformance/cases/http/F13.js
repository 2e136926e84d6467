// F13 credentials in the URL
// mode: file
// exit: 0
import http from 'k6/http';
const raw = __ENV.RAW_URL;
const masked = raw.replace('http://', 'http://****:****@') + '/basic';
export const options = { thresholds: { [`http_reqs{name:${masked}}`]: ['count==1'], [`http_reqs{url:${masked}}`]: ['count==1'] } };
export default function () {
  const r = http.get(raw.replace('http://', 'http://u:p@') + '/basic');
  if (!r.body.includes('Authorization: Basic dTpw\r\n')) throw new Error(r.body);
  if (!r.body.startsWith('GET /basic HTTP/1.1\r\nHost: 127.')) throw new Error(r.body);
}
