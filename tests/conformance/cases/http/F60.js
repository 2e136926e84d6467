// F60 digest authentication
// mode: file
import http from 'k6/http';
export const options = { thresholds: { http_reqs: ['count==2'], 'http_reqs{status:401,expected_response:true}': ['count==1'], http_req_failed: ['rate==0'] } };
export default function () {
  const url = __ENV.BASE_URL + '/digest-auth/auth/user/secret';
  const given = url.replace('http://', 'http://user:secret@');
  const r = http.get(given, { auth: 'digest' });
  if (r.status !== 200 || r.url !== url || r.request.url !== given) throw new Error(`${r.status} ${r.url} ${r.request.url}`);
}
