// F57 http.url groups by template
// mode: file
import http from 'k6/http';
const base = __ENV.BASE_URL;
export const options = { thresholds: { [`http_reqs{name:${'${}'}/anything/${'${}'}}`]: ['count==2'], [`http_reqs{url:${'${}'}/anything/${'${}'}}`]: ['count==2'] } };
export default function () {
  for (const id of [7, 8]) {
    const url = http.url`${base}/anything/${id}`;
    if (url.name !== '${}/anything/${}' || url.url !== `${base}/anything/${id}` || url.clean_url !== url.url) throw new Error(JSON.stringify(url));
    const r = http.get(url);
    if (r.status !== 200 || r.url !== url.url) throw new Error(r.url);
  }
}
