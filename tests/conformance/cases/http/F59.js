// F59 no judgement: no http_req_failed, no expected_response
// mode: file
// flags: --thresholds-without-data=as-k6
import http from 'k6/http';
export const options = { thresholds: { 'http_req_failed{what:none}': ['rate>=0'], 'http_reqs{expected_response:true,what:none}': ['count==0'],
  'http_reqs{what:none}': ['count==1'], 'http_req_failed{what:404}': ['rate==0'], 'http_req_failed{what:bad}': ['rate==1'], 'http_req_failed{what:vu}': ['rate==0'] } };
http.setResponseCallback(http.expectedStatuses(200, { min: 500, max: 599 }));
export default function () {
  http.get(__ENV.BASE_URL + '/status/404', { responseCallback: null, tags: { what: 'none' } });
  http.get(__ENV.BASE_URL + '/status/404', { responseCallback: http.expectedStatuses(404), tags: { what: '404' } });
  http.get(__ENV.BASE_URL + '/status/404', { tags: { what: 'bad' } });
  http.get(__ENV.BASE_URL + '/status/503', { tags: { what: 'vu' } });
}
